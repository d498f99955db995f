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
    possible = sys.platform == "linux" and hasattr(os, "pidfd_open")
    if steps < WORTH or not possible or os.environ.get(RESIDENT):
        return
    try:
        folder = tempfile.mkdtemp(prefix="gapworks-")
    except OSError:
        return
    os.environ[RESIDENT] = f"{folder}/socket"
    command = [sys.executable, "-P", "-m", "gapworks.runs.forking"]
    _started.append(
        subprocess.Popen(
            command,
            env=os.environ | environment_of_steps(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    )


def processes() -> set[int]:
    """It and what it has forked, which `gapworks` tells of every signal itself."""
    found = {process.pid for process in _started}
    for pid in list(found):
        with suppress(psutil.NoSuchProcess):
            found |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
    return found
