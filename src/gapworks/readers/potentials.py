"""Potentials that people bring: numbers on the sites of rings, one ring a row or a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gapworks.factory.errors import Refused, reason
from gapworks.factory.files import check_plain
from gapworks.readers.array import read_array
from gapworks.readers.table import Table, read_table
from gapworks.readers.text import ReadError
from gapworks.readers.units import DoubtfulUnit, units

HDF5 = (".h5", ".hdf5", ".nc")
"""Suffixes of what is read as HDF5; netCDF-4 files, which xarray writes, are such."""
AXES = ("row", "column")
LEAST = 3
"""Sites of the shortest ring."""

_SITE = ("site", "sites", "i", "j", "x", "position")
_RING = ("ring", "rings", "realization", "realisation", "sample", "run", "index")


@dataclass(frozen=True)
class Potential:
    """Potentials from a file.

    Attributes
    ----------
    values : ndarray, shape (..., L)
        In the file's own unit; as many axes as the array had, one or two of a table.
    axis : str
        Which of `AXES` a ring was in the file.
    asked : bool
        Whether nothing but the shape speaks for it: what the caller takes for granted.
    unit : str or None
        A unit of energy that a header names.
    notes : tuple of str
        What was assumed, for the user to read.
    """

    values: np.ndarray
    axis: str
    asked: bool
    unit: str | None
    notes: tuple[str, ...]

    def turned_back(self, values: np.ndarray) -> np.ndarray:
        """Numbers of the sites, shape (..., L), laid out as the file's were."""
        return values.T if self.axis == "column" and values.ndim == 2 else values


def read_potential(
    path: Path | str,
    axis: str | None = None,
    dataset: str | None = None,
    usual: str | None = None,
) -> Potential:
    """Numbers on the sites of rings.

    Text with one ring a row or a column, see `gapworks.readers.table.read_table`, less a first
    column that counts; .npy of shape (..., L); HDF5 and netCDF-4.

    Parameters
    ----------
    path : path
    axis : {"row", "column"}, optional
        What a ring is in a table; None: what the file leaves no doubt of.
    dataset : str, optional
        The array of an HDF5 file; None: `V`, or the only one.
    usual : {"row", "column"}, optional
        What a ring is where nothing tells; None: asked for.

    Raises
    ------
    ReadError
        If the file cannot be read, or holds anything else; names the place and the way out.
    Refused
        If a ring may be a row or a column.
    """
    path = Path(path)
    if path.suffix.lower() in HDF5:
        found, sites = _from_hdf5(path, dataset)
    elif path.suffix.lower() == ".npy":
        found, sites = _from_array(path), None
    else:
        found, sites = _from_text(path)
    if dataset is not None and path.suffix.lower() not in HDF5:
        raise ReadError(f"{path}: is no HDF5: no array {dataset} can be chosen in it")
    return _laid_out(path, found, sites, axis, usual)


def _from_text(path: Path) -> tuple[Potential, int | None]:
    table = read_table(path)
    try:
        said = set(units(table.header, 1)) - {None}
    except DoubtfulUnit as error:
        raise ReadError(f"{path}: {error}; name no unit, or one that is known") from error
    labels = [_first_label(line) for line in table.header]
    named = [label for label in labels if label in (*_SITE, *_RING)]
    sites = None
    if table.values.shape[1] > 1 and _is_index(table, bool(named)):
        table = replace(
            table,
            values=table.values[:, 1:],
            notes=(*table.notes, "column 1 counts the rows and was left out"),
        )
        if named:
            sites = 0 if named[-1] in _SITE else 1
    unit = next(iter(said), None)
    return Potential(table.values, "row", True, unit, table.notes), sites


def _first_label(line: str) -> str:
    return re.split(r"[\s,;]", line.strip(" \"'"))[0].strip(" \"'").lower()


def _is_index(table: Table, named: bool) -> bool:
    """Whether the first column goes up by one: from 0 or 1, or from anywhere if it has a name."""
    first, others = table.values[:, 0], table.values[:, 1:]
    counts = bool((first == np.rint(first)).all() and (np.diff(first) == 1).all())
    if len(first) < 2 or not counts:
        return False
    return named or (first[0] in (0, 1) and not (np.rint(others) == others).all())


def _from_array(path: Path) -> Potential:
    V = read_array(path, "V")
    notes = ()
    if V.dtype.kind == "f" and V.dtype.itemsize < 4:
        notes = (f"{V.dtype} keeps V to {np.finfo(V.dtype).eps / 2:.0e} of itself",)
    return Potential(V, "row", True, None, notes)


