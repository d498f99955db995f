"""How well a network predicts Delta: errors per V0, beside the constant that knows only V0."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gapworks.chain.config import Evaluation
from gapworks.factory.container import Variable, with_interval
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Estimate, bootstrap_ratio, jackknifed, with_ends

VARIABLES = {
    **with_interval("mse", Variable(("strength",), "t^2", "mean squared error of Delta")),
    "mse_error": Variable(("strength",), "t^2", "standard error of it"),
    "pooled_error": Variable(("score",), "1", "standard errors; NaN: none is known"),
    "baseline_mse": Variable(("strength",), "t^2", "error of the mean Delta of each V0"),
    **with_interval(
        "pooled",
        Variable(("score",), "1", "scores over all V0; errors in t^2"),
        "ends of their intervals",
    ),
}
SCORES = ("mse", "r2", "baseline_mse", "max_error")
"""Meaning of `pooled` along its dimension `score`."""


def value(data: Evaluated, name: str, score: str) -> float:
    """A score of a network's evaluation by its name.

    Parameters
    ----------
    data : Evaluated
    name : str
        "pooled", "pooled_error", or "pooled_lower" and "pooled_upper", the ends of its interval.
    score : str
        One of `SCORES`.
    """
    return data[name][SCORES.index(score)]


def cutoff(data: Evaluated) -> int:
    """R of the window of a network that was evaluated."""
    return (data.attributes["window"] - 1) // 2


def constants(arrays: Mapping[str, np.ndarray]) -> dict[float, float]:
    """Mean Delta at each V0 of a data set: the prediction that knows V0 and nothing else."""
    valid = arrays["valid"] == 1
    delta, strength = arrays["delta"][valid], arrays["disorder_strength"][valid]
    return {float(V0): float(delta[strength == V0].mean()) for V0 in np.unique(strength)}


def score(
    arrays: Mapping[str, np.ndarray],
    predicted: np.ndarray,
    constant: Mapping[float, float],
    settings: Evaluation,
    seed: int,
) -> dict[str, np.ndarray]:
    """Errors of a prediction on solved realizations, resampled over realizations.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        A data set: `delta` (n, L), `disorder_strength`, `valid`.
    predicted : ndarray, shape (n, L)
        Delta by the network, units of t.
    constant : mapping of float to float
        The baseline: one Delta for each V0, from `constants` of training data.
    settings, seed
        Of the intervals: resamples and confidence, and where their random numbers start.

    Returns
    -------
    dict of str to ndarray
        The arrays of `VARIABLES`, over the strengths in increasing order.

    Raises
    ------
    KeyError
        If a V0 has no constant.
    """
    rng = np.random.default_rng(seed)
    valid = arrays["valid"] == 1
    delta, predicted = arrays["delta"][valid], predicted[valid]
    strength = arrays["disorder_strength"][valid]
    squared = ((predicted - delta) ** 2).mean(axis=1)
    deviation = ((delta - delta.mean()) ** 2).mean(axis=1)
    means = np.array([constant[float(V0)] for V0 in strength])
    baseline = ((delta - means[:, None]) ** 2).mean(axis=1)
    ones = np.ones(len(delta))

    def estimate(numerator: np.ndarray, denominator: np.ndarray) -> Estimate:
        return bootstrap_ratio(numerator, denominator, rng, settings.resamples, settings.confidence)

    def error(numerator: np.ndarray, denominator: np.ndarray) -> float:
        return float(jackknifed(lambda a, b: a / b, numerator, denominator)[1])

    rows = [strength == V0 for V0 in np.unique(strength)]
    worst = np.abs(predicted - delta).max()
    return {
        **with_ends("mse", [estimate(squared[row], ones[row]) for row in rows]),
        "mse_error": np.array([error(squared[row], ones[row]) for row in rows]),
        "pooled_error": np.array(
            [error(squared, ones), error(squared, deviation), error(baseline, ones), np.nan]
        ),
        "baseline_mse": np.array([baseline[row].mean() for row in rows]),
        **with_ends(
            "pooled",
            [
                estimate(squared, ones),
                estimate(squared, deviation).complement(),
                estimate(baseline, ones),
                Estimate(worst, worst, worst),
            ],
        ),
    }
