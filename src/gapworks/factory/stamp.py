"""The user block of our HDF5 files: length and SHA-256 of all that follows."""

from __future__ import annotations

import hashlib
import os
import re
from io import FileIO
from pathlib import Path

from gapworks.factory.disk import sync, written
from gapworks.factory.errors import DataError
from gapworks.factory.files import beginning, open_plain, pieces, reading

STAMP_BYTES = 512
"""Length of the user block at the front of a file."""


def stamp(path: Path) -> None:
    """Write length and SHA-256 into the user block, and everything to the disk."""
    with path.open("r+b", buffering=0) as file:
        file.seek(STAMP_BYTES)
        sha256 = _sha256(file)
        line = f"gapworks file: sha256 {sha256} of {file.tell() - STAMP_BYTES} bytes\n"
        file.seek(0)
        written(file, line.encode().ljust(STAMP_BYTES, b"\0"))
        sync(file.fileno())


def check_stamp(path: Path) -> str:
    """Compare a file with its user block; the SHA-256 if they agree.

    Raises
    ------
    DataError
        If the file is missing, truncated, unfinished or altered; DiskError if it cannot be read.
    """
    with reading(path):
        try:
            file = open_plain(path)
        except FileNotFoundError:
            raise DataError(f"{path}: is missing") from None
        with file:
            size = os.fstat(file.fileno()).st_size
            sha256, length = _stamped(path, size, beginning(file, STAMP_BYTES))
            if size != STAMP_BYTES + length:
                fault = "is truncated" if size < STAMP_BYTES + length else "was altered"
                raise DataError(
                    f"{path}: {fault}: {size} bytes, written with {STAMP_BYTES + length}"
                )
            if _sha256(file) != sha256:
                raise DataError(
                    f"{path}: was altered: its SHA-256 is not the one it was written with"
                )
    return sha256


def _stamped(path: Path, size: int, block: bytes) -> tuple[str, int]:
    """SHA-256 and length of what follows, as the user block of a file says."""
    if size < STAMP_BYTES or not block.strip(b"\0"):
        raise DataError(f"{path}: is truncated or unfinished ({size} bytes, no stamp)")
    found = re.fullmatch(rb"gapworks file: sha256 ([0-9a-f]{64}) of (\d+) bytes\n\0*", block)
    if not found:
        raise DataError(
            f"{path}: is no gapworks file, or its first {STAMP_BYTES} bytes were altered"
        )
    return found[1].decode(), int(found[2])


def _sha256(file: FileIO) -> str:
    """Of what is left of an open file."""
    sha256 = hashlib.sha256()
    for piece in pieces(file):
        sha256.update(piece)
    return sha256.hexdigest()
