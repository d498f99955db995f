"""Iterations of the self-consistency loop under plain mixing, the method that a paper of the field
means if it names none: x <- x + beta (G(x) - x)."""

from __future__ import annotations

import numpy as np

from gapworks.chain.data.draw import draw_disorder
from gapworks.chain.data.rings import solve_rings
from gapworks.chain.steps import IterationCounts
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report, alone

VARIABLES = {
    "iterations": Variable(("strength", "ring"), "1", "iterations; NaN: not converged"),
}


def evaluate(settings: IterationCounts, given: Given, threads: int, report: Report) -> Evaluation:
    """Iterations to convergence, ring by ring.

    Parameters
    ----------
    settings : IterationCounts
        Physics; mixing, tolerance, most iterations, rings and strengths of `plain_mixing`.
    given : Given
        Nothing.
    threads : int
        For the solver.
    report : callable
        Is told the median at each V0.

    Returns
    -------
    Evaluation
        `iterations`, shape (strengths, rings).
    """
    plain, physics = settings.plain_mixing, settings.physics
    count = len(plain.strengths) * plain.rings
    V, _ = draw_disorder(
        *(settings.seed, plain.stream, plain.strengths, physics.length, 0, count),
        disorder=physics.disorder,
    )
    s = solve_rings(
        physics,
        V,
        mixing=plain.mixing,
        tolerance=plain.tolerance,
        max_iterations=plain.max_iterations,
        threads=threads,
    )
    counted = np.where(s.converged, s.iterations, np.nan)
    iterations = counted.reshape(plain.rings, len(plain.strengths)).T
    for V0, of_rings in zip(plain.strengths, iterations, strict=True):
        report(f"V0 = {V0:g}: median {np.nanmedian(of_rings):.0f} iterations")
    coordinates = {
        "strength": Coordinate(np.array(plain.strengths), "t", "disorder strength V0"),
        "ring": Coordinate(np.arange(plain.rings), "1", "number of the ring"),
    }
    return Evaluation(alone("plain_mixing"), coordinates, VARIABLES, {"iterations": iterations})
