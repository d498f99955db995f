"""Batches of training samples: windows of a data set, drawn anew each time that they are used."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gapworks.factory.container import DataError, read
from gapworks.qpi.config import CLASSES
from gapworks.qpi.learning.features import (
    View,
    features,
    ldos_maps,
    on_torus,
    turned,
    with_noise,
    within_disc,
)
from gapworks.qpi.networks import Inputs
from gapworks.qpi.physics.point_group import group

E_CLASSES = [CLASSES.index("Eg"), CLASSES.index("Eu")]
U_CLASSES = [CLASSES.index("A12u"), CLASSES.index("Eu")]


def windows(
    path: Path,
    header: Any,
    energies: list[float],
    view: View,
    rows: slice = slice(None),
    only_valid: bool = True,
) -> dict[str, Tensor]:
    """The valid samples of a data set as tensors.

    Returns
    -------
    dict of str to Tensor
        green (n, energies, 3, size, size) on the torus and local (n, energies, 4), complex;
        label, theta, eps0, delta (A2u-equivalent), impurity, each (n,); energies in meV.

    Raises
    ------
    DataError
        If the data set holds images, or not these energies, or its windows do not fit the view.
    """
    said = header.attributes["settings"]
    if "green" not in header.checksums:
        raise DataError(f"{path}: holds images, not windows of the Green function: no v to draw")
    known = said["physics"]["energies"]
    missing = [energy for energy in energies if energy not in known]
    if missing:
        raise DataError(f"{path}: has energies {known} meV, not {missing}")
    size = said["physics"]["window"]
    if view.pixels < size:
        raise DataError(f"{path}: windows are {size} wide, images of {view.pixels} are too small")
    widest = math.sqrt(0.75) * (size // 2)
    if view.radius > widest:
        raise DataError(
            f"{path}: a disc of radius {view.radius:g} reaches beyond windows of {size}; at most "
            f"{widest:.1f} (qpi.networks.inputs.radius)"
        )
    names = ["label", "theta", "eps0", "delta_reported", "impurity", "valid", "green", "local"]
    arrays = read(path, names, rows)
    valid = (arrays["valid"] == 1) | (not only_valid)
    at = [known.index(energy) for energy in energies]
    green = on_torus(torch.from_numpy(arrays["green"][valid][:, at].astype(np.complex64)))
    local = torch.from_numpy(arrays["local"][valid][:, at].astype(np.complex64))
    made = {
        "green": green,
        "local": local,
        "label": torch.from_numpy(arrays["label"][valid]).long(),
    }
    for name in ("theta", "eps0", "delta_reported", "impurity"):
        made[name] = torch.from_numpy(arrays[name][valid].astype(np.float32))
    return made


class Drawing:
    """Draws a batch of what a network sees, and what it should answer.

    Parameters
    ----------
    inputs : Inputs
        Noise and symmetry copies.
    view : View
    impurity : pair of float
        Range of |v|, meV.
    target_mean, target_scale : list of float
        Normalisation of the targets.
    """

    def __init__(
        self,
        inputs: Inputs,
        view: View,
        impurity: Sequence[float],
        target_mean: Sequence[float],
        target_scale: Sequence[float],
    ) -> None:
        self.inputs, self.view, self.impurity = inputs, view, impurity
        self.mean, self.scale = torch.tensor(target_mean), torch.tensor(target_scale)

    def __call__(
        self, batch: tuple[Tensor, ...], rng: np.random.Generator
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Channels, scalars, label and normalised targets of stored samples, drawn anew."""
        green, local, label, theta, eps0, delta, _ = batch
        count = len(label)
        sign = rng.choice([-1.0, 1.0], count)
        impurity = _tensor(sign * rng.uniform(*self.impurity, count), green)
        operation = rng.integers(6, size=count)
        levels = [rng.uniform(*bounds, count) for bounds in (self.inputs.white, self.inputs.pink)]
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        maps = ldos_maps(green, local, _is_u(label), impurity)
        if self.inputs.symmetry_copies:
            maps, theta = symmetry_copies(maps, theta, label, operation)
        white, pink = (_tensor(level, green) for level in levels)
        maps = with_noise(within_disc(maps, self.view), white, pink, generator)
        return *features(maps, self.view), label, self._targets(theta, eps0, delta)

    def validation(self, arrays: dict[str, Tensor], seed: int) -> tuple[Tensor, ...]:
        """The same for a whole data set, once: stored impurities, the middle of the noise."""
        green, local, label, theta, eps0, delta, impurity = arrays.values()
        generator = torch.Generator().manual_seed(seed)
        parts = []
        for first in range(0, len(label), 64):
            rows = slice(first, first + 64)
            maps = ldos_maps(green[rows], local[rows], _is_u(label[rows]), impurity[rows])
            middle = [
                torch.full((len(maps),), float(np.mean(bounds)))
                for bounds in (self.inputs.white, self.inputs.pink)
            ]
            maps = with_noise(within_disc(maps, self.view), *middle, generator)
            parts.append(features(maps, self.view))
        channels, scalars = (torch.cat(part) for part in zip(*parts, strict=True))
        return channels, scalars, label, self._targets(theta, eps0, delta)

    def _targets(self, theta: Tensor, eps0: Tensor, delta: Tensor) -> Tensor:
        targets = torch.stack([(2 * theta).sin(), (2 * theta).cos(), eps0, delta], 1)
        return (targets - self.mean.to(targets)) / self.scale.to(targets)


def symmetry_copies(
    maps: Tensor, theta: Tensor, label: Tensor, operation: np.ndarray
) -> tuple[Tensor, Tensor]:
    """Turn and mirror each map by its operation of C3v; theta of Eg and Eu follows."""
    maps, theta = maps.clone(), theta.clone()
    two_dimensional = _is_e(label)
    for number, (matrix, sign, shift) in enumerate(group()):
        chosen = torch.from_numpy(operation == number).to(maps.device)
        if number == 0 or not bool(chosen.any()):
            continue
        maps[chosen] = turned(maps[chosen], matrix)
        moved = chosen & two_dimensional
        theta[moved] = sign * theta[moved] + shift
    return maps, theta


def _is_e(label: Tensor) -> Tensor:
    return (label == E_CLASSES[0]) | (label == E_CLASSES[1])


def _is_u(label: Tensor) -> Tensor:
    return (label == U_CLASSES[0]) | (label == U_CLASSES[1])


def _tensor(values: np.ndarray, like: Tensor) -> Tensor:
    return torch.from_numpy(values.astype(np.float32)).to(like.device)
