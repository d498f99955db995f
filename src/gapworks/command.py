"""The command `gapworks`: done by a process of the run that has all imported, or by this one.

Most of what a step of the workflow takes is Python's imports (torch's alone are seconds). A run on
this machine keeps a process that has them (`runs.forking`), which forks one for each step; this
one then stands for it: it hands on signals, waits, and ends as the other does. Nothing but speed
depends on it. What is imported here is what every step pays for: nearly nothing.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

RESIDENT = "GAPWORKS_RESIDENT"
"""In the environment of a run's steps: the socket of its resident process; "no": it has none."""
HANDED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Do what the arguments of the process say; see `gapworks.cli.main`."""
    place = os.environ.get(RESIDENT, "no")
    ended = None
    if place != "no":
        with suppress(OSError, ValueError, EOFError), socket.socket(socket.AF_UNIX) as connection:
            connection.connect(place)
            ended = _handed_over(connection)
    if ended is None:
        return alone()
    if ended < 0:  # by a signal: so this one ends, too
        with suppress(OSError):  # SIGKILL has no handler
            signal.signal(-ended, signal.SIG_DFL)
        signal.raise_signal(-ended)
    return ended


def alone() -> int:
    """Do it in this process."""
    from gapworks.cli import main

    return main()


def _handed_over(connection: socket.socket) -> int:
    """How the process ended that did the command in place of this one, as `Popen.returncode`.

    Raises
    ------
    OSError, ValueError, EOFError
        If it is not done there: it was refused, or the resident process is gone, and with it what
        it forked.
    """
    if connection.fileno() < 3:  # a stream is closed, and this would be sent in its place
        raise ValueError("a standard stream is closed")
    # Whether SIGTERM is ignored at the start makes no difference to a command.
    hearing = (signal.SIGINT, signal.SIGHUP)
    ignored = [number for number in hearing if signal.getsignal(number) is signal.SIG_IGN]
    request = json.dumps(
        {
            "arguments": sys.argv[1:],
            "folder": os.getcwd(),
            "environment": dict(os.environ),
            "mask": _mask(),
            "ignored": ignored,
            "circumstances": circumstances(),
        }
    ).encode()
    with _handing_on(ignored) as worker:
        socket.send_fds(connection, [len(request).to_bytes(4)], [0, 1, 2])
        connection.sendall(request)
        answers = connection.makefile()
        worker.set(json.loads(_line(answers))["process"])
        return json.loads(_line(answers))["ended"]


def circumstances() -> dict[str, Any]:
    """What a process is given besides its environment, as JSON has it."""
    import resource

    limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return {
        "python": os.path.realpath(sys.prefix),  # a link to a .venv is that .venv
        "package": os.path.realpath(os.path.dirname(__file__)),
        "limits": [list(resource.getrlimit(getattr(resource, name))) for name in limits],
        "processors": sorted(os.sched_getaffinity(0)),
        "niceness": os.nice(0),
    }


def _line(answers: Any) -> str:
    if not (line := answers.readline()):
        raise EOFError("the resident process has gone")
    return line


def _mask() -> int:
    """The mask of the files that the process makes, which can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


class _Worker:
    """Who does the work, and the signals that it was told of, or will be when it is known."""

    def __init__(self) -> None:
        self.process: int | None = None
        self.told: list[int] = []

    def set(self, process: int) -> None:
        self.process = process
        for number in list(self.told):
            self._send(number)

    def tell(self, number: int, *_: Any) -> None:
        self.told.append(number)
        self._send(number)

    def pause(self, *_: Any) -> None:
        """Ctrl-Z: stand still together."""
        self._send(signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        self._send(signal.SIGCONT)

    def _send(self, number: int) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process, number)


@contextmanager
def _handing_on(ignored: list[int]) -> Iterator[_Worker]:
    """While the work is done elsewhere, signals go there."""
    worker = _Worker()
    handlers = {number: worker.tell for number in HANDED_ON if number not in ignored}
    if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
        handlers[signal.SIGTSTP] = worker.pause
    before = {number: signal.signal(number, heard) for number, heard in handlers.items()}
    try:
        yield worker
    except (OSError, ValueError, EOFError):
        _restore(before)
        for number in worker.told:  # whoever was told is gone, and did not end because of it
            signal.raise_signal(number)
        raise
    finally:
        _restore(before)


def _restore(handlers: dict[int, Any]) -> None:
    for number, heard in handlers.items():
        signal.signal(number, heard)
