"""Networks of the qpi study whose answer to a map is known: they see one ring of it alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gapworks.learning.package import save_package
from gapworks.qpi.learning.familiarity import FAMILIAR, statistics
from gapworks.qpi.learning.maps import View
from gapworks.qpi.learning.network import TwoHeads
from tests.support import cards
from tests.support.qpi_study import train_settings

SIZE, RADIUS = 32, 13.0
RING = 2
"""The ring of r, of eight, that the network sees: a quarter to three eighths of the disc."""
MIDDLE = 0.6
"""What it sees there, at which A1g and A2g are equally likely."""
OTHERS = {"A12u": -1.0, "Eg": -2.0, "Eu": -3.0}
"""Scores of the other classes, whatever the map."""
THETA = {"A1g": 0.3, "A2g": 0.9}
"""Rad, whatever the map."""


def maps(outside: np.ndarray) -> np.ndarray:
    """LDOS around an impurity, of another wavelength and in another unit at each energy.

    Parameters
    ----------
    outside : ndarray, shape (..., energies)
        How much weaker it is beyond a quarter of the disc.

    Returns
    -------
    ndarray, shape (..., energies, SIZE, SIZE)
        Nothing in the outer half of the disc: no plane is taken off.
    """
    r = _distance()
    count = outside.shape[-1]
    waves = np.array([3.0**e * np.cos((0.7 + 0.4 * e) * r) for e in range(count)])
    shape = np.where(r < RADIUS / 4, 1.0, outside[..., None, None]) * (r < RADIUS / 2)
    return shape * waves


def in_ring(map_: np.ndarray) -> float:
    """What the network of `seeing_a_ring` sees of a map: log of the ring's share of its power.

    The power is that within the Hann disc without the impurity's site; the logarithm of the share
    and 1e-4 is divided by 3, and 1 added.
    """
    r = _distance()
    disc = np.where((r > 0) & (r < RADIUS), np.cos(0.5 * np.pi * r / RADIUS) ** 2, 0.0)
    power = (disc * map_) ** 2
    ring = (r >= RADIUS * RING / 8) & (r < RADIUS * (RING + 1) / 8)
    return np.log(power[ring].sum() / power.sum() + 1e-4) / 3 + 1


def known_answer(one: np.ndarray) -> dict[str, Any]:
    """The answer to maps of one superconductor, shape (energies, SIZE, SIZE)."""
    first, last = in_ring(one[0]), in_ring(one[-1])
    score = OTHERS | {"A1g": MIDDLE - first, "A2g": first - MIDDLE}
    total = sum(np.exp(list(score.values())))
    label = "A1g" if first < MIDDLE else "A2g"
    offset = {"A1g": 0.0, "A2g": 0.2}[label]
    return {
        "class": label,
        **{name: np.exp(value) / total for name, value in score.items()},
        "theta": THETA[label],
        "delta": 5.0 + 0.25 * (last + offset),
        "eps0": -100.0 + 20.0 * (first + offset),
    }


def seeing_a_ring(backbone: str, energies: Sequence[float], folder: Path) -> Path:
    """The package of a network whose answer is `known_answer`."""
    condition = {"energies": list(energies), "odd_channels": len(energies) > 1, "scalars": True}
    chosen = train_settings(name=f"{backbone}-known", backbone=backbone, condition=condition)
    view, count = View.of(chosen.inputs, chosen.condition), len(energies)
    architecture = {
        "backbone": backbone,
        "channels": view.channels(count),
        "scalars": view.scalar_count(count),
        "target_mean": [0.0, 0.0, -100.0, 5.0],
        "target_scale": [1.0, 1.0, 20.0, 0.25],
        **chosen.network.model_dump(include={"aggregation", "conditional", "widths", "kernel"}),
    }
    torch.manual_seed(1)
    model = TwoHeads(**architecture)
    _see_a_ring(model, view.scalar_count(count) // count, count)
    wide = statistics(np.zeros((1, count, SIZE, SIZE)), view).shape[1]
    weights = model.state_dict() | {
        f"{FAMILIAR}mean": torch.zeros(5, wide),
        f"{FAMILIAR}inverse": torch.zeros(5, wide, wide),
    }
    said = cards.said(
        "qpi",
        {"window": SIZE},
        {"n_effective": 1024},
        name=chosen.name,
        architecture=architecture,
        settings=chosen.model_dump(mode="json"),
        familiar={"threshold": 1.0},
    )
    path = folder / f"{chosen.name}.safetensors"
    save_package(path, weights, said)
    return path


@torch.no_grad()
def _see_a_ring(model: TwoHeads, each: int, energies: int) -> None:
    """Heads that see two scalars, the ring's at the first energy and at the last."""
    linear, first = model.aggregation[0], model.aggregation[0].in_features - each * energies
    shift = 50.0  # ReLU changes nothing of what is positive.
    for layer in (linear, model.classify, model.regress):
        layer.weight.zero_()
        layer.bias.zero_()
    for neuron, energy in enumerate((0, energies - 1)):
        # Two shares of odd parts stand before the rings, where there are such channels.
        linear.weight[neuron, first + each * energy + RING + 2 * (energies > 1)] = 1
        linear.bias[neuron] = shift
    classes = ("A1g", "A12u", "A2g", "Eg", "Eu")
    for name, score in OTHERS.items():
        model.classify.bias[classes.index(name)] = score
    for name, sign in (("A1g", -1), ("A2g", 1)):
        row = classes.index(name)
        model.classify.weight[row, 0] = sign
        model.classify.bias[row] = -sign * (shift + MIDDLE)
        # sin and cos of 2 theta, eps0, Delta, each class its own.
        weight, bias = (
            x[4 * row : 4 * row + 4] for x in (model.regress.weight, model.regress.bias)
        )
        weight[2, 0] = weight[3, 1] = 1
        angle = torch.tensor(2 * THETA[name])
        offset = 0.1 * row
        bias[:] = torch.stack(
            [angle.sin(), angle.cos(), *(torch.tensor(offset - shift) for _ in range(2))]
        )


def _distance() -> np.ndarray:
    """|r| from the middle of a map, lattice constants."""
    i = np.arange(SIZE) - SIZE // 2
    return np.sqrt(i[:, None] ** 2 + i[:, None] * i + i**2)
