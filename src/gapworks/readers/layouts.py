"""Which columns of a file are a2F: from its header, confirmed by its numbers, or asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gapworks.readers.numbers import number
from gapworks.readers.table import Table
from gapworks.readers.text import ReadError

_EPW = re.compile(r"a2f\b(.*)\bfor\s+(\d+)\s+smearing", re.IGNORECASE)
_TOTAL = re.compile(r"a2F_total|a2f_modeproj", re.IGNORECASE)
_RUNNING = 0.03
_SUM = 1e-3


@dataclass(frozen=True)
class Columns:
    """Which columns are a2F.

    Attributes
    ----------
    indices : tuple of int
        In the table, from 0.
    numbers : tuple of int
        In the file, from 1.
    labels : tuple of str
        What the file says of each.
    notes : tuple of str
    """

    indices: tuple[int, ...]
    numbers: tuple[int, ...]
    labels: tuple[str, ...]
    notes: tuple[str, ...]


def a2f_columns(
    path: Path, table: Table, column: int | Sequence[int] | None, left: int = 0
) -> Columns:
    """The columns of a2F in a table whose first one is omega.

    Parameters
    ----------
    path : Path
        For messages.
    table : Table
    column : int or sequence of int or None
        Those that the user says, as they stand in the file, from 1; None: those that header or
        numbers tell.
    left : int
        Columns of the file that were left out before those of the table.

    Raises
    ------
    ReadError
        If there are no such columns, or nothing tells which they are.
    """
    count, first = table.values.shape[1], left + 2
    note = ""
    if column is not None:
        wanted = [column] if isinstance(column, int) else list(column)
        if not wanted or not all(first <= one <= count + left for one in wanted):
            raise ReadError(
                f"{path}: has {count + left} columns; --column must be {first} ... {count + left}"
            )
        known = tuple(one - 1 - left for one in dict.fromkeys(wanted))
    elif count == 2:
        known = (1,)
    else:
        found, note = _known(table)
        if found is None:
            raise ReadError(
                f"{path}: has {count + left} columns; say by --column which is a2F ({first} ... "
                f"{count + left})"
            )
        known = found
    numbers = tuple(index + 1 + left for index in known)
    return Columns(known, numbers, _labels(table, known, numbers), (note,) if note else ())


def said_couplings(table: Table) -> list[float]:
    """lambda as a file's footer says it, one a spectrum; empty if it says none."""
    for line in table.footer:
        if found := re.match(r"lambda(?:_int)?\s*=\s*(\S+)", line):
            value = number(found[1])
            return [value] if value else []
    return _below(table, "Integrated el-ph coupling")


def _known(table: Table) -> tuple[tuple[int, ...] | None, str]:
    """Columns of a2F from 0, and a note."""
    values, text = table.values, " ".join(table.header)
    count = values.shape[1]
    half, everything = tuple(range(1, (count + 1) // 2)), tuple(range(1, count))
    firsts = "column 2 is" if len(half) == 1 else f"columns 2 ... {half[-1] + 1} are"
    if count % 2 and all(_runs(values[:, [0, k, k + len(half)]]) for k in half):
        return half, f"{firsts} a2F, the running lambda after it is left out"
    if count > 3 and _sums(values):
        return (1,), "column 2 is a2F, the others sum up to it: modes, left out"
    if _TOTAL.search(text):
        return (1,), "a file of Quantum ESPRESSO: column 2 is a2F_total"
    if found := _EPW.search(text):
        smearings = int(found[2])
        if count - 1 == 2 * smearings and "integrated" in found[1]:
            return half, f"a file of EPW: {firsts} a2F"
        if count - 1 == smearings:
            return everything, f"a file of EPW: {smearings} smearings"
    if _smearings(table):
        return everything, f"{count - 1} smearings, as the header lists them"
    return None, ""


def _runs(columns: np.ndarray) -> bool:
    """Whether the third column is the running lambda of the second."""
    omega, a2f, running = columns[columns[:, 0] > 0].T
    if len(omega) < 3 or running[-1] <= 0 or not a2f.any():
        return False
    parts = 2 * a2f / omega * np.diff(omega, prepend=0.0)
    room = _RUNNING * running[-1] + np.abs(parts).max()
    return bool((np.abs(np.cumsum(parts) - running) <= room).all() and room < running[-1] / 2)


def _sums(values: np.ndarray) -> bool:
    """Whether the columns from the third on sum up to the second."""
    total, modes = values[:, 1], values[:, 2:]
    off = np.abs(modes.sum(axis=1) - total).max()
    return bool(total.any() and off <= _SUM * np.abs(total).max())


def _smearings(table: Table) -> tuple[str, ...]:
    """Numbers of a header, as many as there are columns after that of omega; or none.

    Those of lambda.x go on in lines of their own where there are more than ten.
    """
    wanted = table.values.shape[1] - 1
    for start, line in enumerate(table.header):
        words = line.split()
        while words and number(words[0]) is None:
            words.pop(0)
        for more in table.header[start + 1 :]:
            if not words or len(words) >= wanted or None in map(number, more.split()):
                break
            words += more.split()
        if len(words) == wanted and None not in map(number, words):
            return tuple(words)
    return ()


def _labels(table: Table, indices: Sequence[int], numbers: Sequence[int]) -> tuple[str, ...]:
    """What the file says of columns: smearings of lambda.x in Ry, of EPW in meV."""
    if smearings := _smearings(table):
        # lambda.x writes its electronic broadening in Ry, below energies in THz.
        unit = " Ry" if re.search(r"E\s*\(THz\)", " ".join(table.header), re.IGNORECASE) else ""
        return tuple(f"{number(smearings[index - 1]):g}{unit}" for index in indices)
    found = _below(table, "Phonon smearing (meV)")
    if len(found) >= max(indices):
        return tuple(f"{found[index - 1]:g} meV" for index in indices)
    return tuple(f"column {number_in_file}" for number_in_file in numbers)


def _below(table: Table, title: str) -> list[float]:
    """The numbers below a line of EPW's footer."""
    found: list[float] = []
    at = [k for k, line in enumerate(table.footer) if line.startswith(title)]
    for line in table.footer[at[0] + 1 :] if at else ():
        words = [number(word) for word in line.split()]
        if None in words:
            break
        found += words  # type: ignore[arg-type]
    return found
