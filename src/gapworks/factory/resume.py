"""Going on after a run that broke off: what it left running, and when it is safe to start again.

A `snakemake` that was killed leaves its lock and its jobs behind: processes here, jobs in Slurm's
queue. Started again at once it would make the same files a second time beside them.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from gapworks.factory.errors import DataError

POLL_SECONDS = (2.0, 30.0)
"""Between two looks at what still runs: at first, and after a while."""
SQUEUE_SECONDS = 60
"""So long Slurm may take to answer."""
NO_ANSWER = "squeue does not answer, so the run's jobs are unknown; try again when it does"
NO_CLUSTER = ("slurm.conf", "resolve", "configuration source")
"""Of what squeue says where Slurm's commands are installed, but no cluster is set up."""
SLURM_LOGS = ".snakemake/slurm_logs"
"""Where there is this, runs of the folder had jobs on Slurm."""
NOTED_SECONDS = 1.0
"""Dates of files are no finer than this on some file systems."""
KEPT = {"shards": "simulate", "models": "train"}
"""What takes long to make: the folder of a study's results, and how its rules are called."""


@dataclass(frozen=True)
class Orphan:
    """A process or a Slurm job of this folder's runs that nobody waits for any more."""

    kind: str
    """ "process" or "slurm"."""
    id: str
    """Of the process, or of the job; a task of a job array is 77_3."""
    what: str
    state: str

    def __str__(self) -> str:
        return f"{self.kind:8} {self.id:>8}  {self.state:11} {self.what}"


def live_run(folder: Path) -> int | None:
    """The process of a snakemake that runs this folder's workflow, on this machine.

    Those that Snakemake starts inside a job are no runs; one that somebody started in a shell of
    Slurm's is.
    """
    for process in _processes(folder):
        words = process.info["cmdline"]
        inner = {"--mode", "--target-jobs"} & set(words)
        if any(Path(word).name == "snakemake" for word in words[:3]) and not inner:
            return process.pid
    return None


def orphans(folder: Path) -> list[Orphan]:
    """Commands of this package that run in the folder, and this user's Slurm jobs of the folder."""
    found = [
        Orphan("process", str(process.pid), " ".join(process.info["cmdline"])[:120], "running")
        for process in _processes(folder)
        if _is_command(process) and "SLURM_JOB_ID" not in _environment(process)
    ]
    return found + _slurm_jobs(folder)


def cancel(found: Sequence[Orphan]) -> None:
    """End them: processes by SIGTERM, so that nothing half-written stays; jobs by scancel."""
    for orphan in found:
        if orphan.kind == "process":
            try:
                psutil.Process(int(orphan.id)).terminate()
            except psutil.NoSuchProcess:
                continue
    jobs = [orphan.id for orphan in found if orphan.kind == "slurm"]
    if jobs:
        subprocess.run(["scancel", *jobs], check=True)


