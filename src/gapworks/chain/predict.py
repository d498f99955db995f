"""Pairing potentials from trained networks: windows on rings, and the closure of the filling."""

from __future__ import annotations

import io
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel

from gapworks.chain.model import check_disorder
from gapworks.chain.network import build
from gapworks.chain.settings import Physics
from gapworks.factory.container import DataError
from gapworks.factory.disk import write_whole
from gapworks.learning.cards import described_by_its_card
from gapworks.learning.package import load_package

SITES = 1 << 18
"""Sites put through a network at a time: bounds the memory of a call on a million sites."""


class TrainingData(BaseModel):
    """What a card says of the training data, as far as it is used."""

    physics: Physics
    seed: int
    stream: int
    samples: int


class Card(BaseModel):
    """What a card must say; it may say more."""

    architecture: dict[str, Any]
    window: int
    parameters: int
    filling: float
    mu_range: tuple[float, float]
    settings: dict[str, Any]
    training_data: TrainingData
    epochs: int


@dataclass(frozen=True)
class Network:
    """A trained network with its card."""

    model: torch.nn.Module
    card: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> Network:
        """Load a model package.

        Raises
        ------
        DataError
            If it is damaged or another study's, or if its card describes other weights.
        """
        path = Path(path)
        weights, card = load_package(path, "chain")
        with described_by_its_card(path):
            window = Card.model_validate(card).window
            model = build(card["architecture"])
            model.load_state_dict(weights)
            if window != 2 * model.reach + 1:
                raise ValueError(f"window is {window}, the architecture's {2 * model.reach + 1}")
        return cls(model.eval(), card)

    @property
    def physics(self) -> dict[str, Any]:
        """What the network's answer is for: coupling, filling and Hartree convention."""
        trained = self.card["training_data"]["physics"]
        return {key: trained[key] for key in ("coupling", "filling", "hartree")}

    def beyond_training(self, V: np.ndarray) -> str | None:
        """A warning, if V is larger than any the network was trained on."""
        largest = self.card["training_data"]["physics"]["disorder_strengths"][-1]
        reached = np.abs(V).max()
        if reached <= largest:
            return None
        return f"|V| up to {reached:.3g} t; the network was trained on at most {largest:g} t"

    def predict(self, V: np.ndarray) -> np.ndarray:
        """Delta of each ring.

        Parameters
        ----------
        V : array_like, shape (..., L)
            Disorder, units of t; L may be any length from the network's window on.

        Returns
        -------
        ndarray, shape (..., L)
            Units of t.

        Raises
        ------
        ValueError
            If V is not finite or empty, or its rings are shorter than the window.
        """
        V = check_disorder(V)
        if not V.size:
            raise ValueError(f"V: shape {V.shape}; give at least one ring")
        rings = V.reshape(-1, V.shape[-1])
        at_once = max(1, SITES // rings.shape[-1])
        pieces = [
            self._predict(torch.from_numpy(rings[first : first + at_once]).float())
            for first in range(0, len(rings), at_once)
        ]
        return torch.cat(pieces).double().numpy().reshape(V.shape)

    @torch.no_grad()
    def _predict(self, V: torch.Tensor) -> torch.Tensor:
        if self.card["architecture"]["kind"] == "window":
            return self.model(V)
        mu = close_filling(self.model, V, self.card["filling"], *self.card["mu_range"])
        return reflected(self.model, V - mu[:, None])[:, 0]


def predict_file(network: Path, source: Path, target: Path) -> str:
    """Delta for a user's own disorder, from one file into another.

    Parameters
    ----------
    network : Path
        Weights of a model package.
    source : Path
        V, units of t: .npy of shape (..., L), or .csv with one ring a row.
    target : Path
        Delta, units of t, in the same shape: .npy or .csv.

    Returns
    -------
    str
        What was written, and the physics that it is for.

    Raises
    ------
    DataError
        If a file cannot be read or written, or V does not fit the network.
    """
    readers = {".npy": np.load, ".csv": lambda path: np.loadtxt(path, delimiter=",", ndmin=2)}
    for path in (source, target):
        if path.suffix not in readers:
            raise DataError(f"{path}: must be .npy or .csv")
    loaded = Network.load(network)
    try:
        with warnings.catch_warnings(action="ignore"):  # numpy's, of an empty file
            V = readers[source.suffix](source)
        delta = loaded.predict(V)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{source}: {getattr(error, 'strerror', None) or error}") from error
    if warning := loaded.beyond_training(V):
        print(f"gapworks: {source}: {warning}", file=sys.stderr)
    content = io.BytesIO()
    if target.suffix == ".npy":
        np.save(content, delta)
    else:
        np.savetxt(content, delta.reshape(-1, delta.shape[-1]), delimiter=",")
    write_whole(target, content.getvalue())
    return "Delta for " + ", ".join(f"{key} {value}" for key, value in loaded.physics.items())


@torch.no_grad()
def close_filling(
    model: torch.nn.Module,
    V: torch.Tensor,
    filling: float,
    lowest: float,
    highest: float,
    tolerance: float = 1e-6,
) -> torch.Tensor:
    """The mu of each ring at which a surrogate's mean density is the filling, shape (n,).

    Regula falsi with halving (Illinois): the density rises with mu, and the bracket is kept.
    Where the range of mu does not bracket the filling its nearer end is returned.

    Parameters
    ----------
    V : Tensor, shape (n, L)
        Units of t.
    filling : float
        Electrons per site.
    lowest, highest : float
        Range of mu, units of t: that of the training data, widened.
    tolerance : float
        Largest error of the mean density.
    """

    def excess(mu: torch.Tensor) -> torch.Tensor:
        return model(V - mu[:, None])[:, 1].mean(dim=-1) - filling

    low, high = torch.full((len(V),), lowest), torch.full((len(V),), highest)
    below, above = excess(low), excess(high)
    mu = torch.where(below > 0, low, high)
    open_ = (below < 0) & (above > 0)
    side = torch.zeros(len(V))
    for _ in range(40):
        trial = (low * above - high * below) / (above - below)
        mu = torch.where(open_, trial, mu)
        error = excess(mu)
        open_ = open_ & (error.abs() > tolerance)
        if not open_.any():
            break
        under = error < 0
        # The end that stays put twice counts half: otherwise it may stay for ever.
        above = torch.where(under & (side < 0), above / 2, above)
        below = torch.where(~under & (side > 0), below / 2, below)
        low, below = torch.where(under, mu, low), torch.where(under, error, below)
        high, above = torch.where(under, high, mu), torch.where(under, above, error)
        side = torch.where(under, -1.0, 1.0)
    return mu


def reflected(model: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Mean of a prediction and of the mirrored ring's: the equations know no left and right."""
    return 0.5 * (model(x) + model(x.flip(-1)).flip(-1))
