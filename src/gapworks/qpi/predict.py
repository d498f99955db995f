"""Pairing symmetry and parameters from trained networks: data sets, or a user's own LDOS maps."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gapworks.factory.container import DataError
from gapworks.factory.disk import write_whole
from gapworks.learning.cards import described_by_its_card
from gapworks.learning.package import load_package
from gapworks.qpi.batches import E_CLASSES
from gapworks.qpi.inputs import View, features, on_torus, turned, within_disc
from gapworks.qpi.lattice import group, reciprocal
from gapworks.qpi.network import CLASSES, TwoHeads
from gapworks.qpi.training import Settings

AT_ONCE = 64
"""Samples put through a network at a time."""


@dataclass(frozen=True)
class Answers:
    """What a network says of n samples.

    Attributes
    ----------
    probability : ndarray, shape (n, 5)
        Of `network.CLASSES`.
    theta : ndarray, shape (n,)
        Mixing angle, rad, in [0, pi).
    eps0, delta : ndarray, shape (n,)
        meV; Delta of the A2u gap for A12u.
    """

    probability: np.ndarray
    theta: np.ndarray
    eps0: np.ndarray
    delta: np.ndarray

    @property
    def label(self) -> np.ndarray:
        """The likeliest class, shape (n,)."""
        return self.probability.argmax(1)


@dataclass(frozen=True)
class Network:
    """A trained network with its card."""

    model: torch.nn.Module
    card: dict[str, Any]
    settings: Settings

    @classmethod
    def load(cls, path: Path) -> Network:
        """Load a model package.

        Raises
        ------
        DataError
            If it is damaged or another study's, or if its card describes other weights.
        """
        path = Path(path)
        weights, card = load_package(path, "qpi")
        with described_by_its_card(path):
            settings = Settings.model_validate(card["settings"])
            model = TwoHeads(**card["architecture"])
            model.load_state_dict(weights)
        return cls(model.eval(), card, settings)

    @property
    def view(self) -> View:
        """What the network is shown of a map."""
        return self.settings.view()

    @torch.no_grad()
    def answer(self, maps: Tensor) -> Answers:
        """Classes and parameters of LDOS maps.

        The six symmetry copies of a map are put through the network; scores are averaged, and the
        angles of Eg and Eu turned back, where it was trained so.

        Parameters
        ----------
        maps : Tensor, shape (n, energies, pixels, pixels)
            On the torus, within the disc: from `inputs.within_disc`.
        """
        operations = group() if self.settings.inputs.symmetry_copies else group()[:1]
        seen = [
            features(maps[first : first + AT_ONCE], self.view)
            for first in range(0, len(maps), AT_ONCE)
        ]
        scores, answers = 0.0, 0.0
        for matrix, sign, shift in operations:
            # An image turns with its map; amplitudes stay.
            turn = reciprocal(matrix)
            parts = [self.model(turned(channels, turn), scalars) for channels, scalars in seen]
            logits, parameters = (torch.cat(part) for part in zip(*parts, strict=True))
            scores = scores + logits.log_softmax(1) / len(operations)
            values = parameters * self.model.target_scale + self.model.target_mean
            answers = answers + self._turned_back(values, logits, sign, shift) / len(operations)
        probability = scores.softmax(1)
        label = probability.argmax(1)
        row = label if answers.shape[1] > 1 else torch.zeros_like(label)
        chosen = answers[torch.arange(len(label)), row]
        theta = 0.5 * torch.atan2(chosen[:, 0], chosen[:, 1])
        made = (probability, theta % torch.pi, chosen[:, 2], chosen[:, 3])
        return Answers(*(tensor.double().numpy() for tensor in made))

    @staticmethod
    def _turned_back(values: Tensor, logits: Tensor, sign: float, shift: float) -> Tensor:
        """theta' = sign theta + shift undone in (sin 2 theta, cos 2 theta) of Eg and Eu."""
        angle = torch.atan2(values[..., 0], values[..., 1])
        length = torch.hypot(values[..., 0], values[..., 1])
        back = sign * (angle - 2 * shift)
        if values.shape[1] > 1:
            moves = torch.zeros(values.shape[1], dtype=torch.bool)
            moves[E_CLASSES] = True
        else:
            label = logits.argmax(1, keepdim=True)
            moves = (label == E_CLASSES[0]) | (label == E_CLASSES[1])
        angle = torch.where(moves, back, angle)
        embedded = torch.stack([length * angle.sin(), length * angle.cos()], -1)
        return torch.cat([embedded, values[..., 2:]], -1)


def predict_file(network: Path, source: Path, target: Path) -> None:
    """Classes and parameters of a user's own LDOS maps, from one file into another.

    Parameters
    ----------
    network : Path
        Weights of a model package.
    source : Path
        LDOS that the impurity adds, 1 / meV per cell, on the lattice's cells around it: .npy of
        shape (n, energies, size, size) or (energies, size, size), the impurity at
        [size // 2, size // 2], rows along a1 and columns along a2; the energies those of the
        network. Noise is in it already.
    target : Path
        .json, or .csv with one sample a row.

    Raises
    ------
    DataError
        If a file cannot be read or written, or the maps do not fit the network.
    """
    if source.suffix != ".npy":
        raise DataError(f"{source}: must be .npy")
    if target.suffix not in (".json", ".csv"):
        raise DataError(f"{target}: must be .json or .csv")
    loaded = Network.load(network)
    try:
        maps = np.load(source, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{source}: {error}") from error
    answers = loaded.answer(within_disc(_checked(source, maps, loaded), loaded.view))
    rows = [
        {
            "class": CLASSES[label],
            **{name: float(p) for name, p in zip(CLASSES, answers.probability[row], strict=True)},
            "theta": None if CLASSES[label] == "A12u" else float(answers.theta[row]),
            "delta": float(answers.delta[row]),
            "eps0": float(answers.eps0[row]),
        }
        for row, label in enumerate(answers.label)
    ]
    if target.suffix == ".json":
        write_whole(target, (json.dumps(rows, indent=1) + "\n").encode())
        return
    import pandas as pd

    content = io.StringIO()
    pd.DataFrame(rows).to_csv(content, index=False, float_format="%.6g")
    write_whole(target, content.getvalue().encode())


def _checked(source: Path, maps: np.ndarray, network: Network) -> Tensor:
    """Maps as a tensor on the torus, or an error that says what they should be."""
    energies = network.settings.condition.energies
    size = network.card["training_data"]["physics"]["window"]
    if maps.ndim == 3:
        maps = maps[None]
    if maps.dtype.kind not in "fiu" or maps.ndim != 4 or maps.shape[1] != len(energies):
        raise DataError(
            f"{source}: is {maps.dtype}{list(maps.shape)}, not real numbers of shape (samples, "
            f"{len(energies)}, size, size): one LDOS map for each of the energies {energies} meV"
        )
    if maps.shape[2] != maps.shape[3] or not size <= maps.shape[2] <= network.view.pixels:
        raise DataError(
            f"{source}: maps are {maps.shape[2]} x {maps.shape[3]}; give {size} x {size} cells "
            f"(or up to {network.view.pixels}) with the impurity at [size // 2, size // 2]"
        )
    if not np.isfinite(maps).all():
        raise DataError(f"{source}: is not finite everywhere")
    return on_torus(torch.from_numpy(maps.astype(np.float32)))
