"""Tables of numbers as text: columns of any dialect, every line accounted for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gapworks.readers.numbers import (
    INNER,
    AmbiguousNumbers,
    Dialect,
    bare_exponent,
    dialect,
    like_number,
    numeric,
)
from gapworks.readers.records import wrapped
from gapworks.readers.text import LARGEST, ReadError, read_lines, shown

__all__ = ["ReadError", "Table", "read_table"]

_COMMENT = re.compile(r"^\s*[#%!]|(?<=[\s,;])[#!]")
_QUOTED = re.compile(r"""(?:(?<=[\s,;])|^)(["'])(.*?)\1(?=[\s,;]|$)""")
_GROUPED = re.compile(r"\d[\u00a0\u2007\u2009\u202f']\d{3}(?!\d)")
_FOOTER = re.compile(
    r"\s*(?:lambda(?:_int)?\s*=|(?:Integrated|Summed) el-ph coupling"
    r"|(?:Phonon|Electron) smearing|Fermi window|DOS\s*\()"
)
"""How the lines begin that Quantum ESPRESSO and EPW write below their numbers."""

_SETTINGS_END, _SETTINGS = "[DATA]", 2000
"""What stands between a spectrum of Nanonis and the settings above it, and how far it is sought."""


@dataclass(frozen=True)
class Table:
    """Numbers of a text file, and what was read besides them.

    Attributes
    ----------
    values : ndarray, shape (rows, columns)
        Finite.
    header : tuple of str
        Comments and lines of words, without their marks; not those of a known footer.
    lines : ndarray of int, shape (rows,)
        Where each row stands in the file; the first line is 1.
    notes : tuple of str
        What was assumed, a phrase each, for the user to read.
    footer : tuple of str
        Lines of a known footer, and comments in it.
    """

    values: np.ndarray
    header: tuple[str, ...]
    lines: np.ndarray
    notes: tuple[str, ...]
    footer: tuple[str, ...] = ()


def read_table(path: Path, largest: int = LARGEST) -> Table:
    """Read a table of numbers; what is not surely a number or a header is refused by its line.

    Columns are separated by commas, semicolons, tabs or blanks, alike in the whole file; cells may
    be quoted; decimals may have a comma where that is beyond doubt; exponents may be Fortran's
    (`1.0D-3`, `0.1234567-104`). Comments begin with `#`, `%` or `!`. Lines of words may stand above
    the numbers, and the known footers of Quantum ESPRESSO and EPW below; their records, which go on
    in a next line beyond some number of columns, are put together. The settings that Nanonis writes
    above the numbers of a spectrum, down to a line [DATA], are left out.

    Parameters
    ----------
    path : Path
        A regular file of text; see `gapworks.readers.text.read_lines`.
    largest : int
        Bytes beyond which a file is refused.

    Raises
    ------
    ReadError
        If the file cannot be read, holds no numbers, or a line is neither numbers like the others
        nor words above them; names the line, and the way out.
    """
    path = Path(path)
    raw, notes = read_lines(path, largest)
    ends = (at for at, line in enumerate(raw[:_SETTINGS], 1) if line.strip() == _SETTINGS_END)
    if end := next(ends, 0):
        raw[:end] = [""] * end  # numbers of lines stay
        notes.append(f"a spectrum of Nanonis: settings down to line {end} are left out")
    parts = [_parts(line) for line in raw]
    content = [line for line, _ in parts]
    for at, line in enumerate(content, 1):
        if _GROUPED.search(line):
            raise ReadError(f"{path}: line {at}: blanks or ' between thousands; leave them out")
    try:
        written = dialect([line for line in content if numeric(line)])
    except AmbiguousNumbers as error:
        raise ReadError(f"{path}: {error}") from error
    header: list[str] = []
    rows: list[tuple[int, str]] = []
    numbers: list[list[float]] = []
    below: list[str] = []
    footer = 0
    for at, (line, comment) in enumerate(parts, 1):
        if comment:
            (below if footer else header).append(comment)
        if not line:
            continue
        row = written.numbers(line)
        if row is None:
            _check_words(path, at, line, written)
            if not numbers:
                header.append(line.replace(INNER, ","))
            elif _FOOTER.match(line):
                footer = footer or at
                below.append(line)
            else:
                raise ReadError(
                    f"{path}: line {at}: words below numbers: {shown(raw[at - 1])}; leave "
                    "them out, or begin the line by #"
                )
            continue
        if footer:
            raise ReadError(
                f"{path}: line {at}: numbers below the footer of line {footer}; give one table"
            )
        numbers.append(row)
        rows.append((at, line))
    if not numbers:
        raise ReadError(f"{path}: holds no numbers")
    if records := wrapped(header, numbers):
        header += [line for _, line in rows[: records.skipped]]
        every = range(records.skipped, len(rows), records.lines)
        numbers = [sum(numbers[start : start + records.lines], []) for start in every]
        rows = [rows[start] for start in every]
        if records.lines > 1:
            notes.append(f"records of {len(numbers[0])} numbers go over {records.lines} lines each")
    for (at, _), row in zip(rows, numbers, strict=True):
        if len(row) != len(numbers[0]):
            raise ReadError(
                f"{path}: line {at}: has {_columns(len(row))}, line {rows[0][0]} has "
                f"{len(numbers[0])}; give all lines as many"
            )
    _refuse_numbered_columns(path, rows, written)
    if footer:
        notes.append(f"left out from line {footer}, a footer: {shown(raw[footer - 1])}")
    return Table(
        values=np.array(numbers),
        header=tuple(header),
        lines=np.array([at for at, _ in rows]),
        notes=(*notes, *_said(written, rows)),
        footer=tuple(below),
    )


def _parts(line: str) -> tuple[str, str]:
    """A line without comment and quotes, and the comment without its marks."""
    comment = ""
    if found := _COMMENT.search(line):
        comment = line[found.end() :].strip("#%! \t\f\v")
        line = line[: found.start()]
    if '"' in line or "'" in line:
        line = _QUOTED.sub(lambda cell: cell[2].strip().replace(",", INNER), line)
    return line.strip(), comment


def _check_words(path: Path, at: int, line: str, written: Dialect) -> None:
    """A line that is no row of numbers must be words."""
    cells = [cell for cell in written.cells(line) if cell]
    words = [word for word in re.split(r"[\s,;]+", line) if word]
    meant = sum(like_number(word) for word in words)
    said = shown(line.replace(INNER, ","))
    blank = len(cells) < len(written.cells(line))
    if blank and meant:
        raise ReadError(f"{path}: line {at}: an empty cell: {said}; give every number")
    letters, digits = (any(map(is_one, line)) for is_one in (str.isalpha, str.isdigit))
    if 2 * meant >= max(1, len(words)) or (digits and not letters):
        raise ReadError(
            f"{path}: line {at}: not finite numbers: {said}; mend them, or begin the line by # "
            "if it is no data"
        )


def _refuse_numbered_columns(path: Path, rows: Sequence[tuple[int, str]], written: Dialect) -> None:
    """A first row 0, 1, 2 ... above others that are not whole numbers may name the columns."""
    first, *others = (written.cells(line) for _, line in rows[:3])
    counted = [[str(start + k) for k in range(len(first))] for start in (0, 1)]
    whole = any(all(cell.lstrip("+-").isdigit() for cell in row) for row in others)
    if len(first) > 1 and first in counted and others and not whole:
        raise ReadError(
            f"{path}: line {rows[0][0]}: {first[0]} ... {first[-1]}: numbers of the columns, or "
            f"data? Leave the line out, or write {first[0]}.0"
        )


def _said(written: Dialect, rows: Sequence[tuple[int, str]]) -> list[str]:
    """Phrases on how numbers were read, where it is not as everywhere."""
    said = []
    if written.comma:
        said.append("decimal commas")
    for at, line in rows:
        for cell in written.cells(line):
            if bare_exponent(cell):
                meant = f"{cell[:-4]}e{cell[-4:]}"
                return [*said, f"exponents without a letter: {cell} in line {at} is {meant}"]
    return said


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"
