"""Training the chain study's networks on gathered data sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import PositiveInt

from gapworks.chain.config import NetworkSettings
from gapworks.chain.learning.network import build
from gapworks.factory.container import DataError, read
from gapworks.factory.provenance import code_digest
from gapworks.factory.settings import Section
from gapworks.learning.checkpoint import checkpoint_path
from gapworks.learning.data import check_apart, dataset_header
from gapworks.learning.loop import reproducible, train, training_key, training_seed
from gapworks.learning.package import parameter_count, save_package

MU_MARGIN = 0.05
"""The filling is closed within the training data's range of mu, widened by this, units of t."""


class Settings(Section):
    """The resolved settings of a training."""

    study: Literal["chain"] = "chain"
    name: str
    seed: int
    repeat: int = 0
    realizations: PositiveInt
    network: NetworkSettings


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
        Architecture, schedule, seed, and how many realizations per V0 to use.
    data, validation : Path
        Gathered data sets; the validation set decides when to stop and which weights are kept.
    output : Path
        The weights, ending in .safetensors.

    Returns
    -------
    dict
        The card.

    Raises
    ------
    DataError
        If the data sets are not of one physics, share their stream, hold too few realizations or
        none that is valid, or have rings shorter than the network's window.
    TrainingError
        If the loss stops being finite.
    """
    checkpoint = checkpoint_path(output)
    headers = [dataset_header(path, "chain") for path in (data, validation)]
    check_apart(headers)
    physics = headers[0].attributes["settings"]["physics"]
    samples = settings.realizations * len(physics["disorder_strengths"])
    if samples > headers[0].attributes["stop"]:
        raise DataError(
            f"{data}: holds {headers[0].attributes['stop']} samples, {samples} are asked for"
        )
    kind = settings.network.kind
    pairs = TENSORS[kind]
    training = read(data, rows=slice(0, samples))
    kept = read(validation)
    for path, arrays in ((data, training), (validation, kept)):
        _check_usable(path, arrays)
    architecture = {"kind": kind, **settings.network.architecture(), **_scales(kind, training)}
    seed = training_seed(settings.seed, "chain", settings.name, settings.repeat)
    key = training_key(
        settings=settings.model_dump(mode="json"),
        data=[header.checksums for header in headers],
        architecture=architecture,
        threads=threads,
        code=code_digest("gapworks.chain.learning.training"),
    )
    with reproducible(threads, seed):
        model = build(architecture)
        if physics["length"] < 2 * model.reach + 1:
            raise DataError(
                f"{data}: its rings of {physics['length']} sites are shorter than the window of "
                f"{settings.name}, {2 * model.reach + 1} sites: lower its cutoff or dilations"
            )
        trained = train(
            model,
            pairs(training),
            pairs(kept),
            LOSSES[kind],
            settings.network.training,
            seed,
            checkpoint,
            key,
            # The paper's network is trained as the paper says; ours is told the symmetry.
            augment=mirror if kind == "surrogate" else None,
            report=report,
        )
    valid = training["valid"] == 1
    card = {
        "study": "chain",
        "name": settings.name,
        "architecture": architecture,
        "parameters": parameter_count(model),
        "filling": physics["filling"],
        "mu_range": [
            float(training["mu"][valid].min() - MU_MARGIN),
            float(training["mu"][valid].max() + MU_MARGIN),
        ],
        "delta_range": [
            float(training["delta"][valid].min()),
            float(training["delta"][valid].max()),
        ],
        "window": 2 * model.reach + 1,
        "settings": settings.model_dump(mode="json"),
        "training_data": {
            "path": data.name,
            "identity": headers[0].attributes["identity"],
            "sha256": headers[0].sha256,
            "samples": int(valid.sum()),
            "physics": physics,
            "seed": headers[0].attributes["seed"],
            "stream": headers[0].attributes["settings"]["stream"],
        },
        "validation_loss": trained.best_loss,
        "best_epoch": trained.best_epoch,
        "epochs": trained.epochs,
        "history": trained.history,
    }
    card = save_package(output, trained.weights, card)
    checkpoint.unlink(missing_ok=True)
    return card


def mirror(batch: tuple[torch.Tensor, ...], rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
    """Turn a batch of rings round or not: the equations know no left and right."""
    return tuple(tensor.flip(-1) for tensor in batch) if rng.random() < 0.5 else batch


def window_tensors(arrays: dict[str, np.ndarray]) -> tuple[torch.Tensor, ...]:
    """V and Delta of the valid realizations."""
    valid = arrays["valid"] == 1
    return tuple(torch.from_numpy(arrays[name][valid]).float() for name in ("V", "delta"))


def surrogate_tensors(arrays: dict[str, np.ndarray]) -> tuple[torch.Tensor, ...]:
    """V - mu and (Delta, n) of the valid realizations."""
    valid = arrays["valid"] == 1
    shifted = arrays["V"][valid] - arrays["mu"][valid][:, None]
    fields = np.stack([arrays["delta"][valid], arrays["density"][valid]], axis=1)
    return torch.from_numpy(shifted).float(), torch.from_numpy(fields).float()


def window_loss(model: torch.nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """Mean squared error of Delta in units of its variance: gradients well above Adam's epsilon."""
    V, delta = batch
    return ((model(V) - delta) / model.output_scale).square().mean()


def surrogate_loss(model: torch.nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """Mean squared error of Delta and n in units of their variance over the training data."""
    shifted, fields = batch
    return ((model(shifted) - fields) / model.output_scale).square().mean()


TENSORS = {"window": window_tensors, "surrogate": surrogate_tensors}
LOSSES = {"window": window_loss, "surrogate": surrogate_loss}


def _check_usable(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """There is something to learn from: valid samples, all finite, and V not everywhere the same.

    Files of `gapworks gather` hold no valid sample that is not finite; one may come from elsewhere.
    """
    valid = arrays["valid"] == 1
    if not valid.any():
        raise DataError(f"{path}: not one of its {len(valid)} samples is valid; see `reason`")
    for name in ("V", "delta", "density", "mu"):
        finite = np.isfinite(arrays[name]).reshape(len(valid), -1).all(axis=1)
        if (valid & ~finite).any():
            sample = int(np.flatnonzero(valid & ~finite)[0])
            raise DataError(f"{path}: {name} of sample {sample} is not finite, yet marked valid")
    if not np.ptp(arrays["V"][valid]) > 0:
        raise DataError(f"{path}: V is the same on every site: there is nothing to learn")


def _scales(kind: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Normalisation from the training data, rounded: it is part of the architecture."""

    def rounded(value: float) -> float:
        return float(f"{value:.6g}")

    if kind == "window":
        V, delta = (tensor.double().numpy() for tensor in window_tensors(arrays))
        return {
            "input_scale": rounded(V.std()),
            "output_mean": rounded(delta.mean()),
            "output_scale": rounded(delta.std()),
        }
    shifted, fields = (tensor.double().numpy() for tensor in surrogate_tensors(arrays))
    return {
        "input_mean": rounded(shifted.mean()),
        "input_scale": rounded(shifted.std()),
        "output_mean": [rounded(value) for value in fields.mean(axis=(0, 2))],
        "output_scale": [rounded(value) for value in fields.std(axis=(0, 2))],
    }
