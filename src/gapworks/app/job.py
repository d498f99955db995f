"""A command at work beside the page: started, looked at, stopped; what it said and wrote."""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from gapworks.command import RESIDENT

_PATIENCE = 5.0
"""Seconds that a command has to end by itself when it is told to."""
_RUNNING: weakref.WeakSet[Job] = weakref.WeakSet()


class Job:
    """A command of gapworks in a process of its own, in a folder of its own.

    Parameters
    ----------
    words : sequence of str
        What is typed after `gapworks`.
    folder : Path
        Empty, or with other files that the command reads; it is made if it is not there.
    files : mapping of str to bytes
        What is put there first, by name.

    Attributes
    ----------
    line : str
        The command line, for a shell.
    started : float
        On the clock `time.monotonic`.
    """

    def __init__(self, words: Sequence[str], folder: Path, files: Mapping[str, bytes]) -> None:
        self.line = shlex.join(["gapworks", *words])
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        self._given = set(files)
        self._said, self._printed = (
            folder.with_name(f"{folder.name}.{stream}") for stream in ("stderr", "stdout")
        )
        environment = {name: text for name, text in os.environ.items() if name != RESIDENT}
        with open(self._said, "wb") as said, open(self._printed, "wb") as printed:
            self._process = subprocess.Popen(
                # -P: a file of the user's that is called numpy.py is not imported.
                [sys.executable, "-P", "-m", "gapworks.cli", *words],
                cwd=folder,
                env=environment | {"COLUMNS": "1000"},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=said,
                start_new_session=True,
            )
        self.started = time.monotonic()
        self.stopped = False
        _RUNNING.add(self)

    @property
    def code(self) -> int | None:
        """How the command ended; None while it is at work."""
        return self._process.poll()

    @property
    def said(self) -> list[str]:
        """Its lines on stderr: notes and, of a command that failed, last the reason."""
        lines = _text(self._said).splitlines()
        usage = [line.startswith("usage: ") for line in lines]
        if any(usage):  # a wrong word on the command line: the fields of the page say as much
            lines = lines[: usage.index(True)] + lines[-1:]
        return [_bare(line) for line in lines if line.strip()]

    @property
    def printed(self) -> str:
        """Its answer on stdout, less the lines that name the files it has written."""
        lines = _text(self._printed).splitlines()
        return "\n".join(line for line in lines if not line.endswith(": written"))

    @property
    def written(self) -> list[Path]:
        """The files that it has written."""
        if not self.folder.is_dir():
            return []
        found = [path for path in self.folder.iterdir() if path.name not in self._given]
        return sorted(path for path in found if path.is_file())

    def stop(self) -> None:
        """End it, whatever it does; waits for the end."""
        if self.code is None:
            self.stopped = True
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


@atexit.register
def stop_all() -> None:
    """End all that is still at work: nobody will read its answer."""
    for job in list(_RUNNING):
        job.stop()


def _text(path: Path) -> str:
    """What stands in a file so far; nothing if the folder is gone."""
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return ""


def _bare(line: str) -> str:
    """A line without the program's name before it."""
    return line.removeprefix("gapworks: ")
