"""Checkpoints: all that a training needs to go on as if nothing had happened.

One safetensors file: tensors of the network, of its best state so far and of Adam, and the rest as
JSON in its header. Randomness needs no state between epochs: each is a function of seed and epoch.
Within one, the state of the generators is kept, too.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError, DiskError, reason
from gapworks.factory.files import odd_kind, read_whole


@dataclass
class Progress:
    """Where a training stands; JSON only."""

    epoch: int = 0
    rate: float = 0.0
    waited: int = 0
    best_loss: float = float("inf")
    best_epoch: int = 0
    finished: bool = False
    history: list[dict[str, float]] = field(default_factory=list)
    samples: int = 0
    """Samples of the next epoch that are done already: a training that was told to stop."""
    loss_sum: float = 0.0
    generator: dict[str, Any] | None = None
    """State of the epoch's generator then; torch's own is kept beside the weights."""


def checkpoint_path(weights: Path) -> Path:
    """Where the training of these weights keeps its checkpoint: hidden, beside them.

    Raises
    ------
    DataError
        If the name does not end in .safetensors.
    """
    if weights.suffix != ".safetensors":
        raise DataError(f"{weights}: weights are kept as NAME.safetensors")
    return weights.with_name(f".{weights.stem}.checkpoint.safetensors")


def save_checkpoint(
    path: Path,
    key: str,
    progress: Progress,
    model: torch.nn.Module,
    best: Mapping[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
) -> None:
    """Write a checkpoint, whole or as it was before.

    Parameters
    ----------
    path : Path
        From `checkpoint_path`.
    key : str
        Of the training: settings, data and code; another training does not start from it.
    progress : Progress
        Epochs done, and the losses so far.
    model : Module
        As it stands.
    best : mapping of str to Tensor
        The best weights so far.
    optimizer : Optimizer
        With its moments.
    """
    tensors = {f"model/{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"best/{name}": tensor for name, tensor in best.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"adam/{index}/{name}": tensor for name, tensor in state.items()}
    if progress.samples:
        tensors["random/torch"] = torch.get_rng_state()
    kept = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {"key": key, "progress": json.dumps(vars(progress))}
    metadata["sha256"] = _digest(kept, metadata)
    if path.exists() and not path.is_file():  # nobody's checkpoint, and not ours to remove
        path.rename(path.with_name(f"{path.name}.{time.time_ns()}.moved-aside"))
    write_whole(path, save_tensors(kept, metadata))


def load_checkpoint(
    path: Path, key: str, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[Progress, dict[str, torch.Tensor]] | None:
    """Put model and optimizer where a checkpoint left them.

    Returns
    -------
    (Progress, best weights) or None
        None if there is no checkpoint, or if it is damaged, altered or another training's: then
        model and optimizer are as they were.

    Raises
    ------
    DiskError
        If it cannot be read: perhaps it can tomorrow, and starting anew would throw it away.
    """
    found = read_checkpoint(path)
    if found is None or found[0]["key"] != key:
        return None
    metadata, tensors = found
    model.load_state_dict(_below("model/", tensors))
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in _below("adam/", tensors).items():
        index, what = name.split("/")
        state.setdefault(int(index), {})[what] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    if "random/torch" in tensors:
        torch.set_rng_state(tensors["random/torch"])
    return Progress(**json.loads(metadata["progress"])), _below("best/", tensors)


def read_checkpoint(path: Path) -> tuple[dict[str, str], dict[str, torch.Tensor]] | None:
    """Key, progress (JSON) and digest of a checkpoint, and its tensors; None if it is not intact.

    Raises
    ------
    DiskError
        If it cannot be read.
    """
    try:
        if odd_kind(path):
            return None
        content = read_whole(path)  # not mapped into memory: an error of the disk would kill
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unread(path, reason(error)) from error
    except DiskError as error:
        raise _unread(path, str(error).removeprefix(f"{path}: cannot be read: ")) from error
    try:
        length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + length])["__metadata__"]
        tensors = load_tensors(content)
        intact = metadata["sha256"] == _digest(tensors, metadata)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
        return None
    return (metadata, tensors) if intact else None


def _unread(path: Path, why: str) -> DiskError:
    return DiskError(
        f"{path}: cannot be read: {why}; it may hold hours of training, so nothing was done. Look "
        "at the file system and try again, or move it away to start anew"
    )


def _digest(tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str]) -> str:
    """SHA-256 of all that a checkpoint says: tensors, progress and key."""
    sha256 = hashlib.sha256(json.dumps([metadata["key"], metadata["progress"]]).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        sha256.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        sha256.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return sha256.hexdigest()


def _below(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
