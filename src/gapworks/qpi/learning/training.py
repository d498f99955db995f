"""Training the qpi study's networks: architecture, loss, and samples drawn at each use.

A training sample is drawn again each time it is used: another impurity, one of the symmetry
copies, other noise. All draws are functions of seed, epoch and batch: an interrupted training goes
on to the same weights.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gapworks.factory.reading import Header
from gapworks.learning.data import check_apart, dataset_header
from gapworks.learning.task import Task, check_enough
from gapworks.qpi.learning.calibration import calibrated
from gapworks.qpi.learning.familiarity import FAMILIAR, Familiarity, describe
from gapworks.qpi.learning.features import (
    AT_ONCE,
    features,
    has_two_components,
    has_u_gap,
    stored_maps,
    windows,
)
from gapworks.qpi.learning.images import OF_SAMPLE, ImageDrawing, images
from gapworks.qpi.learning.maps import (
    View,
    ldos_maps,
    noise_levels,
    opposite,
    turned,
    with_noise,
    within_disc,
)
from gapworks.qpi.learning.network import TwoHeads, two_head_loss
from gapworks.qpi.learning.trained import Network
from gapworks.qpi.network_config import Images, Inputs
from gapworks.qpi.physics.point_group import group
from gapworks.qpi.steps import Simulate, Train


def task(settings: Train, data: Path, validation: Path, seed: int, threads: int) -> Task:
    """The task of a training, on a graphics card where there is one.

    Raises
    ------
    DataError
        If the data sets are not of one physics, share their stream, hold too few samples, no
        windows, or not the energies asked for.
    """
    headers = [dataset_header(path, "qpi") for path in (data, validation)]
    check_apart(headers)
    stored = Simulate.model_validate(headers[0].attributes["settings"])
    samples = settings.per_class * len(stored.reading.classes)
    check_enough(headers[0], samples)
    make = _of_images if isinstance(settings.inputs, Images) else _of_windows
    learned = make(settings, (data, validation), headers, slice(0, samples), seed)
    architecture = {
        "backbone": settings.backbone,
        **learned.architecture,
        **settings.network.model_dump(include={"aggregation", "conditional", "widths", "kernel"}),
    }
    # Read when CUDA starts: without it cuBLAS has no deterministic products.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    bfloat16 = device.type == "cuda" or (settings.network.bfloat16 and multiplies_bfloat16())
    weights = settings.network.class_weight, settings.network.parameter_weight
    return Task(
        headers=headers,
        samples=len(learned.arrays["label"]),
        architecture=architecture,
        build=lambda: TwoHeads(**architecture).to(device),
        tensors=tuple(tensor.to(device) for tensor in learned.arrays.values()),
        validation=tuple(tensor.to(device) for tensor in learned.validation),
        loss=partial(loss, weights=weights, device=device.type, bfloat16=bfloat16),
        schedule=settings.network.training,
        augment=learned.draw,
        key={"device": device.type, "bfloat16": bfloat16},
        about={"bfloat16": bfloat16},
        about_data={"n_effective": stored.n_effective, "reading": stored.reading.model_dump()},
        finish=learned.finish,
    )


@dataclass(frozen=True)
class Learned:
    """What a training takes from its data."""

    arrays: dict[str, Tensor]
    validation: tuple[Tensor, ...]
    draw: Drawing | ImageDrawing
    architecture: dict[str, Any]
    """What the data decide of it."""
    finish: Callable[..., tuple[dict[str, Tensor], dict[str, Any]]] | None = None


def _of_windows(
    settings: Train, paths: Sequence[Path], headers: Sequence[Header], rows: slice, seed: int
) -> Learned:
    """Windows: impurities, symmetry copies and noise are drawn; what their maps look like is
    kept."""
    impurity = headers[0].attributes["settings"]["physics"]["impurity"]
    view, energies = View.of(settings.inputs, settings.condition), settings.condition.energies
    arrays = windows(paths[0], headers[0], energies, view, rows)
    kept = windows(paths[1], headers[1], energies, view)
    mean, scale = _target_scales(arrays)
    draw = Drawing(settings.inputs, view, impurity, mean, scale)

    def judging(
        model: torch.nn.Module, card: dict[str, Any], report: Callable[[str], None]
    ) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """What maps of this training look like, and how far the network is to be believed."""
        noise = settings.inputs.white, settings.inputs.pink
        tensors, threshold = describe(arrays, view, impurity, *noise, seed)
        named = {f"{FAMILIAR}{name}": tensor for name, tensor in tensors.items()}
        network = Network(model.cpu(), card, settings, Familiarity(tensors, threshold))
        doubt = calibrated(network, kept, seed)
        report(doubt.said)
        return named, {"familiar": {"threshold": threshold}, "doubt": doubt.model_dump()}

    architecture = {
        "channels": view.channels(len(energies)),
        "scalars": view.scalar_count(len(energies)),
        "target_mean": mean,
        "target_scale": scale,
    }
    return Learned(arrays, draw.validation(kept, seed), draw, architecture, judging)


def _of_images(
    settings: Train, paths: Sequence[Path], headers: Sequence[Header], rows: slice, seed: int
) -> Learned:
    """Images as they are, in units of their root mean square over the training data."""
    arrays = images(paths[0], headers[0], settings.inputs.pixels, rows)
    kept = images(paths[1], headers[1], settings.inputs.pixels)
    mean, scale = _target_scales(arrays)
    draw = ImageDrawing(settings.inputs, settings.condition, mean, scale)
    unit = float(f"{arrays['image'].double().square().mean().sqrt():.6g}")
    architecture = {
        "channels": 1,
        "scalars": 0,
        "target_mean": mean,
        "target_scale": scale,
        "unit": unit,
    }
    return Learned(
        {name: arrays[name] for name in ("image", *OF_SAMPLE) if name in arrays},
        draw.validation(kept, seed),
        draw,
        architecture,
    )


def multiplies_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 numbers: others take longer than for float32."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def loss(
    model: torch.nn.Module,
    batch: tuple[Tensor, ...],
    weights: tuple[float, float],
    device: str,
    bfloat16: bool = False,
) -> Tensor:
    """Eq. 16 with weights w_IR and w_param, over a batch; in mixed precision, if so wanted."""
    channels, scalars, label, targets = batch
    with torch.autocast(device, torch.bfloat16, enabled=bfloat16):
        logits, parameters = model(channels, scalars)
    return two_head_loss(logits.float(), parameters.float(), label, targets, *weights)


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
        """Channels, scalars, label and normalised targets of stored samples, drawn again."""
        green, local, label, theta, eps0, delta, _ = batch
        count = len(label)
        sign = rng.choice([-1.0, 1.0], count)
        impurity = _tensor(sign * rng.uniform(*self.impurity, count), green)
        operation, half = rng.integers(6, size=count), rng.integers(2, size=count) == 1
        levels = noise_levels(self.inputs, count, rng)
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        maps = ldos_maps(green, local, has_u_gap(label), impurity)
        if self.inputs.symmetry_copies:
            maps, theta = symmetry_copies(maps, theta, label, operation)
            # Which of two valleys is K is not to be seen: a crystal lies either way.
            half = torch.from_numpy(half).to(maps.device)[:, None, None, None]
            maps = torch.where(half, opposite(maps), maps)
        white, pink = (_tensor(level, green) for level in levels)
        maps = with_noise(within_disc(maps, self.view), white, pink, generator)
        return *features(maps, self.view), label, self._targets(theta, eps0, delta)

    def validation(self, arrays: dict[str, Tensor], seed: int) -> tuple[Tensor, ...]:
        """The same for a whole data set, once: stored impurities, the middle of the noise."""
        label = arrays["label"]
        generator = torch.Generator().manual_seed(seed)
        parts = []
        for first in range(0, len(label), AT_ONCE):
            maps = stored_maps(arrays, slice(first, first + AT_ONCE))
            middle = [
                torch.full((len(maps),), float(np.mean(bounds)))
                for bounds in (self.inputs.white, self.inputs.pink)
            ]
            maps = with_noise(within_disc(maps, self.view), *middle, generator)
            parts.append(features(maps, self.view))
        channels, scalars = (torch.cat(part) for part in zip(*parts, strict=True))
        targets = self._targets(*(arrays[name] for name in ("theta", "eps0", "delta_reported")))
        return channels, scalars, label, targets

    def _targets(self, theta: Tensor, eps0: Tensor, delta: Tensor) -> Tensor:
        targets = torch.stack([(2 * theta).sin(), (2 * theta).cos(), eps0, delta], 1)
        return (targets - self.mean.to(targets)) / self.scale.to(targets)


def symmetry_copies(
    maps: Tensor, theta: Tensor, label: Tensor, operation: np.ndarray
) -> tuple[Tensor, Tensor]:
    """Turn and mirror each map by its operation of C3v; theta of Eg and Eu follows."""
    maps, theta = maps.clone(), theta.clone()
    two_dimensional = has_two_components(label)
    for number, (matrix, sign, shift) in enumerate(group()):
        chosen = torch.from_numpy(operation == number).to(maps.device)
        if number == 0 or not bool(chosen.any()):
            continue
        maps[chosen] = turned(maps[chosen], matrix)
        moved = chosen & two_dimensional
        theta[moved] = sign * theta[moved] + shift
    return maps, theta


def _target_scales(arrays: dict[str, Tensor]) -> tuple[list[float], list[float]]:
    """Normalisation from the training data, rounded: it is part of the architecture."""
    means, scales = [0.0, 0.0], [0.707107, 0.707107]
    for name in ("eps0", "delta_reported", *(["phi"] if "phi" in arrays else [])):
        values = arrays[name].double()
        means.append(float(f"{values.mean():.6g}"))
        scales.append(float(f"{values.std():.6g}"))
    return means, scales


def _tensor(values: np.ndarray, like: Tensor) -> Tensor:
    return torch.from_numpy(values.astype(np.float32)).to(like.device)
