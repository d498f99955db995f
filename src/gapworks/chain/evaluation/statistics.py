"""Statistics of pairing potentials: what the figures and tables of the chain study are made of.

The same statistics are taken of solved and of predicted Delta, so that a method is one more curve.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gapworks.chain.config import Evaluation
from gapworks.factory.container import Coordinate, Variable, with_interval
from gapworks.learning.intervals import ends, resample_counts

NEAR_ZERO = 0.01
"""Delta below which a site counts as hardly superconducting, units of t."""

VARIABLES = {
    "realizations": Variable(("strength",), "1", "realizations averaged over", "int64"),
    "failed": Variable(("strength",), "1", "failed realizations, left out", "int64"),
    **with_interval("mean_delta", Variable(("strength",), "t", "mean Delta")),
    "std_delta": Variable(("strength",), "t", "standard deviation of Delta over sites"),
    "min_delta": Variable(("strength",), "t", "smallest Delta of all sites"),
    "ln_delta_skewness": Variable(("strength",), "1", "skewness of ln Delta; lognormal: 0"),
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
        moments = _correlation_moments(delta)
        counts = resample_counts(len(delta), settings.resamples, rng)
        means = counts @ delta.mean(axis=1) / len(delta)
        correlations = (counts @ moments) / (counts @ moments[:, :1])
        mean_lower, mean_upper = ends(means, settings.confidence)
        correlation_lower, correlation_upper = ends(correlations, settings.confidence)
        rows.append(
            {
                "realizations": len(delta),
                "failed": np.count_nonzero(chosen & ~valid),
                "mean_delta": delta.mean(),
                "mean_delta_lower": mean_lower,
                "mean_delta_upper": mean_upper,
                "std_delta": delta.std(),
                "min_delta": delta.min(),
                "ln_delta_skewness": _log_skewness(delta),
                "near_zero_share": np.mean(delta < NEAR_ZERO),
                # A clean ring is not enhanced over itself by rounding.
                "enhanced_share": np.mean(delta > clean * (1 + 1e-9)),
                "mean_gap": arrays["gap"][chosen & valid].mean(),
                "mean_iterations": arrays["iterations"][chosen & valid].mean(),
                "delta_histogram": np.histogram(delta, delta_edges, density=True)[0],
                "correlation": moments.mean(axis=0) / moments[:, 0].mean(),
                "correlation_lower": correlation_lower,
                "correlation_upper": correlation_upper,
                "profile_V": arrays["V"][chosen & valid][0],
                "profile_delta": delta[0],
            }
        )
    statistics = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    statistics["V_histogram"] = _even_histogram(arrays["V"][valid], V_edges)
    coordinates = {
        "strength": Coordinate(strengths, "t", "disorder strength V0"),
        "V_bin": Coordinate(_centres(V_edges), "t", "centre of the bin of V"),
        "delta_bin": Coordinate(_centres(delta_edges), "t", "centre of the bin of Delta"),
        "distance": Coordinate(np.arange(length // 2 + 1), "a", "distance r along the ring"),
        "site": Coordinate(np.arange(length), "a", "site of the ring"),
    }
    return coordinates, statistics


def _correlation_moments(delta: np.ndarray) -> np.ndarray:
    """Mean over i of Delta_i Delta_{i+r} for r = 0 ... L/2 in each realization, shape (n, L/2+1).

    By the correlation theorem: the ring makes the convolution circular.
    """
    length = delta.shape[1]
    power = np.abs(np.fft.rfft(delta, axis=1)) ** 2
    return np.fft.irfft(power, n=length, axis=1)[:, : length // 2 + 1] / length


def _even_histogram(V: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Density of V; sites of clean rings, where V = 0 is an edge, count half on either side."""
    counts = np.histogram(V, edges)[0].astype(float)
    if len(counts) % 2 == 0:
        middle, zeros = len(counts) // 2, np.count_nonzero(V == 0)
        counts[middle] -= zeros / 2
        counts[middle - 1] += zeros / 2
    return counts / (counts.sum() * np.diff(edges))


def _log_skewness(delta: np.ndarray) -> float:
    """Skewness of ln Delta over the sites where Delta is positive; 0 where it does not vary."""
    logarithm = np.log(delta[delta > 0])
    spread = logarithm.std()
    return float(((logarithm - logarithm.mean()) ** 3).mean() / spread**3) if spread > 1e-9 else 0.0


def _centres(edges: np.ndarray) -> np.ndarray:
    return 0.5 * (edges[1:] + edges[:-1])
