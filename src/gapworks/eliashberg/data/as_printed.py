"""The paper's own way from spectral functions to gap functions (appendix C).

M is doubled until nothing moves, Delta, Z and phi = Z Delta are continued by Pade approximants, and
what fails the test of Delta against phi / Z is dropped. The paper gives no numbers for either; ours
are the section `as_printed` of config.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapworks.eliashberg.config import AsPrinted, Physics, Solver
from gapworks.eliashberg.data.fields import boson_grid, real_energies
from gapworks.eliashberg.physics.matsubara import solve_matsubara
from gapworks.eliashberg.physics.pade import acceptance, pade


@dataclass(frozen=True)
class Continued:
    """Solutions as the paper has them; rows that do not superconduct were not continued.

    Attributes
    ----------
    matsubara_delta, matsubara_z : ndarray, shape (n, matsubara)
        At the first frequencies, those that every M has; meV, 1.
    delta, z : ndarray of complex, shape (n, energies)
        By Pade approximants, meV, 1; zero where not continued.
    residual : ndarray, shape (n,)
        Largest residual on the imaginary axis, meV.
    frequencies : ndarray of int, shape (n,)
        omega_n > 0 that were needed.
    disagreement : ndarray, shape (n,)
        Largest |Delta - phi / Z| over the largest |Delta|; infinite where not continued.
    superconducting, settled, passed : ndarray of bool, shape (n,)
        Whether Delta is not zero, whether a doubling of M moved nothing, whether the continuation
        passed the test.
    """

    matsubara_delta: np.ndarray
    matsubara_z: np.ndarray
    delta: np.ndarray
    z: np.ndarray
    residual: np.ndarray
    frequencies: np.ndarray
    disagreement: np.ndarray
    superconducting: np.ndarray
    settled: np.ndarray
    passed: np.ndarray


def solve_as_printed(
    physics: Physics, a2f: np.ndarray, solver: Solver, printed: AsPrinted, threads: int
) -> Continued:
    """Solve spectra on the study's grid the paper's way.

    Parameters
    ----------
    physics : Physics
    a2f : ndarray, shape (n, points)
    solver : Solver
        Tolerance and iterations on the imaginary axis.
    printed : AsPrinted
        What the paper leaves open.
    threads : int
    """
    x, shape = real_energies(physics), (len(a2f), physics.matsubara)
    delta, z = np.zeros(shape), np.ones(shape)
    line_delta, line_z = (np.zeros((len(a2f), x.size), complex) for _ in range(2))
    residual, frequencies = np.empty(len(a2f)), np.empty(len(a2f), int)
    disagreement = np.full(len(a2f), np.inf)
    superconducting, settled, passed = (np.zeros(len(a2f), bool) for _ in range(3))
    open_rows = np.arange(len(a2f))
    # Settled rows are done at each M; the last M takes whatever is left.
    solved = _solve(physics, a2f, physics.matsubara, solver, threads)
    for doubling in range(1, printed.max_doublings + 1):
        count = physics.matsubara * 2**doubling
        doubled = _solve(physics, a2f[open_rows], count, solver, threads)
        normal = ~solved.superconducting
        done = normal | (_moved(solved, doubled) <= printed.change)
        ended = np.ones(len(open_rows), bool) if doubling == printed.max_doublings else done
        rows = open_rows[ended]
        residual[rows], frequencies[rows] = solved.residual[ended], count // 2
        superconducting[rows], settled[rows] = solved.superconducting[ended], done[ended]
        delta[rows], z[rows] = (one[ended, : shape[1]] for one in (solved.delta, solved.z))
        going = np.flatnonzero(ended & ~normal)
        if going.size:
            m = solved.take(going)
            r = pade(m, x, physics.broadening)
            ok, error = acceptance(
                m, x, physics.broadening, tolerance=printed.tolerance, ratio=printed.ratio
            )
            rows = open_rows[going]
            line_delta[rows], line_z[rows] = r.delta, r.z
            passed[rows], disagreement[rows] = ok, error
        open_rows, solved = open_rows[~ended], doubled.take(np.flatnonzero(~ended))
        if not open_rows.size:
            break
    return Continued(
        delta,
        z,
        line_delta,
        line_z,
        residual,
        frequencies,
        disagreement,
        superconducting,
        settled,
        passed,
    )


def _solve(physics, a2f, count, solver, threads):
    """On the imaginary axis with so many frequencies; mu* acts below its cut-off all the same."""
    return solve_matsubara(
        boson_grid(physics),
        a2f,
        physics.temperature,
        physics.mu_star,
        count,
        physics.mu_star_cutoff,
        tolerance=solver.tolerance,
        max_iterations=solver.max_iterations,
        threads=threads,
    )


def _moved(solved, doubled):
    """The largest relative change of Delta, Z and phi at i omega_0 by a doubling, shape (n,)."""
    before, after = (
        np.stack([one.delta[:, 0], one.z[:, 0], one.delta[:, 0] * one.z[:, 0]])
        for one in (solved, doubled)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.abs(after / before - 1).max(0)
