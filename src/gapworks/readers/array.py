"""Arrays that users saved with numpy: mapped into memory, never unpickled."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from gapworks.factory.errors import reason
from gapworks.factory.files import beginning, open_plain
from gapworks.readers.text import ReadError

__all__ = ["read_array"]

_MAGIC = b"\x93NUMPY"
_KINDS = {"O": "Python objects", "V": "records", "b": "true and false", "M": "dates", "m": "times"}


def read_array(path: Path, name: str) -> np.ndarray:
    """Numbers of a .npy file, mapped into memory: a large one is read as it is used.

    Parameters
    ----------
    path : Path
        A regular file; no pipe is waited for.
    name : str
        What the numbers are, for messages.

    Returns
    -------
    ndarray
        Integers, floating point or complex numbers of any byte order and layout.

    Raises
    ------
    DataError
        If it cannot be read, is not whole, or holds anything but numbers; pickles are not loaded.
    """
    path = Path(path)
    try:
        with open_plain(path) as file:
            begins = beginning(file, len(_MAGIC))
        if begins != _MAGIC:
            raise ReadError(f"{path}: {name}: not an array of real numbers ({_other(begins)})")
        return _numbers(path, name)
    except OSError as error:
        raise ReadError(f"{path}: cannot be read: {reason(error)}") from error
    except MemoryError as error:
        raise ReadError(f"{path}: is too large for this machine's memory; split it") from error


def _numbers(path: Path, name: str) -> np.ndarray:
    try:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            reader = np.lib.format.read_array_header_1_0
            if version > (1, 0):
                reader = np.lib.format.read_array_header_2_0
            shape, _, dtype = reader(file)
            count = int(np.prod(shape, dtype=object))
            missing = file.tell() + count * dtype.itemsize - path.stat().st_size
        if dtype.kind not in "iufc":
            kind = _KINDS.get(dtype.kind, "words")
            raise ReadError(
                f"{path}: {name}: not an array of real numbers ({kind}, {dtype}); save it again "
                "as numbers"
            )
        if missing > 0:
            raise ReadError(f"{path}: is not whole: {missing} bytes are missing; copy it again")
        if missing < 0:
            raise ReadError(
                f"{path}: {-missing} bytes follow the array: more than one array? Save one"
            )
        _check_room(path, count)
        if 0 in shape:
            return np.empty(shape, dtype)
        return np.lib.format.open_memmap(path, mode="r")
    except ReadError:
        raise
    except (ValueError, TypeError, SyntaxError, OverflowError) as error:
        said = " ".join(str(error).split())[:100]
        raise ReadError(f"{path}: is damaged: {said}; save it again") from error


def _check_room(path: Path, count: int) -> None:
    """What is computed with is a copy in double precision, and an answer of the same size."""
    wanted = 3 * 8 * count
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if wanted > there:
        raise ReadError(
            f"{path}: needs {wanted / 2**30:.0f} GiB of memory, this machine has "
            f"{there / 2**30:.0f}; split it"
        )


def _other(begins: bytes) -> str:
    """What a file is that does not begin as numpy's do."""
    if not begins:
        return "the file is empty"
    if begins.startswith(b"PK"):
        return "an archive of arrays, .npz, or another zip file; save one array, .npy"
    if begins.startswith(b"\x89HDF"):
        return "HDF5; save the array with numpy.save"
    return "not saved by numpy.save, or as a pickle; save it with numpy.save"
