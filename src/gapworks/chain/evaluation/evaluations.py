"""The chain study's evaluations: each makes one file, from which figures and tables are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gapworks.chain.config import Cost, Evaluation, Floor, Physics
from gapworks.chain.evaluation import scores, statistics
from gapworks.factory.container import Coordinate, DataError
from gapworks.factory.evaluation_file import Made
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
    """The resolved settings of the evaluations of errors and of wall times."""

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
        If the network was trained on other physics, or on the very disorder it is tested on, or if
        its window is longer than the rings.
    """
    chosen = Evaluation.model_validate(settings)
    if not 1 <= len(data) <= 1 + len(networks) or len(networks) > 1:
        raise DataError(
            "statistics are of one data set and at most one network, and with a network also of its"
            " training data: --data FILE [TRAINING]"
        )
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
    from gapworks.chain.learning.predict import Network  # torch: only where it is used

    ((name, where),) = networks.items()
    network = Network.load(where)
    check_network_fits(network, where, said)
    try:
        # As drawn: the paper's networks are fed V with its mean.
        answer = network.answer(arrays["V"], as_drawn=True)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error
    predicted = answer.delta
    for doubt in network.doubts(arrays["V"], answer):
        report(f"gapworks: {path}: {doubt.text}")
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
    check_physics(network, where, said["settings"]["physics"])
    trained = network.card["training_data"]
    if trained["stream"] == said["settings"]["stream"] and trained["seed"] == said["seed"]:
        raise DataError(f"{where}: was trained on the disorder of {said['dataset']}: no test of it")


def check_physics(network: Any, where: Path, asked: Mapping[str, Any]) -> None:
    """A network is not asked about other physics than it knows."""
    differing = {k: known for k, known in network.physics.items() if known != asked[k]}
    if differing:
        what = "; ".join(f"{k} is {v!r}, wanted {asked[k]!r}" for k, v in differing.items())
        raise DataError(f"{where}: was trained on other physics: {what}")


def evaluate_floor(
    settings: Mapping[str, Any],
    data: Sequence[Path],
    networks: Mapping[str, Path],
    threads: int,
    report: Callable[[str], None],
) -> Made:
    """The irreducible error of a window against its cut-off."""
    from gapworks.chain.evaluation import floor

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
    """Error of solvers and networks against the ring's length."""
    from gapworks.chain.evaluation import cost

    chosen = CostSettings.model_validate(settings)
    known = _compared(chosen, networks, threads)
    found = cost.errors(chosen.physics, chosen.cost, known, chosen.seed, threads, report)
    attributes = _of_methods("cost", known, threads, settings)
    return Made(attributes, cost.coordinates(chosen.cost, known), cost.ERRORS, {"mse": found})


def evaluate_timing(
    settings: Mapping[str, Any],
    data: Sequence[Path],
    networks: Mapping[str, Path],
    threads: int,
    report: Callable[[str], None],
) -> Made:
    """Wall time of the same solvers and networks: the one evaluation that differs in every run."""
    from gapworks.chain.evaluation import cost

    chosen = CostSettings.model_validate(settings)
    known = _compared(chosen, networks, threads)
    found = cost.times(chosen.cost, known, chosen.seed, report)
    attributes = _of_methods("timing", known, threads, settings)
    return Made(attributes, cost.coordinates(chosen.cost, known), cost.TIMES, {"seconds": found})


def _compared(chosen: CostSettings, networks: Mapping[str, Path], threads: int) -> dict[str, Any]:
    """Solvers and networks by name, as functions of the disorder."""
    from gapworks.chain.evaluation import cost
    from gapworks.chain.learning.predict import Network

    loaded = {name: Network.load(path) for name, path in networks.items()}
    for name, network in loaded.items():
        check_physics(network, networks[name], chosen.physics.model_dump(mode="json"))
        shortest = min(chosen.cost.lengths)
        if shortest < network.card["window"]:
            raise DataError(
                f"{networks[name]}: its window of {network.card['window']} sites is longer than "
                f"the shortest ring of cost.lengths, {shortest}"
            )
    return cost.methods(chosen.physics, chosen.cost, loaded, threads)


def _of_methods(
    name: str, known: Mapping[str, Any], threads: int, settings: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "study": "chain",
        "dataset": name,
        "method": name,
        "methods": list(known),
        "threads": threads,
        "settings": settings,
    }


EVALUATIONS = {
    "statistics": evaluate_statistics,
    "floor": evaluate_floor,
    "cost": evaluate_cost,
    "timing": evaluate_timing,
}
"""By the name that the command line and the rules use."""
