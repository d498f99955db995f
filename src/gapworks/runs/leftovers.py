"""What a run that broke off left running: processes here, jobs in Slurm's queue.

A `snakemake` that was started again at once would make their files a second time beside them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from gapworks.factory.errors import DataError
from gapworks.runs.note import MARK, last_run

POLL_SECONDS = (2.0, 30.0)
"""Between two looks at what still runs: at first, and after a while."""
SQUEUE_SECONDS = 60
"""So long Slurm may take to answer."""
DEAF_SECONDS = 60
"""A process that has not ended so long after it was told to will not."""
NO_ANSWER = "squeue does not answer, so the run's jobs are unknown"
NO_CLUSTER = ("slurm.conf", "resolve", "configuration source")
"""Of what squeue says where Slurm's commands are installed, but no cluster is set up."""
SLURM_LOGS = ".snakemake/slurm_logs"
"""Where there is this, runs of the folder had jobs on Slurm."""


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
    Slurm's is. A run that has begun no job yet has left no note, and is known by its command.
    """
    if (run := last_run(folder)) is not None and run.is_alive():
        return run.pid
    for process in _processes(folder):
        words = process.info["cmdline"]
        inner = {"--mode", "--target-jobs"} & set(words)
        names = [Path(word).name for word in words[:5]]
        if "snakemake" in names and names[0].startswith(("python", "snakemake")) and not inner:
            return process.pid
    return None


def orphans(folder: Path) -> list[Orphan]:
    """Commands that the folder's runs started here, and this user's Slurm jobs of the folder.

    Raises
    ------
    DataError
        If there is a Slurm here, or was for runs of this folder, and it does not answer.
    """
    jobs = list(_slurm_jobs(folder))
    numbers = {number for number, _ in jobs}
    found = [
        Orphan("process", str(process.pid), " ".join(process.info["cmdline"])[:120], "running")
        for process in _processes(folder)
        if _is_command(process)
        and _environment(process).get(MARK) == str(folder.resolve())
        # In an allocation (salloc) processes are the run's own; in a job of it, they are the job.
        and _environment(process).get("SLURM_JOB_ID") not in numbers
    ]
    return found + [job for _, job in jobs]


def cancel(found: Sequence[Orphan]) -> None:
    """End them: processes by SIGTERM, so that nothing half-written stays; jobs by scancel."""
    for orphan in found:
        if orphan.kind == "process":
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(int(orphan.id))
                process.terminate()
                process.resume()  # one that stands still (Ctrl-Z) hears nothing
    jobs = [orphan.id for orphan in found if orphan.kind == "slurm"]
    if jobs:  # of which one may have ended by now, which scancel counts as an error
        subprocess.run(["scancel", *jobs], check=False)


def wait(folder: Path, report: Callable[[str], None], *, cancelling: bool = False) -> None:
    """Return when no orphan is left; says how many there are whenever that changes.

    A Slurm that does not answer for a while is asked again: this may take a night. Processes were
    told to end (`cancel`).

    Parameters
    ----------
    folder : Path
        Of the run.
    report : callable
        Takes a line for the user.
    cancelling : bool
        Cancel jobs at every look: Slurm may be away when it is asked first.
    """
    said, poll, longest = "", *POLL_SECONDS
    begun = time.monotonic()
    while True:
        try:
            if not (found := orphans(folder)):
                return
            if cancelling:
                cancel([o for o in found if o.kind == "slurm" and o.state != "completing"])
            now = f"waiting for {len(found)} of them to end (Ctrl-C: leave them and stop here)"
            deaf = [orphan.id for orphan in found if orphan.kind == "process"]
            if deaf and time.monotonic() - begun >= DEAF_SECONDS:
                now = f"{now}; these do not end as they were told to: kill -9 {' '.join(deaf)}"
        except DataError as error:
            now = f"{error}; asking again (Ctrl-C: stop here)"
        if now != said:
            said = now
            report(said)
        time.sleep(poll)
        poll = min(1.2 * poll, longest)


def _processes(folder: Path) -> list[psutil.Process]:
    """This machine's processes whose current folder is the run's."""
    here = folder.resolve()
    found = []
    for process in psutil.process_iter(["cwd", "cmdline", "status"]):
        cwd, words = process.info["cwd"], process.info["cmdline"]
        zombie = process.info["status"] == psutil.STATUS_ZOMBIE
        if cwd and words and not zombie and Path(cwd) == here and process.pid != os.getpid():
            found.append(process)
    return found


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return {}


def _is_command(process: psutil.Process) -> bool:
    words = process.info["cmdline"]
    gapworks = any(Path(word).name == "gapworks" for word in words[:3])
    return gapworks and "resume" not in words


def _slurm_jobs(folder: Path) -> Iterator[tuple[str, Orphan]]:
    """Jobs in the queue whose working folder is the run's and whose comment names a rule.

    Beside each its SLURM_JOB_ID, which a task of an array has, too.
    """
    had_jobs = (folder / SLURM_LOGS).exists()
    if shutil.which("squeue") is None:
        if had_jobs:
            raise DataError(
                "runs of this folder had jobs on Slurm, and squeue is not here: go to where it is. "
                f"If no job can be left: rm -r {SLURM_LOGS}"
            )
        return
    command = ["squeue", "--me", "--array", "--noheader", "--format=%A|%i|%T|%r|%k|%Z"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=SQUEUE_SECONDS)
    except subprocess.TimeoutExpired:
        raise DataError(f"{NO_ANSWER}: nothing within {SQUEUE_SECONDS} s") from None
    if asked.returncode:
        if not had_jobs and any(words in asked.stderr for words in NO_CLUSTER):
            return
        raise DataError(f"{NO_ANSWER}: {' '.join(asked.stderr.split())}")
    for line in asked.stdout.splitlines():
        own, number, state, reason, comment, where = line.split("|", 5)
        if comment.startswith("rule_") and Path(where).resolve() == folder.resolve():
            if "_" in number:  # a task bears the comment of its array, which names the first shard
                comment = comment.partition("_wildcards_")[0] + " (of an array)"
            what = comment[:120]
            if state == "PENDING":  # perhaps for ever: PartitionTimeLimit
                what = f"{what} ({reason})"
            yield own, Orphan("slurm", number, what, state.lower())
