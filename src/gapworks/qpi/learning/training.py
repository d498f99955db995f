"""Training the qpi study's networks on gathered data sets.

A training sample is drawn anew each time it is used: another impurity, one of the six symmetry
copies, other noise. All draws are functions of seed, epoch and batch: an interrupted training goes
on to the same weights.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import PositiveInt
from torch import Tensor

from gapworks.factory.container import DataError
from gapworks.factory.provenance import code_digest
from gapworks.factory.settings import Section
from gapworks.learning.checkpoint import checkpoint_path
from gapworks.learning.data import check_apart, dataset_header
from gapworks.learning.loop import reproducible, train, training_key, training_seed
from gapworks.learning.package import parameter_count, save_package
from gapworks.qpi.learning.batches import Drawing, windows
from gapworks.qpi.learning.familiarity import FAMILIAR, describe
from gapworks.qpi.learning.features import View
from gapworks.qpi.learning.network import CLASSES, TwoHeads, two_head_loss
from gapworks.qpi.networks import Backbone, Condition, Inputs, NetworkSettings


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
    checkpoint = checkpoint_path(output)
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
        data=[header.checksums for header in headers],
        architecture=architecture,
        threads=threads,
        code=code_digest("gapworks.qpi.learning.training"),
        device=device.type,
    )
    with reproducible(threads, seed):
        model = TwoHeads(**architecture).to(device)
        draw = Drawing(settings.inputs, view, physics["impurity"], target_mean, target_scale)
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
        noise = settings.inputs.white, settings.inputs.pink
        familiar, threshold = describe(arrays, view, physics["impurity"], *noise, seed)
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
        "familiar": {"threshold": threshold},
        "validation_loss": trained.best_loss,
        "best_epoch": trained.best_epoch,
        "epochs": trained.epochs,
        "history": trained.history,
    }
    weights = {name: tensor.cpu() for name, tensor in trained.weights.items()}
    weights |= {f"{FAMILIAR}{name}": tensor for name, tensor in familiar.items()}
    card = save_package(output, weights, card)
    checkpoint.unlink(missing_ok=True)
    return card


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


def _target_scales(arrays: dict[str, Tensor]) -> tuple[list[float], list[float]]:
    """Normalisation from the training data, rounded: it is part of the architecture."""
    means, scales = [0.0, 0.0], [0.707107, 0.707107]
    for name in ("eps0", "delta_reported"):
        values = arrays[name].double()
        means.append(float(f"{values.mean():.6g}"))
        scales.append(float(f"{values.std():.6g}"))
    return means, scales