def _from_hdf5(path: Path, wanted: str | None) -> tuple[Potential, int | None]:
    import h5py

    try:
        check_plain(path)
        with h5py.File(path, "r", locking=False) as file:
            arrays: dict[str, h5py.Dataset] = {}
            file.visititems(lambda name, item: arrays.update(_numeric(name, item)))
            name = _chosen(path, arrays, wanted)
            array = arrays[name]
            named = [{array.dims[k].label, *array.dims[k].keys()} for k in range(array.ndim)]
            unit = array.attrs.get("units", "")
            values = array[()]
    except ReadError:
        raise
    except OSError as error:
        raise ReadError(f"{path}: cannot be read as HDF5: {reason(error)}") from error
    unit = unit.decode() if isinstance(unit, bytes) else str(unit)
    at = [k for k, names in enumerate(named) if {n.lower() for n in names} & set(_SITE)]
    # Of gapworks' own files: "t" is what V is to be in.
    said = None if unit in ("", "t", "1") else unit
    notes = (f"read from {name}",)
    return Potential(values, "row", True, said, notes), at[0] if len(at) == 1 else None


def _numeric(name: str, item: object) -> dict[str, object]:
    import h5py

    if not isinstance(item, h5py.Dataset) or item.dtype.kind not in "iuf" or item.ndim < 1:
        return {}
    return {} if item.is_scale or item.shape[-1] < 1 else {name: item}


def _chosen(path: Path, arrays: dict, wanted: str | None) -> str:
    if wanted is not None and wanted.strip("/") in arrays:
        return wanted.strip("/")
    known = ", ".join(sorted(arrays)) or "none"
    if wanted is not None:
        raise ReadError(f"{path}: has no array {wanted}; arrays of numbers: {known}")
    for name in arrays:
        if name == "V" or len(arrays) == 1:
            return name
    raise ReadError(f"{path}: which array? --dataset NAME; arrays of numbers: {known}")


def _laid_out(
    path: Path, found: Potential, sites: int | None, axis: str | None, usual: str | None
) -> Potential:
    """With the sites on the last axis. `sites`: which axis the file says that they are."""
    values, notes = found.values, list(found.notes)
    if values.ndim < 2 or not values.size:
        return replace(found, asked=False)
    if values.ndim > 2:
        if axis is not None or sites not in (None, values.ndim - 1):
            raise ReadError(
                f"{path}: shape {values.shape}: more than two axes; put the sites on the last one"
            )
        return replace(found, asked=False)
    rows, columns = values.shape
    told = {0: "column", 1: "row"}.get(sites) if sites is not None else None
    shape = f"{rows} row{'s' * (rows > 1)} of {columns} number{'s' * (columns > 1)}"
    asked = False
    if axis is not None:
        if told not in (None, axis):
            notes.append(f"by --axis a ring is a {axis}; the file itself says a {told}")
        chosen = axis
    elif told is not None:
        chosen = told
        notes.append(f"{shape}: one ring a {chosen}, as its labels say")
    elif rows == 1 or columns == 1:
        chosen = "row" if rows == 1 else "column"
    elif min(rows, columns) < LEAST:
        chosen = "row" if rows < LEAST else "column"
        notes.append(f"{shape}: one ring a {chosen}")
    elif usual is not None:
        chosen, asked = usual, True
    else:
        raise Refused(
            f"{path}: {shape}: {rows} rings of {columns} sites, or {columns} rings of {rows}? Say "
            "--axis row, or --axis column"
        )
    turned = values if chosen == "row" else values.T
    return replace(found, values=turned, axis=chosen, asked=asked, notes=tuple(notes))


def check_layout(V: Sequence[Sequence[float]] | np.ndarray) -> str | None:
    """What a two-dimensional array has besides rings: a row or a column that counts; None: nothing.

    Of text, a column that counts is left out when it is read; an array was made by somebody.
    """
    V = np.asarray(V)
    if V.ndim != 2 or min(V.shape) < 2:
        return None
    if _counts(V[0]) and not whole(V[1:]):
        return "row 1 counts the columns: a header? Delete it"
    if _counts(V[:, 0]) and not whole(V[:, 1:]):
        return "column 1 counts the rows: an index? Delete it"
    return None


def _counts(numbers: np.ndarray) -> bool:
    """Whether it is 0, 1, 2, ... or 1, 2, 3, ..."""
    steps = np.arange(len(numbers))
    return any(np.array_equal(numbers, steps + first) for first in (0, 1))


def whole(V: np.ndarray) -> bool:
    """Whether all are whole numbers."""
    return bool(V.size) and bool((np.rint(V) == V).all())
