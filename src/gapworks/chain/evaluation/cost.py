"""Networks and solvers at equal accuracy and time: the error of each method, and what it costs.

Errors follow from seed and settings; wall times never come out twice the same. They are two
evaluations, so that nothing else changes with the times. Everything is timed in one process, one
after the other, so that ratios hold on a noisy machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from gapworks.chain.config import Cost, Physics
from gapworks.chain.data.draw import draw_disorder
from gapworks.chain.learning.predict import Network
from gapworks.chain.physics.dense import solve_dense
from gapworks.chain.physics.solver import solve
from gapworks.factory.container import Coordinate, Variable

ERRORS = {
    "mse": Variable(("method", "length"), "t^2", "mean squared error of Delta, NaN: not measured"),
}
TIMES = {
    "seconds": Variable(("method", "length"), "s", "median time for one ring, NaN: not measured"),
}

Method = Callable[[np.ndarray], np.ndarray]
"""Delta of rings V, both of shape (rings, L), in units of t."""


def methods(
    physics: Physics, settings: Cost, networks: Mapping[str, Network], threads: int
) -> dict[str, Method]:
    """What is compared: "dense", "exact", "exact 1e-03", ..., and the networks by name.

    Parameters
    ----------
    physics : Physics
        Its length and strengths are replaced by those of `settings`.
    settings : Cost
        Lengths, disorder strength, tolerances, how far dense goes.
    networks : mapping of str to Network
        Trained networks by name.
    threads : int
        For solvers and networks alike.
    """
    import torch

    torch.set_num_threads(threads)
    common = _common(physics)
    known: dict[str, Method] = {"dense": lambda V: solve_dense(V, **common).delta}
    for tolerance in [settings.exact_tolerance, *settings.truncated_tolerances]:
        label = "exact" if tolerance == settings.exact_tolerance else f"exact {tolerance:.0e}"
        known[label] = lambda V, tolerance=tolerance: (
            solve(V, **common, tolerance=tolerance, threads=threads).delta
        )
    # As in the evaluations of the paper's figures: V with its mean.
    return known | {
        name: partial(network.predict, as_drawn=True) for name, network in networks.items()
    }


def errors(
    physics: Physics,
    settings: Cost,
    known: Mapping[str, Method],
    seed: int,
    threads: int,
    report: Callable[[str], None] = lambda line: None,
) -> np.ndarray:
    """Mean squared error of each of the `methods` on rings of growing length.

    Returns
    -------
    ndarray, shape (methods, lengths), units of t^2
        Against `solve` at a hundredth of the exact tolerance; NaN: too long for dense.
    """
    found = np.full((len(known), len(settings.lengths)), np.nan)
    tolerance = 1e-2 * settings.exact_tolerance
    for column, length in enumerate(settings.lengths):
        V = _rings(settings, seed, length)
        reference = solve(V, **_common(physics), tolerance=tolerance, threads=threads).delta
        for row, name, few in _asked(settings, known, V):
            found[row, column] = np.mean((known[name](few) - reference[: len(few)]) ** 2)
            report(f"L = {length}: {name}: MSE {found[row, column]:.1e}")
    return found


def times(
    settings: Cost,
    known: Mapping[str, Method],
    seed: int,
    report: Callable[[str], None] = lambda line: None,
) -> np.ndarray:
    """Median wall time of each of the `methods` for one ring, on rings of growing length.

    Returns
    -------
    ndarray, shape (methods, lengths), s
        NaN: too long for dense, which is timed once.
    """
    found = np.full((len(known), len(settings.lengths)), np.nan)
    for column, length in enumerate(settings.lengths):
        V = _rings(settings, seed, length)
        for row, name, few in _asked(settings, known, V):
            if name != "dense":
                known[name](few[:1])  # compiled, allocated
            taken = []
            for _ in range(1 if name == "dense" else settings.repeats):
                start = time.perf_counter()
                known[name](few)
                taken.append((time.perf_counter() - start) / len(few))
            found[row, column] = np.median(taken)
            report(f"L = {length}: {name}: {found[row, column]:.2e} s a ring")
    return found


def coordinates(settings: Cost, known: Mapping[str, Method]) -> dict[str, Coordinate]:
    """The dimensions of `ERRORS` and `TIMES`."""
    return {
        "method": Coordinate(np.arange(len(known)), "1", "number of the method"),
        "length": Coordinate(np.array(settings.lengths), "a", "sites of the ring, L"),
    }


def _common(physics: Physics) -> dict[str, Any]:
    return {
        "coupling": physics.coupling,
        "filling": physics.filling,
        "hartree": physics.hartree,
    }


def _rings(settings: Cost, seed: int, length: int) -> np.ndarray:
    """As many rings of one length as have the sites of a batch."""
    rings = max(1, settings.sites // length)
    return draw_disorder(seed, settings.stream, [settings.strength], length, 0, rings)[0]


def _asked(
    settings: Cost, known: Mapping[str, Method], V: np.ndarray
) -> Iterator[tuple[int, str, np.ndarray]]:
    """Row and name of each method with the rings that it is given: dense is given one, if any."""
    for row, name in enumerate(known):
        if name != "dense":
            yield row, name, V
        elif V.shape[1] <= settings.dense_up_to:
            yield row, name, V[:1]
