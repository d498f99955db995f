"""What is doubtful in a user's disorder, or in what a network made of it: said, or refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapworks.chain.learning.bands import Banded
from gapworks.readers.potentials import check_layout, whole

REFUSED_BEYOND = 2.0
"""Disorder, or Delta, of so many times the largest in training is refused."""
_MEAN = 4.0
"""The mean of a ring in training may be so many standard deviations from zero."""
_BELOW = 0.25
"""Delta this far below zero, in units of the largest in training, is refused."""
_NAMED = 5
"""So many rings are named by number."""


@dataclass(frozen=True)
class Doubt:
    """One line for the user; without --force a refused input gives no output."""

    text: str
    refused: bool = False


def off_its_mean(V: np.ndarray) -> np.ndarray:
    """V of each ring less its mean, shape (..., L).

    At a filling that is tuned this is an exact symmetry: V + c shifts mu by c and nothing else.
    """
    return V - V.mean(-1, keepdims=True)


def layout(V: np.ndarray, window: int, length: int, asked: bool = True) -> list[Doubt]:
    """Whether an array looks like something else than one ring a row.

    Parameters
    ----------
    V : ndarray, shape (..., L)
    window : int
        Sites that the network sees.
    length : int
        Sites of the rings that it was trained on.
    asked : bool
        Whether that a ring is a row is but taken for granted.
    """
    if V.ndim != 2 or not V.size:
        return []
    rows, sites = V.shape
    counting = check_layout(V)
    doubts = [counting] if counting else []
    if whole(V) and np.abs(V).max() > 1:
        doubts.append("only whole numbers: decimal commas that part cells? Write decimals as 0.5")
    elif asked and (_columns_differ(V) or (rows == length != sites)):
        doubts.append(
            f"{rows} rows of {sites} numbers: one ring a column? Say --axis column, or --axis row"
        )
    if asked and rows >= window > sites:
        raise ValueError(
            f"{rows} rows of {sites} numbers: a ring of {sites} sites is shorter than the "
            f"network's window of {window}; if it is one ring a column, say --axis column; "
            "`gapworks solve chain` takes any L >= 3"
        )
    return [Doubt(text, refused=True) for text in doubts]


def of_disorder(V: np.ndarray, largest: float) -> list[Doubt]:
    """How far the disorder is beyond the training's, once each ring's mean is off.

    Parameters
    ----------
    V : ndarray, shape (n, L)
        Less each ring's mean, units of t.
    largest : float
        Largest disorder strength V0 in training, units of t.
    """
    reach = np.abs(V).max(-1)
    # |V| drawn from [-V0, V0] reaches a little beyond V0 once the ring's own mean is off.
    usual = largest * (1 + _MEAN / np.sqrt(3 * V.shape[-1]))
    if not (reach > usual).any():
        return []
    said = (
        f"|V| up to {reach.max():.3g} t{_where(reach > usual)}; the network was trained on at most "
        f"{largest:g} t"
    )
    if reach.max() <= REFUSED_BEYOND * usual:
        return [Doubt(said)]
    return [Doubt(f"{said}; is V in units of t? `gapworks solve chain` takes any V", refused=True)]


def of_filling(closed: np.ndarray, lowest: float, highest: float) -> list[Doubt]:
    """Which rings have no mu in the network's range that gives the filling; `closed` is (n,)."""
    if closed.all():
        return []
    said = (
        f"mu is not bracketed{_where(~closed)}: nowhere in the trained range, {lowest:.3g} to "
        f"{highest:.3g} t from the ring's mean V, does the network's density reach the filling; "
        "Delta is NaN there (`gapworks solve chain` tunes mu itself)"
    )
    return [Doubt(said, refused=not closed.any())]


def of_delta(delta: np.ndarray, largest: float) -> list[Doubt]:
    """Whether a predicted Delta can be one.

    Parameters
    ----------
    delta : ndarray, shape (n, L)
        Units of t; NaN where there is none.
    largest : float
        Largest in training, units of t.
    """
    low, high = np.nanmin(delta), np.nanmax(delta)
    if low >= 0 and high <= 1.1 * largest:
        return []
    odd = (np.nan_to_num(delta) < 0).any(-1) | (np.nan_to_num(delta) > 1.1 * largest).any(-1)
    said = (
        f"Delta from {low:.3g} to {high:.3g} t{_where(odd)}; it is never negative, and at most "
        f"{largest:.3g} t in training"
    )
    absurd = low < -_BELOW * largest or high > REFUSED_BEYOND * largest
    return [Doubt(said, refused=bool(absurd))]


def of_bands(band: Banded, wanted: bool) -> list[Doubt]:
    """Which rings have no band, by reason; refused if bands are wanted and there is none."""
    reasons = band.reasons.ravel()
    alone = wanted and not np.isfinite(band.half_width).any()
    return [
        Doubt(
            f"no band{_where(reasons == reason)}: {reason}; calibrated on {band.said}",
            refused=alone,
        )
        for reason in sorted(set(reasons) - {""})
    ]


def _where(rings: np.ndarray) -> str:
    """The rings of a mask, counted from 1 as the rows of a file; nothing if there is but one."""
    numbers = np.flatnonzero(rings) + 1
    if len(rings) == 1:
        return ""
    if len(numbers) == len(rings):
        return " in all rings"
    named = ", ".join(map(str, numbers[:_NAMED]))
    more = len(numbers) - _NAMED
    return f" in ring{'s' * (len(numbers) > 1)} {named}" + (f" and {more} more" if more > 0 else "")


def _columns_differ(V: np.ndarray) -> bool:
    """Whether columns are of different strengths and rows are not: rings of several V0, turned.

    The spread of the standard deviations of rows, over their mean, is compared with that of
    columns; those of 1 / sqrt(2 n) are chance.
    """
    if min(V.shape) < 8:
        return False
    spreads = []
    for axis in (1, 0):
        deviations = V.std(axis)
        chance = 1 / np.sqrt(2 * V.shape[axis])
        spreads.append(deviations.std() / (deviations.mean() + 1e-300) / chance)
    return spreads[1] > 4 and spreads[1] > 4 * spreads[0]
