"""Functions of energy that users bring: gap functions, densities of states, tunnelling spectra."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gapworks.numerics.records import shown
from gapworks.readers.energies import check_order, energy_units, turned, without_index
from gapworks.readers.table import Table, read_table
from gapworks.readers.text import ReadError


@shown("energy", "values", "unit", "notes")
@dataclass(frozen=True, repr=False)
class Measured:
    """A function of energy from a file.

    Attributes
    ----------
    energy : ndarray, shape (X,)
        meV, increasing, of either sign.
    values : ndarray, shape (X,)
        Complex Delta in meV of `read_gap`; N or dI/dV, in the file's own unit, of `read_dos`.
    lines : ndarray of int, shape (X,)
        Where each stands in the file; the first line is 1.
    unit : str
        What the file's energies are in.
    said : bool
        Whether file or caller say so: otherwise meV was taken for granted.
    notes : tuple of str
        What was assumed, for the user to read.
    """

    energy: np.ndarray
    values: np.ndarray
    lines: np.ndarray
    unit: str
    said: bool
    notes: tuple[str, ...]


def read_gap(path: Path | str, unit: str | None = None) -> Measured:
    """A complex gap function: columns energy, Re Delta, Im Delta.

    Parameters
    ----------
    path : path
        A file of text; see `gapworks.readers.table.read_table`.
    unit : str, optional
        Of all three, a key of `gapworks.readers.units.MEV`; None: as the header says of each.

    Raises
    ------
    ReadError
        If the file cannot be read, or holds anything else; names the line and the way out.
    """
    return _read(Path(path), unit, "gap", None)


def read_dos(path: Path | str, unit: str | None = None, column: int | None = None) -> Measured:
    """A density of states or tunnelling spectrum: columns energy (or voltage), N (or dI/dV).

    Parameters
    ----------
    path : path
        A file of text; see `gapworks.readers.table.read_table`.
    unit : str, optional
        Of the energies; None: as the header says.
    column : int, optional
        That of N, the energies' being 1; needed where there are more than two.

    Raises
    ------
    ReadError
        If the file cannot be read, or holds anything else; names the line and the way out.
    """
    return _read(Path(path), unit, "dos", column)


def columns_of(path: Path | str) -> int:
    """Columns of a file of text, less one that counts the rows; errors as of `read_gap`."""
    return _table(Path(path)).values.shape[1]


def _table(path: Path) -> Table:
    """Without a column that counts the rows: a fourth one beside a gap function's three is that."""
    table = read_table(path)
    return without_index(table, sure=table.values.shape[1] == 4)


def _read(path: Path, unit: str | None, what: str, column: int | None) -> Measured:
    table = turned(_table(path))
    check_order(path, table)
    columns = table.values.shape[1]
    if what == "gap" and columns != 3:
        raise ReadError(
            f"{path}: has {columns} column{'s' * (columns > 1)}; give 3 columns: energy, Re Delta, "
            "Im Delta (meV)"
        )
    if what == "dos" and (columns < 2 or (columns > 2 and column is None)):
        way = (
            f"say by --column which is N or dI/dV (2 ... {columns})"
            if columns > 2
            else "give energy, N"
        )
        raise ReadError(f"{path}: has {columns} column{'s' * (columns > 1)}; {way}")
    if column is not None and not 2 <= column <= columns:
        raise ReadError(f"{path}: has {columns} columns; --column must be 2 ... {columns}")
    units = energy_units(path, table, unit, (0, 1, 2) if what == "gap" else (0,))
    energy = units.factors[0] * table.values[:, 0]
    if what == "gap":
        re, im = units.factors[1] * table.values[:, 1], units.factors[2] * table.values[:, 2]
        values = re + 1j * im
    else:
        values = table.values[:, (column or 2) - 1]
    notes = (*table.notes, *units.notes)
    return Measured(energy, values, table.lines, units.names[0], units.said, notes)
