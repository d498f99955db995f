"""What a command used, as the last line of a step's log.

Snakemake's benchmark files cannot say it: they look at the process that they started, and on one
machine that one only waits while another, forked from the run's resident process, does the work.
"""

from __future__ import annotations

import re
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

STEPS = frozenset(
    ("simulate", "gather", "generate", "train", "evaluate", "figure", "table")
    + ("metrics", "claims", "report")
)
"""The commands that rules call."""
_SAID = re.compile(r"^gapworks: used ([\d.]+) s of CPU, ([\d.]+) s in all, ([\d.]+) MB$", re.M)


class Used(NamedTuple):
    """By a command: seconds of CPU of all its threads and children, seconds by the clock, MB."""

    cpu: float
    wall: float
    megabytes: float


def used(began: float) -> str:
    """The line that says it.

    Parameters
    ----------
    began : float
        Of `time.monotonic`.
    """
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in spent)
    return (
        f"gapworks: used {cpu:.2f} s of CPU, {time.monotonic() - began:.2f} s in all,"
        f" {_megabytes():.0f} MB"
    )


def read_used(log: str) -> Used | None:
    """What a step's log says of it; None if it does not.

    Ranks of MPI say a line each, into one log: they ran beside each other.
    """
    found = [tuple(map(float, one)) for one in _SAID.findall(log)]
    if not found:
        return None
    cpu, wall, megabytes = zip(*found, strict=True)
    return Used(sum(cpu), max(wall), sum(megabytes))


def _megabytes() -> float:
    """The most that the process had in memory at a time; `ru_maxrss` is its parent's at first."""
    with suppress(OSError, StopIteration), Path("/proc/self/status").open() as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 ** (2 if sys.platform == "darwin" else 1)
