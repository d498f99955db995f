"""Training the network of the dimer study."""

from __future__ import annotations

from pathlib import Path

import torch

from gapworks.dimer.learning.features import tensors
from gapworks.dimer.learning.network import build
from gapworks.dimer.steps import Train
from gapworks.learning.data import check_apart, read_dataset
from gapworks.learning.task import Task


def task(settings: Train, data: Path, validation: Path, seed: int, threads: int) -> Task:
    """A training; DataError if the data sets do not serve."""
    read = [read_dataset(path, "dimer") for path in (data, validation)]
    headers = [header for header, _ in read]
    check_apart(headers)
    hopping = headers[0].attributes["settings"]["physics"]["hopping"]
    architecture = {"hidden": settings.network.hidden, "hopping": hopping}
    return Task(
        headers=headers,
        samples=len(read[0][1]["V"]),
        architecture=architecture,
        build=lambda: build(architecture),
        tensors=tensors(read[0][1]),
        validation=tensors(read[1][1]),
        loss=squared_error,
        schedule=settings.network.training,
    )


def squared_error(model: torch.nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """Mean squared error of the occupations."""
    V, occupation = batch
    return (model(V) - occupation).square().mean()
