"""Statistics of pairing potentials: what the figures and tables of the chain study are made of.

The same statistics are taken of solved and of predicted Delta, so that a method is one more curve.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gapworks.chain.config import Evaluation
from gapworks.chain.evaluation.correlations import (
    NORMALISATIONS,
    dip,
    moments,
    normalised,
    variation,
)
from gapworks.factory.container import Coordinate, Variable, named, with_error, with_interval
from gapworks.learning.intervals import ends, jackknifed, resample_counts

NEAR_ZERO = 0.01
"""Delta below which a site counts as hardly superconducting, units of t."""

VARIABLES = {
    "realizations": Variable(("strength",), "1", "realizations averaged over", "int64"),
    "failed": Variable(("strength",), "1", "failed realizations, left out", "int64"),
    **with_interval("mean_delta", Variable(("strength",), "t", "mean Delta")),
    "std_delta": Variable(("strength",), "t", "standard deviation of Delta over sites"),
    "min_delta": Variable(("strength",), "t", "smallest Delta of all sites"),
    "mean_delta_error": Variable(("strength",), "t", "standard error of mean Delta"),
    **with_error(
        "ln_delta_skewness", Variable(("strength",), "1", "skewness of ln Delta; lognormal: 0")
    ),
    **with_error("mode", Variable(("strength",), "t", "most frequent Delta: a bin's centre")),
    "near_zero_share": Variable(("strength",), "1", "share of sites with Delta < 0.01 t"),
    "enhanced_share": Variable(
        ("strength",), "1", "share of sites with Delta above the mean at the smallest V0"
    ),
    "mean_gap": Variable(("strength",), "t", "mean excitation gap"),
    "mean_iterations": Variable(("strength",), "1", "mean number of iterations"),
    "V_histogram": Variable(("V_bin",), "1/t", "density of V, all strengths pooled"),
    "delta_histogram": Variable(("strength", "delta_bin"), "1/t", "density of Delta"),
    **with_interval(
        "correlation",
        Variable(("strength", "distance"), "1", "C(r) = <Delta_i Delta_{i+r}> / <Delta_i^2>"),
    ),
    "correlation_over_mean": Variable(
        ("strength", "distance"), "1", "<Delta_i Delta_{i+r}> / <Delta_i>^2"
    ),
    **with_error(
        "dip", Variable(("normalisation", "strength"), "1", "C(r) where it is least, less plateau")
    ),
    **with_error(
        "variation", Variable(("normalisation", "strength"), "1", "largest less smallest C(r)")
    ),
    "profile_V": Variable(("strength", "site"), "t", "V of the first realization"),
    "profile_delta": Variable(("strength", "site"), "t", "Delta of the first realization"),
}


def take(
    arrays: Mapping[str, np.ndarray], settings: Evaluation, seed: int
) -> tuple[dict[str, Coordinate], dict[str, np.ndarray]]:
    """Take the statistics of one data set under one method.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        `V`, `delta` (n, L) in units of t and, per sample, `disorder_strength`, `gap`,
        `iterations`, `valid`; a network's Delta takes the place of the solver's.
    settings : Evaluation
        Bins, resamples and level.
    seed : int
        Of the bootstrap.

    Returns
    -------
    coordinates : dict of str to Coordinate
        The dimensions.
    statistics : dict of str to ndarray
        The arrays of `VARIABLES`.

    Raises
    ------
    ValueError
        If no realization of some strength is valid.
    """
    valid = arrays["valid"].astype(bool)
    strengths = np.unique(arrays["disorder_strength"])
    length = arrays["V"].shape[-1]
    V_edges = np.linspace(-1, 1, settings.V_bins + 1) * max(strengths.max(), 1e-9)
    top = arrays["delta"][valid].max() if valid.any() else 1.0
    delta_edges = np.linspace(0, 1.02 * top, settings.delta_bins + 1)
    rng = np.random.default_rng(seed)

    for strength in strengths:
        if not (valid & (arrays["disorder_strength"] == strength)).any():
            raise ValueError(f"no valid realization at V0 = {strength:g}")
    clean = arrays["delta"][valid & (arrays["disorder_strength"] == strengths[0])].mean()
    rows = []
    for strength in strengths:
        chosen = arrays["disorder_strength"] == strength
        delta = arrays["delta"][chosen & valid]
        products, ring_means = moments(delta), delta.mean(axis=1)
        counts = resample_counts(len(delta), settings.resamples, rng)
        means = counts @ ring_means / len(delta)
        correlations = (counts @ products) / (counts @ products[:, :1])
        mean_lower, mean_upper = ends(means, settings.confidence)
        correlation_lower, correlation_upper = ends(correlations, settings.confidence)
        histograms = np.array([np.histogram(ring, delta_edges)[0] for ring in delta])
        modes = _centres(delta_edges)[(counts @ histograms).argmax(axis=1)]
        by_normalisation = normalised(
            products.mean(0, keepdims=True), ring_means.mean(keepdims=True)
        )
        rows.append(
            {
                "realizations": len(delta),
                "failed": np.count_nonzero(chosen & ~valid),
                "mean_delta": delta.mean(),
                "mean_delta_lower": mean_lower,
                "mean_delta_upper": mean_upper,
                "std_delta": delta.std(),
                "min_delta": delta.min(),
                "mean_delta_error": jackknifed(lambda mean: mean, ring_means)[1],
                **_with_error("ln_delta_skewness", *_log_skewness(delta)),
                **_with_error(
                    "mode",
                    _centres(delta_edges)[histograms.sum(axis=0).argmax()],
                    # It stands anywhere in its bin.
                    np.hypot(modes.std(), np.diff(delta_edges)[0] / np.sqrt(12)),
                ),
                **_with_error("dip", *jackknifed(dip, products, ring_means)),
                **_with_error("variation", *jackknifed(variation, products, ring_means)),
                "near_zero_share": np.mean(delta < NEAR_ZERO),
                # A clean ring is not enhanced over itself by rounding.
                "enhanced_share": np.mean(delta > clean * (1 + 1e-9)),
                "mean_gap": arrays["gap"][chosen & valid].mean(),
                "mean_iterations": arrays["iterations"][chosen & valid].mean(),
                "delta_histogram": np.histogram(delta, delta_edges, density=True)[0],
                "correlation": products.mean(axis=0) / products[:, 0].mean(),
                "correlation_over_mean": by_normalisation[0, 1],
                "correlation_lower": correlation_lower,
                "correlation_upper": correlation_upper,
                "profile_V": arrays["V"][chosen & valid][0],
                "profile_delta": delta[0],
            }
        )
    statistics = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    for name in ("dip", "dip_error", "variation", "variation_error"):
        statistics[name] = statistics[name].T
    statistics["V_histogram"] = _even_histogram(arrays["V"][valid], V_edges)
    coordinates = {
        "strength": Coordinate(strengths, "t", "disorder strength V0"),
        "V_bin": Coordinate(_centres(V_edges), "t", "centre of the bin of V"),
        "delta_bin": Coordinate(_centres(delta_edges), "t", "centre of the bin of Delta"),
        "distance": Coordinate(np.arange(length // 2 + 1), "a", "distance r along the ring"),
        "site": Coordinate(np.arange(length), "a", "site of the ring"),
        "normalisation": named(NORMALISATIONS, "what C(r) is divided by"),
    }
    return coordinates, statistics


def _with_error(name: str, value: np.ndarray, error: np.ndarray) -> dict[str, np.ndarray]:
    return {name: value, f"{name}_error": error}


def _even_histogram(V: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Density of V; sites of clean rings, where V = 0 is an edge, count half on either side."""
    counts = np.histogram(V, edges)[0].astype(float)
    if len(counts) % 2 == 0:
        middle, zeros = len(counts) // 2, np.count_nonzero(V == 0)
        counts[middle] -= zeros / 2
        counts[middle - 1] += zeros / 2
    return counts / (counts.sum() * np.diff(edges))


def _log_skewness(delta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Skewness of ln Delta over the sites where Delta is positive, and its standard error.

    0 where Delta does not vary.
    """
    positive = delta > 0
    logarithm = np.log(delta, where=positive, out=np.zeros_like(delta))
    # About the mean of all: third powers of numbers far from zero would eat the digits up.
    logarithm = np.where(positive, logarithm - logarithm[positive].mean(), 0.0)
    powers = np.stack([(logarithm**k * positive).mean(axis=1) for k in range(4)], axis=1)

    def skewness(means: np.ndarray) -> np.ndarray:
        first, second, third = (means[:, 1:] / means[:, :1]).T
        spread = np.sqrt(np.maximum(second - first**2, 0.0))
        cubed = third - 3 * first * second + 2 * first**3
        return np.where(spread > 1e-9, cubed / np.maximum(spread, 1e-9) ** 3, 0.0)

    return jackknifed(skewness, powers)


def _centres(edges: np.ndarray) -> np.ndarray:
    return 0.5 * (edges[1:] + edges[:-1])
