"""Pade approximants on test samples, and the paper's test of them."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.data.dataset import imaginary_axis
from gapworks.eliashberg.data.fields import gap_function, real_energies
from gapworks.eliashberg.evaluation.solved import about_solved, first_tests, solved_data
from gapworks.eliashberg.learning.distances import relative_distance
from gapworks.eliashberg.physics.pade import acceptance, pade
from gapworks.eliashberg.steps import Evaluate
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report

TOLERANCES = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
"""Of the paper's test of a continuation, which it gives without numbers."""

VARIABLES = {
    "pade_error": Variable(("row",), "1", "relative L2 error of Delta by Pade, against the line's"),
    "pade_largest": Variable(("row",), "1", "largest error over the largest |Delta|"),
    "disagreement": Variable(("row",), "1", "of Delta and phi / Z, the paper's test"),
    "passed": Variable(("row", "tolerance"), "1", "1 if within the tolerance", "uint8"),
    "example_pade": Variable(("energy",), "meV", "Re Delta by Pade, sample of median error"),
    "example_line": Variable(("energy",), "meV", "Re Delta from the equations on the line"),
}


def evaluate(settings: Evaluate, given: Given, threads: int, report: Report) -> Evaluation:
    """Pade approximants against the equations on the line: test samples of the data "solved"."""
    header, arrays, physics, solver = solved_data(given)
    chosen = first_tests(arrays, settings.evaluation.checks)
    x = real_energies(physics)
    m = imaginary_axis(physics, chosen["a2f"], solver, threads)
    found = pade(m, x, physics.broadening).delta
    true = gap_function(chosen)
    error = relative_distance(found, true)
    _, disagreement = acceptance(m, x, physics.broadening)
    typical = np.argsort(error)[len(error) // 2]
    made = {
        "pade_error": error,
        "pade_largest": np.abs(found - true).max(1) / np.abs(true).max(1),
        "disagreement": disagreement,
        "passed": disagreement[:, None] <= TOLERANCES,
        "example_pade": found[typical].real,
        "example_line": true[typical].real,
    }
    coordinates = {
        "row": Coordinate(chosen["sample"], "1", "index of the test sample"),
        "tolerance": Coordinate(TOLERANCES, "1", "of the paper's test"),
        "energy": Coordinate(x, "meV", "real part of the energy"),
    }
    return Evaluation(about_solved(header, "pade", physics), coordinates, VARIABLES, made)
