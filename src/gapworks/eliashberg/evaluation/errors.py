"""Errors of predicted functions on samples, with intervals over samples."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.evaluation.readings import SCORES
from gapworks.eliashberg.learning.distances import pearson, relative_distance
from gapworks.eliashberg.networks import Evaluation
from gapworks.factory.container import Variable, with_interval
from gapworks.learning.intervals import bootstrap_ratio, resample_counts

VARIABLES = {
    "squared": Variable(("row",), "1", "mean squared error of a sample, units of the target^2"),
    "deviation": Variable(("row",), "1", "the same of the training data's mean curve"),
    "relative_error": Variable(("row",), "1", "relative L2 error of a sample"),
    "pcc": Variable(("row",), "1", "Pearson correlation of prediction and target"),
    **with_interval(
        "score", Variable(("measure",), "1", ", ".join(SCORES)), "ends of their intervals"
    ),
}


def score(
    found: np.ndarray, true: np.ndarray, mean: np.ndarray, settings: Evaluation, seed: int
) -> dict[str, np.ndarray]:
    """Errors of each sample and of all.

    R^2 = 1 - sum |found - true|^2 / sum |true - mean|^2 over samples and numbers: what the mean
    curve explains already does not count.

    Parameters
    ----------
    found, true : ndarray, shape (n, numbers)
    mean : ndarray, shape (numbers,)
        Mean curve of the training data.
    settings : gapworks.eliashberg.networks.Evaluation
        Resamples and confidence of the intervals.
    seed : int
        Of the resamples.

    Returns
    -------
    dict of str to ndarray
        The arrays of `VARIABLES`.
    """
    squared, deviation = ((found - true) ** 2).mean(1), ((true - mean) ** 2).mean(1)
    relative, pcc = relative_distance(found, true), pearson(found, true)
    rng = np.random.default_rng(seed)
    unexplained = bootstrap_ratio(squared, deviation, rng, settings.resamples, settings.confidence)
    ones = np.ones(len(squared))
    rows = [(1 - unexplained.value, 1 - unexplained.upper, 1 - unexplained.lower)]
    for values in (squared, pcc):
        estimate = bootstrap_ratio(values, ones, rng, settings.resamples, settings.confidence)
        rows.append((estimate.value, estimate.lower, estimate.upper))
    rows.insert(2, median(relative, settings, rng))
    value, lower, upper = np.array(rows).T
    return {
        "squared": squared,
        "deviation": deviation,
        "relative_error": relative,
        "pcc": pcc,
        "score": value,
        "score_lower": lower,
        "score_upper": upper,
    }


def median(
    values: np.ndarray, settings: Evaluation, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Median over samples with its bootstrap interval."""
    order = np.argsort(values)
    counts = resample_counts(len(values), settings.resamples, rng)[:, order].cumsum(axis=1)
    medians = values[order][(counts >= (len(values) + 1) / 2).argmax(axis=1)]
    levels = 0.5 + np.array([-0.5, 0.5]) * settings.confidence
    lower, upper = np.quantile(medians, levels)
    return float(np.median(values)), float(lower), float(upper)
