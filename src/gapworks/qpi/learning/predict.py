"""Pairing symmetry and parameters of LDOS maps from trained networks."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError, Refused
from gapworks.learning.cards import described_by_its_card
from gapworks.learning.package import load_package
from gapworks.qpi.learning.batches import E_CLASSES
from gapworks.qpi.learning.familiarity import FAMILIAR, Familiarity
from gapworks.qpi.learning.features import View, features, on_torus, turned, within_disc
from gapworks.qpi.learning.network import CLASSES, TwoHeads
from gapworks.qpi.learning.own_maps import read_maps
from gapworks.qpi.learning.training import Settings
from gapworks.qpi.learning.treatment import Treated, treat
from gapworks.qpi.physics.point_group import group, reciprocal

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
    familiar: Familiarity | None = None

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
            own = [name for name in weights if name.startswith(FAMILIAR)]
            tensors = {name.removeprefix(FAMILIAR): weights.pop(name) for name in own}
            familiar = Familiarity(tensors, float(card["familiar"]["threshold"]))
            model.load_state_dict(weights)
        return cls(model.eval(), card, settings, familiar)

    @property
    def view(self) -> View:
        """What the network is shown of a map."""
        return self.settings.view()

    def judge(self, maps: np.ndarray) -> tuple[list[Treated], list[str | None]]:
        """Maps centred and levelled, and why some should not be answered.

        Parameters
        ----------
        maps : ndarray, shape (n, energies, size, size)
            Any unit; the impurity near [size // 2, size // 2].
        """
        treated = [treat(one, self.view.radius) for one in maps]
        refused = [one.refused for one in treated]
        rest = [number for number, one in enumerate(treated) if one.refused is None]
        if rest and self.familiar is not None:
            stack = np.stack([treated[number].maps for number in rest])
            for number, reason in zip(rest, self.familiar.judge(stack, self.view), strict=True):
                refused[number] = reason
        return treated, refused

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


def predict_file(network: Path, source: Path, target: Path, force: bool = False) -> str:
    """Classes and parameters of a user's own LDOS maps, from one file into another.

    Parameters
    ----------
    network : Path
        Weights of a model package.
    source : Path
        Change of the LDOS by one impurity, in any unit, on the lattice's cells around it: .npy of
        shape (n, energies, size, size) or (energies, size, size), rows along a1 and columns along
        a2; the energies those of the network. The impurity is looked for, and a constant and a
        slope are taken off. Noise is in it already.
    target : Path
        .json, or .csv with one map a row: class, probabilities, theta (rad), delta, eps0 (meV),
        notes, and why a map is refused, which has no answer.
    force : bool
        Answer maps that are refused.

    Returns
    -------
    str
        What was answered.

    Raises
    ------
    DataError
        If a file cannot be read or written, or the maps do not fit the network.
    Refused
        If no map looks like those that the network was trained on.
    """
    if target.suffix not in (".json", ".csv"):
        raise DataError(f"{target}: must be .json or .csv")
    loaded = Network.load(network)
    energies = loaded.settings.condition.energies
    window = loaded.card["training_data"]["physics"]["window"]
    maps = read_maps(source, energies, window, loaded.view.pixels)
    treated, refused = loaded.judge(maps)
    if all(refused) and not force:
        reasons = dict.fromkeys(reason for reason in refused if reason)
        raise Refused(f"{source}: {'; '.join(reasons)}; --force answers all the same")
    shown = np.stack([one.maps for one in treated]).astype(np.float32)
    answers = loaded.answer(within_disc(on_torus(torch.from_numpy(shown)), loaded.view))
    rows = [
        _row(answers, number, one.notes, reason, answered=force or reason is None)
        for number, (one, reason) in enumerate(zip(treated, refused, strict=True))
    ]
    for number, row in enumerate(rows, 1):
        for line in (row["notes"], row["refused"] and f"refused: {row['refused']}"):
            if line:
                print(f"gapworks: {source}: map {number}: {line}", file=sys.stderr)
    write_whole(target, _as_text(rows, target.suffix).encode())
    at = ", ".join(f"{energy:g}" for energy in energies)
    return f"{_summary(rows)}; maps read as those at {at} meV"


def _row(
    answers: Answers, number: int, notes: Sequence[str], refused: str | None, answered: bool
) -> dict[str, Any]:
    """One map's answer as it is written; none where it is refused."""
    label = CLASSES[answers.label[number]]
    probability = dict(zip(CLASSES, map(float, answers.probability[number]), strict=True))
    values = {name: float(getattr(answers, name)[number]) for name in ("theta", "delta", "eps0")}
    if label == "A12u":
        values["theta"] = None
    row: dict[str, Any] = {"class": label, **probability, **values}
    if not answered:
        row = dict.fromkeys(row)
    return row | {"notes": "; ".join(notes) or None, "refused": refused}


def _summary(rows: Sequence[dict[str, Any]]) -> str:
    """What was answered, in a line."""
    found = Counter(row["class"] or "refused" for row in rows)
    if len(rows) == 1:
        row = rows[0]
        angle = "" if row["theta"] is None else f", theta {row['theta']:.3g} rad"
        return (
            f"{row['class']} (p {row[row['class']]:.2f}){angle}, Delta {row['delta']:.3g} meV, "
            f"eps0 {row['eps0']:.3g} meV"
        )
    return f"{len(rows)} maps: " + ", ".join(f"{count} {name}" for name, count in found.items())


def _as_text(rows: Sequence[dict[str, Any]], suffix: str) -> str:
    if suffix == ".json":
        return json.dumps(rows, indent=1) + "\n"
    import pandas as pd

    content = io.StringIO()
    pd.DataFrame(rows).to_csv(content, index=False, float_format="%.6g")
    return content.getvalue()
