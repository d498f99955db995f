"""The resident process of a run on this machine: all is imported once, steps are forked from it.

A step of a second pays several for Python's imports. Here they are paid once a run: `gapworks`
(`gapworks.command`) hands its arguments, folder and streams over a socket to this process, which
forks one that does the step and is like a fresh one in all but its start. What could make it differ
is refused, and `gapworks` does it alone: another environment (threads, MPI, a cluster's job),
another Python, source files that were edited since.

Whoever ends `gapworks` ends the step: signals are handed on, and one that is killed takes the step
with it. When the run is gone, steps that are under way are finished.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import selectors
import shutil
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import gapworks
from gapworks.command import HANDED_ON, RESIDENT, alone, circumstances
from gapworks.factory.provenance import solver_digest
from gapworks.runs.note import training_code

OTHERWISE = {"PWD", "OLDPWD", "SHLVL", "_"}
"""Variables of the environment that may differ."""
PATIENCE = 5.0  # seconds within which a request must have come whole
PAUSE = 0.05  # seconds until somebody is let in again where nobody can be
LIBRARIES = ("torch._dynamo", "matplotlib.backends.backend_pdf", "matplotlib.backends.backend_agg")
"""Imported late by what the package imports: by an optimiser, by a figure that is saved."""
NOT_STEPS = ("runs", "command", "__main__")
"""Parts of the package that no step needs."""
UNWRITTEN = 120  # exit code of an interpreter that could not write all that was printed
PR_SET_PDEATHSIG = 1  # of Linux: the signal that a process gets when its parent dies


@dataclass
class Forked:
    """A step under way."""

    process: int
    handle: int
    """A descriptor that can be read when it has ended."""
    asked: socket.socket
    """By whom."""


@dataclass(frozen=True)
class Start:
    """What the process found when it began."""

    environment: dict[str, str]
    circumstances: dict[str, Any]
    sources: dict[str, tuple[int, int]]

    def is_alike(self, request: dict[str, Any]) -> bool:
        """Whether a step would find the same if it were done alone."""
        there, here = request["environment"], self.environment
        names = there.keys() | here.keys()
        differing = {name for name in names if there.get(name) != here.get(name)}
        same = request["circumstances"] == self.circumstances and self.sources == _sources()
        return differing <= OTHERWISE and same


def serve(place: str) -> list[str] | None:
    """Fork a process for each request; returns in these, and when the run is gone.

    Parameters
    ----------
    place : str
        Of the socket.

    Returns
    -------
    list of str or None
        In a forked process the arguments of its step.
    """
    fresh = Start(dict(os.environ), circumstances(), _sources())  # libraries set variables, too
    steps: list[Forked] = []
    with selectors.DefaultSelector() as waiting, socket.socket(socket.AF_UNIX) as door:
        door.bind(place)  # whoever comes before it listens is refused at once
        preload()
        gc.collect()
        gc.freeze()  # what is there already is not touched by collections in forked processes
        door.listen(128)
        waiting.register(door, selectors.EVENT_READ)
        waiting.register(sys.stdin, selectors.EVENT_READ)
        run_is_there = True
        while run_is_there or steps:
            for key, _ in waiting.select():
                if key.fileobj is door:
                    try:
                        asked, _ = door.accept()
                    except OSError:  # too many open files: until a step has ended
                        time.sleep(PAUSE)
                        continue
                    arguments = _answer(asked, steps, waiting, fresh)
                    if arguments is not None:
                        return arguments
                elif key.fileobj is sys.stdin:
                    run_is_there = False
                    waiting.unregister(sys.stdin)
                    waiting.unregister(door)
                    door.close()  # who stands before it is sent away
                else:
                    _look_after(key, steps, waiting)
    return None


def _answer(
    asked: socket.socket, steps: list[Forked], waiting: selectors.BaseSelector, fresh: Start
) -> list[str] | None:
    """Fork for a request: its arguments in the forked process, None here."""
    asked.settimeout(PATIENCE)
    streams: list[int] = []
    try:
        _, user, _ = struct.unpack(
            "3i", asked.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        )
        if user != os.getuid():  # on file systems without modes anybody may come to the socket
            raise ValueError("somebody else")
        size, streams, _, _ = socket.recv_fds(asked, 4, 3)
        request = json.loads(_exactly(asked, int.from_bytes(size)))
        if not fresh.is_alike(request) or len(streams) != 3:
            raise ValueError("not as here")
        here = os.getpid()
        if (process := os.fork()) == 0:
            try:
                for step in steps:
                    os.close(step.handle)
                    step.asked.close()
                asked.close()
                return _become(request, streams, here)
            except KeyboardInterrupt:
                os._exit(130)
            except BaseException:
                os._exit(1)
        try:
            step = Forked(process, os.pidfd_open(process), asked)
            for one in (step.handle, asked):
                waiting.register(one, selectors.EVENT_READ, step)
        except OSError:  # too many open files: whoever asked does it alone, so nobody else may
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            raise
        steps.append(step)
        _tell(asked, {"process": process})
    except (OSError, ValueError, KeyError, TypeError):
        with suppress(KeyError, ValueError):
            waiting.unregister(asked)
        asked.close()
    for stream in streams:
        os.close(stream)
    return None


def _exactly(asked: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        if not (part := asked.recv(size - len(parts))):
            raise ValueError("half a request")
        parts += part
    return parts


def _tell(asked: socket.socket, answer: dict[str, int]) -> None:
    with suppress(OSError):  # gone: it is seen where the socket is read
        asked.sendall(json.dumps(answer).encode() + b"\n")


def _look_after(key: Any, steps: list[Forked], waiting: selectors.BaseSelector) -> None:
    """A step has ended, or who asked for it has."""
    step = key.data
    if step not in steps:
        return
    if key.fileobj is step.asked:  # it says nothing while it waits
        waiting.unregister(step.asked)
        signal.pidfd_send_signal(step.handle, signal.SIGKILL)
        return
    ended = os.waitstatus_to_exitcode(os.waitpid(step.process, 0)[1])
    _tell(step.asked, {"ended": ended})
    waiting.unregister(step.handle)
    with suppress(KeyError):
        waiting.unregister(step.asked)
    os.close(step.handle)
    step.asked.close()
    steps.remove(step)


def _become(request: dict[str, Any], streams: list[int], parent: int) -> list[str]:
    """Make a forked process that of a step; its arguments."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    for number in HANDED_ON:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, signal.SIG_IGN if number in request["ignored"] else usual)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDED_ON)  # what came since the fork is heard now
    atexit.unregister(shutil.rmtree)  # of folders that all steps share, as matplotlib's
    for stream, number in zip(streams, (0, 1, 2), strict=True):
        os.dup2(stream, number)
        os.close(stream)
    os.umask(request["mask"])
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["gapworks", *request["arguments"]]
    return request["arguments"]


