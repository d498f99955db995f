"""What a run of the workflow writes down about itself, for whoever goes on if it breaks off.

Snakemake's log does not do: it quotes no argument, is empty with ``--quiet all`` and bears local
time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

import gapworks
from gapworks.factory.disk import write_whole
from gapworks.factory.provenance import code_digest
from gapworks.factory.recipe import EXPECTED, Facts

NOTE = ".snakemake/gapworks-run.json"
MARK = "GAPWORKS_RUN"
"""In the environment of a run's processes: the folder of the run."""
CONFIG = "GAPWORKS_CONFIG"
"""There, too: the file with the configuration that the run began with; the Snakefile reads it."""


@dataclass(frozen=True)
class Run:
    """A run of snakemake, by its note."""

    arguments: list[str]
    """Of snakemake."""
    profile: str
    """What SNAKEMAKE_PROFILE said."""
    forcing: bool
    """Whether it made again what was there: nothing to be repeated unasked."""
    config: str
    """The file in which it kept its configuration, for its jobs."""
    expected: str
    """And that with what its files should say of themselves (`factory.recipe`)."""
    code: dict[str, str]
    """By study, the digest of the code of its trainings."""
    host: str
    pid: int
    created: float
    """When that process began, which tells it from a later one of that number."""
    started_in: str = ""
    """The folder in which it was started, of which --directory made another."""
    snakefile: str = ""

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


def write_note(
    folder: Path,
    config: Mapping[str, Any],
    expected: Mapping[str, Facts],
    *,
    forcing: bool,
    snakefile: str = "",
) -> None:
    """Write the note of the run that this process is, and mark the processes that it will start.

    Its configuration is kept beside the note: each of its jobs reads it, and not what config.yaml
    says by then. So is what its files should say of themselves, by path.

    Parameters
    ----------
    folder : Path
        The run's working folder.
    config : mapping
        Its configuration.
    expected : mapping
        What its files should say of themselves, by path (`factory.recipe`).
    forcing : bool
        Whether it makes again what was there.
    snakefile : str
        Its rules.
    """
    process = psutil.Process()
    profile = os.environ.get("SNAKEMAKE_PROFILE", "")
    kept = _keep(folder, "config", config)
    facts = _keep(folder, "expected", expected)
    run = Run(
        *(sys.argv[1:], profile, forcing, kept, facts, training_code()),
        *(platform.node(), process.pid, process.create_time()),
        *(str(_started_in(folder, sys.argv[1:])), snakefile),
    )
    write_whole(folder / NOTE, json.dumps(asdict(run), indent=1).encode())
    os.environ[MARK] = str(folder.resolve())
    os.environ[CONFIG] = kept
    os.environ[EXPECTED] = facts


def _keep(folder: Path, what: str, content: Mapping[str, Any]) -> str:
    """Keep something for the run's jobs, under a name that says what it holds."""
    text = json.dumps(content, indent=1)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    kept = folder.resolve() / f".snakemake/gapworks-{what}-{digest}.json"
    write_whole(kept, text.encode())
    return str(kept)


def working_folder(arguments: Sequence[str]) -> Path:
    """The folder in which a snakemake with these arguments works, seen from where it is started."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-d", "--directory", type=Path, default=Path())
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return parser.parse_known_args(options)[0].directory


def _started_in(folder: Path, arguments: Sequence[str]) -> Path:
    """Where this process was started: Snakemake has gone to its working folder by now."""
    shell = Path(os.environ.get("PWD", folder))
    there = shell.is_absolute() and (shell / working_folder(arguments)).resolve()
    return shell if there == folder.resolve() else folder.resolve()


def training_code() -> dict[str, str]:
    """By study, the digest of the code of its trainings, as the rules `train` take it."""
    base = Path(gapworks.__file__).parent
    studies = sorted(path.parts[-3] for path in base.glob("*/learning/training.py"))
    return {study: code_digest(f"gapworks.{study}.learning.training") for study in studies}


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
