"""How well a network's answers fit: hits, confusion and errors, with intervals over samples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gapworks.factory.container import Coordinate, Variable, named, with_interval
from gapworks.learning.intervals import bootstrap_ratio, wilson, with_ends
from gapworks.qpi.config import CLASSES

PARAMETERS = ("delta", "theta", "eps0")
"""Meaning of the dimension `parameter`, in the order of Table I; meV, rad, meV."""
GAP_EDGES = (0.2, 0.5, 1.0, 1.5, 2.0)
"""Bins of Delta in which hits are counted, meV; the last takes all above."""

VARIABLES = {
    "white": Variable(("level",), "1", "white noise, units of the image's deviation"),
    "pink": Variable(("level",), "1", "1 / f noise, units of the image's deviation"),
    "samples": Variable(("class",), "1", "valid test samples of each class"),
    **with_interval(
        "hit",
        Variable(("level", "class"), "1", "share of samples recognised"),
        "end of its Wilson interval",
    ),
    "mean_hit": Variable(("level",), "1", "mean of the classes' hits"),
    "right": Variable(("level", "sample"), "1", "whether a sample is recognised", "uint8"),
    "confusion": Variable(("level", "class", "answer"), "1", "samples of a class by answer"),
    **with_interval(
        "mae",
        Variable(
            ("level", "class", "parameter"),
            "1",
            "mean absolute error of Delta (meV), theta (rad) and "
            "eps_0 (meV), over all samples of a class, whatever the answer",
        ),
    ),
    "gap_hit": Variable(("level", "class", "gap"), "1", "hits by Delta"),
    "gap_samples": Variable(("class", "gap"), "1", "samples by Delta"),
}


def coordinates(levels: int, samples: int) -> dict[str, Coordinate]:
    """The dimensions of `VARIABLES`."""
    return {
        "level": Coordinate(np.arange(levels), "1", "row of white and pink"),
        "sample": Coordinate(np.arange(samples), "1", "valid sample of the test"),
        "class": named(CLASSES, "true class"),
        "answer": named(CLASSES, "the network's class"),
        "parameter": named(PARAMETERS, "parameter"),
        "gap": Coordinate(np.array(GAP_EDGES), "meV", "lowest Delta of a bin, A2u-equivalent"),
    }


def score(
    true: Mapping[str, np.ndarray],
    answer: Mapping[str, np.ndarray],
    resamples: int,
    confidence: float,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Scores at one level of noise.

    Parameters
    ----------
    true, answer : mapping of str to ndarray, shape (n,)
        label, delta (meV, A2u-equivalent), theta (rad), eps0 (meV).
    resamples : int
    confidence : float
        Of the intervals.
    rng : Generator
        Of the resamples.

    Returns
    -------
    dict of str to ndarray
        Those of `VARIABLES` that have the dimension level, without it. NaN where a class has no
        sample, and for theta of A12u, which has none.
    """
    classes, bins = len(CLASSES), len(GAP_EDGES)
    hit, mae = np.full((classes, 3), np.nan), np.full((classes, len(PARAMETERS), 3), np.nan)
    gap_hit, confusion = np.full((classes, bins), np.nan), np.zeros((classes, classes))
    place = gap_bin(true["delta"])
    for label in range(classes):
        chosen = true["label"] == label
        count = int(chosen.sum())
        if not count:
            continue
        hits = answer["label"][chosen] == label
        confusion[label] = np.bincount(answer["label"][chosen], minlength=classes)
        hit[label] = hits.mean(), *wilson(int(hits.sum()), count, confidence)
        for gap in range(bins):
            inside = place[chosen] == gap
            if inside.any():
                gap_hit[label, gap] = hits[inside].mean()
        for column, name in enumerate(PARAMETERS):
            if name == "theta" and CLASSES[label] == "A12u":
                continue
            error = difference(name, answer[name][chosen], true[name][chosen])
            interval = bootstrap_ratio(np.abs(error), np.ones(count), rng, resamples, confidence)
            mae[label, column] = interval
    made = {"mean_hit": np.nanmean(hit[:, 0]), "gap_hit": gap_hit, "confusion": confusion}
    made["right"] = answer["label"] == true["label"]
    return made | with_ends("hit", hit) | with_ends("mae", mae)


def difference(name: str, answer: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Answer minus truth; angles are periodic in pi."""
    error = answer - true
    return (error + np.pi / 2) % np.pi - np.pi / 2 if name == "theta" else error


def gap_bin(delta: np.ndarray) -> np.ndarray:
    """Which bin of `GAP_EDGES` a gap is in."""
    return np.clip(np.searchsorted(GAP_EDGES, delta, side="right") - 1, 0, len(GAP_EDGES) - 1)
