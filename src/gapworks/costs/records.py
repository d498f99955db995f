"""What jobs used before, and what that says of others: CPU seconds, memory, bytes on disk."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from gapworks.config import ScaleConfig
from gapworks.costs.used import Used, read_used
from gapworks.costs.work import Work, output_bytes, work_of
from gapworks.factory.files import read_whole

SPREAD = 1.15
"""Least factor between what a job takes and what was recorded of its like."""
START = 1.5
"""CPU seconds that a job may take however little work it is: what its files and figures cost."""
GROWTH = 0.08
"""An amount N times the largest recorded widens the factor by N^0.08: ten times by a fifth."""
SHORT, SHRINK = 30.0, 1 / 3
"""Of one size alone, below 30 CPU seconds, an amount N times that may cost less by N^(1/3) a unit:
what is fixed was all taken for work. (By records of smoke scale alone, trainings of laptop scale
took up to ten times what they take.)"""
COPIES = 2.0
"""Samples in memory: as they were read, and as a network takes them."""
BARE = 150.0
"""Least memory of a process that has imported what it needs, MB."""
UNLIKE = 2.0
"""The factor where only jobs of other settings (physics, solver, architecture) were recorded."""


class Point(NamedTuple):
    """What one job used."""

    amount: float
    samples: float
    cpu: float
    """Seconds of all its threads and children."""
    megabytes: float
    bytes: float
    """Of its output."""
    like: str = ""


@dataclass(frozen=True)
class Cost:
    """What a job is expected to use: lowest, likely and highest CPU seconds; memory; disk."""

    low: float
    cpu: float
    high: float
    megabytes: float
    bytes: float
    beyond: float = 1.0
    """How many times the largest amount recorded it is, if more."""
    unlike: bool = False
    """Whether records are of other settings alone."""
    one_size: bool = False
    """Whether records are of one size alone, and another one."""


@dataclass(frozen=True)
class Records:
    """What was recorded, by key of `Work`."""

    points: Mapping[str, Sequence[Point]]
    about: Mapping[str, Any]
    """Commit, day, processor."""
    overheads: Mapping[str, float]
    """CPU seconds beside those of jobs: of a "run", of each "job", of one that is done "alone"."""

    def cost(self, work: Work, ratio: float = 1.0) -> Cost | None:
        """What a job will use; None if nothing like it was recorded.

        Parameters
        ----------
        work : Work
        ratio : float
            CPU seconds of this machine over those recorded.
        """
        every = self.points.get(work.key)
        if not every:
            return None
        alike = [one for one in every if one.like == work.like]
        known = alike or every
        most = max(one.amount for one in known)
        beyond = max(1.0, work.amount / most)
        fit = fitted([(one.amount, one.cpu) for one in known])
        one_size = len({one.amount for one in known}) == 1 and work.amount != most
        if one_size:  # up to START of it does not grow
            grown = known[0].cpu * work.amount / most
            fixed = min(known[0].cpu, START) * (1 - work.amount / most)
            shrunk = beyond**SHRINK if known[0].cpu < SHORT else 1.0
            ends = sorted((grown + fixed, grown / shrunk))
            likely, factor = math.sqrt(ends[0] * ends[1]), SPREAD
        else:
            likely = fit(work.amount)
            ends = [likely * (work.shortest or 1.0), likely]
            likely = math.sqrt(ends[0] * ends[1])
            factor = max(SPREAD, _scatter(fit, known))
        factor *= beyond**GROWTH * (1.0 if alike else UNLIKE)
        return Cost(
            ratio * ends[0] / factor,
            ratio * likely,
            ratio * ends[1] * factor,
            self._megabytes(work, known),
            _bytes(work, known),
            beyond,
            not alike,
            one_size,
        )

    def _megabytes(self, work: Work, known: Sequence[Point]) -> float:
        """Peak memory: the samples that it holds, and what is there without them."""
        each = 0.0
        if work.data and (simulated := self.points.get(work.data)):
            most = max(simulated, key=lambda one: one.samples)
            each = COPIES * most.bytes / most.samples / 1e6
        rest = max(max(one.megabytes - each * one.samples, BARE) for one in known)
        return rest + each * work.samples


def _bytes(work: Work, known: Sequence[Point]) -> float:
    """Of its output; of one size alone, files of samples grow with these, others do not."""
    fit = fitted([(one.samples, one.bytes) for one in known])
    grows = work.step in ("simulate", "gather", "generate")
    same = len({one.samples for one in known}) == 1 and not grows
    return max(one.bytes for one in known) if same else fit(work.samples)


def fitted(points: Sequence[tuple[float, float]]) -> Any:
    """The line a + b x through (x, y) with least relative errors, a and b not negative.

    Where all x are the same, y is taken for proportional to x beyond it, and constant below.
    """
    points = [(x, max(y, 1e-9)) for x, y in points]
    at = {x for x, _ in points}
    if len(at) == 1:
        (x0,) = at
        mean = sum(y for _, y in points) / len(points)
        return lambda x: mean * max(1.0, x / x0)
    weight = sum(1 / y**2 for _, y in points)
    x_mean = sum(x / y**2 for x, y in points) / weight
    y_mean = sum(1 / y for _, y in points) / weight
    squares = sum((x - x_mean) ** 2 / y**2 for x, y in points)
    slope = sum((x - x_mean) * (y - y_mean) / y**2 for x, y in points) / squares
    if slope < 0:
        slope, start = 0.0, y_mean
    elif (start := y_mean - slope * x_mean) < 0:
        start = 0.0
        slope = sum(x / y for x, y in points) / sum((x / y) ** 2 for x, y in points)
    return lambda x: start + slope * x


def _scatter(fit: Any, known: Sequence[Point]) -> float:
    """The factor by which records differ from the line through them: root mean square."""
    logs = [math.log(max(one.cpu, 1e-9) / fit(one.amount)) ** 2 for one in known]
    return math.exp(math.sqrt(sum(logs) / len(logs)))


@cache
def kept_records() -> Records:
    """Those that come along."""
    said = json.loads(files("gapworks.costs").joinpath("records.json").read_text())
    points = {key: [Point(*one) for one in every] for key, every in said["points"].items()}
    return Records(points, said["about"], said["overheads"])


RESUMED = "going on after epoch"
"""In a log: of `learning.loop`."""


def logged(folder: Path, scales: Mapping[str, ScaleConfig]) -> Iterator[tuple[str, Work, Used]]:
    """The jobs of a folder's logs that say what they used: log, work, `Used`."""
    for path in sorted((folder / "logs").rglob("*.log")):
        log = path.relative_to(folder).as_posix()
        if (work := work_of(log, scales)) is None:
            continue
        said = read_whole(path).decode(errors="replace")
        # A training that went on from a checkpoint says what its last part used.
        if RESUMED not in said and (found := read_used(said)):
            yield log, work, found


def point_of(work: Work, used: Used, size: float) -> Point:
    """What a job used, with the bytes of its output."""
    return Point(work.amount, work.samples, used.cpu, used.megabytes, size, work.like)


class Own(NamedTuple):
    """What this machine's own logs say: how many did, and their CPU seconds over the recorded."""

    jobs: int = 0
    ratio: float = 1.0
    points: Mapping[str, Sequence[Point]] = {}
    """Of what the records do not know."""


def own_records(folder: Path, scales: Mapping[str, ScaleConfig], records: Records) -> Own:
    """Compare a folder's logs with the records."""
    spent = expected = 0.0
    jobs, new = 0, {}
    for log, work, used in logged(folder, scales):
        if known := records.cost(work):
            jobs += 1
            spent += used.cpu
            expected += known.cpu + records.overheads["alone"] * used.alone
        else:
            size = output_bytes(folder, log)
            new.setdefault(work.key, []).append(point_of(work, used, size))
    ratio = spent / expected if spent and expected else 1.0
    # As if they had been recorded with the others: those of this machine are told by the ratio.
    as_there = {key: [one._replace(cpu=one.cpu / ratio) for one in new[key]] for key in new}
    return Own(jobs, ratio, as_there)
