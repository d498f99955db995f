"""Numbers as people and programs write them, and how the columns of a file are told apart."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

INNER = "\ue000"
"""Stands for a comma inside quotes, which is no separator."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdDqQ][+-]?\d+)?", re.ASCII)
# Fortran leaves the letter out where the exponent has three digits.
_BARE = re.compile(r"([+-]?(?:\d+\.\d*|\.\d+))([+-]\d{3})", re.ASCII)
_LETTER = str.maketrans("dDqQ", "eeee")
# 1,234 is 1.234 in one country and 1234 in another; 0,234 and 1,23 and 1,234E-2 are not.
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)
# 1.234,5 and 1,234.5 alone in their line: one number or two?
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d*)", re.ASCII)
_NUMERIC_LINE = re.compile(r"(?=.*\d)[0-9+\-.,;eEdDqQ\s\ue000]+", re.ASCII)
# What was meant as a number, also if it is spoiled: 0.5meV, 1.2.3, (0.1, O.5, E-3, nan, ****.
_LIKE_NUMBER = re.compile(
    r"[(\[{<\"']*(?:[+-]?[.,]?\d[^*/^()\[\]]*[)\]},]*$|[+-]?(?:nan|inf|infinity)\d*\b|\*+$"
    r"|[+-]?[a-z][.,]\d+(?:[edq][+-]?\d+)?$|(?=.*\d)(?=.*[.+-])[\d.,+\-edq]+$)",
    re.ASCII | re.IGNORECASE,
)


class AmbiguousNumbers(ValueError):
    """Numbers that can be read in two ways; says which."""


def number(word: str) -> float | None:
    """A finite number with a decimal point; Fortran's D and its exponents without a letter too."""
    if _NUMBER.fullmatch(word):
        value = float(word.translate(_LETTER))
    elif found := _BARE.fullmatch(word):
        value = float(f"{found[1]}e{found[2]}")
    else:
        return None
    return value if math.isfinite(value) else None


def like_number(word: str) -> bool:
    """Whether a word was meant as a number, readable or not."""
    return _LIKE_NUMBER.match(word) is not None


def numeric(line: str) -> bool:
    """Whether a line has nothing but digits, signs, exponents and separators in it."""
    return _NUMERIC_LINE.fullmatch(line) is not None


def bare_exponent(word: str) -> bool:
    """Whether it is a number of Fortran's without the letter of its exponent."""
    return _BARE.fullmatch(word) is not None


@dataclass(frozen=True)
class Dialect:
    """How a file separates its columns, and how it writes decimals."""

    separator: str
    """`;`, `,` or a blank, which is any number of blanks and tabs."""
    comma: bool = False
    """Whether decimals have a comma."""

    def cells(self, line: str) -> list[str]:
        """Cells of a line with a decimal point; a separator at its end adds none."""
        if self.separator == ";":
            cells = [cell.strip() for cell in line.split(";")]
        elif self.separator == ",":
            cells = [cell.strip() for cell in line.split(",")]
        else:
            cells = line.split()
        if len(cells) > 1 and not cells[-1]:
            cells.pop()
        if not self.comma:
            return cells
        # A point in such a file is none: it parts thousands, or the file is of two minds. A comma
        # is decimal before a digit and, where blanks part columns, after one.
        mark = rf"(?<=\d),(?=\d)|{INNER}(?=\d)" if self.separator == " " else rf"[,{INNER}](?=\d)"
        return [re.sub(mark, ".", cell.replace(".", "?")) for cell in cells]

    def numbers(self, line: str) -> list[float] | None:
        """The numbers of a line, or None where a cell is none."""
        found = [number(cell) for cell in self.cells(line)]
        return None if None in found else found  # type: ignore[return-value]


def dialect(lines: Sequence[str]) -> Dialect:
    """How the lines of numbers of one file are written: one way for all.

    Parameters
    ----------
    lines : sequence of str
        Those with nothing but numbers and separators, quotes taken off.

    Raises
    ------
    AmbiguousNumbers
        Where commas may be decimal or part columns or thousands.
    """
    if any(";" in line for line in lines):
        return _decided(Dialect(";"), Dialect(";", comma=True), lines)
    if any("," in line for line in lines):
        if any(INNER in line for line in lines):
            return _decided(None, Dialect(",", comma=True), lines)
        parted, decimal = Dialect(","), Dialect(" ", comma=True)
        fits = [sum(d.numbers(line) is not None for line in lines) for d in (parted, decimal)]
        if fits[0] == fits[1] and all(len(line.split()) == 1 for line in lines):
            raise AmbiguousNumbers(
                "decimal commas, or commas between columns? Write decimals with a point (1.5), or "
                "part columns by semicolons"
            )
        if fits[1] >= fits[0]:
            return _decided(None, decimal, lines)
        _refuse_decimals_parted(lines)
        return parted
    return _decided(Dialect(" "), Dialect(" ", comma=True), lines)


def _decided(point: Dialect | None, comma: Dialect, lines: Sequence[str]) -> Dialect:
    """The dialect with decimal commas where cells have commas, unless they may part thousands."""
    plain = Dialect(comma.separator)
    words = [
        cell.replace(INNER, ",")
        for line in lines
        for cell in plain.cells(line)
        if "," in cell or INNER in cell
    ]
    if not words and point is not None:
        return point
    if words and all(_THOUSANDS.fullmatch(word) for word in words):
        raise AmbiguousNumbers(
            f"{words[0]}: a decimal comma, or one between thousands? Write decimals with a point"
        )
    return comma


def _refuse_decimals_parted(lines: Sequence[str]) -> None:
    """Refuse commas between digits, as in 0,5,0,25, unless points show that decimals have those."""
    if all(_GROUPED.fullmatch(line.strip()) for line in lines):
        raise AmbiguousNumbers(
            f"{lines[0].strip()}: one number with its thousands parted, or two? Leave out what "
            "parts thousands, or part columns by semicolons"
        )
    if not any("." in line for line in lines) and any(re.search(r"\d,\d", line) for line in lines):
        raise AmbiguousNumbers(
            "commas and not one decimal point: decimal commas, or whole numbers? Write decimals "
            "with a point (1.0), or part columns by semicolons"
        )
