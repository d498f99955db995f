"""The lines of a user's text file, whatever its encoding and line ends."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from gapworks.factory.errors import DataError, reason
from gapworks.factory.files import pieces

LARGEST = 64 * 2**20
"""Bytes of the largest text file that is read."""

_BREAKS = str.maketrans(dict.fromkeys("\v\f\x85\u2028\u2029", " "))
"""What some programs take for ends of lines, and editors do not count as such."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class ReadError(DataError, ValueError):
    """A user's file that cannot be read for sure; names file, line and the cure."""


def read_lines(path: Path, largest: int = LARGEST) -> tuple[list[str], list[str]]:
    """Lines of a text file, and what was assumed of its encoding.

    UTF-8 with a byte order mark or without, UTF-16 with one, or Latin-1; ends of lines of any
    system.

    Parameters
    ----------
    path : Path
        A regular file; no device, pipe or folder is opened for reading or waited for.
    largest : int
        Bytes beyond which a file is refused.

    Raises
    ------
    ReadError
        If it cannot be read, is no regular file, is empty, too large, or is not text.
    """
    content = _content(Path(path), largest)
    notes: list[str] = []
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ReadError(f"{path}: is no whole UTF-16 text; save it again as UTF-8") from error
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
            if not _CONTROL.search(text):
                notes.append("not UTF-8: read as Latin-1")
    # Ctrl-Z is how DOS ends a text. The minus of typesetters is a minus.
    text = text.rstrip("\x1a").replace("\N{MINUS SIGN}", "-").replace("\ufeff", "")
    if _CONTROL.search(text):
        raise ReadError(f"{path}: is a binary file; give numbers as text, by columns")
    return re.split(r"\r\n|\n|\r", text.translate(_BREAKS)), notes


def shown(line: str) -> str:
    """The beginning of a line, as a message can show it."""
    return "".join(c if c.isprintable() else "?" for c in line.strip()[:40])


def _content(path: Path, largest: int) -> bytes:
    """All bytes of a regular file; opening does not wait for the writer of a pipe."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ReadError(f"{path}: cannot be read: {reason(error)}") from error
    except ValueError as error:  # a name that no file can have
        raise ReadError(f"{path}: cannot be read: {error}") from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or device"
            raise ReadError(f"{path}: is {kind}; give a text file")
        if status.st_size > largest:
            raise ReadError(
                f"{path}: of {status.st_size / 2**20:.0f} MiB is larger than the "
                f"{largest / 2**20:.0f} MiB that are read as text; give a part of it"
            )
        with open(handle, "rb", buffering=0, closefd=False) as file:
            content = b"".join(pieces(file))
    except OSError as error:
        raise ReadError(f"{path}: cannot be read: {reason(error)}") from error
    finally:
        os.close(handle)
    if not content:
        raise ReadError(f"{path}: is empty, holds no numbers")
    return content
