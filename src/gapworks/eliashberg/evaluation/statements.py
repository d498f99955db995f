"""What the paper says in passing, on test samples."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.data.dataset import imaginary_axis, real_axis
from gapworks.eliashberg.data.fields import as_numbers, boson_grid, gap_function, real_energies
from gapworks.eliashberg.evaluation.solved import about_solved, first_tests, solved_data
from gapworks.eliashberg.learning.distances import pearson
from gapworks.eliashberg.physics.matsubara import solve_matsubara
from gapworks.eliashberg.physics.solution import MatsubaraSolution
from gapworks.eliashberg.steps import Evaluate
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report

SCALE = 5.0
"""The paper's example: 10 meV at 1.16 K is 50 meV at 5.8 K."""

FAR = 60.0
"""Energy above which Z and Delta are said to be saturated, meV."""

VARIABLES = {
    "scaling_error": Variable(("row",), "1", "relative change of Delta under the exact scaling"),
    "scaling_error_same_cutoff": Variable(
        ("row",), "1", "the same where the cut-off of mu* stays and does not scale with T"
    ),
    "mu_star_delta_0": Variable(("row",), "1", "Delta_0 at mu* = 0.2 over that at 0.1"),
    "mu_star_pcc": Variable(("row",), "1", "Pearson correlation of the two gap functions"),
    "far_z": Variable(("row",), "1", "|Z - 1| at 60 meV"),
    "far_delta": Variable(("row",), "1", "|Delta| at 60 meV over its largest"),
    "doubling": Variable(("row",), "1", "relative change of Delta_0 when M is doubled"),
    "broyden": Variable(("row",), "1", "iterations of Broyden's method", "int32"),
    "anderson": Variable(("row",), "1", "iterations of Anderson's", "int32"),
    "plain": Variable(("row",), "1", "plain iterations", "int32"),
}


def evaluate(settings: Evaluate, given: Given, threads: int, report: Report) -> Evaluation:
    """Scaling, mu*, saturation, truncation and iteration, test samples of the data set "solved"."""
    header, arrays, physics, solver = solved_data(given)
    chosen = first_tests(arrays, settings.evaluation.checks)
    a2f, omega = chosen["a2f"], boson_grid(physics)

    def solved(method: str = "anderson", **changes: float) -> MatsubaraSolution:
        return imaginary_axis(physics.model_copy(update=changes), a2f, solver, threads, method)

    m = solved()

    def scaled(cutoff: float) -> np.ndarray:
        """Relative change of Delta where energies and temperature are `SCALE` times as large."""
        found = solve_matsubara(
            SCALE * omega,
            a2f,
            SCALE * physics.temperature,
            physics.mu_star,
            physics.matsubara,
            cutoff,
            threads=threads,
        )
        return np.abs(found.delta / SCALE - m.delta).max(1) / m.delta[:, 0]

    stronger = solved(mu_star=2 * physics.mu_star)
    gap = real_axis(physics, stronger, solver, threads).delta
    # The largest |Delta| stands below the end of the energies kept; 60 meV is one more point.
    x = np.append(real_energies(physics), FAR)
    r = real_axis(physics, m, solver, threads, x)
    doubled = solved(matsubara=2 * physics.matsubara)
    made = {
        "scaling_error": scaled(SCALE * physics.mu_star_cutoff),
        "scaling_error_same_cutoff": scaled(physics.mu_star_cutoff),
        "mu_star_delta_0": stronger.delta[:, 0] / m.delta[:, 0],
        "mu_star_pcc": pearson(as_numbers(gap), as_numbers(gap_function(chosen))),
        "far_z": np.abs(r.z[:, -1] - 1),
        "far_delta": np.abs(r.delta[:, -1]) / np.abs(r.delta).max(1),
        "doubling": np.abs(doubled.delta[:, 0] / m.delta[:, 0] - 1),
    }
    made |= {name: solved(name).iterations for name in ("broyden", "anderson", "plain")}
    coordinates = {"row": Coordinate(chosen["sample"], "1", "index of the test sample")}
    return Evaluation(about_solved(header, "statements", physics), coordinates, VARIABLES, made)
