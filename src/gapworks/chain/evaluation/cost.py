"""Errors of solvers and networks against the ring's length."""

from __future__ import annotations

import numpy as np

from gapworks.chain.evaluation.methods import about, asked, compared, coordinates, rings
from gapworks.chain.physics.solver import solve
from gapworks.chain.steps import MethodErrors
from gapworks.factory.container import Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report

VARIABLES = {
    "mse": Variable(("method", "length"), "t^2", "mean squared error of Delta, NaN: not measured"),
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
        tolerance; NaN: too long for dense.

    Raises
    ------
    DataError
        If a network does not fit; see `methods.compared`.
    """
    cost, methods = settings.cost, compared(settings, given.networks, threads)
    model = settings.physics.hamiltonian
    mse = np.full((len(methods), len(cost.lengths)), np.nan)
    for column, length in enumerate(cost.lengths):
        V = rings(cost, settings.seed, length)
        exactly = 1e-2 * cost.exact_tolerance
        reference = solve(V, **model, tolerance=exactly, threads=threads).delta
        for row, name, few in asked(cost, methods, V):
            mse[row, column] = np.mean((methods[name](few) - reference[: len(few)]) ** 2)
            report(f"L = {length}: {name}: MSE {mse[row, column]:.1e}")
    attributes = about("cost", methods, threads)
    return Evaluation(attributes, coordinates(cost, methods), VARIABLES, {"mse": mse})
