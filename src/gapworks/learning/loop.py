"""The training loop of all networks.

A training is a function of its settings, its data, its seed and the thread count: interrupted and
started again it ends with the same weights.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import math
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gapworks.factory.disk import HeldSignals
from gapworks.factory.errors import DataError
from gapworks.factory.seeds import study_number
from gapworks.learning.checkpoint import Progress, load_checkpoint, save_checkpoint
from gapworks.learning.settings import Training

Loss = Callable[[torch.nn.Module, tuple[torch.Tensor, ...]], torch.Tensor]
"""Mean loss of a batch: loss(model, tensors)."""
Augment = Callable[[tuple[torch.Tensor, ...], np.random.Generator], tuple[torch.Tensor, ...]]
"""Changes a batch at random, by the generator that it is given."""


class TrainingError(DataError):
    """A training that cannot go on; says where it stopped and what is kept."""


@dataclass(frozen=True)
class Trained:
    """What a training ends with: the best weights by validation loss, and its course."""

    weights: dict[str, torch.Tensor]
    best_loss: float
    best_epoch: int
    epochs: int
    history: list[dict[str, float]]


def training_seed(root: int, study: str, name: str, repeat: int = 0) -> int:
    """Seed of a training: root, study, network (the CRC of its name) and repeat."""
    spawn_key = (study_number(study), zlib.crc32(name.encode()), repeat)
    sequence = np.random.SeedSequence(root, spawn_key=spawn_key)
    return int(sequence.generate_state(1, np.uint32)[0])


def training_key(**parts: Any) -> str:
    """Name of a training by all that decides its outcome; a checkpoint of another is not used."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


