"""Training the eliashberg study's networks on gathered or generated data sets."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gapworks.eliashberg.data.fields import FIELDS, Arrays, Split, part
from gapworks.eliashberg.learning.calibration import calibrate
from gapworks.eliashberg.learning.coverage import LEVELS, calibrate_intervals
from gapworks.eliashberg.learning.features import tensors
from gapworks.eliashberg.learning.network import build
from gapworks.eliashberg.learning.noise import with_noise
from gapworks.eliashberg.learning.trained import Network as TrainedNetwork
from gapworks.eliashberg.networks import Network
from gapworks.eliashberg.steps import Train
from gapworks.factory.errors import DataError
from gapworks.learning.data import dataset_header, read_dataset
from gapworks.learning.loop import Loss
from gapworks.learning.task import Report, Task, Tensors

CHECKPOINT_SECONDS = 5.0
"""An epoch on a thousand samples is as short as writing 20 MB: not every one is written."""


def task(settings: Train, data: Path, validation: Path, seed: int, threads: int) -> Task:
    """A training.

    Parameters
    ----------
    settings : Train
        What is mapped to what, layers, schedule and seed.
    data, validation : Path
        One and the same data set: its variable `split` says which samples train, which decide
        what weights are kept, and which are for tests.
    seed : int
        Of the noise that standardises inputs and chooses weights.
    threads : int
        Of the calibration.

    Raises
    ------
    DataError
        If the files are two data sets, or the data lack training or validation samples.
    """
    header, arrays = read_dataset(data, "eliashberg")
    if dataset_header(validation, "eliashberg").sha256 != header.sha256:
        raise DataError(
            f"{validation}: is not {data}: one file holds training and validation samples, told "
            "apart by its variable `split`"
        )
    network = settings.network
    of_part = partial(
        tensors,
        data,
        arrays,
        network=network,
        broadening=header.attributes["settings"]["physics"]["broadening"],
    )
    training, validating = of_part(Split.TRAIN), of_part(Split.VALIDATION)
    standard, noisy = training, None
    if network.noise[1] > 0:
        noisy = partial(noisy_inputs, bounds=network.noise)
        # Weights are chosen by noisy validation inputs, the same after each epoch, and inputs are
        # standardised as they come.
        rng = np.random.default_rng(seed)
        validating = noisy(validating, rng)
        standard = noisy(training, rng)
    architecture = architecture_of(network, arrays)

    def start() -> torch.nn.Module:
        model = build(architecture)
        if network.kind == "supervised":
            model.standardise(standard[0])
        elif network.kind == "ensemble":
            # Its components are those of functions without noise, weighed against the noise.
            model.standardise(*training, math.sqrt(math.prod(network.noise)))
        elif network.equal:
            model.balance(training[0])
        return model

    def finish(model: torch.nn.Module, card: dict[str, Any], report: Report) -> tuple[dict, dict]:
        report("calibrating on test samples")
        made = TrainedNetwork(model, card)
        said = calibrate(made, arrays, network.noise, seed, threads)
        if network.kind == "ensemble":
            given = made, arrays, said, network.noise
            said = calibrate_intervals(*given, seed, threads, report)
            return {"widths": model.widths}, {"calibration": said.model_dump(mode="json")}
        return {}, {"calibration": said.model_dump(mode="json")}

    return Task(
        headers=[header],
        samples=len(training[0]),
        architecture=architecture,
        build=start,
        tensors=training,
        validation=validating,
        loss=loss_of(network),
        schedule=network.training,
        augment=noisy,
        checkpoint_seconds=CHECKPOINT_SECONDS,
        about={"inputs": network.inputs, "targets": network.targets, "points": network.points},
        about_data={name: range_of(arrays, name) for name in ("coupling", "omega_log")},
        finish=finish if network.kind != "autoencoder" else None,
    )


def loss_of(network: Network) -> Loss:
    """The loss of a network's kind."""
    if network.kind == "ensemble":
        return members_error
    return balanced_error if network.equal else mean_squared_error


def mean_squared_error(model: torch.nn.Module, batch: Tensors) -> torch.Tensor:
    """The paper's loss, in the data's units."""
    inputs, targets = batch
    return (model(inputs) - targets).square().mean()


def balanced_error(model: torch.nn.Module, batch: Tensors) -> torch.Tensor:
    """The same with each field divided by its deviation: all weigh the same."""
    inputs, targets = batch
    return ((model(inputs) - targets) / model.scale).square().mean()


def members_error(model: torch.nn.Module, batch: Tensors) -> torch.Tensor:
    """Mean squared error of the members of an ensemble, each by itself, in the data's units.

    As far as their components reach: what these leave of the targets no member can give.
    """
    inputs, targets = batch
    wanted = (targets - model.target_mean) @ model.target_basis.T
    left = (model.coefficients(inputs) - wanted).square().sum(-1)
    return left.mean() / targets.shape[1]


def noisy_inputs(batch: Tensors, rng: np.random.Generator, bounds: tuple[float, float]) -> Tensors:
    """A batch with noise on its inputs, of standard deviations within bounds."""
    inputs, targets = batch
    return torch.from_numpy(with_noise(inputs.numpy(), bounds, rng)).float(), targets


def architecture_of(network: Network, arrays: Arrays) -> dict[str, Any]:
    """Kind and arguments of the network's class, for a data set."""
    sizes = [FIELDS[name].size(arrays) for name in network.inputs]
    inputs, outputs = sum(sizes), sum(FIELDS[name].size(arrays) for name in network.targets)
    if network.points is not None:
        inputs = network.points * sum(FIELDS[name].functions for name in network.inputs)
    made = {"kind": network.kind, "inputs": inputs, "hidden": network.hidden}
    if network.kind == "supervised":
        return made | {"outputs": outputs}
    if network.kind == "ensemble":
        most = len(part(arrays, Split.TRAIN))  # of few samples there are no more components
        seen, given = min(network.seen, inputs, most), min(network.given, outputs, most)
        components = {"members": network.members, "seen": seen, "given": given, "levels": LEVELS}
        return made | {"outputs": outputs} | components
    balanced = {"fields": sizes} if network.equal else {}
    return made | {"latent": network.latent} | balanced


def range_of(arrays: Arrays, name: str) -> list[float] | None:
    """Smallest and largest over the training samples; None where the data do not say."""
    if name not in arrays:
        return None
    values = arrays[name][part(arrays, Split.TRAIN)]
    return [float(values.min()), float(values.max())]
