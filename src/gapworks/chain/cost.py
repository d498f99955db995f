"""Networks and solvers at equal accuracy and time: the error that a second buys.

Everything is timed in one process, one after the other, so that ratios hold on a noisy machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gapworks.chain.dense import solve_dense
from gapworks.chain.predict import Network
from gapworks.chain.samples import draw_disorder
from gapworks.chain.settings import Cost, Physics
from gapworks.chain.solver import solve
from gapworks.factory.container import Coordinate, Variable

VARIABLES = {
    "seconds": Variable(("method", "length"), "s", "median time for one ring, NaN: not measured"),
    "mse": Variable(("method", "length"), "t^2", "mean squared error of Delta, NaN: not measured"),
}


def measure(
    physics: Physics,
    settings: Cost,
    networks: Mapping[str, Network],
    seed: int,
    threads: int,
    report: Callable[[str], None] = lambda line: None,
) -> tuple[list[str], dict[str, Coordinate], dict[str, np.ndarray]]:
    """Time and error of each method on rings of growing length.

    Parameters
    ----------
    physics : Physics
        Its length and strengths are replaced by those of `settings`.
    settings : Cost
        Lengths, disorder strength, tolerances, how far dense goes, repeats.
    networks : mapping of str to Network
        Trained networks by name.
    threads : int
        For solvers and networks alike.

    Returns
    -------
    methods : list of str
        "dense", "exact", "exact 1e-03", ..., and the networks' names.
    coordinates, arrays
        Of `VARIABLES`. Errors are against `solve` at a hundredth of the exact tolerance.
    """
    import torch

    torch.set_num_threads(threads)
    common: dict[str, Any] = {
        "coupling": physics.coupling,
        "filling": physics.filling,
        "hartree": physics.hartree,
    }
    methods = {"dense": lambda V: solve_dense(V, **common).delta}
    for tolerance in [settings.exact_tolerance, *settings.truncated_tolerances]:
        label = "exact" if tolerance == settings.exact_tolerance else f"exact {tolerance:.0e}"
        methods[label] = lambda V, tolerance=tolerance: (
            solve(V, **common, tolerance=tolerance, threads=threads).delta
        )
    methods |= {name: network.predict for name, network in networks.items()}

    seconds = np.full((len(methods), len(settings.lengths)), np.nan)
    errors = np.full_like(seconds, np.nan)
    for column, length in enumerate(settings.lengths):
        rings = max(1, settings.sites // length)
        V, _ = draw_disorder(seed, settings.stream, [settings.strength], length, 0, rings)
        reference = solve(
            V, **common, tolerance=1e-2 * settings.exact_tolerance, threads=threads
        ).delta
        for row, (name, method) in enumerate(methods.items()):
            if name == "dense" and length > settings.dense_up_to:
                continue
            few = V[:1] if name == "dense" else V
            if name != "dense":
                method(few[:1])  # compiled, allocated
            taken, result = [], reference
            for _ in range(1 if name == "dense" else settings.repeats):
                start = time.perf_counter()
                result = method(few)
                taken.append((time.perf_counter() - start) / len(few))
            seconds[row, column] = np.median(taken)
            errors[row, column] = np.mean((result - reference[: len(few)]) ** 2)
            report(
                f"L = {length}: {name}: {seconds[row, column]:.2e} s a ring, "
                f"MSE {errors[row, column]:.1e}"
            )
    coordinates = {
        "method": Coordinate(np.arange(len(methods)), "1", "number of the method"),
        "length": Coordinate(np.array(settings.lengths), "a", "sites of the ring, L"),
    }
    return list(methods), coordinates, {"seconds": seconds, "mse": errors}
