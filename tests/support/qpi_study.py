"""A small qpi study on disk: windows of 16 or 32 from grids of 1024, at a broad level."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gapworks.factory.gather import gather
from gapworks.factory.shards import shard_name, simulate_shard
from gapworks.learning import task
from gapworks.qpi.data import dataset
from gapworks.qpi.learning import training
from gapworks.qpi.steps import Simulate, Train
from tests.support.config import plan

TRAINING = {
    "name": "small-converged",
    "seed": 1,
    "per_class": 4,
    "backbone": "small",
    "inputs": {
        "pixels": 32,
        "radius": 13.0,
        "compress": True,
        "white": [0.0, 0.2],
        "pink": [0.0, 0.1],
        "clean": 0.25,
        "symmetry_copies": True,
    },
    "condition": {"energies": [0.0, 1.0], "odd_channels": True, "scalars": True},
    "network": {
        "widths": [4, 8, 8, 8, 12, 12],
        "aggregation": 16,
        "conditional": True,
        "class_weight": 1.0,
        "parameter_weight": 1.0,
        "training": {
            "epochs": 4,
            "batch_size": 8,
            "learning_rate": 2e-3,
            "final_learning_rate": 1e-5,
            "schedule": "cosine",
        },
    },
}
"""Settings of a training that takes seconds."""
LITERAL = {
    "name": "small-literal",
    "per_class": 2,
    "condition": {"energies": [0.0], "odd_channels": False, "scalars": False},
}
"""What they are under the paper's condition."""
IMAGES = {"pixels": 16, "white": [0.0, 0.2], "pink": [0.0, 0.1], "clean": 0.25}
FAITHFUL = {
    "name": "small-faithful",
    "per_class": 2,
    "inputs": IMAGES,
    "condition": {"noise": True},
    "network": TRAINING["network"] | {"conditional": False},
}
"""What they are where the paper is taken at its word."""
TEST = {
    "seed": 1,
    "evaluation": {
        "white": [0.0, 0.3],
        "pink": [0.3],
        "reported": 0.3,
        "resamples": 20,
        "confidence": 0.95,
    },
}
"""Settings of a network's test."""


def silent(line: str) -> None:
    """A report that nobody reads."""


def simulation(name: str = "train", **changes: Any) -> Simulate:
    """Settings of a data set of config.yaml, small; keys of `physics` and others may change."""
    whole = plan("qpi", "paper").simulation(name).model_dump(mode="json")
    whole["physics"] |= {"window": 16, "broadening": [1.0, 1.5]}
    whole["n_effective"] = 1024 if name == "train" else 128
    whole["physics"] |= changes.pop("physics", {})
    return Simulate.model_validate(whole | changes)


def gathered(folder: Path, name: str, samples: int, n_effective: int, **physics: Any) -> Path:
    """A data set file with windows of 32."""
    physics = {"window": 32, "broadening": [2.0, 2.0]} | physics
    chosen = simulation(name, physics=physics, n_effective=n_effective)
    shard = folder / name / shard_name(0, samples)
    simulate_shard(dataset, chosen, 0, samples, shard, 1)
    output = folder / f"{name}.h5"
    gather(dataset, chosen, shard.parent, samples, samples, output)
    return output


def train_settings(**changes: Any) -> Train:
    """Settings of a small training."""
    return Train.model_validate(TRAINING | changes)


def train_network(
    settings: Train,
    data: Path,
    validation: Path,
    output: Path,
    report: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Train a network on one thread; its card."""
    return task.train_network(training.task, settings, data, validation, output, 1, report)
