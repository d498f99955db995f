"""Local maxima of the pooled distribution of Delta, rings without disorder left out.

Clean rings put all their sites into one bin: a peak whose height and place say nothing but that
they are there. A peak here is a maximum inside the range, with lower values on both sides; the end
of a distribution that falls from zero on is none.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import find_peaks, peak_widths

from gapworks.chain.steps import Statistics
from gapworks.factory.container import Coordinate, Variable, named, with_error
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluation, Given, Report, alone
from gapworks.learning.data import read_dataset
from gapworks.learning.intervals import resample_counts

PEAKS = {"suppressed": (0.0, 0.5), "clean": (0.5, 1.5)}
"""Ranges in which a peak is sought, in units of the clean ring's Delta."""
_PROMINENCE = 0.05
"""A maximum counts from this prominence on, over its height: less is noise of the bins."""

VARIABLES = {
    **with_error("position", Variable(("peak",), "1", "over the clean ring's Delta; NaN: none")),
    "width": Variable(("peak",), "1", "at half prominence, over the clean ring's Delta"),
    "present": Variable(("peak",), "1", "share of resamples that have the peak"),
    "density": Variable(("delta_bin",), "1", "of Delta over the clean ring's, all V0 > 0 pooled"),
}


def evaluate(settings: Statistics, given: Given, threads: int, report: Report) -> Evaluation:
    """Peaks of the distribution of `given.data["training"]`.

    Raises
    ------
    DataError
        If it cannot be read, or has no clean ring or no other that is valid.
    """
    (path,) = given.datasets("training")
    header, arrays = read_dataset(path, "chain")
    valid, strength = arrays["valid"] == 1, arrays["disorder_strength"]
    clean, others = arrays["delta"][valid & (strength == 0)], valid & (strength > 0)
    if not len(clean) or not others.any():
        raise DataError(f"{path}: wanted valid rings at V0 = 0 and at others")
    delta, V0 = arrays["delta"][others] / clean.mean(), strength[others]
    edges = np.linspace(0, delta.max(), settings.evaluation.delta_bins + 1)
    histograms = np.array([np.histogram(ring, edges)[0] for ring in delta])
    centres = 0.5 * (edges[1:] + edges[:-1])
    rng = np.random.default_rng(header.attributes["seed"])
    # Each V0 keeps its number of rings.
    resampled = sum(
        resample_counts(np.count_nonzero(one == V0), settings.evaluation.resamples, rng)
        @ histograms[one == V0]
        for one in np.unique(V0)
    )
    pooled = histograms.sum(axis=0)
    made = {name: [] for name in ("position", "position_error", "width", "present")}
    for bounds in PEAKS.values():
        position, width = peak(centres, pooled, bounds)
        drawn = np.array([peak(centres, one, bounds)[0] for one in resampled])
        known = drawn[np.isfinite(drawn)]
        # A bin's width is part of the error: bins are equally likely to begin anywhere.
        spread = known.std() if len(known) else np.nan
        made["position"].append(position)
        made["position_error"].append(np.hypot(spread, (edges[1] - edges[0]) / np.sqrt(12)))
        made["width"].append(width)
        made["present"].append(len(known) / len(drawn))
    found = {name: np.array(values) for name, values in made.items()}
    found["density"] = pooled / (pooled.sum() * np.diff(edges))
    coordinates = {
        "peak": named(tuple(PEAKS), "where it is sought"),
        "delta_bin": Coordinate(centres, "1", "centre of the bin of Delta over the clean ring's"),
    }
    attributes = alone("peaks")
    attributes |= {"realizations": len(delta), "resamples": len(resampled)}
    return Evaluation(attributes, coordinates, VARIABLES, found)


def peak(
    centres: np.ndarray, density: np.ndarray, bounds: tuple[float, float]
) -> tuple[float, float]:
    """Position and width of the most prominent peak within bounds; NaN, NaN if there is none.

    Parameters
    ----------
    centres, density : ndarray, shape (bins,)
        Equal bins and what is in them.
    bounds : tuple of float
        In the unit of `centres`.
    """
    found, said = find_peaks(density, prominence=0)
    inside = (centres[found] >= bounds[0]) & (centres[found] < bounds[1])
    inside &= said["prominences"] >= _PROMINENCE * density[found]
    if not inside.any():
        return np.nan, np.nan
    one = found[inside][said["prominences"][inside].argmax()]
    width = peak_widths(density, [one])[0][0] * (centres[1] - centres[0])
    return float(centres[one]), float(width)
