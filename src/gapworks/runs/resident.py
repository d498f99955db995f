"""The resident process of a run on this machine, as the run starts it; what it is: `forking`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress

import psutil

from gapworks.command import RESIDENT

WORTH = 10
"""Steps of a run below which it is not started: it takes as long as two of them."""
THREADS = (
    "OMP_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
TEMPORARY = ("TMPDIR", "TMP", "TEMPDIR", "TEMP")
_started: list[subprocess.Popen] = []


def environment_of_steps() -> dict[str, str]:
    """What Snakemake adds to the environment of a step of one thread."""
    return dict.fromkeys(THREADS, "1") | dict.fromkeys(TEMPORARY, tempfile.gettempdir())


def start(steps: int) -> None:
    """Start the resident process of this run, which ends with it; later steps find it.

    Parameters
    ----------
    steps : int
        How many the run has.
    """
    if steps < WORTH or os.environ.get(RESIDENT) or not _is_possible():
        return
    folder = None
    try:
        folder = tempfile.mkdtemp(prefix="gapworks-")
        place = f"{folder}/socket"
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "gapworks.runs.forking"],
            env=os.environ | environment_of_steps() | {RESIDENT: place},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:  # steps are done alone
        if folder:
            os.rmdir(folder)
        return
    os.environ[RESIDENT] = place
    _started.append(process)


def _is_possible() -> bool:
    """Whether the system tells of a process by a descriptor (Linux from 5.3 on)."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


def processes() -> set[int]:
    """It and what it has forked, which `gapworks` tells of every signal itself."""
    found = {process.pid for process in _started}
    for pid in list(found):
        with suppress(psutil.NoSuchProcess):
            found |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
    return found
