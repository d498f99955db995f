"""Numbers of evaluations with their standard errors: over test samples, and over trainings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gapworks.eliashberg.evaluation.readings import FIELDS, SCORES, answered
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Estimate, Measured, mean_of, resampled

MEDIAN = math.sqrt(math.pi / 2)
"""Standard error of a median over that of a mean, of normal numbers."""


def median_of(values: np.ndarray) -> Measured | None:
    """Median over samples, shape (n,); None of none."""
    if not len(values):
        return None
    return resampled(lambda rows: np.median(values[rows]), len(values), _stream())


def median_ratio(first: np.ndarray, second: np.ndarray) -> Measured:
    """Ratio of two medians over the same samples, shape (n,) each."""
    return resampled(
        lambda rows: np.median(first[rows]) / np.median(second[rows]), len(first), _stream()
    )


def mean_ratio(first: np.ndarray, second: np.ndarray) -> Measured:
    """Ratio of two means over the same samples, shape (n,) each."""
    return resampled(lambda rows: first[rows].mean() / second[rows].mean(), len(first), _stream())


def scored(data: Evaluated, name: str) -> Measured:
    """One of `SCORES` of a supervised network on its own test samples."""
    at = SCORES.index(name)
    ends = (float(data[f"score{end}"][at]) for end in ("", "_lower", "_upper"))
    return Estimate(*ends).measured(len(data["row"]))


def held(data: Evaluated, name: str, part: str = "test") -> Measured:
    """R^2 of a field that an autoencoder holds."""
    at = data["field"] == list(FIELDS).index(name)
    ends = (float(data[f"r2_{part}{end}"][at][0]) for end in ("", "_lower", "_upper"))
    return Estimate(*ends).measured(len(data["row"]))


def unexplained(data: Evaluated) -> Measured:
    """MSE over the variance of the targets, 1 - R^2: no amplitude of ours is left in it."""
    r2 = scored(data, "r2")
    return Measured(1 - r2.value, r2.error, r2.samples)


def difference(data: Evaluated, name: str) -> Measured | None:
    """Delta_f ("a2f") or Delta_g ("gap") of Table I, over predictions that superconduct."""
    kept = (1 - data[f"{name}_pcc"])[answered(data)]
    return mean_of(kept) if len(kept) else None


def minus(first: Measured, second: Measured) -> Measured:
    """Difference of two independent numbers."""
    return Measured(
        first.value - second.value, math.hypot(first.error, second.error), _less(first, second)
    )


def over(first: Measured, second: Measured) -> Measured:
    """Ratio of two independent numbers."""
    ratio = first.value / second.value
    relative = math.hypot(first.error / first.value, second.error / second.value)
    return Measured(ratio, abs(ratio) * relative, _less(first, second))


def over_trainings(measured: Sequence[Measured | None]) -> Measured | None:
    """Median over trainings that differ in their seed only.

    Its error is that of the samples and of the trainings together; of one training only the first
    is known.
    """
    several = [one for one in measured if one is not None]
    if not several:
        return None
    values = np.array([one.value for one in several])
    of_samples = float(np.median([one.error for one in several]))
    if len(several) == 1:
        return several[0]
    of_trainings = MEDIAN * values.std(ddof=1) / math.sqrt(len(values))
    return Measured(float(np.median(values)), math.hypot(of_samples, of_trainings))


def typical(measured: Measured | None) -> tuple[float, float]:
    """Number and error for a table; NaN where there is none."""
    return (math.nan, math.nan) if measured is None else (measured.value, measured.error)


def crossing(tried: np.ndarray, left: Sequence[Measured], wanted: Measured) -> Measured | None:
    """Latent dimension at which what is left unexplained falls to a level, between those tried.

    Interpolated in logarithms of both. None if it does not fall so far, or is below at the first.

    Parameters
    ----------
    tried : ndarray, shape (dimensions,)
        Increasing.
    left : sequence of Measured
        1 - R^2 at each.
    wanted : Measured
        The level.
    """
    values = np.array([one.value for one in left])
    below = np.flatnonzero(values <= wanted.value)
    if not len(below) or not below[0]:
        return None
    pair = [below[0] - 1, below[0]]
    x, y = np.log(tried[pair]), np.log(values[pair])
    slope = (y[1] - y[0]) / (x[1] - x[0])
    found = math.exp(x[0] + (math.log(wanted.value) - y[0]) / slope)
    near = left[below[0]]
    relative = math.hypot(wanted.error / wanted.value, near.error / near.value)
    return Measured(found, found * relative / abs(slope), _less(near, wanted))


def _less(first: Measured, second: Measured) -> int | None:
    known = [one.samples for one in (first, second) if one.samples is not None]
    return min(known, default=None)


def _stream() -> np.random.Generator:
    """Of the resamples: every number has the same, whatever is measured before it."""
    return np.random.default_rng(16)
