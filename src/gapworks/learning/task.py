"""From gathered data to a trained network on disk: the same way for every study.

A study's `learning/training.py` says what is its own, as a `Task`; seeds, checkpoints, the card's
common part and the package are made here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch

from gapworks.factory.errors import DataError
from gapworks.factory.provenance import code_digest
from gapworks.factory.reading import Header
from gapworks.learning.checkpoint import checkpoint_path
from gapworks.learning.loop import (
    Augment,
    Loss,
    Trained,
    reproducible,
    train,
    training_key,
    training_seed,
)
from gapworks.learning.memory import freed_memory_kept
from gapworks.learning.package import parameter_count, save_package
from gapworks.learning.settings import Training, TrainingSettings

Tensors = tuple[torch.Tensor, ...]
Report = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """What a study says of one training."""

    headers: Sequence[Header]
    """Of the data set that is trained on, and of the one that decides which weights are kept; one,
    if a file holds both."""
    samples: int
    """Trained on."""
    architecture: Mapping[str, Any]
    """Of the network, as its card gives it."""
    build: Callable[[], torch.nn.Module]
    """The network, freshly initialised, on its device."""
    tensors: Tensors
    validation: Tensors
    loss: Loss
    schedule: Training
    augment: Augment | None = None
    checkpoint_seconds: float = 0.0
    key: Mapping[str, Any] = field(default_factory=dict)
    """What else decides the outcome (a device, say)."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """More of the card."""
    about_data: Mapping[str, Any] = field(default_factory=dict)
    """More of the card's `training_data`."""
    finish: Callable[[torch.nn.Module, dict[str, Any], Report], tuple[Mapping, Mapping]] | None = (
        None
    )
    """finish(network, card, report) -> further tensors of the package and further keys of its card,
    found when the training is done; the network has the weights that are kept."""


class MakeTask(Protocol):
    """A study's function `task`, in its learning/training.py."""

    def __call__(
        self, settings: Any, data: Path, validation: Path, seed: int, threads: int
    ) -> Task:
        """The task of a training.

        Raises
        ------
        DataError
            If the data do not serve.
        """


def train_network(
    make_task: MakeTask,
    settings: TrainingSettings,
    data: Path,
    validation: Path,
    output: Path,
    threads: int,
    report: Report = lambda line: None,
) -> dict[str, Any]:
    """Train a network and write its package; goes on from a checkpoint beside `output`.

    Parameters
    ----------
    make_task : callable
        The study's `task`.
    settings : TrainingSettings
        Architecture, schedule, seed, and which part of the data to use.
    data, validation : Path
        Gathered data sets; the second decides which weights are kept.
    output : Path
        The weights, ending in .safetensors.
    threads : int
        The same number gives the same weights.
    report : callable
        Is told one line an epoch.

    Returns
    -------
    dict
        The card.

    Raises
    ------
    DataError
        If the data do not serve.
    TrainingError
        If the loss stops being finite.
    """
    checkpoint = checkpoint_path(output)
    seed = training_seed(settings.seed, settings.study, settings.name, settings.repeat)
    with reproducible(threads, seed), freed_memory_kept():
        task = make_task(settings, data, validation, seed, threads)
        key = training_key(
            settings=settings.model_dump(mode="json"),
            data=[header.checksums for header in task.headers],
            architecture=task.architecture,
            threads=threads,
            code=code_digest(make_task.__module__),
            **task.key,
        )
        torch.manual_seed(seed)
        model = task.build()
        trained = train(
            model,
            task.tensors,
            task.validation,
            task.loss,
            task.schedule,
            seed,
            checkpoint,
            key,
            augment=task.augment,
            report=report,
            checkpoint_seconds=task.checkpoint_seconds,
        )
        card = _card(task, settings, model, trained, data)
        weights = {name: tensor.cpu() for name, tensor in trained.weights.items()}
        if task.finish is not None:
            model.load_state_dict(trained.weights)
            more, about = task.finish(model.eval(), card, report)
            weights |= more
            card |= about
    card = save_package(output, weights, card)
    checkpoint.unlink(missing_ok=True)
    return card


def _card(
    task: Task,
    settings: TrainingSettings,
    model: torch.nn.Module,
    trained: Trained,
    data: Path,
) -> dict[str, Any]:
    said = task.headers[0].attributes
    return {
        "study": settings.study,
        "name": settings.name,
        "architecture": dict(task.architecture),
        "parameters": parameter_count(model),
        **task.about,
        "settings": settings.model_dump(mode="json"),
        "training_data": {
            "path": data.name,
            "dataset": said["dataset"],
            "identity": said["identity"],
            "sha256": task.headers[0].sha256,
            "samples": task.samples,
            "physics": said["settings"]["physics"],
            "seed": said["seed"],
            "stream": said["settings"]["stream"],
            **task.about_data,
        },
        "validation_loss": trained.best_loss,
        "best_epoch": trained.best_epoch,
        "epochs": trained.epochs,
        "history": trained.history,
    }


def check_enough(header: Header, samples: int) -> None:
    """Refuse a data set with fewer samples than a training asks for.

    Raises
    ------
    DataError
        Naming both numbers.
    """
    if samples > header.attributes["stop"]:
        raise DataError(
            f"{header.path}: holds {header.attributes['stop']} samples, {samples} are asked for"
        )
