"""What scaling.py measures, and scaling_page.py adds up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

STRONG = (8, 6400)
"""Shards of the chain study for strong scaling, and rings in each."""
MPI_SAMPLES = 60
"""Samples of the qpi shard that MPI ranks share."""


class Used(NamedTuple):
    """What a command used: CPU seconds, peak memory of its largest process (MB), what it said."""

    cpu: float
    megabytes: float
    said: str


class Cost(NamedTuple):
    """Of a data set: CPU seconds of a job before its first sample, then of each; bytes of each."""

    start: float
    sample: float
    bytes: float
    megabytes: float


class Dataset(NamedTuple):
    """A data set of the scale, in how many jobs it is made, and what one costs."""

    name: str
    samples: int
    jobs: int
    cost: Cost


class Training(NamedTuple):
    """A network of the scale: samples that it learns from, epochs, CPU seconds of both together."""

    name: str
    samples: int
    epochs: int
    seconds: float


class Plan(NamedTuple):
    """A dry run: number of jobs of each rule, and what it took."""

    command: str
    jobs: Mapping[str, int]
    used: Used


class Measured(NamedTuple):
    """All that the page tells."""

    scale: str
    about: Mapping[str, Any]
    datasets: list[Dataset]
    trainings: list[Training]
    plans: list[Plan]
    job_cpu: float
    strong: list[tuple[int, float, float]]
    ranks: list[tuple[int, float, float]]
    load: tuple[float, float]
