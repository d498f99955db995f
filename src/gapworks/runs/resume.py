"""Going on after a run that broke off, when nothing that it left can get in the way.

A `snakemake` that was killed leaves its lock and its jobs behind. This waits for them or ends them,
notes what they finished, unlocks the folder and starts Snakemake.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gapworks.factory.errors import DataError
from gapworks.runs.leftovers import cancel, live_run, orphans, wait
from gapworks.runs.note import Run, last_run, locks
from gapworks.runs.unattended import of_other_code, record, unrecorded

SNAKEMAKE = (sys.executable, "-m", "snakemake")


def list_orphans(folder: Path) -> None:
    """Print what a broken run left in a folder.

    Raises
    ------
    DataError
        If a run is alive there, or Slurm does not answer.
    """
    _check_dead(folder, last_run(folder))
    for orphan in (found := orphans(folder)):
        print(orphan)
    locked = "locked" if locks(folder) else "not locked"
    print(f"jobs that a broken run left: {len(found)}; the folder is {locked}", flush=True)


def resume(folder: Path, arguments: Sequence[str], *, cancelling: bool) -> int:
    """Go on: this process becomes a snakemake, unless something is in the way.

    Parameters
    ----------
    folder : Path
        The run's working folder.
    arguments : sequence of str
        For snakemake, as given in the current folder; none: those of the run that broke off, given
        where that was started.
    cancelling : bool
        Cancel the jobs that it has on Slurm instead of waiting for their end.

    Returns
    -------
    int
        The exit code, if snakemake was not started: 1, or 130 after Ctrl-C.

    Raises
    ------
    DataError
        If a run or another resume is alive in the folder; if Slurm does not answer; if there are no
        arguments and those of the run are not known; if snakemake cannot note what was finished.
    """
    with _alone(folder):
        list_orphans(folder)
        run = last_run(folder)
        start = Path.cwd()
        if not arguments:
            arguments = _arguments_of(run)
            start = Path(run.started_in or folder)
        try:
            _end_or_wait(folder, cancelling)
        except KeyboardInterrupt:
            said = "stopped waiting: the folder stays as it is, what was not ended goes on"
            print(f"gapworks: {said}", file=sys.stderr)
            return 130
        # One may have been begun while this waited, perhaps for hours.
        _check_dead(folder, run)
        if last_run(folder) != run:
            raise DataError("another run was begun here meanwhile: look at it, then this again")
        if run is not None:
            _note(folder, run)
        # The lock goes last: whoever is interrupted before can do all this again.
        if locks(folder):
            unlocked = subprocess.run(
                [*_snakemake(run), "--unlock"], cwd=folder, capture_output=True, text=True
            )
            if unlocked.returncode:
                raise DataError(f"cannot unlock: {unlocked.stdout}{unlocked.stderr}")
            print("unlocked", flush=True)
    os.chdir(start)
    os.execv(sys.executable, [*SNAKEMAKE, *arguments])


def _snakemake(run: Run | None) -> list[str]:
    """The command with the run's rules, which need not lie in its folder."""
    return [*SNAKEMAKE, *(["--snakefile", run.snakefile] if run and run.snakefile else [])]


def _check_dead(folder: Path, run: Run | None) -> None:
    if (pid := live_run(folder)) is not None:
        raise DataError(
            f"a run is alive in this folder (process {pid}): nothing to resume. Stop it with "
            "Ctrl-C, or wait"
        )
    for lock in locks(folder):
        if run is None:
            where = "on a machine that is not known (it has not come to its first job)"
        elif lock.stat().st_uid != os.getuid():
            where = "by another user"
        elif run.host != platform.node():
            where = f"on {run.host}, and this is {platform.node()}"
        else:
            continue
        raise DataError(
            f"the run that locked the folder was started {where}; from here it cannot be seen "
            "whether it is still alive. Do this where it was started; if it certainly is not: "
            "snakemake --unlock, then this again"
        )


def _arguments_of(run: Run | None) -> list[str]:
    """The arguments to go on with where none were given."""
    if run is None:
        raise DataError("there was no run here to go on with: give snakemake's arguments after --")
    command = f"snakemake {shlex.join(run.arguments)}"
    if run.forcing or run.profile != os.environ.get("SNAKEMAKE_PROFILE", ""):
        why = "made again what was there" if run.forcing else "had another SNAKEMAKE_PROFILE"
        raise DataError(
            f"the last run {why}: give snakemake's arguments after --. It was: {command}"
        )
    print(f"going on as before: {command}", flush=True)
    return run.arguments


def _end_or_wait(folder: Path, cancelling: bool) -> None:
    local = [orphan for orphan in orphans(folder) if orphan.kind == "process"]
    if local:
        # What they make would be made again: only inside Slurm's jobs is a file noted as finished.
        print(f"ending those of this machine: {len(local)}; trainings keep their checkpoints")
    cancel(local)
    wait(folder, lambda line: print(line, flush=True), cancelling=cancelling)


def _note(folder: Path, run: Run) -> None:
    """Note what was finished unattended, with the settings that the run had."""
    if not (names := unrecorded(folder)):
        return
    if other := of_other_code(run, names):
        raise DataError(
            "networks that were trained after the run was killed, by code that was changed since:\n"
            + "\n".join(other)
            + "\ndelete them, or put the code back to what it was; then this again"
        )
    if failed := record(folder, run, names, _snakemake(run)):
        raise DataError(
            f"{failed}\nsnakemake cannot note the settings of these files; move away what does not "
            f"belong there, then this again: {' '.join(names)}"
        )
    print(f"noted the settings of finished shards and networks: {len(names)}", flush=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else resumes there until the end of the block."""
    place = folder / ".snakemake/resume.lock"
    try:
        place.parent.mkdir(exist_ok=True)
        file = place.open("w")
    except OSError as error:
        raise DataError(f"{place}: cannot be written: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError("another gapworks resume is at work in this folder") from None
        except OSError:  # not all file systems of clusters have such locks
            said = "cannot see here whether another gapworks resume is at work in this folder"
            print(f"gapworks: {said}", file=sys.stderr)
        yield
