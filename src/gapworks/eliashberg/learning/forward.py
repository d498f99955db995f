"""Predictions pushed through the equations: what a predicted a2F says of the gap function.

A small error of the a2F proves nothing by itself: many spectra share one gap function. So every
predicted spectrum is solved, and its gap function compared with the one that it was inferred from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapworks.eliashberg.config import AsPrinted, Physics, Solver
from gapworks.eliashberg.data.as_printed import solve_as_printed
from gapworks.eliashberg.data.dataset import solve_spectra
from gapworks.eliashberg.data.fields import as_numbers, boson_grid
from gapworks.eliashberg.learning.distances import pearson, relative_distance
from gapworks.eliashberg.physics.moments import MOMENTS, moment_name
from gapworks.eliashberg.physics.spectrum import coupling_constant, logarithmic_frequency
from gapworks.factory.container import Variable

FORWARD_SOLVER = Solver(
    tolerance=1e-10,
    line_tolerance=1e-5,
    max_iterations=500,
    max_draws=1,
    kept_frequencies=1,
    back_projection=0.5,
)
"""Of predictions, which are off by percents: solved less exactly than the data."""

VARIABLES = {
    "gap_residual": Variable(
        ("pushed",), "1", "relative L2 distance of the gap function solved from the prediction"
    ),
    "gap_pcc": Variable(
        ("pushed",), "1", "Pearson correlation of the two gap functions, Delta_g = 1 - it"
    ),
    "clipped": Variable(("pushed",), "1", "share of |a2F| that was negative and set to zero"),
    "superconducts": Variable(
        ("pushed",), "1", "1 if the predicted spectrum superconducts", "uint8"
    ),
    "solved": Variable(("pushed",), "1", "1 if both solvers converged", "uint8"),
}


@dataclass(frozen=True)
class Pushed:
    """Spectra as they were solved, their solutions on the line, and numbers of each.

    Attributes
    ----------
    a2f : ndarray, shape (n, points)
        The predictions with their negative parts set to zero: the equations need a2F >= 0.
    delta : ndarray of complex, shape (n, energies)
        meV; zero where the spectrum does not superconduct.
    z : ndarray of complex, shape (n, energies)
    numbers : dict of str to ndarray, shape (n,)
        The arrays of `VARIABLES`; those that compare only if there is what to compare with.
    """

    a2f: np.ndarray
    delta: np.ndarray
    z: np.ndarray
    numbers: dict[str, np.ndarray]


def push_forward(
    physics: Physics,
    a2f: np.ndarray,
    delta: np.ndarray | None,
    threads: int,
    printed: AsPrinted | None = None,
) -> Pushed:
    """Solve predicted spectra and compare with the gap functions that they were inferred from.

    Parameters
    ----------
    physics : Physics
        Grids, temperature, mu* and broadening.
    a2f : ndarray, shape (n, points)
        As predicted; negative values are set to zero, and their share is given.
    delta : ndarray of complex or None, shape (n, energies)
        Gap functions to compare with, meV; None: they are not known.
    threads : int
        Of the solvers.
    printed : AsPrinted, optional
        Solved and continued the paper's way, as gap functions of such data were; `solved` then says
        whether the continuation passed the test.
    """
    positive = np.clip(a2f, 0.0, None)
    clipped = (positive - a2f).sum(1) / np.abs(a2f).sum(1)
    # Nothing left is no spectrum to the solvers: one that is far too weak stands for it.
    positive[~positive.any(axis=1), -1] = 1e-12
    if printed is None:
        m, r = solve_spectra(physics, positive, FORWARD_SOLVER, threads)
        found, z = np.where(m.superconducting[:, None], r.delta, 0.0), r.z
        superconducts, solved = m.superconducting, m.converged & r.converged
    else:
        s = solve_as_printed(physics, positive, FORWARD_SOLVER, printed, threads)
        found, z, superconducts, solved = s.delta, s.z, s.superconducting, s.settled & s.passed
    numbers = {"clipped": clipped, "superconducts": superconducts, "solved": solved}
    if delta is not None:
        rows = as_numbers(found), as_numbers(delta)
        numbers |= {"gap_residual": relative_distance(*rows), "gap_pcc": pearson(*rows)}
    return Pushed(positive, found, z, numbers)


def spectrum_numbers(physics: Physics, a2f: np.ndarray) -> dict[str, np.ndarray]:
    """lambda, omega_log (meV) and the moments of spectra that are nowhere negative."""
    omega = boson_grid(physics)
    step = omega[0]
    made = {
        "coupling": coupling_constant(omega, a2f),
        "omega_log": logarithmic_frequency(omega, a2f),
    }
    return made | {moment_name(p): step * (a2f * omega**p).sum(-1) for p in MOMENTS}
