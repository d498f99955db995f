"""The chain study's evaluations: each makes one file, from which figures and tables are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gapworks.chain import scores, statistics
from gapworks.chain.settings import Cost, Evaluation, Floor, Physics
from gapworks.factory.container import Coordinate, DataError
from gapworks.factory.evaluation import Made
from gapworks.factory.settings import Section
from gapworks.learning.data import read_dataset


class FloorSettings(Section):
    """The resolved settings of the floor's evaluation."""

    seed: int
    physics: Physics
    tolerance: float
    floor: Floor
    cutoffs: list[int]


class CostSettings(Section):
    """The resolved settings of the cost's evaluation."""

    seed: int
    physics: Physics
    cost: Cost


def evaluate_statistics(
    settings: Mapping[str, Any],
    data: Sequence[Path],
    networks: Mapping[str, Path],
    threads: int,
    report: Callable[[str], None],
) -> Made:
    """Statistics of a data set, as solved or as one network predicts it, with its scores.

    A second data set gives the constants per V0 that the network is compared with: training data.

    Raises
    ------
    DataError
        If the network was trained on other physics, or on the very disorder it is tested on.
    """
    chosen = Evaluation.model_validate(settings)
    path, *training = data
    header, arrays = read_dataset(path, "chain")
    said = header.attributes
    attributes = {
        "study": "chain",
        "dataset": said["dataset"],
        "method": "bdg",
        "data_identity": said["identity"],
        "data_sha256": header.sha256,
        "settings": settings,
    }
    if not networks:
        coordinates, made = _statistics(path, arrays, chosen, said["seed"])
        return Made(attributes, coordinates, statistics.VARIABLES, made)
    from gapworks.chain.predict import Network  # torch: only where it is used

    ((name, where),) = networks.items()
    network = Network.load(where)
    check_network_fits(network, where, said)
    predicted = network.predict(arrays["V"])
    coordinates, made = _statistics(path, {**arrays, "delta": predicted}, chosen, said["seed"])
    constants = scores.constants(arrays if not training else read_dataset(training[0], "chain")[1])
    made |= scores.score(arrays, predicted, constants, chosen, said["seed"])
    coordinates["score"] = Coordinate(np.arange(len(scores.SCORES)), "1", ", ".join(scores.SCORES))
    attributes |= {
        "method": name,
        "weights_sha256": network.card["weights_sha256"],
        "window": network.card["window"],
        "parameters": network.card["parameters"],
        "architecture": network.card["architecture"],
        "settings_of_network": network.card["settings"],
        "training_samples": network.card["training_data"]["samples"],
        "epochs": network.card["epochs"],
    }
    return Made(attributes, coordinates, statistics.VARIABLES | scores.VARIABLES, made)


def _statistics(path, arrays, settings, seed):
    try:
        return statistics.evaluate(arrays, settings, seed)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error


def check_network_fits(network: Any, where: Path, said: Mapping[str, Any]) -> None:
    """A network answers for the physics it knows, and is not tested on disorder it has seen."""
    trained = network.card["training_data"]
    ours = {k: v for k, v in said["settings"]["physics"].items() if k in _MUST_AGREE}
    theirs = {k: v for k, v in trained["physics"].items() if k in _MUST_AGREE}
    differing = [key for key in ours if ours[key] != theirs.get(key)]
    if differing:
        what = "; ".join(f"{k} is {theirs.get(k)!r}, the data's {ours[k]!r}" for k in differing)
        raise DataError(f"{where}: was trained on other physics: {what}")
    if trained["stream"] == said["settings"]["stream"] and trained["seed"] == said["seed"]:
        raise DataError(f"{where}: was trained on the disorder of {said['dataset']}: no test of it")


_MUST_AGREE = ("coupling", "filling", "hartree")


def evaluate_floor(
    settings: Mapping[str, Any],
    data: Sequence[Path],
    networks: Mapping[str, Path],
    threads: int,
    report: Callable[[str], None],
) -> Made:
    """The irreducible error of a window against its cut-off."""
    from gapworks.chain import floor

    chosen = FloorSettings.model_validate(settings)
    coordinates, arrays = floor.irreducible_floor(
        chosen.physics,
        chosen.tolerance,
        chosen.floor,
        chosen.cutoffs,
        chosen.seed,
        threads,
    )
    attributes = {"study": "chain", "dataset": "floor", "method": "floor", "settings": settings}
    return Made(attributes, coordinates, floor.VARIABLES, arrays)


def evaluate_cost(
    settings: Mapping[str, Any],
    data: Sequence[Path],
    networks: Mapping[str, Path],
    threads: int,
    report: Callable[[str], None],
) -> Made:
    """Time and error of solvers and networks against the ring's length."""
    from gapworks.chain import cost
    from gapworks.chain.predict import Network

    chosen = CostSettings.model_validate(settings)
    loaded = {name: Network.load(path) for name, path in networks.items()}
    methods, coordinates, arrays = cost.measure(
        chosen.physics, chosen.cost, loaded, chosen.seed, threads, report
    )
    attributes = {
        "study": "chain",
        "dataset": "cost",
        "method": "cost",
        "methods": methods,
        "threads": threads,
        "settings": settings,
    }
    return Made(attributes, coordinates, cost.VARIABLES, arrays)


EVALUATIONS = {
    "statistics": evaluate_statistics,
    "floor": evaluate_floor,
    "cost": evaluate_cost,
}
"""By the name that the command line and the rules use."""