@contextlib.contextmanager
def reproducible(threads: int, seed: int) -> Iterator[None]:
    """Fix the thread count and torch's seed, and refuse operations that are not deterministic."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    before = torch.are_deterministic_algorithms_enabled()
    filling = torch.utils.deterministic.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True)
    # Every tensor would be filled once more than it is written, for nothing. It serves to
    # make the reading of memory that nobody wrote reproducible, which no network here does.
    torch.utils.deterministic.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
        torch.utils.deterministic.fill_uninitialized_memory = filling


def train(
    model: torch.nn.Module,
    data: tuple[torch.Tensor, ...],
    validation: tuple[torch.Tensor, ...],
    loss: Loss,
    settings: Training,
    seed: int,
    checkpoint: Path,
    key: str,
    augment: Augment | None = None,
    report: Callable[[str], None] = lambda line: None,
    checkpoint_seconds: float = 0.0,
) -> Trained:
    """Train a network, from a checkpoint if there is one of just this training.

    Ctrl-C and SIGTERM, which Slurm sends before it ends a job for its time, let the batch finish,
    write a checkpoint in the middle of the epoch, or of its validation, and then stop the process.

    Parameters
    ----------
    model : Module
        Freshly initialised.
    data, validation : tuple of Tensor
        Samples along the first axis of every tensor.
    loss : callable
        Mean loss of a batch.
    settings : Training
        Batch size, rates, schedule and stopping.
    seed : int
        Of the order of the samples in each epoch, and of the augmentation.
    checkpoint : Path
        Written after epochs and before a stop; the caller removes it when the result is safe.
    key : str
        From `training_key`.
    augment : callable, optional
        Changes a batch at random, by the generator it is given.
    report : callable
        Told one line an epoch.
    checkpoint_seconds : float
        Least time between two checkpoints, for networks whose epoch is no longer than a write.
        Which epochs are written does not change the weights.

    Raises
    ------
    TrainingError
        If the loss is not finite; the last good checkpoint stays.
    """
    optimizer = torch.optim.Adam(
        model.parameters(),
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        fused=True,  # one pass over the weights, not ten
    )
    progress, best = Progress(rate=settings.learning_rate), copy.deepcopy(model.state_dict())
    if found := load_checkpoint(checkpoint, key, model, optimizer):
        progress, best = found
        within = f" and {progress.samples} samples of the next" if progress.samples else ""
        report(f"going on after epoch {progress.epoch}{within}, from {checkpoint}")
    elif checkpoint.exists():
        report(
            f"starting anew: {checkpoint} is damaged, or of other settings, data, threads or code"
        )
    written = time.monotonic()

    def stop_if_told() -> None:
        """Between two batches."""
        if signals.came:
            save_checkpoint(checkpoint, key, progress, model, best, optimizer)
            report(f"stopped in epoch {progress.epoch + 1}; {checkpoint} keeps what is done")
            raise KeyboardInterrupt

    signals = HeldSignals()
    try:
        while not progress.finished:
            epoch = progress.epoch + 1
            if settings.schedule == "cosine":
                progress.rate = _cosine(settings, epoch)
            for group in optimizer.param_groups:
                group["lr"] = progress.rate
            _epoch(model, data, loss, settings, optimizer, seed, progress, augment, stop_if_told)
            # A stop from here on keeps an epoch whose samples are all done.
            validation_loss = mean_loss(model, validation, loss, settings.batch_size, stop_if_told)
            training_loss = progress.loss_sum / progress.samples
            progress.samples, progress.loss_sum, progress.generator = 0, 0.0, None
            progress.epoch = epoch
            progress.history.append(
                {
                    "epoch": epoch,
                    "rate": progress.rate,
                    "train": training_loss,
                    "validation": validation_loss,
                }
            )
            report(
                f"epoch {epoch}/{settings.epochs}  rate {progress.rate:.1e}  "
                f"train {training_loss:.3e}  validation {validation_loss:.3e}"
            )
            if validation_loss < progress.best_loss:
                progress.best_loss, progress.best_epoch, progress.waited = validation_loss, epoch, 0
                best = copy.deepcopy(model.state_dict())
            else:
                progress.waited += 1
            _schedule(settings, progress)
            if progress.finished or time.monotonic() - written >= checkpoint_seconds:
                save_checkpoint(checkpoint, key, progress, model, best, optimizer)
                written = time.monotonic()
    finally:
        signals.release()
    return Trained(best, progress.best_loss, progress.best_epoch, progress.epoch, progress.history)


@torch.no_grad()
def mean_loss(
    model: torch.nn.Module,
    data: tuple[torch.Tensor, ...],
    loss: Loss,
    batch_size: int,
    before_batch: Callable[[], None] = lambda: None,
) -> float:
    """Mean loss over a data set."""
    model.eval()
    total, count = 0.0, len(data[0])
    for first in range(0, count, batch_size):
        before_batch()
        batch = tuple(tensor[first : first + batch_size] for tensor in data)
        total += float(loss(model, batch)) * len(batch[0])
    return total / count


def _epoch(model, data, loss, settings, optimizer, seed, progress, augment, after_batch) -> None:
    """One epoch, or the rest of one; `progress` says where it begins and is kept up to date."""
    model.train()
    count, epoch = len(data[0]), progress.epoch + 1
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(epoch,))))
    order = torch.from_numpy(rng.permutation(count))
    if progress.samples:
        rng.bit_generator.state = _with_arrays(progress.generator)
    else:
        torch.manual_seed(int(rng.bit_generator.random_raw()) >> 1)
    for first in range(progress.samples, count, settings.batch_size):
        chosen = order[first : first + settings.batch_size]
        batch = tuple(tensor[chosen] for tensor in data)
        if augment is not None:
            batch = augment(batch, rng)
        value = loss(model, batch)
        said = float(value.detach())
        if not math.isfinite(said):
            raise TrainingError(
                f"the loss is {said} in epoch {epoch}, samples {first}-"
                f"{first + len(chosen)}; the last checkpoint is kept. Lower learning_rate, or "
                "look for what is not finite in the data, and run again."
            )
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()
        progress.loss_sum += said * len(chosen)
        progress.samples = first + len(chosen)
        progress.generator = _without_arrays(rng.bit_generator.state)
        after_batch()


def _without_arrays(state: Any) -> Any:
    """A generator's state as JSON."""
    if isinstance(state, dict):
        return {name: _without_arrays(value) for name, value in state.items()}
    return {"uint64": [int(v) for v in state]} if isinstance(state, np.ndarray) else state


def _with_arrays(state: Any) -> Any:
    """The state as the generator takes it, from `_without_arrays`."""
    if not isinstance(state, dict):
        return state
    if set(state) == {"uint64"}:
        return np.array(state["uint64"], dtype=np.uint64)
    return {name: _with_arrays(value) for name, value in state.items()}


def _cosine(settings: Training, epoch: int) -> float:
    share = 0.5 * (1 + math.cos(math.pi * (epoch - 1) / max(1, settings.epochs - 1)))
    return settings.final_learning_rate + share * (
        settings.learning_rate - settings.final_learning_rate
    )


def _schedule(settings: Training, progress: Progress) -> None:
    """Lower the rate on a plateau; say when training has come to its end."""
    if settings.schedule == "plateau" and progress.waited >= settings.patience:
        progress.waited = 0
        progress.rate /= settings.factor
        # Rates are products of factors: a last one that is the final rate to rounding still counts.
        progress.finished = progress.rate < settings.final_learning_rate * (1 - 1e-9)
    progress.finished = progress.finished or progress.epoch >= settings.epochs
