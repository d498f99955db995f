"""Records that Fortran programs wrap: numbers of one energy that stand in several lines.

A format such as `(f12.7, 15f12.7)` begins a new line after 16 numbers, whether or not the record
ends there. Only files whose header names the program are put together again: in any other file a
line with fewer numbers than the others is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LAMBDA_X = re.compile(r"^\W*E\s*\(THz\)", re.IGNORECASE)
_WRAPPING = (
    _LAMBDA_X,
    re.compile(r"Eliashberg function a2F", re.IGNORECASE),
    re.compile(r"a2f\b.*\bsmearing value", re.IGNORECASE),
    re.compile(r"a2f_modeproj", re.IGNORECASE),
)
"""Headers of lambda.x, matdyn.x and EPW, whose records wrap."""
_MOST_LINES = 60
_LEAST_NUMBERS, _LEAST_RECORDS = 5, 4
"""In a line that is full, and in a file: fewer say nothing of a program's format."""
_LEAST_ALIKE = 7
"""In each line where all have as many: there it is the energies alone that tell."""


@dataclass(frozen=True)
class Records:
    """How lines of numbers make up records.

    Attributes
    ----------
    skipped : int
        Lines above the first record that go on with a wrapped header.
    lines : int
        Lines of a record.
    """

    skipped: int
    lines: int


def wrapped(header: Sequence[str], rows: Sequence[Sequence[float]]) -> Records | None:
    """How many lines a record has, where a program is known to wrap them; None: one line each.

    Parameters
    ----------
    header : sequence of str
        Lines above the numbers, and comments.
    rows : sequence of sequence of float
        The numbers of each line.
    """
    if not any(mark.search(line) for mark in _WRAPPING for line in header):
        return None
    counts = [len(row) for row in rows]
    alike = len(set(counts)) == 1
    if alike and (counts[0] < _LEAST_ALIKE or _increase([row[0] for row in rows])):
        return None
    titles = [line for line in header if _LAMBDA_X.search(line)]
    for skipped in range(min(_MOST_LINES, len(rows)) if titles else 1):
        found = _period(counts[skipped:], rows[skipped:])
        if found is None:
            continue
        if skipped:
            named = len(titles[0].split(")", 1)[1].split()) + sum(counts[:skipped])
            if named != sum(counts[skipped : skipped + found]) - 1:
                continue
        return Records(skipped, found)
    return None


def _period(counts: list[int], rows: Sequence[Sequence[float]]) -> int | None:
    """Lines of a record: their counts repeat, do not grow within it, and its energies increase."""
    for lines in range(1, min(_MOST_LINES, len(counts) // _LEAST_RECORDS) + 1):
        pattern = counts[:lines]
        if pattern[0] < _LEAST_NUMBERS:
            return None
        if len(counts) % lines or counts != pattern * (len(counts) // lines):
            continue
        grows = any(after > before for before, after in zip(pattern, pattern[1:], strict=False))
        if not grows and _increase([row[0] for row in rows[::lines]]):
            return lines
    return None


def _increase(values: list[float]) -> bool:
    return all(after > before for before, after in zip(values, values[1:], strict=False))
