"""Standard errors and confidence intervals; realizations are resampled, never sites."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Measured(NamedTuple):
    """A number with its standard error, as a claim of a paper is judged by."""

    value: float
    error: float
    """Standard error, in the unit of the value; 0 for what is counted, set or solved exactly."""
    samples: int | None = None
    """Independent samples that the error comes from; None where more would not make it smaller."""


def exact(value: float) -> Measured:
    """What has no error: a count, a setting, a solution beside whose tolerance nothing counts."""
    return Measured(float(value), 0.0)


def mean_of(values: ArrayLike) -> Measured:
    """Mean of independent samples, shape (n,)."""
    known = np.asarray(values, dtype=float)
    spread = known.std(ddof=1) if len(known) > 1 else math.inf
    return Measured(float(known.mean()), float(spread / math.sqrt(len(known))), len(known))


def share_of(hits: float, samples: int) -> Measured:
    """A share of independent samples.

    The error is that of two hits and two misses more (Agresti and Coull): a share of 100 % has one,
    too.
    """
    likely = (hits + 2) / (samples + 4)
    error = math.sqrt(likely * (1 - likely) / (samples + 4))
    return Measured(hits / samples, error, samples)


def resampled(
    statistic: Callable[[np.ndarray], ArrayLike],
    samples: int,
    rng: np.random.Generator,
    resamples: int = 400,
) -> Measured:
    """Any statistic of independent samples, with its bootstrap standard error.

    Parameters
    ----------
    statistic : callable
        Takes indices of samples, shape (samples,), which may repeat; gives a number.
    samples : int
        How many there are.
    rng : Generator
        Of the resamples.
    resamples : int
    """
    drawn = [statistic(rng.integers(samples, size=samples)) for _ in range(resamples)]
    spread = float(np.std(np.array(drawn, dtype=float), ddof=1)) if samples > 1 else math.inf
    return Measured(float(statistic(np.arange(samples))), spread, samples)


def jackknifed(
    statistic: Callable[..., np.ndarray], *columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A smooth function of means over independent samples, with its jackknife standard error.

    Numbers of one sample go together: a difference or ratio of two predictions of the same samples
    has the error of their difference, not of each.

    Parameters
    ----------
    statistic : callable
        Takes the mean of each column, shape (b, ...) for b sets of samples at once; gives (b, ...).
    columns : ndarray, shape (n, ...)
        Numbers of each of n samples.

    Returns
    -------
    value, error : ndarray, shape (...)
        The error of a single sample is infinite.
    """
    n = len(columns[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        value = statistic(*(column.mean(axis=0, keepdims=True) for column in columns))[0]
        if n == 1:
            return value, np.full_like(value, np.inf, dtype=float)
        left_out = statistic(*((column.sum(axis=0) - column) / (n - 1) for column in columns))
        return value, np.sqrt((n - 1) * left_out.var(axis=0))


class Estimate(NamedTuple):
    """A number with its bootstrap interval."""

    value: float
    lower: float
    upper: float

    def measured(self, samples: int | None = None) -> Measured:
        """With the standard error that a 95 % interval has of a normal distribution."""
        width = self.upper - self.lower
        return Measured(self.value, width / (2 * NormalDist().inv_cdf(0.975)), samples)

    def complement(self) -> Estimate:
        """One less it: R^2 from the share that is not explained."""
        return Estimate(1 - self.value, 1 - self.upper, 1 - self.lower)


def bootstrap_ratio(
    numerator: np.ndarray,
    denominator: np.ndarray,
    rng: np.random.Generator,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Ratio of two means over realizations, with its percentile interval.

    A mean squared error is the ratio to ones; 1 - R^2 is that of squared errors to squared
    deviations.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (n,)
        One number for each realization.
    rng : Generator
        Of the resamples.
    resamples : int
    confidence : float
        Share of the resamples inside the interval.
    """
    counts = resample_counts(len(numerator), resamples, rng)
    ratios = (counts @ numerator) / (counts @ denominator)
    lower, upper = ends(ratios, confidence)
    return Estimate(float(numerator.mean() / denominator.mean()), float(lower), float(upper))


def ends(resampled: np.ndarray, confidence: float) -> np.ndarray:
    """Lower and upper end of the percentile interval, shape (2, ...), from (resamples, ...)."""
    return np.quantile(resampled, 0.5 + np.array([-0.5, 0.5]) * confidence, axis=0)


def with_ends(name: str, estimates: ArrayLike) -> dict[str, np.ndarray]:
    """Estimates, shape (..., 3), as the arrays of `container.with_interval`, of shape (...)."""
    columns = np.moveaxis(np.array(estimates), -1, 0)
    return dict(zip((name, f"{name}_lower", f"{name}_upper"), columns, strict=True))


def wilson(hits: int, samples: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share: honest at 100 % too, where a bootstrap has no width."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = hits + z * z / 2
    spread = z * np.sqrt(hits * (samples - hits) / samples + z * z / 4)
    total = samples + z * z
    lower = 0.0 if hits == 0 else float((centre - spread) / total)
    upper = 1.0 if hits == samples else float((centre + spread) / total)
    return lower, upper


def resample_counts(n: int, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """How often each of n realizations stands in each bootstrap resample, shape (resamples, n).

    A resampled mean is then a matrix product.
    """
    return rng.multinomial(n, np.full(n, 1 / n), size=resamples).astype(float)
