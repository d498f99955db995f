"""How a network's answer agrees with the solved one, statement by statement and per V0.

Both are of the same realizations: errors are those of differences and ratios, ring by ring.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gapworks.chain.evaluation.correlations import deviations
from gapworks.chain.evaluation.statistics import NEAR_ZERO
from gapworks.factory.container import Variable, with_error
from gapworks.learning.intervals import jackknifed

_BINS = 400

STATEMENTS = {
    "bias": ("t", "mean predicted less mean solved Delta"),
    "r2": ("1", "R^2 within this V0"),
    "near_zero_ratio": ("1", "sites with Delta < 0.01 t, predicted over solved"),
    "enhanced_ratio": ("1", "sites with Delta above the clean ring's, predicted over solved"),
    "enhanced_recall": ("1", "share of the enhanced sites that are predicted to be"),
    "enhanced_precision": ("1", "share of the sites predicted to be enhanced that are"),
    "distribution_distance": ("1", "area between the distribution functions, over mean Delta"),
}
"""Unit and meaning of what is taken at each V0, by name."""
VARIABLES = {
    name: variable
    for known, (unit, meaning) in STATEMENTS.items()
    for name, variable in with_error(known, Variable(("strength",), unit, meaning)).items()
}
for _name, _where in (("near", "below the window's reach, 2 R"), ("far", "from there on")):
    VARIABLES |= with_error(
        f"correlation_{_name}",
        Variable(("normalisation", "strength"), "1", f"largest error of C(r) at r {_where}"),
    )


def agreement(
    arrays: Mapping[str, np.ndarray], predicted: np.ndarray, reach: int
) -> dict[str, np.ndarray]:
    """Compare a prediction with the solved realizations.

    Parameters
    ----------
    arrays, predicted
        As of `scores.score`.
    reach : int
        2 R of its window.

    Returns
    -------
    dict of str to ndarray
        The arrays of `VARIABLES`, over the strengths in increasing order. NaN where nothing is to
        be compared: no enhanced site in clean rings, say.
    """
    valid = arrays["valid"] == 1
    delta, predicted = arrays["delta"][valid], predicted[valid]
    strength = arrays["disorder_strength"][valid]
    strengths = np.unique(strength)
    # A clean ring is not enhanced over itself by rounding.
    enhanced = delta[strength == strengths[0]].mean() * (1 + 1e-9)
    rows = []
    for V0 in strengths:
        own = strength == V0
        found = _statements(delta[own], predicted[own], enhanced)
        near, far = deviations(delta[own], predicted[own], reach)
        rows.append(found | {"correlation_near": near, "correlation_far": far})
    made = {}
    for name in rows[0]:
        values, errors = zip(*(row[name] for row in rows), strict=True)
        # Normalisations come before strengths.
        made[name], made[f"{name}_error"] = np.array(values).T, np.array(errors).T
    return made


def _statements(
    delta: np.ndarray, predicted: np.ndarray, enhanced: float
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Value and standard error of each of `STATEMENTS` at one V0."""

    def share(sites: np.ndarray) -> np.ndarray:
        return sites.mean(axis=1)

    def ratio(above: np.ndarray, below: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return jackknifed(lambda a, b: a / b, share(above), share(below))

    is_, said = delta > enhanced, predicted > enhanced
    return {
        "bias": jackknifed(lambda mean: mean, share(predicted - delta)),
        "r2": _r2(delta, predicted),
        "near_zero_ratio": ratio(predicted < NEAR_ZERO, delta < NEAR_ZERO),
        "enhanced_ratio": ratio(said, is_),
        "enhanced_recall": ratio(is_ & said, is_),
        "enhanced_precision": ratio(is_ & said, said),
        "distribution_distance": _distance(delta, predicted),
    }


def _r2(delta: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    columns = (((predicted - delta) ** 2).mean(1), (delta**2).mean(1), delta.mean(1))

    def r2(squared: np.ndarray, second: np.ndarray, first: np.ndarray) -> np.ndarray:
        variance = second - first**2
        # Where Delta does not vary, but for rounding, there is nothing to explain.
        return np.where(variance > 1e-12 * second, 1 - squared / variance, np.nan)

    return jackknifed(r2, *columns)


def _distance(delta: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Wasserstein's distance over mean Delta, on a grid: how far values are to be moved on average.

    A needle of nearly equal values that is off by little counts little.
    """
    edges, width = np.linspace(
        min(0, predicted.min()), max(delta.max(), predicted.max()), _BINS, retstep=True
    )

    def below(rings: np.ndarray) -> np.ndarray:
        return np.array([np.searchsorted(np.sort(ring), edges, "right") for ring in rings])

    difference = (below(predicted) - below(delta)) / delta.shape[1]

    def distance(gaps: np.ndarray, mean: np.ndarray) -> np.ndarray:
        return np.abs(gaps).sum(axis=1) * width / mean

    return jackknifed(distance, difference, delta.mean(axis=1))
