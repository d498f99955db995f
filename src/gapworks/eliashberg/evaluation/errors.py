"""Errors of predicted functions on samples, with intervals over samples."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.evaluation.readings import SCORES
from gapworks.eliashberg.learning.distances import pearson, relative_distance
from gapworks.eliashberg.networks import Evaluation
from gapworks.factory.container import Variable, with_interval
from gapworks.learning.intervals import (
    Estimate,
    bootstrap_ratio,
    ends,
    resample_counts,
    with_ends,
)

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
    ones = np.ones(len(squared))
    unexplained, mse, correlation = (
        bootstrap_ratio(values, others, rng, settings.resamples, settings.confidence)
        for values, others in ((squared, deviation), (squared, ones), (pcc, ones))
    )
    typical = median(relative, settings, rng)
    return {
        "squared": squared,
        "deviation": deviation,
        "relative_error": relative,
        "pcc": pcc,
        **with_ends("score", [unexplained.complement(), mse, typical, correlation]),
    }


def median(values: np.ndarray, settings: Evaluation, rng: np.random.Generator) -> Estimate:
    """Median over samples with its bootstrap interval."""
    order = np.argsort(values)
    counts = resample_counts(len(values), settings.resamples, rng)[:, order].cumsum(axis=1)
    medians = values[order][(counts >= (len(values) + 1) / 2).argmax(axis=1)]
    return Estimate(float(np.median(values)), *ends(medians, settings.confidence))
