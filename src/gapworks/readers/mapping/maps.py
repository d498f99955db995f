"""Maps of a scanning tunnelling microscope, or of a calculation: layout, energies, field of view.

What a file does not say is asked for by name; what is assumed is noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gapworks.factory.errors import reason
from gapworks.numerics.records import shown
from gapworks.readers.mapping.map_files import read_numpy, read_text, read_variables
from gapworks.readers.mapping.microscopes import read_3ds, read_mtrx, read_sm4, read_sxm
from gapworks.readers.mapping.raw_maps import Asked, Raw
from gapworks.readers.text import ReadError
from gapworks.readers.units import MEV

READERS = {
    **dict.fromkeys((".npy", ".npz"), read_numpy),
    **dict.fromkeys((".csv", ".txt", ".dat", ".tsv", ".asc"), read_text),
    **dict.fromkeys((".h5", ".hdf5", ".nc", ".nc4", ".cdf"), read_variables),
    ".sxm": read_sxm,
    ".3ds": read_3ds,
    ".mtrx": read_mtrx,
    ".sm4": read_sm4,
}
"""What reads a file, by its suffix."""


@shown("values", "energies", "raster", "field_of_view", "notes")
@dataclass(frozen=True, repr=False)
class Maps:
    """Maps of a file.

    Attributes
    ----------
    values : ndarray, shape (E, rows, columns)
        The file's unit; NaN where nothing was measured. Square pixels have rows along y, upward.
    energies : ndarray, shape (E,)
        meV.
    raster : str
        "lattice", rows along a1 and columns along a2; or "cartesian", square pixels.
    field_of_view : pair of float or None
        Width and height in lattice constants, of square pixels.
    notes : tuple of str
        What was assumed.
    """

    values: np.ndarray
    energies: np.ndarray
    raster: str
    field_of_view: tuple[float, float] | None
    notes: tuple[str, ...]


def read_map(
    path: Path | str,
    energies: float | Sequence[float] | None = None,
    channel: str | None = None,
    field_of_view: float | tuple[float, float] | None = None,
    raster: str | None = None,
    unit: str | None = None,
    lattice_constant: float | None = None,
) -> Maps:
    """Maps of a file: numpy, text, HDF5, NetCDF, Nanonis, Omicron Matrix or RHK.

    Parameters
    ----------
    path : path
        .npy, .npz; a matrix as .csv or .txt; .h5, .nc (also as xarray writes them); .sxm, .3ds;
        .mtrx, .sm4 (with the extra `stm`).
    energies : float or sequence of float, optional
        In `unit`; where the file does not say them, or says them wrong.
    channel : str, optional
        Which of a file's signals, arrays or variables.
    field_of_view : float or pair of float, optional
        Width, or width and height, of square pixels, lattice constants.
    raster : "lattice" or "cartesian", optional
        Where the file does not say.
    unit : str, optional
        Of `energies`, and of the file's where it does not say: a key of
        `gapworks.readers.units.MEV`; None: meV.
    lattice_constant : float, optional
        nm; where the file says its width in metres (NbSe2: 0.344).

    Raises
    ------
    ReadError
        If it cannot be read, is no stack of maps, or does not say what is asked for here; names
        the cure.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise ReadError(f"{path}: must be {', '.join(READERS)}")
    if unit is not None and unit not in MEV:
        raise ReadError(f"{path}: the unit {unit!r} is not known; give one of {', '.join(MEV)}")
    try:
        raw = READERS[suffix](path, channel, MEV[unit or "meV"])
    except OSError as error:
        raise ReadError(f"{path}: cannot be read: {reason(error)}") from error
    if raw.values.dtype.kind not in "iuf":
        what = (
            "complex numbers, a Fourier transform" if raw.values.dtype.kind == "c" else "no numbers"
        )
        raise ReadError(f"{path}: holds {what}; give maps in real space, real numbers")
    raw = _with_energies(path, raw, energies, unit)
    assert raw.energies is not None
    values = raw.values
    if not np.isfinite(raw.energies).all() or len(set(raw.energies)) < len(raw.energies):
        raise ReadError(f"{path}: energies are not finite, or given twice: {list(raw.energies)}")
    if min(values.shape[1:]) < 8:
        raise ReadError(f"{path}: maps are {values.shape[1]} x {values.shape[2]}: no maps")
    raster = raster or raw.raster
    if raster not in ("lattice", "cartesian"):
        raise Asked(
            f"{path}: does not say its raster; give lattice (rows along a1, columns along a2) or "
            "cartesian (square pixels) as --raster"
        )
    size, said = _field_of_view(path, raw, raster, field_of_view, lattice_constant)
    return Maps(values, raw.energies, raster, size, (*raw.notes, *said))


def _with_energies(
    path: Path, raw: Raw, energies: float | Sequence[float] | None, unit: str | None
) -> Raw:
    """Maps with the energies that are given, or the file's; energies first."""
    notes = list(raw.notes)
    own = raw.energies
    if energies is not None:
        given = np.atleast_1d(np.asarray(energies, float)) * MEV[unit or "meV"]
        if own is not None and not (len(own) == len(given) and np.allclose(own, given)):
            shown = ", ".join(f"{energy:.4g}" for energy in own[:5])
            notes.append(f"energies as given, not the file's ({shown} ... meV)")
            if raw.values.ndim == 3 and len(own) != len(given):
                raise ReadError(
                    f"{path}: has {len(own)} energies ({shown} ... meV), {len(given)} are given"
                )
        own = given
    if own is None:
        raise Asked(f"{path}: does not say its energies; give energies, one a map (--energies)")
    values = raw.values if raw.values.ndim != 2 else raw.values[None]
    if values.ndim != 3:
        raise ReadError(f"{path}: has {values.ndim} axes; give maps as (energies, rows, columns)")
    count = len(own)
    if values.shape[0] != count:
        if values.shape[2] == count and values.shape[0] == values.shape[1]:
            values = np.moveaxis(values, 2, 0)
            notes.append("energies are the last axis")
        else:
            shape = " x ".join(map(str, values.shape))
            raise ReadError(f"{path}: is {shape}, energies are {count}: give a map for each")
    return replace(raw, values=values, energies=own, notes=tuple(notes))


def _field_of_view(
    path: Path,
    raw: Raw,
    raster: str,
    given: float | tuple[float, float] | None,
    lattice_constant: float | None,
) -> tuple[tuple[float, float] | None, list[str]]:
    """Width and height in lattice constants, and notes; none on the lattice."""
    if raster == "lattice":
        return None, []
    if given is not None:
        width, height = np.broadcast_to(given, 2)
        if np.ndim(given) == 0:
            height = width * raw.values.shape[-2] / raw.values.shape[-1]
        said = ["field of view as given, not the file's"] if raw.extent else []
        return (float(width), float(height)), said
    if raw.field_of_view is not None:
        return raw.field_of_view, []
    if raw.extent is None:
        raise Asked(
            f"{path}: does not say how wide it is; give field_of_view in lattice constants "
            "(--field-of-view)"
        )
    if lattice_constant is None:
        raise Asked(
            f"{path}: is {raw.extent[0]:.4g} nm wide; give lattice_constant in nm (NbSe2: 0.344; "
            "--lattice-constant), or field_of_view in lattice constants"
        )
    width, height = (side / lattice_constant for side in raw.extent)
    return (width, height), [
        f"{width:.4g} x {height:.4g} lattice constants of {lattice_constant} nm"
    ]
