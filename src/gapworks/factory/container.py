"""HDF5 files that are whole or absent, explain themselves and notice when they were altered.

The layout is described in docs/data-format.md. A file is written beside its place under a
temporary name, read back and verified, and only then renamed. Its first 512 bytes, HDF5's user
block, hold the length and the SHA-256 of all that follows, so that nothing that was cut, flipped
or edited passes for data. They are checked before HDF5 sees the file: one flipped bit in the wrong
place makes the library read for ever. Every array also carries the SHA-256 of its values, by which
files are compared whatever their layout.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from gapworks.factory import recipe
from gapworks.factory.disk import Disk, HeldSignals, discard, put_in_place, temporary_beside
from gapworks.factory.errors import DataError, DiskError, reason
from gapworks.factory.provenance import provenance
from gapworks.factory.reading import Header, opened, verify
from gapworks.factory.settings import FORMAT_VERSION
from gapworks.factory.stamp import STAMP_BYTES, stamp

BLOCK_BYTES = 1 << 24
"""Arrays are hashed and copied in pieces of this size."""
WRITE_BYTES = 1 << 20
"""Pieces of an array are collected to this size before they are written."""


@dataclass(frozen=True)
class Variable:
    """What an array of a file is: its dimensions, unit and meaning."""

    dimensions: tuple[str, ...]
    units: str
    description: str
    dtype: str = "float64"
    flags: Mapping[int, str] = field(default_factory=dict)


VALID = Variable(("sample",), "1", "1 if all checks passed", "uint8", {0: "failed", 1: "valid"})
"""Of the samples of every study."""


def coded(description: str, codes: type[IntEnum]) -> Variable:
    """Of samples: one of some codes, whose names the file tells in small letters."""
    names = {int(code): code.name.lower() for code in codes}
    return Variable(("sample",), "1", description, "uint8", names)


def with_interval(
    name: str, variable: Variable, is_its: str = "end of its interval"
) -> dict[str, Variable]:
    """A variable, and NAME_lower and NAME_upper, each of which is its lower (upper) `is_its`."""
    return {name: variable} | {
        f"{name}_{end}": replace(variable, description=f"{end} {is_its}")
        for end in ("lower", "upper")
    }


def with_error(name: str, variable: Variable) -> dict[str, Variable]:
    """A variable, and NAME_error, its standard error."""
    return {
        name: variable,
        f"{name}_error": replace(variable, description="standard error of it"),
    }


@dataclass(frozen=True)
class Coordinate:
    """The values along a dimension, with their unit and meaning."""

    values: np.ndarray
    units: str
    description: str
    flags: Mapping[int, str] = field(default_factory=dict)


def named(names: Sequence[str], description: str) -> Coordinate:
    """A dimension whose values are numbers of names."""
    return Coordinate(np.arange(len(names)), "1", description, dict(enumerate(names)))


class Writer:
    """Writes one file piece by piece; use it in a `with` block.

    The file appears at `path`, complete and verified, when the block ends without an exception,
    and `header` is what it says of itself; otherwise nothing is left.

    Parameters
    ----------
    path : path
        Where the file will stand.
    kind : str
        "shard", "dataset", "evaluation" or "answer".
    attributes : mapping
        Attributes of the file; anything but text and numbers is kept as JSON.
    coordinates : mapping of str to Coordinate
        One for every dimension.
    variables : mapping of str to Variable
        The arrays to come.

    Raises
    ------
    DataError
        If the disk is full or the place cannot be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        kind: str,
        attributes: Mapping[str, Any],
        coordinates: Mapping[str, Coordinate],
        variables: Mapping[str, Variable],
    ) -> None:
        self.path = Path(path)
        self._attributes = {"format_version": FORMAT_VERSION, "kind": kind, **attributes}
        self._attributes |= recipe.attribute(self.path)
        self._attributes["provenance"] = provenance()
        self._coordinates = coordinates
        self._variables = variables
        self._hashes = {name: hashlib.sha256() for name in variables}
        self._filled = dict.fromkeys(variables, 0)
        self._written = dict.fromkeys(variables, 0)
        self._waiting: dict[str, list[np.ndarray]] = {name: [] for name in variables}
        self._datasets: dict[str, h5py.Dataset] = {}

    def __enter__(self) -> Writer:
        self._held = HeldSignals()
        with self._disk_errors_explained():
            self._temporary = temporary_beside(self.path)
            self._disk = Disk(self._temporary)
            self._file = h5py.File(
                self._disk, "w", libver="latest", userblock_size=STAMP_BYTES, locking=False
            )
            self._create()
            self._disk.check()
        return self

    def append(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Add the next piece of each array given, along its first dimension."""
        for name, values in arrays.items():
            dataset = self._datasets[name]
            piece = np.ascontiguousarray(values, dtype=dataset.dtype)
            self._filled[name] += len(piece)
            if piece.shape[1:] != dataset.shape[1:] or self._filled[name] > dataset.shape[0]:
                raise ValueError(f"{name}: {piece.shape} does not fit {dataset.shape}")
            # HDF5 takes its time for every call, however small: pieces wait for company.
            self._waiting[name].append(piece)
            if sum(piece.nbytes for piece in self._waiting[name]) >= WRITE_BYTES:
                self._write(name)
        if self._held.came:
            self._discard()
            raise KeyboardInterrupt

    def _write(self, name: str) -> None:
        """Hand what waits of an array to HDF5."""
        if not self._waiting[name]:
            return
        with self._disk_errors_explained():
            waiting = np.concatenate(self._waiting[name])
            self._waiting[name] = []
            first = self._written[name]
            self._datasets[name][first : first + len(waiting)] = waiting
            self._hashes[name].update(waiting)
            self._written[name] += len(waiting)
            self._disk.check()

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is not None:
            self._discard()
            return
        unfilled = [n for n, filled in self._filled.items() if filled != self._datasets[n].shape[0]]
        if unfilled:
            self._discard()
            raise ValueError(f"{self.path}: arrays not filled: {', '.join(unfilled)}")
        for name in self._waiting:
            self._write(name)
        with self._disk_errors_explained():
            for name, sha256 in self._hashes.items():
                self._file[name].attrs["sha256"] = sha256.hexdigest()
            self._file.flush()
            self._file.attrs["complete"] = 1
            self._file.close()
            self._disk.finish()
            stamp(self._temporary)
            self.header = replace(verify(self._temporary), path=self.path)
            _check_arrays(self._temporary, self.header)
            put_in_place(self._temporary, self.path)
        self._held.release()

    def _create(self) -> None:
        for key, value in self._attributes.items():
            plain = isinstance(value, str | int | float)
            self._file.attrs[key] = value if plain else json.dumps(value, sort_keys=True)
        for name, coordinate in self._coordinates.items():
            scale = self._file.create_dataset(name, data=coordinate.values)
            scale.make_scale(name)
            scale.attrs["units"] = coordinate.units
            scale.attrs["long_name"] = coordinate.description
            _describe_flags(scale, coordinate.flags)
            scale.attrs["sha256"] = hashlib.sha256(scale[()].tobytes()).hexdigest()
        for name, variable in self._variables.items():
            shape = tuple(len(self._coordinates[d].values) for d in variable.dimensions)
            dataset = self._file.create_dataset(
                name,
                shape=shape,
                dtype=np.dtype(variable.dtype).newbyteorder("<"),
                chunks=_chunks(shape, np.dtype(variable.dtype).itemsize),
                fletcher32=True,
            )
            self._datasets[name] = dataset
            dataset.attrs["units"] = variable.units
            dataset.attrs["long_name"] = variable.description
            _describe_flags(dataset, variable.flags)
            for axis, dimension in enumerate(variable.dimensions):
                dataset.dims[axis].attach_scale(self._file[dimension])

    def _discard(self) -> None:
        if hasattr(self, "_file"):
            with contextlib.suppress(OSError, RuntimeError):
                self._file.close()
        if hasattr(self, "_disk"):
            self._disk.close()
        if hasattr(self, "_temporary"):
            discard(self._temporary)
        self._held.release()

    @contextlib.contextmanager
    def _disk_errors_explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._discard()
            raise DiskError(
                f"{self.path}: cannot be written: {reason(error)}. Nothing was left behind; make "
                "room or choose another place, then run the same command again."
            ) from error
        except BaseException:
            self._discard()
            raise


def _describe_flags(array: h5py.Dataset, flags: Mapping[int, str]) -> None:
    """Say what codes mean, as the CF conventions do."""
    if flags:
        array.attrs["flag_values"] = np.array(list(flags), array.dtype)
        array.attrs["flag_meanings"] = " ".join(flags.values())


def _check_arrays(path: Path, header: Header) -> None:
    """Read every array back: what is on the disk must be what was appended."""
    with opened(path) as file:
        for name, array in file.items():
            sha256 = hashlib.sha256()
            rows = _rows(array.shape, array.dtype.itemsize, BLOCK_BYTES)
            for first in range(0, len(array), rows):
                sha256.update(np.ascontiguousarray(array[first : first + rows]).tobytes())
            if sha256.hexdigest() != header.checksums[name]:
                raise DataError(f"{header.path}: {name} came back from the disk altered")


def _rows(shape: tuple[int, ...], itemsize: int, nbytes: int) -> int:
    """Number of rows of an array that fit into `nbytes`; at least one."""
    return max(1, nbytes // max(1, itemsize * int(np.prod(shape[1:]))))


def _chunks(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Whole rows, about 256 kB of them."""
    return (max(1, min(shape[0], _rows(shape, itemsize, 1 << 18))), *shape[1:])
