"""Noise of gap functions, and what it does to predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gapworks.eliashberg.data.fields import Split, gap_function, part, rows_of
from gapworks.eliashberg.learning.forward import FORWARD_SOLVER, push_forward
from gapworks.eliashberg.learning.scores import relative_distance
from gapworks.eliashberg.networks import Evaluation
from gapworks.factory.container import Coordinate, Variable

VARIABLES = {
    "a2f_error": Variable(
        ("network", "level", "row"), "1", "relative L2 error of the predicted EBSF"
    ),
    "gap_residual": Variable(
        ("network", "level", "pushed"),
        "1",
        "relative L2 distance of the gap function solved from the prediction to the one given",
    ),
    "refused_from": Variable(
        ("network",), "1", "residual of 99 % of the test samples on the network's card"
    ),
    "trained_low": Variable(("network",), "meV", "smallest noise in training; 0: none"),
    "trained_high": Variable(("network",), "meV", "largest noise in training"),
}


def with_noise(
    rows: np.ndarray, bounds: tuple[float, float], rng: np.random.Generator
) -> np.ndarray:
    """Rows with white noise, its standard deviation of each row drawn log-uniform.

    Parameters
    ----------
    rows : ndarray, shape (n, numbers)
        Gap functions in meV (noise on Re and Im alike), or N / N_F.
    bounds : tuple of float
        Smallest and largest standard deviation, in the unit of the rows; (0, 0): none.
    rng : Generator

    Returns
    -------
    ndarray, shape (n, numbers)
    """
    low, high = bounds
    if high == 0:
        return rows
    deviation = low * (high / low) ** rng.random((len(rows), 1))
    return rows + deviation * rng.standard_normal(rows.shape)


def evaluate(
    networks: Sequence[Any],
    arrays: Mapping[str, np.ndarray],
    settings: Evaluation,
    seed: int,
    threads: int,
) -> tuple[dict[str, Coordinate], dict[str, np.ndarray]]:
    """Errors of networks on test samples whose gap functions have noise, at every level.

    The noise of a level is the same for every network.

    Parameters
    ----------
    networks : sequence of gapworks.eliashberg.learning.trained.Network
        From gap function to EBSF.
    arrays : mapping of str to ndarray
        The data set that they were trained on.
    """
    test = rows_of(arrays, part(arrays, Split.TEST))
    gap, a2f = gap_function(test), test["a2f"]
    pushed = slice(0, min(settings.checks, len(gap)))
    shape = (len(networks), len(settings.noise))
    made = {
        "a2f_error": np.empty((*shape, len(gap))),
        "gap_residual": np.empty((*shape, pushed.stop)),
        "refused_from": np.array([n.card["calibration"]["quantiles"]["0.99"] for n in networks]),
    }
    bounds = np.array([n.card["settings"]["network"]["noise"] for n in networks])
    made["trained_low"], made["trained_high"] = bounds.T
    for column, level in enumerate(settings.noise):
        rng = np.random.default_rng([seed, round(1e9 * level)])
        given = with_noise(gap, (level, level), rng)
        for row, network in enumerate(networks):
            found = network.apply(given)
            made["a2f_error"][row, column] = relative_distance(found, a2f)
            solved = push_forward(
                network.physics, found[pushed], given[pushed], FORWARD_SOLVER, threads
            )
            made["gap_residual"][row, column] = solved.numbers["gap_residual"]
    coordinates = {
        "network": Coordinate(np.arange(len(networks)), "1", "network"),
        "level": Coordinate(np.array(settings.noise), "meV", "noise of Re Delta and Im Delta"),
        "row": Coordinate(test["sample"], "1", "index of the test sample"),
        "pushed": Coordinate(test["sample"][pushed], "1", "index of the test sample"),
    }
    return coordinates, made
