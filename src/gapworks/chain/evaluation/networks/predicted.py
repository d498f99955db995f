"""Statistics of a data set as a network predicts it, with the network's scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gapworks.chain.evaluation import scores, statistics
from gapworks.chain.evaluation.agreement import VARIABLES as AGREEMENT
from gapworks.chain.evaluation.agreement import agreement
from gapworks.chain.learning.fit import check_network_fits
from gapworks.chain.learning.trained import Network
from gapworks.chain.steps import Statistics
from gapworks.factory.container import Coordinate
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data
from gapworks.learning.data import read_dataset


def evaluate(settings: Statistics, given: Given, threads: int, report: Report) -> Evaluation:
    """Statistics of the predicted Delta per V0, and its errors.

    Parameters
    ----------
    settings : Statistics
    given : Given
        The data set "test", and "training" data, whose mean Delta per V0 is the constant that the
        network is compared with; one network.
    threads : int
        Not used: the network decides.
    report : callable
        Is told what is unlike the training.

    Raises
    ------
    DataError
        If the network was trained on other physics, or on the very disorder it is tested on, or if
        its window is longer than the rings.
    """
    path, training = given.datasets("test", "training")
    name, where = given.network()
    header, arrays = read_dataset(path, "chain")
    seed = header.attributes["seed"]
    network = Network.load(where)
    check_network_fits(network, where, header.attributes)
    try:
        # As drawn: the paper's networks are fed V with its mean.
        answer = network.answer(arrays["V"], as_drawn=True)
        shown = {**arrays, "delta": answer.delta}
        coordinates, made = statistics.take(shown, settings.evaluation, seed)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error
    for doubt in network.doubts(arrays["V"], answer):
        report(f"gapworks: {path}: {doubt.text}")
    constants = scores.constants(read_dataset(training, "chain")[1])
    made |= scores.score(arrays, answer.delta, constants, settings.evaluation, seed)
    made |= agreement(arrays, answer.delta, network.card["window"] - 1)
    coordinates["score"] = Coordinate(np.arange(len(scores.SCORES)), "1", ", ".join(scores.SCORES))
    attributes = about_data(header, name) | network.attributes
    attributes |= {
        "window": network.card["window"],
        "settings_of_network": network.card["settings"],
    }
    if network.card["architecture"]["kind"] == "window":
        attributes["training_loss"] = _training_loss(network.card)
    variables = statistics.VARIABLES | scores.VARIABLES | AGREEMENT
    return Evaluation(attributes, coordinates, variables, made)


def _training_loss(card: Mapping[str, Any]) -> float:
    """Mean squared error in the epoch whose weights were kept, as the optimiser saw it, t^2."""
    kept = card["history"][card["best_epoch"] - 1]
    return kept["train"] * card["architecture"]["output_scale"] ** 2
