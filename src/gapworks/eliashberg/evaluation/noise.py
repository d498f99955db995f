"""What noise on gap functions does to the predictions of networks."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.data.fields import Split, as_complex, field, part, rows_of
from gapworks.eliashberg.evaluation.tested import several
from gapworks.eliashberg.learning.distances import relative_distance
from gapworks.eliashberg.learning.forward import push_forward
from gapworks.eliashberg.learning.noise import with_noise
from gapworks.eliashberg.steps import Evaluate
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data

VARIABLES = {
    "a2f_error": Variable(
        ("network", "level", "row"), "1", "relative L2 error of the predicted a2F"
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


def evaluate(settings: Evaluate, given: Given, threads: int, report: Report) -> Evaluation:
    """Errors of networks on test samples whose gap functions have noise, at every level.

    The noise of a level is the same for every network.

    Parameters
    ----------
    settings : Evaluate
    given : Given
        The data set "own" that the networks were trained on; networks from gap function to a2F.
    threads, report
        The first of the solvers; nothing is reported.

    Raises
    ------
    DataError
        If a network was trained on other data, or before cards had a calibration.
    """
    header, arrays, named = several(given)
    networks = list(named.values())
    for name, network in named.items():
        path = given.networks[name]
        if network.calibration is None or not network.calibration.samples:
            raise DataError(f"{path}: its card has no calibration: train it again: rm {path}")
    # Trained on one data set, they are of one physics.
    chosen, physics = settings.evaluation, networks[0].physics
    test = rows_of(arrays, part(arrays, Split.TEST))
    gap, a2f = field(test, "gap", physics.broadening), test["a2f"]
    pushed = slice(0, min(chosen.checks, len(gap)))
    shape = (len(networks), len(chosen.noise))
    made = {
        "a2f_error": np.empty((*shape, len(gap))),
        "gap_residual": np.empty((*shape, pushed.stop)),
        "refused_from": np.array([n.calibration.quantiles["0.99"] for n in networks]),
    }
    bounds = np.array([n.card["settings"]["network"]["noise"] for n in networks])
    made["trained_low"], made["trained_high"] = bounds.T
    for column, level in enumerate(chosen.noise):
        rng = np.random.default_rng([header.attributes["seed"], round(1e9 * level)])
        noisy = with_noise(gap, (level, level), rng)
        for row, network in enumerate(networks):
            found = network.apply(noisy)
            made["a2f_error"][row, column] = relative_distance(found, a2f)
            delta = as_complex(noisy[pushed])
            solved = push_forward(physics, found[pushed], delta, threads)
            made["gap_residual"][row, column] = solved.numbers["gap_residual"]
    coordinates = {
        "network": Coordinate(np.arange(len(networks)), "1", "network"),
        "level": Coordinate(np.array(chosen.noise), "meV", "noise of Re Delta and Im Delta"),
        "row": Coordinate(test["sample"], "1", "index of the test sample"),
        "pushed": Coordinate(test["sample"][pushed], "1", "index of the test sample"),
    }
    attributes = about_data(header, "noise") | {"networks": list(named)}
    return Evaluation(attributes, coordinates, VARIABLES, made)
