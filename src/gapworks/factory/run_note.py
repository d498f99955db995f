"""What a run of the workflow writes down about itself, for whoever goes on if it breaks off.

Snakemake's log does not do: it quotes no argument, is empty with ``--quiet all`` and bears local
time.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

import gapworks
from gapworks.factory.provenance import code_digest

NOTE = ".snakemake/gapworks-run.json"
MARK = "GAPWORKS_RUN"
"""In the environment of a run's processes: the folder of the run."""
CONFIG = "GAPWORKS_CONFIG"
"""There, too: the file that keeps the configuration with which the run began, for its jobs."""


@dataclass(frozen=True)
class Run:
    """A run of snakemake, by its note."""

    arguments: list[str]
    """Of snakemake."""
    profile: str
    """What SNAKEMAKE_PROFILE said."""
    forcing: bool
    """Whether it made again what was there: nothing to be repeated unasked."""
    config_md5: str
    """Snakemake's digest of the whole configuration."""
    host: str
    pid: int
    created: float
    """When that process began, which tells it from a later one of that number."""
    code: str = ""
    """Digest of the code of trainings."""

    def is_alive(self) -> bool:
        """Whether it is a living process of this machine."""
        if self.host != platform.node():
            return False
        try:
            process = psutil.Process(self.pid)
            alive = process.status() != psutil.STATUS_ZOMBIE
            return alive and abs(process.create_time() - self.created) < 2
        except psutil.NoSuchProcess:
            return False


def write_note(folder: Path, config: Mapping[str, Any], *, forcing: bool, config_md5: str) -> None:
    """Write the note of the run that this process is, and mark the processes that it will start.

    The configuration is kept as well: jobs of a run read it anew, each when it begins.
    """
    process = psutil.Process()
    profile = os.environ.get("SNAKEMAKE_PROFILE", "")
    run = Run(
        *(sys.argv[1:], profile, forcing, config_md5),
        *(platform.node(), process.pid, process.create_time()),
        training_code(),
    )
    kept = folder / f".snakemake/gapworks-config-{config_md5}.json"
    _write(kept, config)
    _write(folder / NOTE, asdict(run))
    os.environ[MARK] = str(folder.resolve())
    os.environ[CONFIG] = str(kept.resolve())


def _write(path: Path, content: Mapping[str, Any]) -> None:
    written = path.with_name(f"{path.name}.{os.getpid()}")
    written.write_text(json.dumps(content, indent=1))
    written.replace(path)


def training_code() -> str:
    """Digest of the code of all trainings."""
    base = Path(gapworks.__file__).parent
    rooms = sorted(path.parent.name for path in base.glob("*/training.py"))
    return code_digest(*(f"gapworks.{room}.training" for room in rooms))


def last_run(folder: Path) -> Run | None:
    """The run that holds the folder's lock, or left it there; without a lock the last run.

    None if it left no note: it was killed before its first job.
    """
    note = folder / NOTE
    try:
        if any(lock.stat().st_mtime > note.stat().st_mtime for lock in locks(folder)):
            return None  # the note of a run before: a run writes it when it holds the lock
        return Run(**json.loads(note.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def began(folder: Path) -> float:
    """When the last run began, by the clock of the folder's file system."""
    return (folder / NOTE).stat().st_mtime


def locks(folder: Path) -> list[Path]:
    """The locks of a run that is alive or was killed."""
    return list((folder / ".snakemake/locks").glob("*.lock"))
