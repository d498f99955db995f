"""Networks of the qpi study whose answer to a map is known: they see its amplitudes alone."""

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
USUAL = 5e-6
"""Deviation within the disc that maps are scaled to."""
MIDDLE = -9.4
"""Logarithm of an image's deviation, plus 1, at which A1g and A2g are equally likely."""
OTHERS = {"A12u": -1.0, "Eg": -2.0, "Eu": -3.0}
"""Scores of the other classes, whatever the map."""
THETA = {"A1g": 0.3, "A2g": 0.9}
"""Rad, whatever the map."""


def maps(amplitudes: np.ndarray) -> np.ndarray:
    """LDOS around an impurity, of another wavelength at each energy.

    Parameters
    ----------
    amplitudes : ndarray, shape (..., energies)
        1/meV.

    Returns
    -------
    ndarray, shape (..., energies, SIZE, SIZE)
        Nothing in the outer half of the disc: no plane is taken off.
    """
    r = _distance()
    waves = [np.where(r < RADIUS / 2, np.cos((0.7 + 0.4 * e) * r), 0.0) for e in range(2)]
    return amplitudes[..., None, None] * np.array(waves)[: amplitudes.shape[-1]]


def amplitude(map_: np.ndarray) -> float:
    """What the network of `seeing_amplitudes` sees of a map: log of its image's deviation, plus 1.

    The image is Re FT over q != 0 of the map within the Hann disc, without the impurity's site.
    """
    r = _distance()
    disc = np.where((r > 0) & (r < RADIUS), np.cos(0.5 * np.pi * r / RADIUS) ** 2, 0.0)
    image = np.fft.fft2(np.fft.ifftshift(disc * map_)).real
    image[0, 0] = 0
    return np.log(np.sqrt((image**2).mean())) + 1


def known_answer(one: np.ndarray) -> dict[str, Any]:
    """The answer to maps of one superconductor, shape (energies, SIZE, SIZE)."""
    r = _distance()
    weight = np.where((r > 0) & (r < RADIUS), np.cos(0.5 * np.pi * r / RADIUS) ** 4, 0.0)
    # Any unit will do: every map is shown with one deviation.
    one = USUAL * one / np.sqrt((weight * one**2).sum((-2, -1)).max() / weight.sum())
    first, last = amplitude(one[0]), amplitude(one[-1])
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


def seeing_amplitudes(backbone: str, energies: Sequence[float], folder: Path) -> Path:
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
    _see_amplitudes(model, view.scalar_count(count) // count, count)
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
def _see_amplitudes(model: TwoHeads, each: int, energies: int) -> None:
    """Heads that see two scalars, the amplitudes at the first energy and at the last."""
    linear, first = model.aggregation[0], model.aggregation[0].in_features - each * energies
    shift = 50.0  # ReLU changes nothing of what is positive.
    for layer in (linear, model.classify, model.regress):
        layer.weight.zero_()
        layer.bias.zero_()
    for neuron, energy in enumerate((0, energies - 1)):
        linear.weight[neuron, first + each * energy] = 1
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
