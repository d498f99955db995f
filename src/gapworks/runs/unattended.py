"""What the jobs of a broken run finished when no run was there to note what it is made of.

Slurm's jobs go on when their run is killed, but it is the run that keeps the settings of each file:
without them a changed setting would not make these files again.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gapworks.runs.note import CONFIG, Run, began, training_code

NOTED_SECONDS = 1.0
"""Dates of files are no finer than this on some file systems."""
KEPT = {"shards": "simulate", "models": "train"}
"""What takes long to make: the folder of a study's results, and how its rules are called."""
SUFFIXES = (".h5", ".safetensors", ".json")
"""Of the files that those rules make."""


def unrecorded(folder: Path) -> list[str]:
    """Shards and networks that were finished when no run was there to note their settings."""
    since = began(folder)
    noted, incomplete = _noted(folder, "metadata"), _noted(folder, "incomplete")
    names = []
    for path in (path for kind in KEPT for path in folder.glob(f"results/*/*/{kind}/**/[!.]*")):
        name = str(path.relative_to(folder))
        if path.suffix not in SUFFIXES or not path.is_file() or name in incomplete:
            continue
        # The note of a file that was made again since is that of the file before.
        made = path.stat().st_mtime
        outdated = name not in noted or made >= _ended(noted[name]) + NOTED_SECONDS
        if made >= since and outdated:
            names.append(name)
    return sorted(names)


def of_other_code(run: Run, names: Sequence[str]) -> list[str]:
    """Those networks that were trained by other code than is here now."""
    now = training_code()
    kinds = ((name, *name.split("/")[2:4]) for name in names)
    return [
        name
        for name, study, kind in kinds
        if kind == "models" and run.code.get(study) != now.get(study)
    ]


def record(folder: Path, run: Run, names: Sequence[str], snakemake: Sequence[str]) -> str:
    """Let Snakemake note the settings of finished files, as the run would have; "" or its error.

    Parameters
    ----------
    folder : Path
        The run's working folder.
    run : Run
        Whose configuration it was, which need not be that of now.
    names : sequence of str
        From `unrecorded`.
    snakemake : sequence of str
        The command.
    """
    asking = {
        "cwd": folder,
        "env": os.environ | {CONFIG: run.config},
        "capture_output": True,
        "text": True,
    }
    listed = subprocess.run([*snakemake, "-n", "--list-rules"], **asking)
    rules = [rule for rule in listed.stdout.split() if rule.partition("_")[0] in KEPT.values()]
    # The lock of the broken run stays until all is noted: who is interrupted here can try again.
    options = ["--cores", "1", "--force", "--nolock", "--rerun-triggers", "mtime"]
    noted = subprocess.run(
        [*snakemake, "--touch", *options, "--allowed-rules", *rules, "--", *names], **asking
    )
    return noted.stdout + noted.stderr if noted.returncode else ""


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
