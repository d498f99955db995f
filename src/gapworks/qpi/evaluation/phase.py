"""Whether a network that is asked for |phi| of Eg and Eu can tell it from images.

An image that changes with phi need not tell it: another angle or gap may change it in the same way.
So |phi| is regressed, like the paper's parameters, from images of one scalar impurity.
"""

from __future__ import annotations

import numpy as np
import torch

from gapworks.factory.container import Coordinate, Variable, named, with_interval
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data
from gapworks.learning.intervals import Estimate, bootstrap_ratio, with_ends
from gapworks.qpi import steps
from gapworks.qpi.config import CLASSES, E_GAPS
from gapworks.qpi.evaluation.network import Test

MIXED = 0.5
"""Counted are samples with |sin 2 theta| above this: of one component alone phi changes nothing."""
VARIABLES = {
    **with_interval(
        "r2",
        Variable(("white", "class"), "1", "share of the variance of |phi| that is explained, R^2"),
    ),
    "samples": Variable(("class",), "1", "samples with both components"),
}


def evaluate(settings: steps.NetworkTest, given: Given, threads: int, report: Report) -> Evaluation:
    """R^2 of |phi| by `given.networks` on `given.data["test"]`, at every level of white noise.

    Raises
    ------
    DataError
        If the network was trained on these samples, or is shown something else.
    """
    torch.set_num_threads(threads)
    test = Test.of(given)
    arrays, network = test.arrays, test.network
    phi, label = (arrays[key].numpy() for key in ("phi", "label"))
    mixed = np.abs(np.sin(2 * arrays["theta"].numpy())) > MIXED
    of_class = [mixed & (label == CLASSES.index(one)) for one in E_GAPS]
    tested = settings.evaluation
    r2 = np.full((len(tested.white), len(E_GAPS), 3), np.nan)
    for row, white in enumerate(tested.white):
        answered = test.answer(settings.seed, white).phi
        rng = np.random.default_rng([settings.seed, row])
        for column, chosen in enumerate(of_class):
            known, missed = phi[chosen], (answered - phi)[chosen]
            if len(known) < 2:
                continue
            unexplained: Estimate = bootstrap_ratio(
                missed**2, (known - known.mean()) ** 2, rng, tested.resamples, tested.confidence
            )
            r2[row, column] = unexplained.complement()
        report(f"white {white:g}: R^2 of |phi| {r2[row, :, 0].round(3).tolist()}")
    made = {**with_ends("r2", r2), "samples": np.array([one.sum() for one in of_class])}
    coordinates = {
        "white": Coordinate(np.array(tested.white), "1", "white noise, units of the deviation"),
        "class": named(E_GAPS, "class"),
    }
    about = about_data(test.header, test.name) | {
        "training_data": network.card["training_data"],
        "settings_of_network": network.card["settings"],
    }
    return Evaluation(about, coordinates, VARIABLES, made)
