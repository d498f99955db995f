"""Maps as arrays: numpy's files, matrices of text, variables of HDF5 and NetCDF."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from scipy.io import netcdf_file

from gapworks.factory.files import open_plain, pieces
from gapworks.readers.array import read_array
from gapworks.readers.mapping.raw_maps import LENGTHS, Raw, chosen
from gapworks.readers.table import read_table
from gapworks.readers.text import ReadError
from gapworks.readers.units import MEV

_ENERGIES = ("energy", "energies", "e", "bias", "voltage", "v", "omega", "sample_bias")
"""Names of variables that are energies."""
_VOLTS = {"v": 1e3, "mv": 1.0, "uv": 1e-3, **{name.lower(): MEV[name] for name in ("meV", "eV")}}
_X, _Y = ("x", "width"), ("y", "height")
_FIELD = ("field_of_view", "fov")


def read_numpy(path: Path, channel: str | None, unit: float) -> Raw:
    """An array of .npy, or one of those of .npz with its `energies`.

    Parameters
    ----------
    path : Path
    channel : str or None
        Name of the array in .npz.
    unit : float
        Of energies in the file, meV.
    """
    if path.suffix.lower() == ".npy":
        return Raw(read_array(path, "maps"))
    with open_plain(path) as file:
        content = b"".join(pieces(file))
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            found = {name: Variable(archive[name]) for name in archive.files}
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise ReadError(f"{path}: is no whole archive of arrays: {error}; save it again") from error
    return _picked(path, found, {}, channel, unit)


def read_text(path: Path, channel: str | None, unit: float) -> Raw:
    """A matrix of numbers, or several of as many rows as columns below each other.

    Parameters
    ----------
    path : Path
        See `gapworks.readers.table.read_table`.
    channel : str or None
        There is none: refused.
    unit : float
        Of energies in meV; the file has none.
    """
    if channel is not None:
        raise ReadError(f"{path}: text has no channels; leave channel out")
    table = read_table(path)
    rows, columns = table.values.shape
    if columns <= 4 and rows > 4 * columns:
        raise ReadError(f"{path}: {columns} columns: x, y, value? Give the map as a matrix")
    values = table.values
    if rows > columns and rows % columns == 0:
        values = values.reshape(rows // columns, columns, columns)
    return Raw(values, notes=table.notes)


@dataclass(frozen=True)
class Variable:
    """An array of a file with names.

    Attributes
    ----------
    values : ndarray
    axes : tuple of str
        Names of its axes; empty where there are none.
    unit : str
    """

    values: np.ndarray
    axes: tuple[str, ...] = ()
    unit: str = field(default="")


def read_variables(path: Path, channel: str | None, unit: float) -> Raw:
    """Variables of HDF5 or NetCDF (3 and 4), coordinates by dimension as xarray writes them.

    Parameters
    ----------
    path : Path
    channel : str or None
        Name of the variable.
    unit : float
        Of energies that have no unit in the file, meV.
    """
    with open_plain(path) as file:
        begins = file.read(4) or b""
    if begins.startswith(b"CDF"):
        try:
            return _picked(path, *_netcdf(path), channel, unit)
        except (IndexError, TypeError, KeyError) as error:
            raise ReadError(f"{path}: is no whole NetCDF file ({error}); copy it again") from error
    if begins != b"\x89HDF":
        raise ReadError(f"{path}: is neither HDF5 nor NetCDF")
    found: dict[str, Variable] = {}
    with h5py.File(path, "r", locking=False) as file:

        def visit(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset) and item.dtype.kind in "iufc" and item.ndim:
                scales = [d[0].name.strip("/") if len(d) else d.label for d in item.dims]
                unit = _text(item.attrs.get("units", item.attrs.get("unit", "")))
                axes = tuple(scales) if any(scales) else ()
                found[name] = Variable(item[()], axes, unit)

        file.visititems(visit)
        attributes = {name: file.attrs[name] for name in file.attrs}
    return _picked(path, found, attributes, channel, unit)


def _netcdf(path: Path) -> tuple[dict[str, Variable], dict[str, Any]]:
    with netcdf_file(path, "r", mmap=False) as file:
        found = {
            name: Variable(
                np.array(one[...]).astype(one[...].dtype.newbyteorder("=")),
                tuple(one.dimensions),
                _text(getattr(one, "units", "")),
            )
            for name, one in file.variables.items()
            if one[...].dtype.kind in "iufc"
        }
        return found, dict(file._attributes)


def _picked(
    path: Path,
    found: Mapping[str, Variable],
    attributes: Mapping[str, Any],
    channel: str | None,
    unit: float,
) -> Raw:
    """The maps among a file's variables, with what the others say of them."""
    stacks = [name for name, one in found.items() if one.values.ndim in (2, 3)]
    variable = found[chosen(path, stacks, channel, "variable")]
    values, axes, notes = variable.values, variable.axes, []
    energies = None
    for name, one in found.items():
        if name.split("/")[-1].lower() in _ENERGIES and one.values.ndim == 1:
            if one.unit and one.unit.lower() not in _VOLTS:
                raise ReadError(f"{path}: {name} is in {one.unit!r}, which is no known unit")
            factor = _VOLTS[one.unit.lower()] if one.unit else unit
            if not one.unit:
                notes.append(f"{name} has no unit: read as {unit:g} meV each")
            energies = factor * one.values.astype(float)
            if name in axes and axes.index(name) and values.ndim == 3:
                notes.append(f"axes are {', '.join(axes)}: energies brought to the front")
                at = axes.index(name)
                values = np.moveaxis(values, at, 0)
                axes = (name, *axes[:at], *axes[at + 1 :])
            break
    extent = _extent(path, found, values.shape)
    if axes and len(axes) == values.ndim and axes[-1].lower() in _Y and axes[-2].lower() in _X:
        values = np.swapaxes(values, -1, -2)
        notes.append("axes are x, y: turned to rows along y")
    attributes = {name.lower(): value for name, value in attributes.items()}
    width = next((attributes[name] for name in _FIELD if name in attributes), None)
    view = None if width is None else tuple(float(x) for x in np.broadcast_to(width, 2))
    raster = _text(attributes.get("raster", "")) or ("cartesian" if extent or view else None)
    return Raw(values, energies, raster, extent, view, tuple(notes))


def _extent(
    path: Path, found: Mapping[str, Variable], shape: tuple[int, ...]
) -> tuple[float, float] | None:
    """Width and height in nm by coordinates x and y, where they have a length's unit."""
    sides = []
    for names in (_X, _Y):
        one = next((v for name, v in found.items() if name.split("/")[-1].lower() in names), None)
        if one is None or one.values.ndim != 1 or len(one.values) not in shape or not one.unit:
            return None
        unit = {"å": "A", "ang": "A"}.get(one.unit.lower(), one.unit)
        if unit not in LENGTHS:
            raise ReadError(f"{path}: x and y are in {one.unit!r}; give {', '.join(LENGTHS)}")
        steps = np.diff(one.values.astype(float))
        if not len(steps) or np.ptp(steps) > 0.01 * abs(steps.mean()):
            raise ReadError(f"{path}: x and y are not in equal steps")
        sides.append(abs(float(steps.mean())) * len(one.values) * LENGTHS[unit])
    return sides[0], sides[1]


def _text(value: Any) -> str:
    value = value[0] if isinstance(value, np.ndarray) and value.size == 1 else value
    return value.decode() if isinstance(value, bytes) else str(value)
