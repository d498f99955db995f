"""Metrics with confidence intervals; realizations are resampled, never sites."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A number with its bootstrap interval."""

    value: float
    lower: float
    upper: float


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
    levels = 0.5 + np.array([-0.5, 0.5]) * confidence
    lower, upper = np.quantile(ratios, levels)
    return Estimate(float(numerator.mean() / denominator.mean()), float(lower), float(upper))


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
