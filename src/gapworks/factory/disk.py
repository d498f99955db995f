"""Writing beside the final place: errors of the disk, signals, and what killed writers left."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Any

from gapworks.factory.errors import DiskError, reason
from gapworks.factory.files import check_plain


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
        """Write bytes; gives how many HDF5 is to believe were written: all."""
        view = memoryview(data).cast("B")
        rest = view
        try:
            while self.error is None and len(rest):
                rest = rest[written(self._file, rest) :]
        except BaseException as error:  # a Ctrl-C, too, must not unwind through HDF5
            self.error = error
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        """Cut the file, unless there was an error; gives its size."""
        return self._attempt(self._file.truncate, size)

    def flush(self) -> None:
        """Nothing: `finish` hands everything to the disk."""

    def finish(self) -> None:
        """Hand everything to the disk, and close."""
        self._attempt(sync, self._file.fileno())
        self._file.close()
        self.check()

    def check(self) -> None:
        """Raise the first error of the disk, if there was one."""
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """Close the file as it is, whatever happened."""
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


def written(file: FileIO, data: Any) -> int:
    """How much of it an unbuffered file took; "try again" is an error, which Python hides."""
    count = file.write(data)
    if count is None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return count


_in_use: set[Path] = set()
"""Temporary files that this process is writing."""
_UNSYNCED = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EACCES, errno.EPERM, errno.EBADF)
"""What file systems say that cannot make a write or a rename last at once: no fault of the data."""


def temporary_path(path: Path) -> Path:
    """Where a file is written until it is whole: beside its place, named by machine and process."""
    return path.with_name(f".{path.name}.{socket.gethostname()}-{os.getpid()}.tmp")


def temporary_beside(path: Path) -> Path:
    """Get ready to write a file: its folder is there, and what killed writers left in it is not.

    Returns
    -------
    Path
        Where to write; `put_in_place` or `discard` it.

    Raises
    ------
    DiskError
        If a folder, a pipe or a device stands in the file's place.
    OSError
        If the folder cannot be made.
    """
    with contextlib.suppress(FileNotFoundError):
        check_plain(path, "written")
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_stale(path.parent)
    part = temporary_path(path)
    _in_use.add(part.absolute())
    return part


def put_in_place(part: Path, path: Path) -> None:
    """Rename a temporary file that is whole to what it is called, and make that last.

    A link in that place gives way to the file; what it points to is not touched.
    """
    os.replace(part, path)
    _in_use.discard(part.absolute())
    sync_path(path.parent)


def discard(part: Path) -> None:
    """Remove a temporary file."""
    _in_use.discard(part.absolute())
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def remove_stale(folder: Path) -> None:
    """Remove what writers that were killed on this machine left behind in a folder."""
    ours = re.compile(rf"\..+\.{re.escape(socket.gethostname())}-(\d+)\.tmp")
    with contextlib.suppress(OSError):  # a folder that can be written, but not listed
        for name in os.listdir(folder):
            if (found := ours.fullmatch(name)) and _is_dead(int(found[1]), folder / name):
                with contextlib.suppress(OSError):
                    (folder / name).unlink(missing_ok=True)


def remove_stale_below(folder: Path) -> None:
    """The same in all folders below: what no later writer comes by."""
    for here, _, names in os.walk(folder):
        if any(name.startswith(".") and name.endswith(".tmp") for name in names):
            remove_stale(Path(here))


def _is_dead(pid: int, left: Path) -> bool:
    """Whether the process that wrote a temporary file is no more, or a zombie and writes nothing.

    It stays one where nobody waits for it: in a container whose first process does not.
    """
    if pid == os.getpid():  # one before this had the same number: a container's first, say
        return left.absolute() not in _in_use
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    import psutil  # late: few writers find such a file

    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def sync(descriptor: int) -> None:
    """Hand a file or folder to the disk, where the file system can do that."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise


def sync_path(path: Path) -> None:
    """Hand a file, or a rename in a folder, to the disk, where it may be opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise
        return
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file so that it is whole or as it was before: the block writes to what it is given.

    What killed writers left in the folder is removed. For HDF5 see `container.Writer`.

    Raises
    ------
    DiskError
        If the file cannot be written; nothing is left then.
    """
    part = None
    try:
        part = temporary_beside(path)
        yield part
        sync_path(part)
        put_in_place(part, path)
    except OSError as error:
        raise DiskError(f"{path}: cannot be written: {reason(error)}") from error
    finally:
        if part is not None:
            discard(part)


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that it is whole or as it was before."""
    with replacing(path) as part:
        part.write_bytes(content)
