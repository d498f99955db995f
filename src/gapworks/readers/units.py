"""Units of energy in what a header says of its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

MEV = {
    "meV": 1.0,
    "eV": 1e3,
    "ueV": 1e-3,
    "THz": 4.135667696,
    "GHz": 4.135667696e-3,
    "cm^-1": 0.12398419843,
    "Ry": 13605.693122994,
    "mRy": 13.605693122994,
    "Ha": 27211.386245988,
    "mHa": 27.211386245988,
    "K": 0.08617333262,
}
"""One of each in meV (CODATA 2018); frequencies as h nu, temperatures as k_B T, voltages as e U."""

_ENERGY = (
    r"(?:\b(?:e|w|x|v|u|nu|hw|omega|freq|frequency|frequencies|energy|energies|bias(?:\s+calc)?|voltage)"
    r"|\b(?:re|im)?[\s_]?(?:delta|gap)|[ωΩνΔ])"
)
_SPELLED = {
    "meV": r"mev|mv|milli-?(?:electron-?\s?)?volts?",
    "eV": r"ev|(?:electron-?\s?)?volts?",
    "ueV": r"[uµμ]e?v|micro-?(?:electron-?\s?)?volts?",
    "THz": r"thz|terahertz",
    "GHz": r"ghz|gigahertz",
    "cm^-1": r"cm\s?\*{0,2}\^?[{(]?\s?[-⁻]\s?[1¹][)}]?|1\s?/\s?cm|wave\s?numbers?",
    "Ry": r"ry|ryd|rydbergs?",
    "mRy": r"mry|mryd|milli-?rydbergs?",
    "Ha": r"ha|hartrees?",
    "mHa": r"mha|milli-?hartrees?",
    "K": r"kelvins?",
}
# A unit is a word of its own; after a number it is a quantity's. Below a slash it is one if an
# energy is above (omega / THz), and none of states / eV; raised it is none.
_WORD = (
    r"(?:(?<![a-zµμ])(?<!\d\s)(?<!\d)(?<!/)(?<!/\s)(?<!per\s)|" + _ENERGY + r"\s?/\s?)"
    r"(?:WORDS)(?![a-z\d^*⁻])"
)
_UNITS = {
    name: re.compile(_WORD.replace("WORDS", words), re.IGNORECASE)
    for name, words in _SPELLED.items()
}
# K and V are words of other things, too: units only behind a quantity.
_LETTERS = {
    name: re.compile(_ENERGY + r"\s*[_/\[(]\s*" + letter + r"(?![\w-])", re.IGNORECASE)
    for name, letter in (("K", "K"), ("eV", "V"))
}
# Not convertible for sure: mega-electronvolts are meV misspelt or not, atomic units are two.
_DOUBTFUL = re.compile(
    r"(?<![A-Za-z])MeV\b|(?i:\ba\.u\.|\batomic units|\barb\w*[. ]|\brad\s?/\s?\w+|\bkj\b|\bkcal\b"
    r"|\bkev\b|\b2\s?\*?\s?pi\b|\bangular)"
)
_BRACKETED = re.compile(_ENERGY + r"\s*[\[(]\s*([^\])]+?)\s*[\])]", re.IGNORECASE)


class DoubtfulUnit(ValueError):
    """A header that speaks of units that are contradictory or not known."""


def units(
    header: Sequence[str], columns: int, wanted: Sequence[int] | None = None
) -> tuple[str | None, ...]:
    """Units of energy of each column, from the words of a header; None where none is said.

    A line that names just as many columns, the first with a unit, speaks of each; otherwise a unit
    that is said is that of all columns.

    Parameters
    ----------
    header : sequence of str
        Lines, from `gapworks.readers.table.read_table`.
    columns : int
        Of the table.
    wanted : sequence of int, optional
        Columns of energies, from 0: where a line names each column, what it says of the others is
        no matter, be it dI/dV (a.u.). None: all are.

    Returns
    -------
    tuple of str or None
        Keys of `MEV`.

    Raises
    ------
    DoubtfulUnit
        Where lines contradict each other, or a unit cannot be converted.
    """
    text = " ; ".join(_of_energies(line, columns, wanted) for line in header)
    if found := _DOUBTFUL.search(text):
        raise DoubtfulUnit(f"the header speaks of {found[0].strip()}")
    for line in reversed(header):
        labels = _labels(line, columns)
        said = [_units_in(label) for label in labels]
        if said and said[0] and all(len(one) <= 1 for one in said):
            return tuple(next(iter(one), None) for one in said)
    all_units = _units_in(text)
    if len(all_units) > 1:
        raise DoubtfulUnit(f"the header speaks of {' and '.join(sorted(all_units))}")
    # Brackets after a word for an energy hold its unit: one that is not known is not ignored.
    if not all_units and (unknown := _BRACKETED.search(text)):
        raise DoubtfulUnit(f"the header gives the unit {unknown[1]}, which is not known")
    return (next(iter(all_units), None),) * columns


def _of_energies(line: str, columns: int, wanted: Sequence[int] | None) -> str:
    """A line without the labels of other columns, where it names each and the first's unit."""
    labels = _labels(line, columns)
    if wanted is None or not labels or len(_units_in(labels[0])) != 1:
        return line
    return " ; ".join(labels[index] for index in wanted)


def _units_in(text: str) -> set[str]:
    found = {name for name, pattern in _UNITS.items() if pattern.search(text)}
    return found | {name for name, pattern in _LETTERS.items() if pattern.search(text)}


def _labels(line: str, columns: int) -> list[str]:
    """A line parted into as many labels as there are columns, if it can be."""
    for separator in (r"[,;\t]", r"\s{2,}|\t", r"\s+(?![\[(])"):
        labels = re.split(separator, line.strip())
        if len(labels) == columns:
            return labels
    return []