def _sources() -> dict[str, tuple[int, int]]:
    """Dates and sizes of the package's source files."""
    found = {}
    for path in Path(gapworks.__file__).parent.rglob("*.py"):
        with suppress(OSError):
            status = path.stat()
            found[str(path)] = status.st_mtime_ns, status.st_size
    return found


def preload() -> None:
    """Import what steps import, and read the code that they take digests of."""
    for name in (*_modules(), *LIBRARIES):
        with suppress(Exception):  # a step that needs it will say what is wrong
            importlib.import_module(name)
    with suppress(Exception):
        for study in training_code():
            solver_digest(study)


def _modules() -> Iterator[str]:
    for found in pkgutil.walk_packages(gapworks.__path__, "gapworks.", onerror=lambda name: None):
        if not set(found.name.split(".")) & set(NOT_STEPS):
            yield found.name


def main() -> int:
    """The resident process, and what it forks."""
    place = os.environ.get(RESIDENT, "no")
    if not os.path.isabs(place):
        raise SystemExit(f"{RESIDENT} names no socket: a run starts this process, nobody else")
    for number in HANDED_ON:
        signal.signal(number, signal.SIG_IGN)
    # Not lost on a process that was just forked: blocked signals wait, even those ignored here.
    signal.pthread_sigmask(signal.SIG_BLOCK, HANDED_ON)
    os.chdir("/")  # nobody's folder is kept from being removed
    here = os.getpid()
    try:
        arguments = serve(place)
    finally:
        if os.getpid() == here:
            with suppress(OSError):
                os.unlink(place)
                os.rmdir(os.path.dirname(place))
    if arguments is None:
        return 0
    try:
        code = alone()
    except SystemExit as said:
        code = said.code
        if isinstance(code, str):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        traceback.print_exc()
        code = 1
    _leave(code or 0)


def _leave(code: int) -> NoReturn:
    """End as the interpreter does, without taking apart what was imported before the fork."""
    threading._shutdown()  # waits for threads
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or UNWRITTEN
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
