"""The eliashberg study's evaluations: each makes one file, for figures and tables to be made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.networks import Evaluation, Flow, Input
from gapworks.factory.container import DataError
from gapworks.factory.evaluation_file import Made, read_evaluation
from gapworks.factory.settings import Section
from gapworks.learning.data import read_dataset

Report = Callable[[str], None]


class DimensionSettings(Section):
    """The resolved settings of the choice of a latent dimension."""

    input: Input
    flow: Flow


def evaluate_statistics(
    settings: Mapping[str, Any],
    data: Sequence[Path],
    networks: Mapping[str, Path],
    threads: int,
    report: Report,
) -> Made:
    """Numbers, complexity and examples of a data set."""
    from gapworks.eliashberg.evaluation import statistics

    return _of_data(settings, data[0], "data", statistics.VARIABLES, statistics.evaluate)


def evaluate_pade(settings, data, networks, threads, report) -> Made:
    """Pade approximants against the equations on the line."""
    from gapworks.eliashberg.evaluation import statements as accuracy

    return _of_data(
        settings, data[0], "pade", accuracy.PADE, accuracy.evaluate_pade, threads=threads
    )


def evaluate_statements(settings, data, networks, threads, report) -> Made:
    """The paper's side remarks, on test samples."""
    from gapworks.eliashberg.evaluation import statements as accuracy

    return _of_data(
        settings,
        data[0],
        "statements",
        accuracy.STATEMENTS,
        accuracy.evaluate_statements,
        threads=threads,
    )


def evaluate_prediction(settings, data, networks, threads, report) -> Made:
    """A supervised network on the test samples of its own data, pushed forward on solved ones.

    `data` are the network's own data; and, if those were generated, the solved data behind them.

    Raises
    ------
    DataError
        If the network was trained on other data.
    """
    from gapworks.eliashberg.evaluation import supervised as prediction

    chosen = Evaluation.model_validate(settings)
    header, own = read_dataset(data[0], "eliashberg")
    solved_header, solved = (header, own) if len(data) == 1 else read_dataset(data[1], "eliashberg")
    name, network = _network(networks, header)
    coordinates, made = prediction.evaluate(
        network, own, solved, chosen, header.attributes["seed"], threads
    )
    attributes = _attributes(settings, solved_header, name) | _said(network)
    if "latent" in header.attributes:
        attributes |= {"latent": header.attributes["latent"]}
    return _made(attributes, coordinates, prediction.VARIABLES, made)


def evaluate_autoencoder(settings, data, networks, threads, report) -> Made:
    """An autoencoder on the data that it was trained on: validation and test samples."""
    from gapworks.eliashberg.evaluation import autoencoder as reconstruction

    header, arrays = read_dataset(data[0], "eliashberg")
    name, network = _network(networks, header)
    coordinates, made = reconstruction.evaluate(
        network, arrays, Evaluation.model_validate(settings), header.attributes["seed"], threads
    )
    attributes = _attributes(settings, header, name) | _said(network)
    attributes["latent"] = network.card["architecture"]["latent"]
    return _made(attributes, coordinates, reconstruction.VARIABLES, made)


def evaluate_bases(settings, data, networks, threads, report) -> Made:
    """Basis functions in the last layer of several networks."""
    from gapworks.eliashberg.evaluation import bases

    header, arrays = read_dataset(data[0], "eliashberg")
    loaded = [_network({name: path}, header)[1] for name, path in networks.items()]
    coordinates, made = bases.evaluate(
        loaded, arrays, Evaluation.model_validate(settings), header.attributes["seed"]
    )
    return _made(_attributes(settings, header, "bases"), coordinates, bases.VARIABLES, made)


def evaluate_noise(settings, data, networks, threads, report) -> Made:
    """Several networks on the test samples of their own data, with noise on the gap functions.

    Raises
    ------
    DataError
        If a network was trained on other data, or before cards had a calibration.
    """
    from gapworks.eliashberg.learning import noise

    header, arrays = read_dataset(data[0], "eliashberg")
    loaded = [_network({name: path}, header)[1] for name, path in networks.items()]
    for path, network in zip(networks.values(), loaded, strict=True):
        if not (network.card.get("calibration") or {}).get("samples"):
            raise DataError(f"{path}: its card has no calibration: train it again: rm {path}")
    coordinates, made = noise.evaluate(
        loaded, arrays, Evaluation.model_validate(settings), header.attributes["seed"], threads
    )
    attributes = _attributes(settings, header, "noise") | {"networks": list(networks)}
    return _made(attributes, coordinates, noise.VARIABLES, made)


def evaluate_dimensions(settings, data, networks, threads, report) -> Made:
    """The choice of the latent dimension; `data` are evaluations of autoencoders."""
    from gapworks.eliashberg.evaluation import dimensions

    chosen = DimensionSettings.model_validate(settings)
    found = [read_evaluation(path, "eliashberg") for path in data]
    coordinates, made, decision = dimensions.evaluate(found, chosen.input, chosen.flow)
    attributes = {
        "study": "eliashberg",
        "dataset": found[0].dataset,
        "method": f"dimensions-{chosen.input}",
        "input": chosen.input,
        "settings": settings,
        **decision,
    }
    return _made(attributes, coordinates, dimensions.VARIABLES, made)


EVALUATIONS = {
    "statistics": evaluate_statistics,
    "pade": evaluate_pade,
    "statements": evaluate_statements,
    "prediction": evaluate_prediction,
    "autoencoder": evaluate_autoencoder,
    "bases": evaluate_bases,
    "noise": evaluate_noise,
    "dimensions": evaluate_dimensions,
}
"""By the name that the command line and the rules use."""


def _of_data(settings, path, method, variables, evaluate, **more) -> Made:
    header, arrays = read_dataset(path, "eliashberg")
    physics = Physics.model_validate(header.attributes["settings"]["physics"])
    coordinates, made = evaluate(arrays, physics, Evaluation.model_validate(settings), **more)
    attributes = _attributes(settings, header, method)
    attributes["mu_star_cutoff"] = physics.mu_star_cutoff
    return _made(attributes, coordinates, variables, made)


def _network(networks, header):
    """The one network, which was trained on just these data: their test part is new to it."""
    from gapworks.eliashberg.learning.trained import Network  # torch: only where it is used

    ((name, where),) = networks.items()
    network = Network.load(where)
    if network.card["training_data"]["identity"] != header.attributes["identity"]:
        raise DataError(
            f"{where}: was trained on other data than {header.path}; which of them are tests is "
            "said by the data it was trained on"
        )
    return name, network


def _attributes(settings, header, method) -> dict[str, Any]:
    said = header.attributes
    return {
        "study": "eliashberg",
        "dataset": said["dataset"],
        "method": method,
        "data_identity": said["identity"],
        "data_sha256": header.sha256,
        "settings": settings,
    }


def _said(network) -> dict[str, Any]:
    """What an evaluation keeps of a card."""
    card = network.card
    return {
        "weights_sha256": card["weights_sha256"],
        "architecture": card["architecture"],
        "inputs": " ".join(card["inputs"]),
        "targets": " ".join(card["targets"]),
        "parameters": card["parameters"],
        "mu_star_cutoff": network.physics.mu_star_cutoff,
        "training_samples": card["training_data"]["samples"],
        "epochs": card["epochs"],
        "validation_loss": card["validation_loss"],
    }


def _made(attributes, coordinates, variables, made) -> Made:
    """Only what was made is in the file: networks differ in what can be asked of them."""
    return Made(attributes, coordinates, {n: variables[n] for n in made}, made)
