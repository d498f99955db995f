"""Pairing potentials from trained networks: windows on rings, and the closure of the filling."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel

from gapworks.chain.config import Physics
from gapworks.chain.learning import doubts
from gapworks.chain.learning.closure import close_filling, reflected
from gapworks.chain.learning.network import build
from gapworks.chain.physics.model import check_disorder
from gapworks.factory.container import DataError
from gapworks.factory.disk import write_whole
from gapworks.factory.errors import Refused
from gapworks.learning.cards import described_by_its_card
from gapworks.learning.package import load_package
from gapworks.readers.array import read_array
from gapworks.readers.table import read_table
from gapworks.readers.units import DoubtfulUnit, units

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
    delta_range: tuple[float, float]
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

    @property
    def strongest(self) -> float:
        """Largest disorder strength V0 that the network was trained on, units of t."""
        return max(self.card["training_data"]["physics"]["disorder_strengths"])

    def doubts(self, V: np.ndarray, answer: Answer) -> list[doubts.Doubt]:
        """What is to be said of V, less each ring's mean, and of mu; arguments as of `answer`."""
        found = doubts.of_disorder(doubts.off_its_mean(V).reshape(-1, V.shape[-1]), self.strongest)
        return found + doubts.of_filling(answer.closed.ravel(), *self.card["mu_range"])

    def predict(self, V: np.ndarray, as_drawn: bool = False) -> np.ndarray:
        """Delta of each ring; a constant added to V changes nothing.

        Parameters
        ----------
        V : array_like, shape (..., L)
            Disorder, units of t; L may be any length from the network's window on.
        as_drawn : bool
            Put V in as it is, as the paper does, whose network sees the mean of its window; and
            take the nearer end of the range of mu where it does not bracket the filling.

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

    def answer(self, V: np.ndarray, as_drawn: bool = False) -> Answer:
        """Delta and mu of each ring, and whether mu is bracketed; arguments as of `predict`."""
        V = check_disorder(V)
        if not V.size:
            raise ValueError(f"V: shape {V.shape}; give at least one ring")
        if as_drawn:
            return self._answer(V)
        answer = self._answer(doubts.off_its_mean(V))
        return replace(answer, mu=answer.mu + V.mean(-1))

    def _answer(self, V: np.ndarray) -> Answer:
        rings = V.reshape(-1, V.shape[-1])
        at_once = max(1, SITES // rings.shape[-1])
        pieces = [
            self._predict(torch.from_numpy(rings[first : first + at_once]).float())
            for first in range(0, len(rings), at_once)
        ]
        delta, mu, closed = (torch.cat(part).numpy() for part in zip(*pieces, strict=True))
        shape = V.shape[:-1]
        return Answer(
            delta=delta.astype(float).reshape(V.shape),
            mu=mu.astype(float).reshape(shape),
            closed=closed.reshape(shape),
        )

    @torch.no_grad()
    def _predict(self, V: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        if self.card["architecture"]["kind"] == "window":
            unknown = torch.full((len(V),), torch.nan)
            return self.model(V), unknown, torch.ones(len(V), dtype=torch.bool)
        lowest, highest = self.card["mu_range"]
        mu = close_filling(self.model, V, self.card["filling"], lowest, highest)
        ends = torch.tensor([lowest, highest])
        closed = (mu > ends[0]) & (mu < ends[1])
        return reflected(self.model, V - mu[:, None])[:, 0], mu, closed


@dataclass(frozen=True)
class Answer:
    """What a network says of rings.

    Attributes
    ----------
    delta : ndarray, shape (..., L)
        Units of t.
    mu : ndarray, shape (...)
        Units of t; NaN of a window network, which knows none.
    closed : ndarray of bool, shape (...)
        Whether the network's range of mu brackets the filling. Where it does not, mu is the nearer
        end of the range.
    """

    delta: np.ndarray
    mu: np.ndarray
    closed: np.ndarray


def predict_file(network: Path, source: Path, target: Path, force: bool = False) -> str:
    """Delta for a user's own disorder, from one file into another.

    Parameters
    ----------
    network : Path
        Weights of a model package.
    source : Path
        V, units of t: .npy of shape (..., L), or .csv with one ring a row.
    target : Path
        Delta, units of t, in the same shape: .npy or .csv; NaN in rings whose mu is not bracketed.
    force : bool
        Write what would be refused: with the nearer end of the range of mu where it is not
        bracketed.

    Returns
    -------
    str
        What was written, and the physics that it is for.

    Raises
    ------
    DataError
        If a file cannot be read or written, or V does not fit the network.
    Refused
        If V can be read and looks like something else, or is far beyond the training's, or if the
        answer is no Delta.
    """
    for path in (source, target):
        if path.suffix not in (".npy", ".csv"):
            raise DataError(f"{path}: must be .npy or .csv")
    loaded = Network.load(network)
    try:
        V, notes = _read(source)
        V = check_disorder(V)
        found = [doubts.Doubt(note) for note in notes]
        length = loaded.card["training_data"]["physics"]["length"]
        found += doubts.layout(V, loaded.card["window"], length)
        answer = loaded.answer(V)
    except (ValueError, MemoryError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{source}: {error or 'is too large for memory; split it'}") from error
    rings = (-1, V.shape[-1])
    delta = answer.delta if force else np.where(answer.closed[..., None], answer.delta, np.nan)
    found += loaded.doubts(V, answer)
    if np.isfinite(delta).any():
        found += doubts.of_delta(delta.reshape(rings), loaded.card["delta_range"][1])
    if refused := [doubt.text for doubt in found if doubt.refused and not force]:
        raise Refused(f"{source}: {'; '.join(refused)}; --force writes Delta all the same")
    for doubt in found:
        print(f"gapworks: {source}: {doubt.text}", file=sys.stderr)
    content = io.BytesIO()
    if target.suffix == ".npy":
        np.save(content, delta)
    else:
        np.savetxt(content, delta.reshape(rings), delimiter=",")
    write_whole(target, content.getvalue())
    said = "Delta for " + ", ".join(f"{key} {value}" for key, value in loaded.physics.items())
    open_rings = int((~answer.closed).sum())
    return (
        f"{said}; mu is not bracketed in {open_rings} of {answer.closed.size} rings"
        if open_rings
        else said
    )


def _read(source: Path) -> tuple[np.ndarray, list[str]]:
    """V as it stands in a file, and what was assumed in reading it."""
    if source.suffix == ".csv":
        table = read_table(source)
        try:
            said = set(units(table.header, 1)) - {None}
        except DoubtfulUnit as error:
            raise DataError(f"{source}: {error}; give V in units of t, and no unit") from error
        if said:
            raise DataError(
                f"{source}: the header speaks of {', '.join(said)}; give V in units of t, and no "
                "other unit in the header"
            )
        return table.values, list(table.notes)
    V = read_array(source, "V")
    if V.dtype.itemsize < 4 and V.dtype.kind == "f":
        return V, [f"{V.dtype} keeps V to {np.finfo(V.dtype).eps / 2:.0e} of itself"]
    return V, []
