"""Training the chain study's networks on gathered data sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from gapworks.chain.learning.calibration import finishing
from gapworks.chain.learning.features import TENSORS, check_usable, normalisation
from gapworks.chain.learning.network import build
from gapworks.chain.network_config import SurrogateSettings
from gapworks.chain.steps import Train
from gapworks.factory.errors import DataError
from gapworks.factory.reading import read
from gapworks.learning.data import check_apart, dataset_header
from gapworks.learning.task import Task, check_enough

MU_MARGIN = 0.05
"""The filling is closed within the training data's range of mu, widened by this, units of t."""


def task(settings: Train, data: Path, validation: Path, seed: int, threads: int) -> Task:
    """A training.

    Parameters
    ----------
    settings : Train
        Architecture, schedule, and how many realizations per V0 to use.
    data, validation : Path
        Gathered data sets of one physics and of different streams.
    seed : int
        Not used: there is nothing to draw before the training.
    threads : int
        For the solver, when bands are calibrated.

    Raises
    ------
    DataError
        If the data sets are not of one physics, share their stream, hold too few realizations or
        none that is valid, or have rings shorter than the network's window.
    """
    headers = [dataset_header(path, "chain") for path in (data, validation)]
    check_apart(headers)
    physics = headers[0].attributes["settings"]["physics"]
    samples = settings.realizations * len(physics["disorder_strengths"])
    check_enough(headers[0], samples)
    arrays = {data: read(data, rows=slice(0, samples)), validation: read(validation)}
    for path, one in arrays.items():
        check_usable(path, one)
    kind, training = settings.network.kind, arrays[data]
    architecture = {
        "kind": kind,
        **settings.network.model_dump(exclude={"kind", "training", "bands"}),
        **normalisation(kind, training),
    }
    # Its reach is known of the network; its weights are drawn anew when it is trained.
    window = 2 * build(architecture).reach + 1
    if physics["length"] < window:
        raise DataError(
            f"{data}: its rings of {physics['length']} sites are shorter than the window of "
            f"{settings.name}, {window} sites: lower its cutoff or dilations"
        )
    finish = None
    if isinstance(settings.network, SurrogateSettings) and settings.network.bands is not None:
        finish = finishing(settings.network.bands, settings.seed, threads)
    valid = training["valid"] == 1
    mu, delta = training["mu"][valid], training["delta"][valid]
    return Task(
        headers=headers,
        samples=int(valid.sum()),
        architecture=architecture,
        build=lambda: build(architecture),
        tensors=TENSORS[kind](training),
        validation=TENSORS[kind](arrays[validation]),
        loss=loss,
        schedule=settings.network.training,
        finish=finish,
        # The paper's network is trained as the paper says; ours is told the symmetry.
        augment=mirror if kind == "surrogate" else None,
        about={
            "filling": physics["filling"],
            "mu_range": [float(mu.min() - MU_MARGIN), float(mu.max() + MU_MARGIN)],
            "delta_range": [float(delta.min()), float(delta.max())],
            "window": window,
        },
    )


def mirror(batch: tuple[torch.Tensor, ...], rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
    """Turn a batch of rings round or not: the equations know no left and right."""
    return tuple(tensor.flip(-1) for tensor in batch) if rng.random() < 0.5 else batch


def loss(model: torch.nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """Mean squared error of Delta, or of Delta and n, in units of their variance in training.

    Of order one: gradients are well above Adam's epsilon.
    """
    inputs, targets = batch
    return ((model(inputs) - targets) / model.output_scale).square().mean()
