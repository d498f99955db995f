"""Trained networks of the chain study: windows on rings, and the closure of the filling."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import torch

from gapworks.chain.config import Physics
from gapworks.chain.learning import doubts
from gapworks.chain.learning.bands import Banded, Bands, banded
from gapworks.chain.learning.closure import close_filling, polish_filling, reflected
from gapworks.chain.learning.network import build
from gapworks.chain.physics.model import check_disorder
from gapworks.learning import trained
from gapworks.learning.trained import TrainedNetwork

SITES = 1 << 18
"""Sites put through a network at a time: bounds the memory of a call on a million sites."""


class TrainingData(trained.TrainingData):
    """What a card says of the training data, as far as it is used."""

    physics: Physics


class Card(trained.Card):
    """What a card must say; it may say more."""

    window: int
    filling: float
    mu_range: tuple[float, float]
    delta_range: tuple[float, float]
    bands: Bands | None = None
    training_data: TrainingData


@dataclass(frozen=True, repr=False)
class Network(TrainedNetwork):
    """A trained network of the chain study with its card."""

    study: ClassVar = "chain"
    Card: ClassVar = Card
    build = staticmethod(build)

    @classmethod
    def from_package(cls, weights: dict[str, torch.Tensor], card: dict[str, Any]) -> Self:
        """The network; a ValueError if the card gives it another window."""
        network = super().from_package(weights, card)
        window = 2 * network.model.reach + 1
        if card["window"] != window:
            raise ValueError(f"window is {card['window']}, the architecture's {window}")
        return network

    @property
    def physics(self) -> dict[str, Any]:
        """What the network's answer is for: coupling, filling, Hartree convention, rule of mu."""
        return Physics.model_validate(self.card["training_data"]["physics"]).reading

    @property
    def sees_the_mean(self) -> bool:
        """Whether a constant in V matters: only where mu is fixed."""
        return self.physics["mu"] == "fixed"

    @property
    def strongest(self) -> float:
        """Largest disorder strength V0 that the network was trained on, units of t."""
        return max(self.card["training_data"]["physics"]["disorder_strengths"])

    @cached_property
    def in_double(self) -> torch.nn.Module:
        """The network in double precision."""
        return deepcopy(self.model).double()

    def doubts(self, V: np.ndarray, answer: Answer) -> list[doubts.Doubt]:
        """What is to be said of V, as the network takes it, and of mu; arguments as of `answer`."""
        taken = V if self.sees_the_mean else doubts.off_its_mean(V)
        found = doubts.of_disorder(taken.reshape(-1, V.shape[-1]), self.strongest)
        return found + doubts.of_filling(answer.closed.ravel(), *self.card["mu_range"])

    @property
    def calibration(self) -> Bands | None:
        """Of its bands; None if it has none."""
        said = self.card.get("bands")
        return None if said is None else Bands.model_validate(said)

    def bands(self, V: np.ndarray) -> Banded | None:
        """Bands about the Delta of each ring, or why it has none; None: the network has no bands.

        Parameters
        ----------
        V : array_like, shape (..., L)
            Disorder, units of t.
        """
        known = self.calibration
        return None if known is None else banded(known, check_disorder(V))

    def predict(self, V: np.ndarray, as_drawn: bool = False) -> np.ndarray:
        """Delta of each ring; a constant added to V changes nothing, unless mu is fixed.

        Parameters
        ----------
        V : array_like, shape (..., L)
            Disorder, units of t; L may be any length from the network's window on.
        as_drawn : bool
            Put V in as it is, in single precision as in training, as the paper does, whose network
            sees the mean of its window; and take the nearer end of the range of mu where it does
            not bracket the filling.

        Returns
        -------
        ndarray, shape (..., L)
            Units of t; NaN in rings where no mu of the network's range gives the filling, see
            `answer`.

        Raises
        ------
        ValueError
            If V is not finite or empty, or its rings are shorter than the window.
        """
        answer = self.answer(V, as_drawn)
        known = answer.closed[..., None] | as_drawn
        return np.where(known, answer.delta, np.nan)

    def answer(self, V: np.ndarray, as_drawn: bool = False, exactly: bool = True) -> Answer:
        """Delta and mu of each ring, and whether mu is bracketed; arguments as of `predict`.

        `exactly`: in double precision, in which a constant in V changes nothing to 1e-12; single
        precision does to 1e-5, in a third of the time.
        """
        V = check_disorder(V)
        if not V.size:
            raise ValueError(f"V: shape {V.shape}; give at least one ring")
        if as_drawn:
            return self._answer(V, exactly=False)
        if self.sees_the_mean:
            return self._answer(V, exactly)
        answer = self._answer(doubts.off_its_mean(V), exactly)
        return replace(answer, mu=answer.mu + V.mean(-1))

    def _answer(self, V: np.ndarray, exactly: bool = True) -> Answer:
        rings = V.reshape(-1, V.shape[-1])
        at_once = max(1, SITES // rings.shape[-1])
        pieces = [self._predict(some, exactly) for some in torch.from_numpy(rings).split(at_once)]
        delta, density, mu, closed = (torch.cat(part).numpy() for part in zip(*pieces, strict=True))
        shape = V.shape[:-1]
        return Answer(
            delta=delta.astype(float).reshape(V.shape),
            density=density.astype(float).reshape(V.shape),
            mu=mu.astype(float).reshape(shape),
            closed=closed.reshape(shape),
        )

    @torch.no_grad()
    def _predict(self, V: torch.Tensor, exactly: bool) -> tuple[torch.Tensor, ...]:
        """Delta, density, mu and whether it is bracketed, of rings V, shape (n, L).

        In double precision if `exactly`: a constant in V then changes nothing but rounding.
        """
        model, single = (self.in_double if exactly else self.model), V.float()
        V = V if exactly else single
        if self.card["architecture"]["kind"] == "window":
            unknown = torch.full_like(V, torch.nan)
            return model(V), unknown, unknown[:, 0], torch.ones(len(V), dtype=torch.bool)
        lowest, highest = self.card["mu_range"]
        mu = close_filling(self.model, single, self.card["filling"], lowest, highest)
        ends = torch.tensor([lowest, highest])
        closed = (mu > ends[0]) & (mu < ends[1])
        mu = mu.to(V.dtype)
        if exactly and closed.any():
            mu[closed] = polish_filling(model, V[closed], self.card["filling"], mu[closed])
        fields = reflected(model, V - mu[:, None])
        return fields[:, 0], fields[:, 1], mu, closed


@dataclass(frozen=True)
class Answer:
    """What a network says of rings.

    Attributes
    ----------
    delta : ndarray, shape (..., L)
        Units of t.
    density : ndarray, shape (..., L)
        n_i; NaN of a window network, which knows none.
    mu : ndarray, shape (...)
        Units of t; NaN of a window network, which knows none.
    closed : ndarray of bool, shape (...)
        Whether the network's range of mu brackets the filling. Where it does not, mu is the nearer
        end of the range.
    """

    delta: np.ndarray
    density: np.ndarray
    mu: np.ndarray
    closed: np.ndarray
