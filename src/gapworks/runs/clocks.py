"""Dates in the future, which a clock that was ahead leaves behind.

Snakemake compares dates: what is made of a file that is dated in the future is older than that
file, which it refuses at each attempt, until the date has come.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TOLERANCE_NS = 5_000_000_000
"""So far clocks of machines that share a disk may be apart."""
STEP_NS = 1_000_000


def mend_dates(folder: Path) -> str:
    """Set the dates of files that are in the future to now, in their order.

    They are no later than now and later than all others: what is made of them is made again if it
    has another date, and what they are made of does not make them again.

    Parameters
    ----------
    folder : Path
        Of the results.

    Returns
    -------
    str
        What was done, in words; empty if there was nothing to do.
    """
    now = _now(folder)
    ahead = [(date, path) for path, date in _dated(folder) if date > now + TOLERANCE_NS]
    if not ahead:
        return ""
    dates = sorted({date for date, _ in ahead}, reverse=True)
    mended = {date: now - rank * STEP_NS for rank, date in enumerate(dates)}
    for date, path in ahead:
        with contextlib.suppress(OSError):  # somebody else's: named all the same
            os.utime(path, ns=(mended[date], mended[date]), follow_symlinks=False)
    latest, path = max(ahead)
    days = (latest - now) / 86400e9
    return (
        f"files of {folder} that are dated in the future: {len(ahead)}, up to {days:.3g} days "
        f"({path}). A clock was ahead; they are dated now, in their order"
    )


def _dated(folder: Path) -> Iterator[tuple[Path, int]]:
    """All files below a folder, also behind links to other disks, and their dates."""
    seen = set()
    for here, folders, names in os.walk(folder, followlinks=True):
        found = os.stat(here)
        if (found.st_dev, found.st_ino) in seen:
            folders.clear()
            continue
        seen.add((found.st_dev, found.st_ino))
        for path in (Path(here, name) for name in names):
            try:
                yield path, path.lstat().st_mtime_ns
            except FileNotFoundError:  # a job's, which has just been renamed
                continue


def _now(folder: Path) -> int:
    """The clock that dates files here, which is a server's on a network file system."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            return os.fstat(file.fileno()).st_mtime_ns
    except OSError:
        return time.time_ns()
