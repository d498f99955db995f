"""What a supervised network's last layer has learned: its basis functions (appendix B)."""

from __future__ import annotations

import numpy as np
import torch

from gapworks.eliashberg.data.fields import Arrays, Split, joined, part, rows_of
from gapworks.eliashberg.evaluation import errors
from gapworks.eliashberg.evaluation.readings import SCORES
from gapworks.eliashberg.evaluation.tested import several
from gapworks.eliashberg.learning.trained import Network
from gapworks.eliashberg.steps import Evaluate
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data

VARIABLES = {
    "basis": Variable(
        ("network", "neuron", "omega"), "1", "weights w_ij of the output layer; NaN: no such neuron"
    ),
    "activity": Variable(
        ("network", "neuron"), "1", "standard deviation of a neuron over the training data"
    ),
    "roughness": Variable(
        ("network", "neuron"), "1", "share of a basis function's variance in its steps"
    ),
    "neurons": Variable(("network",), "1", "neurons of the layer next to the output", "int32"),
    "repeat": Variable(("network",), "1", "which training of the same network", "int32"),
    "r2": Variable(("network",), "1", "R^2 on the test samples"),
    "r2_lower": Variable(("network",), "1", "lower end of its interval"),
    "r2_upper": Variable(("network",), "1", "upper end"),
    "r2_without_bias": Variable(
        ("network",), "1", "R^2 with the output layer's bias set to zero: the basis functions alone"
    ),
    "training_loss": Variable(("network", "epoch"), "1", "mean squared error after each epoch"),
}


def evaluate(settings: Evaluate, given: Given, threads: int, report: Report) -> Evaluation:
    """Basis functions, activity and test score of networks, trained on the data set "own".

    Raises
    ------
    DataError
        If a network was trained on other data.
    """
    header, arrays, named = several(given)
    networks = list(named.values())
    train, test = (rows_of(arrays, part(arrays, which)) for which in (Split.TRAIN, Split.TEST))
    mean, seed = train["a2f"].mean(0), header.attributes["seed"]
    neurons = np.array([n.card["architecture"]["hidden"][-1] for n in networks])
    epochs = max(len(network.card["history"]) for network in networks)
    shape = (len(networks), neurons.max())
    made = {
        "basis": np.full((*shape, len(arrays["omega"])), np.nan),
        "activity": np.full(shape, np.nan),
        "roughness": np.full(shape, np.nan),
        "neurons": neurons,
        "repeat": np.array([network.card["settings"]["repeat"] for network in networks]),
        **{name: np.empty(len(networks)) for name in ("r2", "r2_lower", "r2_upper")},
        "r2_without_bias": np.empty(len(networks)),
        "training_loss": np.full((len(networks), epochs), np.nan),
    }
    for row, network in enumerate(networks):
        few = slice(0, neurons[row])
        weights = network.model.output.weight.detach().double().numpy().T
        made["basis"][row, few] = weights
        made["activity"][row, few] = _activity(network, train)
        made["roughness"][row, few] = roughness(weights)
        found = network.predict(test)
        scored = errors.score(found, test["a2f"], mean, settings.evaluation, seed)
        for end in ("", "_lower", "_upper"):
            made[f"r2{end}"][row] = scored[f"score{end}"][SCORES.index("r2")]
        bias = network.model.output.bias.detach().double().numpy()
        left = ((found - bias - test["a2f"]) ** 2).sum() / ((test["a2f"] - mean) ** 2).sum()
        made["r2_without_bias"][row] = 1 - left
        history = [epoch["train"] for epoch in network.card["history"]]
        made["training_loss"][row, : len(history)] = history
    coordinates = {
        "network": Coordinate(np.arange(len(networks)), "1", "network"),
        "neuron": Coordinate(np.arange(neurons.max()), "1", "neuron next to the output"),
        "omega": Coordinate(arrays["omega"], "meV", "boson energy"),
        "epoch": Coordinate(np.arange(1, epochs + 1), "1", "epoch"),
    }
    return Evaluation(about_data(header, "bases"), coordinates, VARIABLES, made)


def roughness(basis: np.ndarray) -> np.ndarray:
    """Variance of the steps over twice the variance: near 0 if smooth, 1 for white noise.

    Parameters
    ----------
    basis : ndarray, shape (neurons, points)
    """
    return np.diff(basis, axis=1).var(axis=1) / (2 * basis.var(axis=1))


@torch.no_grad()
def _activity(network: Network, train: Arrays) -> np.ndarray:
    rows = joined(train, network.card["inputs"], network.physics.broadening)
    return network.model.before_output(network.inputs(rows)).std(0).double().numpy()
