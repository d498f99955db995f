"""Columns of a user's table as energies: their unit, their order, and a column that counts rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gapworks.factory.errors import Refused
from gapworks.readers.table import Table
from gapworks.readers.text import ReadError
from gapworks.readers.units import MEV, DoubtfulUnit, units

UNSAID = "no unit in a header: energies are read as meV (else --unit)"
"""Said of every file without one."""

_INDEX_LABELS = ("", "index", "i", "n", "no", "nr", "row", "id", "unnamed: 0")


class UnitAsked(Refused, ReadError):
    """A table without a unit whose energies would be implausible as meV."""


@dataclass(frozen=True)
class Units:
    """What makes meV of some columns.

    Attributes
    ----------
    factors : tuple of float
        One a column: its values times this are meV.
    names : tuple of str
        Keys of `gapworks.readers.units.MEV`.
    said : bool
        Whether the file or the user says it.
    notes : tuple of str
        What was assumed.
    """

    factors: tuple[float, ...]
    names: tuple[str, ...]
    said: bool
    notes: tuple[str, ...]


def energy_units(path: Path, table: Table, unit: str | None, wanted: Sequence[int]) -> Units:
    """Units of the wanted columns: those that the user says, else the header's, else meV.

    Parameters
    ----------
    path : Path
        For messages.
    table : Table
    unit : str or None
        Of all of them, a key of `gapworks.readers.units.MEV`; None: as the header says.
    wanted : sequence of int
        Columns, from 0.

    Raises
    ------
    ReadError
        If the header contradicts itself, or the unit is not known.
    """
    if unit is not None:
        if unit not in MEV:
            raise ReadError(f"{path}: the unit {unit!r} is not known; give one of {', '.join(MEV)}")
        count = len(wanted)
        notes = (f"energies in {unit}, by --unit",)
        return Units((MEV[unit],) * count, (unit,) * count, True, notes)
    try:
        said = units(table.header, table.values.shape[1], wanted)
    except DoubtfulUnit as error:
        raise ReadError(f"{path}: {error}; say the unit by --unit ({', '.join(MEV)})") from error
    if not any(said):
        return Units((1.0,) * len(wanted), ("meV",) * len(wanted), False, (UNSAID,))
    found = [said[index] for index in wanted]
    if None in found and found[0] != "meV":
        raise ReadError(
            f"{path}: the header says {found[0]} of column 1 and nothing of column "
            f"{wanted[found.index(None)] + 1}; say the unit of all by --unit, or of each there"
        )
    names = tuple(one or "meV" for one in found)
    notes = () if set(names) == {"meV"} else (f"the header says {', '.join(dict.fromkeys(names))}",)
    return Units(tuple(MEV[one] for one in names), names, True, notes)


def check_order(path: Path, table: Table) -> None:
    """Energies increase in the first column; else say which column may be the energies.

    Raises
    ------
    ReadError
        If they do not; names the line.
    """
    if table.values.shape[1] < 2:
        return  # no energies at all: whoever reads it says which columns are missing
    steps = np.diff(table.values, axis=0)
    if not len(steps):
        raise ReadError(f"{path}: has one row; give the function at more energies")
    rising = (steps > 0).all(axis=0)
    if _counts(table):
        raise ReadError(f"{path}: column 1 counts the rows, column 2 increases; leave column 1 out")
    if rising[0]:
        return
    if rising.any():
        raise ReadError(
            f"{path}: column {int(rising.argmax()) + 1} increases and column 1 does not: are the "
            "columns swapped? Give the energies first"
        )
    line = table.lines[int((steps[:, 0] <= 0).argmax()) + 1]
    raise ReadError(
        f"{path}: line {line}: the energies do not increase; sort them, drop repeated ones"
    )


def turned(table: Table) -> Table:
    """The table of a sweep from high energies to low ones read from its end; others as they are.

    Parameters
    ----------
    table : Table
    """
    steps = np.diff(table.values, axis=0)
    if not len(steps) or not (steps[:, 0] < 0).all() or (steps > 0).all(axis=0).any():
        return table
    notes = (*table.notes, "energies decrease from row to row: read from the last row on")
    return replace(table, values=table.values[::-1], lines=table.lines[::-1], notes=notes)


def without_index(table: Table, sure: bool = False) -> Table:
    """The table without a first column that counts its rows, where that is what it is.

    Parameters
    ----------
    table : Table
    sure : bool
        The second column can be nothing but energies if it increases from row to row; otherwise
        the header must call the first one an index, or nothing.
    """
    if not _counts(table):
        return table
    named = any(
        label.strip(" \"'").lower() in _INDEX_LABELS
        for line in table.header
        for label in [line.split("\t")[0].split(";")[0].split(",")[0]]
    )
    if not (sure or named):
        return table
    header = tuple(line.lstrip(" ,;\t") for line in table.header)
    notes = (*table.notes, "column 1 counts the rows and was left out")
    return replace(table, values=table.values[:, 1:], header=header, notes=notes)


def _counts(table: Table) -> bool:
    """Whether column 1 counts the rows from 0 or 1, with increasing energies after it."""
    values = table.values
    if values.shape[1] < 3 or len(values) < 3 or values[0, 0] not in (0, 1):
        return False
    return bool((np.diff(values[:, 0]) == 1).all() and (np.diff(values[:, 1]) > 0).all())
