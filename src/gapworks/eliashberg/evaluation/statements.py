"""Checks of the solutions on test samples: Pade approximants, and the paper's side remarks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.dataset import imaginary_axis, real_axis
from gapworks.eliashberg.data.fields import (
    Split,
    boson_grid,
    gap_function,
    part,
    real_energies,
    rows_of,
)
from gapworks.eliashberg.learning.scores import pearson, relative_distance
from gapworks.eliashberg.networks import Evaluation
from gapworks.eliashberg.physics.matsubara import solve_matsubara
from gapworks.eliashberg.physics.pade import acceptance, pade
from gapworks.factory.container import Coordinate, Variable

TOLERANCES = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
"""Of the paper's test of a continuation, which it gives without numbers."""

SCALE = 5.0
"""The paper's example: 10 meV at 1.16 K is 50 meV at 5.8 K."""

FAR = 60.0
"""Energy above which Z and Delta are said to be saturated, meV."""

PADE = {
    "pade_error": Variable(("row",), "1", "relative L2 error of Delta by Pade, against the line's"),
    "pade_largest": Variable(("row",), "1", "largest error over the largest |Delta|"),
    "disagreement": Variable(("row",), "1", "of Delta and phi / Z, the paper's test"),
    "passed": Variable(("row", "tolerance"), "1", "1 if within the tolerance", "uint8"),
    "example_pade": Variable(("energy",), "meV", "Re Delta by Pade, sample of median error"),
    "example_line": Variable(("energy",), "meV", "Re Delta from the equations on the line"),
}

STATEMENTS = {
    "scaling_error": Variable(("row",), "1", "relative change of Delta under the exact scaling"),
    "mu_star_delta_0": Variable(("row",), "1", "Delta_0 at mu* = 0.2 over that at 0.1"),
    "mu_star_pcc": Variable(("row",), "1", "Pearson correlation of the two gap functions"),
    "far_z": Variable(("row",), "1", "|Z - 1| at 60 meV"),
    "far_delta": Variable(("row",), "1", "|Delta| at 60 meV over its largest"),
    "doubling": Variable(("row",), "1", "relative change of Delta_0 when M is doubled"),
    "broyden": Variable(("row",), "1", "iterations of Broyden's method", "int32"),
    "anderson": Variable(("row",), "1", "iterations of Anderson's", "int32"),
    "plain": Variable(("row",), "1", "plain iterations", "int32"),
}


def evaluate_pade(
    arrays: Mapping[str, np.ndarray], physics: Physics, settings: Evaluation, threads: int
) -> tuple[dict[str, Coordinate], dict[str, np.ndarray]]:
    """Pade approximants of the test samples against the equations on the line."""
    chosen = rows_of(arrays, part(arrays, Split.TEST)[: settings.checks])
    x = real_energies(physics)
    m = imaginary_axis(physics, chosen["a2f"], threads)
    found = pade(m, x, physics.broadening).delta
    true = chosen["delta_real"] + 1j * chosen["delta_imag"]
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
    return coordinates, made


def evaluate_statements(
    arrays: Mapping[str, np.ndarray], physics: Physics, settings: Evaluation, threads: int
) -> tuple[dict[str, Coordinate], dict[str, np.ndarray]]:
    """What the paper says in passing: scaling, mu*, saturation, the truncation, the iteration."""
    chosen = rows_of(arrays, part(arrays, Split.TEST)[: settings.checks])
    a2f, omega = chosen["a2f"], boson_grid(physics)
    m = imaginary_axis(physics, a2f, threads)
    scaled = solve_matsubara(
        SCALE * omega,
        a2f,
        SCALE * physics.temperature,
        physics.mu_star,
        physics.matsubara,
        SCALE * physics.mu_star_cutoff,
        threads=threads,
    )
    change = np.abs(scaled.delta / SCALE - m.delta).max(1) / m.delta[:, 0]
    stronger = imaginary_axis(
        physics.model_copy(update={"mu_star": 2 * physics.mu_star}), a2f, threads
    )
    gaps = real_axis(physics, stronger, None, threads).delta
    gap = gap_function(chosen)
    # The largest |Delta| stands below the end of the energies kept; 60 meV is one more point.
    x = np.append(real_energies(physics), FAR)
    r = real_axis(physics, m, None, threads, x)
    doubled = imaginary_axis(
        physics.model_copy(update={"matsubara": 2 * physics.matsubara}), a2f, threads
    )
    made = {
        "scaling_error": change,
        "mu_star_delta_0": stronger.delta[:, 0] / m.delta[:, 0],
        "mu_star_pcc": pearson(np.concatenate([gaps.real, gaps.imag], axis=1), gap),
        "far_z": np.abs(r.z[:, -1] - 1),
        "far_delta": np.abs(r.delta[:, -1]) / np.abs(r.delta).max(1),
        "doubling": np.abs(doubled.delta[:, 0] / m.delta[:, 0] - 1),
    }
    for method in ("broyden", "anderson", "plain"):
        made[method] = imaginary_axis(physics, a2f, threads, method=method).iterations
    return {"row": Coordinate(chosen["sample"], "1", "index of the test sample")}, made
