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
_SAID = re.compile(
    r"^gapworks: used ([\d.]+) s of CPU, ([\d.]+) s in all, ([\d.]+) MB(, imports included)?$", re.M
)
HEAVY = "torch"
"""Of the modules that a step imports: there from the start where it was forked."""


class Used(NamedTuple):
    """By a command: seconds of CPU of all its threads and children, seconds by the clock, MB."""

    cpu: float
    wall: float
    megabytes: float
    alone: bool
    """Whether that includes its imports, which a run's resident process does once for all steps."""


class Clock:
    """Of a command from its beginning."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.alone = HEAVY not in sys.modules

    def used(self) -> str:
        """The line that says what was used until now."""
        return _line(time.monotonic() - self.began, self.alone)


def _line(wall: float, alone: bool) -> str:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in spent)
    included = ", imports included" if alone else ""
    return (
        f"gapworks: used {cpu:.2f} s of CPU, {wall:.2f} s in all, {_megabytes():.0f} MB{included}"
    )


def read_used(log: str) -> Used | None:
    """What a step's log says of it; None if it does not.

    Ranks of MPI say a line each, into one log: they ran beside each other.
    """
    found = _SAID.findall(log)
    if not found:
        return None
    cpu, wall, megabytes = zip(*(map(float, one[:3]) for one in found), strict=True)
    return Used(sum(cpu), max(wall), sum(megabytes), any(one[3] for one in found))


def _megabytes() -> float:
    """The most that the process had in memory at a time; `ru_maxrss` is its parent's at first."""
    with suppress(OSError, StopIteration), Path("/proc/self/status").open() as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 ** (2 if sys.platform == "darwin" else 1)
