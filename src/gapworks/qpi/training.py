"""Training the qpi study's networks on gathered data sets.

A training sample is drawn anew each time it is used: another impurity, one of the six symmetry
copies, other noise. All draws are functions of seed, epoch and batch: an interrupted training goes
on to the same weights.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import PositiveInt
from torch import Tensor

from gapworks.factory.container import DataError, read
from gapworks.factory.settings import Section
from gapworks.learning.data import check_apart, dataset_header
from gapworks.learning.package import save_package
from gapworks.learning.training import reproducible, train, training_key, training_seed
from gapworks.qpi.inputs import (
    View,
    features,
    ldos_maps,
    on_torus,
    turned,
    with_noise,
    within_disc,
)
from gapworks.qpi.lattice import group
from gapworks.qpi.learning_settings import Backbone, Condition, Inputs, NetworkSettings
from gapworks.qpi.network import CLASSES, TwoHeads, parameter_count, two_head_loss

E_CLASSES = [CLASSES.index("Eg"), CLASSES.index("Eu")]
U_CLASSES = [CLASSES.index("A12u"), CLASSES.index("Eu")]


class Settings(Section):
    """The resolved settings of a training."""

    study: Literal["qpi"] = "qpi"
    name: str
    seed: int
    repeat: int = 0
    per_class: PositiveInt
    backbone: Backbone
    inputs: Inputs
    condition: Condition
    network: NetworkSettings

    def view(self) -> View:
        """What is made of an LDOS map."""
        return View(
            pixels=self.inputs.pixels,
            radius=self.inputs.radius,
            odd_channels=self.condition.odd_channels,
            scalars=self.condition.scalars,
            compress=self.inputs.compress,
        )


def train_network(
    settings: Settings,
    data: Path,
    validation: Path,
    output: Path,
    threads: int,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Train a network and write its package; goes on from a checkpoint beside `output`.

    Parameters
    ----------
    settings : Settings
        Architecture, inputs, schedule, seed, and how many samples per class to use.
    data, validation : Path
        Gathered data sets; the validation set decides which weights are kept.
    output : Path
        The weights, ending in .safetensors.

    Returns
    -------
    dict
        The card.

    Raises
    ------
    DataError
        If the data sets are not of one physics, share their stream, hold too few samples, no
        windows, or not the energies asked for.
    TrainingError
        If the loss stops being finite.
    """
    headers = [dataset_header(path, "qpi") for path in (data, validation)]
    check_apart(headers)
    samples = settings.per_class * len(CLASSES)
    if samples > headers[0].attributes["stop"]:
        raise DataError(
            f"{data}: holds {headers[0].attributes['stop']} samples, {samples} are asked for"
        )
    physics = headers[0].attributes["settings"]["physics"]
    view, energies = settings.view(), len(settings.condition.energies)
    arrays = windows(data, headers[0], settings.condition.energies, view, slice(0, samples))
    kept = windows(validation, headers[1], settings.condition.energies, view)
    target_mean, target_scale = _target_scales(arrays)
    architecture = {
        "backbone": settings.backbone,
        "channels": view.channels(energies),
        "scalars": view.scalar_count(energies),
        "target_mean": target_mean,
        "target_scale": target_scale,
        **settings.network.model_dump(include={"aggregation", "conditional", "widths", "kernel"}),
    }
    seed = training_seed(settings.seed, "qpi", settings.name, settings.repeat)
    # Read when CUDA starts: without it cuBLAS has no deterministic products.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    key = training_key(
        settings=settings.model_dump(mode="json"),
        data=[header.checksums["green"] for header in headers],
        architecture=architecture,
        threads=threads,
        device=device.type,
    )
    checkpoint = output.with_name(f".{output.stem}.checkpoint.safetensors")
    with reproducible(threads, seed):
        model = TwoHeads(**architecture).to(device)
        draw = Drawing(settings, view, physics["impurity"], target_mean, target_scale)
        trained = train(
            model,
            tuple(tensor.to(device) for tensor in arrays.values()),
            tuple(tensor.to(device) for tensor in draw.validation(kept, seed)),
            Loss(settings.network.class_weight, settings.network.parameter_weight, device),
            settings.network.training,
            seed,
            checkpoint,
            key,
            augment=draw,
            report=report,
        )
    card = {
        "study": "qpi",
        "name": settings.name,
        "architecture": architecture,
        "parameters": parameter_count(model),
        "settings": settings.model_dump(mode="json"),
        "training_data": {
            "path": data.name,
            "dataset": headers[0].attributes["dataset"],
            "identity": headers[0].attributes["identity"],
            "sha256": headers[0].sha256,
            "samples": len(arrays["label"]),
            "physics": physics,
            "n_effective": headers[0].attributes["settings"]["n_effective"],
            "seed": headers[0].attributes["seed"],
            "stream": headers[0].attributes["settings"]["stream"],
        },
        "validation_loss": trained.best_loss,
        "best_epoch": trained.best_epoch,
        "epochs": trained.epochs,
        "history": trained.history,
    }
    weights = {name: tensor.cpu() for name, tensor in trained.weights.items()}
    card = save_package(output, weights, card)
    checkpoint.unlink(missing_ok=True)
    return card


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
    settings : Settings
    view : View
    impurity : pair of float
        Range of |v|, meV.
    target_mean, target_scale : list of float
        Normalisation of the targets.
    """

    def __init__(self, settings, view, impurity, target_mean, target_scale) -> None:
        self.inputs, self.view, self.impurity = settings.inputs, view, impurity
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


class Loss:
    """Eq. 16; on a graphics card in mixed precision."""

    def __init__(self, class_weight: float, parameter_weight: float, device: torch.device) -> None:
        self.weights, self.device = (class_weight, parameter_weight), device

    def __call__(self, model: torch.nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean over the batch."""
        channels, scalars, label, targets = batch
        on_card = self.device.type == "cuda"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=on_card):
            logits, parameters = model(channels, scalars)
        return two_head_loss(logits.float(), parameters.float(), label, targets, *self.weights)


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


def _target_scales(arrays: dict[str, Tensor]) -> tuple[list[float], list[float]]:
    """Normalisation from the training data, rounded: it is part of the architecture."""
    means, scales = [0.0, 0.0], [0.707107, 0.707107]
    for name in ("eps0", "delta_reported"):
        values = arrays[name].double()
        means.append(float(f"{values.mean():.6g}"))
        scales.append(float(f"{values.std():.6g}"))
    return means, scales
