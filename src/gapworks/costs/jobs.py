"""The jobs that a run of Snakemake would do, as its plan has them."""

from __future__ import annotations

import heapq
import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PLANNED = "GAPWORKS_PLANNED"
"""In the environment of a dry run: the file that its jobs are written to."""


@dataclass(frozen=True)
class Job:
    """One job of a plan."""

    rule: str
    log: str
    cores: int
    after: Sequence[int]
    """Those that it waits for, by their places in the list."""


def jobs_of(dag: Any) -> list[Job]:
    """The jobs of Snakemake's graph that are yet to be done and run something, each after its own.

    Parameters
    ----------
    dag : snakemake.dag.DAG
    """
    waiting = set(dag.needrun_jobs())
    places: dict[Any, int] = {}
    found: list[Job] = []
    for level in dag.toposorted():
        for job in sorted(level, key=str):
            if job in waiting and job.log:
                after = sorted({places[one] for one in dag.dependencies[job] if one in places})
                places[job] = len(found)
                found.append(Job(job.rule.name, str(job.log[0]), int(job.threads), after))
    return found


def write_jobs(jobs: Sequence[Job], config: Any) -> None:
    """Write a dry run's jobs, and its configuration, to where they were asked for."""
    said = {"jobs": [asdict(job) for job in jobs], "config": config}
    Path(os.environ[PLANNED]).write_text(json.dumps(said))


def span(jobs: Sequence[Job], seconds: Sequence[float], cores: int) -> float:
    """Seconds until the last job has ended, on so many cores.

    The longest chain that waits for a job decides what begins first; Snakemake's own order
    (priorities) differs from that a little.

    Parameters
    ----------
    jobs : sequence of Job
    seconds : sequence of float
        CPU seconds of each; a job of several cores takes them all the time.
    cores : int
    """
    followers: list[list[int]] = [[] for _ in jobs]
    for number, job in enumerate(jobs):
        for other in job.after:
            followers[other].append(number)
    width = [max(1, min(job.cores, cores)) for job in jobs]
    # Jobs of many cores that time one (evaluate_alone) use one; ranks of MPI share the work.
    length = [
        spent / (wide if job.rule.endswith("_mpi") else 1)
        for job, spent, wide in zip(jobs, seconds, width, strict=True)
    ]
    tail = [0.0] * len(jobs)
    for number in reversed(range(len(jobs))):
        tail[number] = length[number] + max((tail[one] for one in followers[number]), default=0.0)
    missing = Counter({number: len(job.after) for number, job in enumerate(jobs)})
    ready = [(-tail[number], number) for number, job in enumerate(jobs) if not job.after]
    heapq.heapify(ready)
    running: list[tuple[float, int]] = []
    now, free = 0.0, cores
    while ready or running:
        aside = []
        while ready and free:
            one = heapq.heappop(ready)
            if width[one[1]] > free:
                aside.append(one)
                continue
            free -= width[one[1]]
            heapq.heappush(running, (now + length[one[1]], one[1]))
        for one in aside:
            heapq.heappush(ready, one)
        now, done = heapq.heappop(running)
        free += width[done]
        for number in followers[done]:
            missing[number] -= 1
            if not missing[number]:
                heapq.heappush(ready, (-tail[number], number))
    return now
