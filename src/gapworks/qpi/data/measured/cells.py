"""Cells of a map that were measured, those that were not, and how many digits they have."""

from __future__ import annotations

import numpy as np

from gapworks.qpi.data.measured import centre

_FEW_LEVELS = 0.25
"""Different numbers of a map, as a share of its cells, below which they may be rounded."""
_CUT_CELLS = 13
"""This many cells at the map's largest or smallest number are neither chance nor symmetry."""
_ROUNDED = (0.1, 0.5)
"""Errors of rounding in units of the map's deviation from which they are said, and refused."""
_CUT_AROUND = 24
"""Cells that may be cut off, all of them around the impurity."""


def measured_cells(maps: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Cells that were measured at all energies: neither NaN nor on a dead line.

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)

    Returns
    -------
    known : ndarray of bool, shape (rows, columns)
    notes : list of str
    """
    known = np.isfinite(maps).all(0)
    notes = []
    if missing := np.count_nonzero(~known):
        notes.append(f"{missing} cells hold no number and were filled")
    if known.any():
        alive = np.where(known, maps, np.nan)
        first = np.nan_to_num(alive[:, :, :1])
        flat = ((alive == first) | np.isnan(alive)).all(2).any(0)
        alive_rows = np.flatnonzero(~flat)
        if len(alive_rows):  # A rim of one number is a map that ends, or dies out, there.
            flat[: alive_rows[0]] = flat[alive_rows[-1] :] = False
            if lines := np.count_nonzero(flat & known.any(1)):
                notes.append(f"{lines} rows hold one number each and were filled")
            known &= ~flat[:, None]
    return known, notes


def filled(maps: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Maps whose unknown cells are those opposite, or else the mean of known neighbours, or 0.

    Parameters
    ----------
    maps : ndarray, shape (n, size, size)
        The impurity at [size // 2, size // 2].
    known : ndarray of bool, shape (size, size)
    """
    if known.all():
        return maps
    other, there = centre.opposite(maps), centre.opposite(known)
    made = np.where(known, maps, np.where(there, other, 0.0))
    steps = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1))
    count = sum(np.roll(known_twice(known), step, (0, 1)) for step in steps)
    beside = sum(np.roll(made, step, (-2, -1)) for step in steps) / np.maximum(count, 1)
    return np.where(known_twice(known), made, beside)


def known_twice(known: np.ndarray) -> np.ndarray:
    """Cells that are known themselves or opposite, shape (size, size).

    Parameters
    ----------
    known : ndarray of bool, shape (size, size)
        The impurity at [size // 2, size // 2].
    """
    return known | centre.opposite(known)


def rounding(maps: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Step between the numbers of each map, 0 where they are not rounded, shape (n,).

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)
        As they came.
    known : ndarray of bool, shape (rows, columns)
    """
    steps = np.zeros(len(maps))
    for number, one in enumerate(maps):
        levels = np.unique(one[known])
        if 1 < len(levels) < _FEW_LEVELS * np.count_nonzero(known):
            steps[number] = np.diff(levels).min()
    return steps


def cut_cells(maps: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Cells at the largest or smallest number of a map, where that is no chance.

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)
        As they came.
    known : ndarray of bool, shape (rows, columns)

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        Of any of the maps.
    """
    found = np.zeros(known.shape, bool)
    for one in maps:
        for end in (one[known].max(), one[known].min()):
            there = (one == end) & known
            if np.count_nonzero(there) >= _CUT_CELLS:
                found |= there
    return found


def digits(
    maps: np.ndarray, known: np.ndarray, level: np.ndarray, disc: np.ndarray
) -> tuple[list[str], str | None]:
    """What is said of rounded and cut numbers, and why they are refused, if they are.

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)
        As they came; of order one.
    known : ndarray of bool, shape (rows, columns)
    level : ndarray, shape (n, size, size)
        Centred and levelled, in the same unit.
    disc : ndarray, shape (size, size)
        What will be looked at.
    """
    notes: list[str] = []
    deviation = np.sqrt(((level * disc) ** 2).sum((-2, -1)) / (disc**2).sum())
    error = float((rounding(maps, known) / np.sqrt(12) / (deviation + 1e-300)).max())
    if error > _ROUNDED[1]:
        return notes, f"the numbers are rounded: an error of {error:.1f} of the map's deviation"
    if error > _ROUNDED[0]:
        notes.append(f"the numbers are rounded: an error of {error:.2f} of the map's deviation")
    cut = np.count_nonzero(cut_cells(maps, known)) if error <= _ROUNDED[0] else 0
    if cut > _CUT_AROUND:
        return notes, f"{cut} cells are at the largest or smallest number: cut off, saturated"
    if cut:
        notes.append(f"{cut} cells are at the largest or smallest number: cut off, saturated")
    return notes, None