def wait(folder: Path, report: Callable[[str], None]) -> None:
    """Return when no orphan is left; says how many there are whenever that changes.

    A Slurm that does not answer for a while is asked again: this may take a night.
    """
    said, poll, longest = "", *POLL_SECONDS
    while True:
        try:
            if not (found := orphans(folder)):
                return
            now = f"waiting for {len(found)} of them to end (Ctrl-C: leave them and stop here)"
        except DataError as error:
            now = f"{error}; asking again (Ctrl-C: stop here)"
        if now != said:
            said = now
            report(said)
        time.sleep(poll)
        poll = min(1.2 * poll, longest)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else resumes there, which nobody does until the end of the block."""
    place = folder / ".snakemake"
    place.mkdir(exist_ok=True)
    with (place / "resume.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def is_locked(folder: Path) -> bool:
    """Whether a run left its lock in the folder, or holds it."""
    return any((folder / ".snakemake/locks").glob("*.lock"))


def unrecorded(folder: Path) -> list[str]:
    """Shards and networks that were finished when no run was there to note what they are made of.

    Slurm's jobs go on when their run is killed, but it is the run that keeps the settings of each
    file: without them a changed setting would not make these files again.
    """
    if (began := _began(folder)) is None:
        return []
    noted, incomplete = _noted(folder, "metadata"), _noted(folder, "incomplete")
    names = []
    for path in (path for kind in KEPT for path in folder.glob(f"results/*/*/{kind}/**/[!.]*")):
        name = str(path.relative_to(folder))
        if not path.is_file() or name in incomplete or (made := path.stat().st_mtime) < began:
            continue
        # The note of a file that was made again since is that of the file before.
        if name not in noted or made >= _ended(noted[name]) + NOTED_SECONDS:
            names.append(name)
    return sorted(names)


def config_is_newer(folder: Path) -> bool:
    """Whether config.yaml was changed after the broken run began."""
    began, config = _began(folder), folder / "config.yaml"
    return began is not None and config.exists() and config.stat().st_mtime > began


def record(names: Sequence[str], snakemake: Sequence[str], arguments: Sequence[str]) -> str:
    """Let Snakemake note the settings of finished files, as the run would have; "" or its error.

    Parameters
    ----------
    names : sequence of str
        From `unrecorded`.
    snakemake, arguments : sequence of str
        The command, and what the user gives it: of this only what changes the configuration counts.
    """
    listed = subprocess.run([*snakemake, "--list-rules"], capture_output=True, text=True)
    rules = [rule for rule in listed.stdout.split() if rule.partition("_")[0] in KEPT.values()]
    options = ["--cores", "1", "--force", "--allowed-rules", *rules, "--rerun-triggers", "mtime"]
    command = [*snakemake, "--touch", *options, *_configuration(arguments), "--", *names]
    noted = subprocess.run(command, capture_output=True, text=True)
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


def _began(folder: Path) -> float | None:
    """When the last run began, in seconds since the epoch: its lock or the name of its log says."""
    locks = [lock.stat().st_mtime for lock in (folder / ".snakemake/locks").glob("*.lock")]
    logs = sorted(log.name for log in (folder / ".snakemake/log").glob("*.snakemake.log"))
    if locks or not logs:
        return min(locks, default=None)
    return datetime.strptime(logs[-1], "%Y-%m-%dT%H%M%S.%f.snakemake.log").timestamp()


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


def _processes(folder: Path) -> list[psutil.Process]:
    """This machine's processes whose current folder is the run's."""
    here = folder.resolve()
    found = []
    for process in psutil.process_iter(["cwd", "cmdline", "status"]):
        cwd, words = process.info["cwd"], process.info["cmdline"]
        zombie = process.info["status"] == psutil.STATUS_ZOMBIE
        if cwd and words and not zombie and Path(cwd) == here and process.pid != _self():
            found.append(process)
    return found


def _self() -> int:
    return psutil.Process().pid


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return {}


def _is_command(process: psutil.Process) -> bool:
    words = process.info["cmdline"][:3]
    gapworks = any(Path(word).name == "gapworks" for word in words)
    return gapworks and "resume" not in process.info["cmdline"]


def _slurm_jobs(folder: Path) -> list[Orphan]:
    """Jobs in the queue whose working folder is the run's and whose comment names a rule.

    Raises
    ------
    DataError
        If there is a Slurm here, or was for runs of this folder, and it does not answer.
    """
    had_jobs = (folder / SLURM_LOGS).exists()
    if shutil.which("squeue") is None:
        if had_jobs:
            raise DataError(
                "runs of this folder had jobs on Slurm, and squeue is not here: go to where it is. "
                f"If no job can be left: rm -r {SLURM_LOGS}"
            )
        return []
    command = ["squeue", "--me", "--array", "--noheader", "--format=%i|%T|%Z|%k"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=SQUEUE_SECONDS)
    except subprocess.TimeoutExpired:
        raise DataError(f"{NO_ANSWER}: nothing within {SQUEUE_SECONDS} s") from None
    if asked.returncode:
        if not had_jobs and any(words in asked.stderr for words in NO_CLUSTER):
            return []
        raise DataError(f"{NO_ANSWER}: {' '.join(asked.stderr.split())}")
    jobs = []
    for line in asked.stdout.splitlines():
        number, state, where, comment = line.split("|", 3)
        if comment.startswith("rule_") and Path(where).resolve() == folder.resolve():
            if "_" in number:  # a task bears the comment of its array, which names the first shard
                comment = comment.partition("_wildcards_")[0] + " (of an array)"
            jobs.append(Orphan("slurm", number, comment[:120], state.lower()))
    return jobs
