"""Reading: plain files only, and what the operating system says is not taken for damage."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from gapworks.factory.errors import DataError, DiskError, reason

PIECE_BYTES = 1 << 20
"""Files are read in pieces of this size."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def odd_kind(path: Path) -> str | None:
    """What stands there, if it is something else than a file: "a named pipe", say.

    Raises
    ------
    OSError
        If it cannot be seen; FileNotFoundError if nothing stands there.
    """
    return _KINDS.get(stat.S_IFMT(path.stat().st_mode))


def check_plain(path: Path, what: str = "read") -> None:
    """Refuse what is no file: a pipe would be waited for, a device may be anything.

    Raises
    ------
    DiskError
        If something else stands there.
    OSError
        If it cannot be seen; FileNotFoundError if nothing stands there.
    """
    if kind := odd_kind(path):
        raise DiskError(f"{path}: cannot be {what}: it is {kind}, not a file")


def open_plain(path: Path) -> FileIO:
    """Open a file to read its bytes, unbuffered.

    Raises
    ------
    DiskError
        If it is no file.
    OSError
        As the operating system says.
    """
    check_plain(path)
    return path.open("rb", buffering=0)


def pieces(file: FileIO) -> Iterator[bytes]:
    """What is left of an open file, piece by piece.

    Raises
    ------
    OSError
        As the operating system says; of "try again", too, which Python's own reading hides.
    """
    while piece := _piece(file, PIECE_BYTES):
        yield piece


def beginning(file: FileIO, size: int) -> bytes:
    """The next bytes of an open file: so many, or fewer if it ends before."""
    read = b""
    while len(read) < size and (piece := _piece(file, size - len(read))):
        read += piece
    return read


def _piece(file: FileIO, size: int) -> bytes:
    piece = file.read(size)
    if piece is None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return piece


@contextlib.contextmanager
def reading(path: Path, what: str = "read") -> Iterator[None]:
    """Around reading a file: what the operating system says becomes one line that names the file.

    Parameters
    ----------
    path : Path
        The file that is named.
    what : str
        What cannot be done then: "read", or "written".

    Raises
    ------
    DataError
        If the file is missing; DiskError if it cannot be read for any other reason.
    """
    try:
        yield
    except OSError as error:
        kind = DataError if isinstance(error, FileNotFoundError) else DiskError
        raise kind(f"{path}: cannot be {what}: {reason(error)}") from error


def read_whole(path: Path) -> bytes:
    """All that a file holds.

    Raises
    ------
    DataError
        If the file is missing; DiskError if it is no file or cannot be read.
    """
    with reading(path), open_plain(path) as file:
        return b"".join(pieces(file))
