"""Writing beside the final place: errors of the disk, signals, and what killed writers left."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any

from gapworks.factory.errors import DataError


class Disk:
    """The file that HDF5 writes to; keeps the first error of the disk to itself.

    HDF5 does not survive a write that fails: its file cannot be closed then, and a later one
    crashes the process. So it never hears of it: after an error the rest is dropped, and `check`
    raises what happened.
    """

    def __init__(self, path: Path) -> None:
        self.error: BaseException | None = None
        self._file = path.open("w+b", buffering=0)
        self.seek, self.tell = self._file.seek, self._file.tell
        self.read, self.readinto = self._file.read, self._file.readinto

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        rest = view
        try:
            while self.error is None and len(rest):
                rest = rest[self._file.write(rest) :]
        except BaseException as error:  # a Ctrl-C, too, must not unwind through HDF5
            self.error = error
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        return self._attempt(self._file.truncate, size)

    def flush(self) -> None:
        """Nothing: `finish` hands everything to the disk."""

    def finish(self) -> None:
        """Hand everything to the disk, and close."""
        self._attempt(os.fsync, self._file.fileno())
        self._file.close()
        self.check()

    def check(self) -> None:
        """Raise the first error of the disk, if there was one."""
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        self._file.close()

    def _attempt(self, call: Any, argument: Any) -> Any:
        try:
            return call(argument) if self.error is None else 0
        except OSError as error:
            self.error = error
            return 0


class HeldSignals:
    """Holds Ctrl-C and SIGTERM back while a file is written.

    An exception must not unwind through HDF5, which calls `Disk`, and one that comes up in a weak
    reference's callback is lost. `release` puts the handlers back and hands on what came.
    """

    def __init__(self) -> None:
        self.came: list[int] = []
        self._handlers: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._handlers[number] = signal.signal(number, self._hold)

    def _hold(self, number: int, _: Any) -> None:
        self.came.append(number)

    def release(self) -> None:
        """Let signals through again, first the one that came meanwhile."""
        handlers, self._handlers = self._handlers, {}
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if handlers and self.came:
            signal.raise_signal(self.came[0])


def temporary_path(path: Path) -> Path:
    """Where a file is written until it is whole: beside its place, named by machine and process."""
    return path.with_name(f".{path.name}.{socket.gethostname()}-{os.getpid()}.tmp")


def remove_stale(path: Path) -> None:
    """Remove what writers of this file that were killed on this machine left behind."""
    prefix = f".{path.name}.{socket.gethostname()}-"
    for left in path.parent.glob(f"{prefix}*.tmp"):
        pid = left.name.removeprefix(prefix).removesuffix(".tmp")
        if not pid.isdecimal():
            continue  # of another machine, whose name begins like this one's
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            left.unlink(missing_ok=True)
        except PermissionError:
            continue


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that it is whole or as it was before."""
    part = temporary_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_stale(path)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
