"""Solvers and networks beside each other on rings of growing length: what the evaluations of their
errors and of their wall times share.

Errors follow from seed and settings; wall times never come out twice the same. They are two
evaluations, so that nothing else changes with the times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gapworks.chain.config import Cost
from gapworks.chain.data.draw import draw_disorder
from gapworks.chain.data.rings import held_mu, solve_rings
from gapworks.chain.learning.fit import check_physics
from gapworks.chain.learning.trained import Network
from gapworks.chain.physics.dense import solve_dense
from gapworks.chain.steps import MethodTimes
from gapworks.factory.container import Coordinate
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import alone

Method = Callable[[np.ndarray], np.ndarray]
"""Delta of rings V, both of shape (rings, L), in units of t."""


def compared(
    settings: MethodTimes, networks: Mapping[str, Path], threads: int
) -> dict[str, Method]:
    """What is compared: "dense", "exact", "exact 1e-03", ..., and the networks by name.

    Parameters
    ----------
    settings : MethodTimes
        Physics, but for length and disorder strength, which are those of `settings.cost`;
        tolerances, how far dense goes.
    networks : mapping of str to Path
        Weights by name.
    threads : int
        For solvers and networks alike.

    Raises
    ------
    DataError
        If a network was trained on other physics, or its window is longer than the shortest ring.
    """
    torch.set_num_threads(threads)
    cost, physics = settings.cost, settings.physics

    def dense(V: np.ndarray) -> np.ndarray:
        return solve_dense(V, **physics.hamiltonian, mu=held_mu(physics, V.shape[-1])).delta

    known: dict[str, Method] = {"dense": dense}
    for tolerance in [cost.exact_tolerance, *cost.truncated_tolerances]:
        label = "exact" if tolerance == cost.exact_tolerance else f"exact {tolerance:.0e}"
        known[label] = lambda V, tolerance=tolerance: (
            solve_rings(physics, V, tolerance=tolerance, threads=threads).delta
        )
    for name, path in networks.items():
        network = Network.load(path)
        check_physics(network, path, settings.physics.model_dump(mode="json"))
        shortest = min(cost.lengths)
        if shortest < network.card["window"]:
            raise DataError(
                f"{path}: its window of {network.card['window']} sites is longer than "
                f"the shortest ring of cost.lengths, {shortest}"
            )
        # As in the evaluations of the paper's figures: V with its mean.
        known[name] = partial(network.predict, as_drawn=True)
    return known


def about(name: str, methods: Mapping[str, Method], threads: int) -> dict[str, Any]:
    """Attributes of an evaluation of methods."""
    return {**alone(name), "methods": list(methods), "threads": threads}


def coordinates(settings: Cost, methods: Mapping[str, Method]) -> dict[str, Coordinate]:
    """Method and length of the ring."""
    return {
        "method": Coordinate(np.arange(len(methods)), "1", "number of the method"),
        "length": Coordinate(np.array(settings.lengths), "a", "sites of the ring, L"),
    }


def rings(settings: MethodTimes, length: int) -> np.ndarray:
    """As many rings of one length as have the sites of a batch."""
    cost = settings.cost
    count = max(1, cost.sites // length)
    law = settings.physics.disorder
    return draw_disorder(
        settings.seed, cost.stream, [cost.strength], length, 0, count, disorder=law
    )[0]


def asked(
    settings: Cost, methods: Mapping[str, Method], V: np.ndarray
) -> Iterator[tuple[int, str, np.ndarray]]:
    """Row and name of each method with the rings that it is given: dense is given one, if any."""
    for row, name in enumerate(methods):
        if name != "dense" or V.shape[1] <= settings.dense_up_to:
            yield row, name, V[:1] if name == "dense" else V
