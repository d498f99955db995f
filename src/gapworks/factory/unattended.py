"""What the jobs of a broken run finished when no run was there to note what it is made of.

Slurm's jobs go on when their run is killed, but it is the run that keeps the settings of each file:
without them a changed setting would not make these files again.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

NOTED_SECONDS = 1.0
"""Dates of files are no finer than this on some file systems."""
KEPT = {"shards": "simulate", "models": "train"}
"""What takes long to make: the folder of a study's results, and how its rules are called."""
SUFFIXES = (".h5", ".safetensors", ".json")
"""Of the files that those rules make."""
PLAIN = re.compile(r"[\w./:=,@%+-]+")
"""An argument that is the same in Snakemake's log, which quotes nothing."""
FORCING = ("-f", "-F", "-R", "--force", "--forceall", "--forcerun")


@dataclass(frozen=True)
class Run:
    """A run of snakemake, as its log tells; "" where that does not."""

    began: float
    """Seconds since the epoch."""
    host: str = ""
    command: str = ""
    config_md5: str = ""

    @property
    def arguments(self) -> list[str]:
        """What was given to snakemake; [] if that cannot be known for sure, or forced files."""
        words = self.command.split()[1:]
        plain = all(map(PLAIN.fullmatch, words)) and not set(words) & set(FORCING)
        return words if plain else []


def last_run(folder: Path) -> Run | None:
    """The run that holds the folder's lock, or left it there; without a lock the last run."""
    locked = min((lock.stat().st_mtime for lock in locks(folder)), default=None)
    for log in sorted((folder / ".snakemake/log").glob("*.snakemake.log"), reverse=True):
        began = datetime.strptime(log.name, "%Y-%m-%dT%H%M%S.%f.snakemake.log").timestamp()
        with log.open(errors="replace") as file:
            head = file.read(4000)  # a log of a night is long
        command = _said("Command", head)
        no_run = "Unlocked working directory" in head or "--touch" in command.split()
        if no_run or (locked is not None and began > locked):
            continue
        return Run(began, _said("Host", head), command, _said("Config MD5", head))
    return None if locked is None else Run(locked)


def locks(folder: Path) -> list[Path]:
    """The locks of a run that is alive or was killed."""
    return list((folder / ".snakemake/locks").glob("*.lock"))


def unrecorded(folder: Path, run: Run) -> list[str]:
    """Shards and networks that were finished when no run was there to note their settings."""
    noted, incomplete = _noted(folder, "metadata"), _noted(folder, "incomplete")
    names = []
    for path in (path for kind in KEPT for path in folder.glob(f"results/*/*/{kind}/**/[!.]*")):
        name = str(path.relative_to(folder))
        if path.suffix not in SUFFIXES or name in incomplete:
            continue
        # The note of a file that was made again since is that of the file before.
        made = path.stat().st_mtime
        outdated = name not in noted or made >= _ended(noted[name]) + NOTED_SECONDS
        if made >= run.began and outdated:
            names.append(name)
    return sorted(names)


def is_configured_as(
    run: Run, names: Sequence[str], snakemake: Sequence[str], arguments: Sequence[str]
) -> bool:
    """Whether config.yaml and the arguments say what they said when a run began."""
    asked = [*snakemake, "--dry-run", *_configuration(arguments), "--", *names[:1]]
    answer = subprocess.run(asked, capture_output=True, text=True)
    now = _said("Config MD5", answer.stdout + answer.stderr)
    return bool(now) and now == run.config_md5


def record(names: Sequence[str], snakemake: Sequence[str], arguments: Sequence[str]) -> str:
    """Let Snakemake note the settings of finished files, as the run would have; "" or its error.

    Parameters
    ----------
    names : sequence of str
        From `unrecorded`.
    snakemake, arguments : sequence of str
        The command, and what the user gives it: of this only what changes the configuration counts.
    """
    listed = subprocess.run([*snakemake, "-n", "--list-rules"], capture_output=True, text=True)
    rules = [rule for rule in listed.stdout.split() if rule.partition("_")[0] in KEPT.values()]
    # The lock of the broken run stays until all is noted: who is interrupted here can try again.
    options = ["--cores", "1", "--force", "--nolock", "--rerun-triggers", "mtime"]
    command = [*snakemake, "--touch", *options, "--allowed-rules", *rules]
    noted = subprocess.run(
        [*command, *_configuration(arguments), "--", *names], capture_output=True, text=True
    )
    return noted.stdout + noted.stderr if noted.returncode else ""


def _configuration(arguments: Sequence[str]) -> list[str]:
    """Those of Snakemake's arguments that change the configuration, with their values."""
    kept, taking = [], False
    for word in arguments:
        if word.startswith("-"):
            taking = word.partition("=")[0] in ("-C", "--config", "--configfile", "--configfiles")
        if taking:
            kept.append(word)
    return kept


def _said(what: str, head: str) -> str:
    """A line of the head that Snakemake prints and writes into its log."""
    found = re.search(rf"^  {re.escape(what)}: (.*)$", head, re.MULTILINE)
    return found[1].strip() if found else ""


def _noted(folder: Path, what: str) -> dict[str, Path]:
    """The files that Snakemake keeps metadata of, or has noted as incomplete, and these notes."""
    place = folder / ".snakemake" / what
    names = {}
    for note in place.rglob("*"):
        if note.is_file():  # a long name is cut into folders, which begin with @
            coded = "".join(part.removeprefix("@") for part in note.relative_to(place).parts)
            with contextlib.suppress(ValueError):
                names[base64.urlsafe_b64decode(coded).decode()] = note
    return names


def _ended(note: Path) -> float:
    """The date of the file that a note of Snakemake's is about; 0 if the note does not say."""
    try:
        return float(json.loads(note.read_text())["endtime"] or 0)
    except (ValueError, KeyError, TypeError):
        return 0.0
