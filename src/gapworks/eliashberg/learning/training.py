"""Training the eliashberg study's networks on gathered or generated data sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from gapworks.eliashberg.data.fields import Split, joined, part, rows_of, seen, sizes
from gapworks.eliashberg.learning.calibration import calibrate
from gapworks.eliashberg.learning.network import build
from gapworks.eliashberg.learning.noise import with_noise
from gapworks.eliashberg.learning.trained import Network as TrainedNetwork
from gapworks.eliashberg.networks import Network
from gapworks.factory.container import DataError
from gapworks.factory.provenance import code_digest
from gapworks.factory.settings import Section
from gapworks.learning.checkpoint import checkpoint_path
from gapworks.learning.data import dataset_header, read_dataset
from gapworks.learning.loop import reproducible, train, training_key, training_seed
from gapworks.learning.package import parameter_count, save_package

CHECKPOINT_SECONDS = 5.0
"""An epoch on a thousand samples is as short as writing 20 MB: not every one is written."""


class Settings(Section):
    """The resolved settings of a training."""

    study: Literal["eliashberg"] = "eliashberg"
    name: str
    seed: int
    repeat: int = 0
    network: Network


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
        What is mapped to what, layers, schedule and seed.
    data, validation : Path
        One and the same data set: its variable `split` says which samples train, which decide
        what weights are kept, and which are for tests.
    output : Path
        The weights, ending in .safetensors.

    Returns
    -------
    dict
        The card.

    Raises
    ------
    DataError
        If the files are two data sets, or the data lack training or validation samples.
    TrainingError
        If the loss stops being finite.
    """
    checkpoint = checkpoint_path(output)
    header, arrays = read_dataset(data, "eliashberg")
    if dataset_header(validation, "eliashberg").sha256 != header.sha256:
        raise DataError(
            f"{validation}: is not {data}: one file holds training and validation samples, told "
            "apart by its variable `split`"
        )
    physics = header.attributes["settings"]["physics"]
    network, broadening = settings.network, physics["broadening"]
    architecture = _architecture(network, sizes(arrays))
    tensors = {which: _tensors(arrays, network, broadening, which, data) for which in PARTS}
    seed = training_seed(settings.seed, "eliashberg", settings.name, settings.repeat)
    key = training_key(
        settings=settings.model_dump(mode="json"),
        data=header.checksums,
        architecture=architecture,
        threads=threads,
        code=code_digest("gapworks.eliashberg.learning.training"),
    )
    noisy = partial(_noisy, network.noise) if network.noise[1] > 0 else None
    standard = tensors[Split.TRAIN]
    if noisy:
        # Weights are chosen by noisy validation inputs, the same after each epoch, and inputs are
        # standardised as they come.
        rng = np.random.default_rng(seed)
        tensors[Split.VALIDATION] = noisy(tensors[Split.VALIDATION], rng)
        standard = noisy(standard, rng)
    with reproducible(threads, seed):
        model = build(architecture)
        if network.kind == "supervised":
            model.standardise(standard[0])
        trained = train(
            model,
            tensors[Split.TRAIN],
            tensors[Split.VALIDATION],
            mean_squared_error,
            network.training,
            seed,
            checkpoint,
            key,
            augment=noisy,
            report=report,
            checkpoint_seconds=CHECKPOINT_SECONDS,
        )
    card = {
        "study": "eliashberg",
        "name": settings.name,
        "architecture": architecture,
        "parameters": parameter_count(model),
        "inputs": network.inputs,
        "targets": network.targets,
        "points": network.points,
        "settings": settings.model_dump(mode="json"),
        "training_data": {
            "path": data.name,
            "dataset": header.attributes["dataset"],
            "identity": header.attributes["identity"],
            "sha256": header.sha256,
            "samples": len(tensors[Split.TRAIN][0]),
            "physics": physics,
            "seed": header.attributes["seed"],
            "stream": header.attributes["settings"]["stream"],
            "coupling": _range(arrays, "coupling"),
            "omega_log": _range(arrays, "omega_log"),
        },
        "validation_loss": trained.best_loss,
        "best_epoch": trained.best_epoch,
        "epochs": trained.epochs,
        "history": trained.history,
    }
    if network.kind == "supervised":
        report("calibrating on test samples")
        model.load_state_dict(trained.weights)
        made = TrainedNetwork(model.eval(), card)
        card["calibration"] = calibrate(made, arrays, network.noise, seed, threads)
    card = save_package(output, trained.weights, card)
    checkpoint.unlink(missing_ok=True)
    return card


PARTS = (Split.TRAIN, Split.VALIDATION)


def mean_squared_error(model: torch.nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """The paper's loss, in the data's units."""
    inputs, targets = batch
    return (model(inputs) - targets).square().mean()


def _noisy(
    bounds: tuple[float, float], batch: tuple[torch.Tensor, ...], rng: np.random.Generator
) -> tuple[torch.Tensor, ...]:
    """A batch with noise on its inputs."""
    inputs, targets = batch
    return torch.from_numpy(with_noise(inputs.numpy(), bounds, rng)).float(), targets


def _architecture(network: Network, size: Mapping[str, int]) -> dict[str, Any]:
    """Kind and arguments of the network's class."""
    if network.kind == "autoencoder":
        inputs = sum(size[name] for name in network.inputs)
        return {
            "kind": "autoencoder",
            "inputs": inputs,
            "hidden": network.hidden,
            "latent": network.latent,
        }
    (source,), (target,) = network.inputs, network.targets
    inputs = size[source]
    if network.points is not None:
        inputs = network.points * size[source] // size["dos"]
    return {
        "kind": "supervised",
        "inputs": inputs,
        "hidden": network.hidden,
        "outputs": size[target],
    }


def _tensors(arrays, network, broadening, which, path) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets of one part of the data."""
    rows = part(arrays, which)
    if not len(rows):
        raise DataError(f"{path}: has no valid sample for {which.name.lower()}; simulate more")
    chosen = rows_of(arrays, rows)
    made = [
        seen(joined(chosen, network.inputs, broadening), network.points, len(arrays["energy"])),
        joined(chosen, network.targets, broadening),
    ]
    return tuple(torch.from_numpy(np.ascontiguousarray(one)).float() for one in made)


def _range(arrays: Mapping[str, np.ndarray], name: str) -> list[float] | None:
    """Smallest and largest over the training samples; None where the data do not say."""
    if name not in arrays:
        return None
    values = arrays[name][part(arrays, Split.TRAIN)]
    return [float(values.min()), float(values.max())]
