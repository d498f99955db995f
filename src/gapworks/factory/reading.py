"""Reading the HDF5 files that `container` writes: verified before anything of them is believed."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from gapworks.factory.errors import DataError, DiskError, reason
from gapworks.factory.files import check_plain
from gapworks.factory.settings import FORMAT_VERSION
from gapworks.factory.stamp import check_stamp


@dataclass(frozen=True)
class Header:
    """What a verified file says of itself."""

    path: Path
    sha256: str
    attributes: dict[str, Any]
    checksums: dict[str, str]
    shapes: dict[str, tuple[int, ...]]
    units: dict[str, str]


def verify(path: str | os.PathLike[str]) -> Header:
    """Check that a file is whole and unaltered, and give what it says of itself.

    Raises
    ------
    DataError
        If the file is missing, truncated, unfinished, altered, or of another format version;
        DiskError if it cannot be read.
    """
    path = Path(path)
    sha256 = check_stamp(path)
    with opened(path) as file:
        attributes = _attributes(file)
        if attributes.get("complete") != 1:
            raise DataError(f"{path}: is unfinished (no attribute `complete`)")
        if attributes.get("format_version") != FORMAT_VERSION:
            raise DataError(
                f"{path}: has format version {attributes.get('format_version')}, "
                f"this gapworks reads {FORMAT_VERSION}"
            )
        checksums = {name: array.attrs["sha256"] for name, array in file.items()}
        shapes = {name: array.shape for name, array in file.items()}
        units = {name: array.attrs["units"] for name, array in file.items()}
    return Header(path, sha256, attributes, checksums, shapes, units)


def verify_kind(path: Path, kind: str, study: str) -> Header:
    """`verify` of a file that is to be of a kind ("dataset", "evaluation") and of a study.

    Raises
    ------
    DataError
        If it is not, too.
    """
    header = verify(path)
    said = header.attributes
    if (said["kind"], said["study"]) != (kind, study):
        wanted = {"dataset": "a data set", "evaluation": "an evaluation"}[kind]
        raise DataError(f"{path}: is a {said['kind']} of {said['study']}, not {wanted} of {study}")
    return header


def read(
    path: str | os.PathLike[str], names: list[str] | None = None, rows: slice = slice(None)
) -> dict[str, np.ndarray]:
    """Arrays of a file that `verify` has passed; `rows` cuts along the first dimension."""
    with opened(Path(path)) as file:
        return {name: file[name][rows] for name in names or file}


@contextlib.contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open for reading; whatever HDF5 or a missing key says becomes a DataError.

    Without locks, which many file systems of clusters lack: nobody writes to a file in its place.
    """
    try:
        check_plain(path)
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except FileNotFoundError:
        raise DataError(f"{path}: is missing") from None
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, UnicodeError) as error:
        if code := _system_code(error):
            said = reason(OSError(code, ""))
            raise DiskError(f"{path}: cannot be read: {said}") from error
        check_stamp(path)  # damage is what the hash says, not what HDF5 says
        said = " ".join(str(error).split())
        if isinstance(error, OSError):
            raise DiskError(f"{path}: cannot be read by HDF5 ({said})") from error
        raise DataError(f"{path}: does not hold what it should ({said})") from error


def _system_code(error: Exception) -> int | None:
    """The operating system's code for an error; HDF5 hides it in its words."""
    if not isinstance(error, OSError):
        return None
    hidden = re.search(r"errno = ([1-9]\d*)", str(error))
    return error.errno or (int(hidden[1]) if hidden else None)


def _attributes(file: h5py.File) -> dict[str, Any]:
    """Attributes as Python values; the structured ones from their JSON."""
    attributes = {}
    for key, value in file.attrs.items():
        value = value.item() if isinstance(value, np.generic) else value
        structured = isinstance(value, str) and value[:1] in "{["
        attributes[key] = json.loads(value) if structured else value
    return attributes
