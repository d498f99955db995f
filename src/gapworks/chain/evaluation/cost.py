"""Errors of solvers and networks against the ring's length."""

from __future__ import annotations

import numpy as np

from gapworks.chain.data.rings import solve_rings
from gapworks.chain.evaluation.methods import about, asked, compared, coordinates, rings
from gapworks.chain.steps import MethodErrors
from gapworks.factory.container import Variable, with_error
from gapworks.factory.evaluation_file import Evaluation, Given, Report
from gapworks.learning.intervals import jackknifed

VARIABLES = {
    **with_error(
        "mse",
        Variable(("method", "length"), "t^2", "mean squared error of Delta, NaN: not measured"),
    ),
}


def evaluate(settings: MethodErrors, given: Given, threads: int, report: Report) -> Evaluation:
    """Mean squared error of each method on rings of growing length.

    Parameters
    ----------
    settings : MethodErrors
    given : Given
        The networks that are compared with the solvers.
    threads : int
        For solvers and networks alike.
    report : callable
        Is told each error.

    Returns
    -------
    Evaluation
        `mse`, shape (methods, lengths), units of t^2: against `solve` at a hundredth of the exact
        tolerance; NaN: too long for dense. Errors are over pieces of a ring as long as the shortest
        rings: a long ring is one, and far longer than what its sites know of each other.

    Raises
    ------
    DataError
        If a network does not fit; see `methods.compared`.
    """
    cost, methods = settings.cost, compared(settings, given.networks, threads)
    mse = np.full((len(methods), len(cost.lengths)), np.nan)
    errors = np.full_like(mse, np.nan)
    for column, length in enumerate(cost.lengths):
        V = rings(settings, length)
        exactly = 1e-2 * cost.exact_tolerance
        reference = solve_rings(settings.physics, V, tolerance=exactly, threads=threads).delta
        for row, name, few in asked(cost, methods, V):
            squared = (methods[name](few) - reference[: len(few)]) ** 2
            pieces = np.array_split(squared, length // min(cost.lengths), axis=1)
            means = np.concatenate([piece.mean(axis=1) for piece in pieces])
            mse[row, column], errors[row, column] = jackknifed(lambda mean: mean, means)
            report(f"L = {length}: {name}: MSE {mse[row, column]:.1e}")
    attributes = about("cost", methods, threads)
    arrays = {"mse": mse, "mse_error": errors}
    return Evaluation(attributes, coordinates(cost, methods), VARIABLES, arrays)
