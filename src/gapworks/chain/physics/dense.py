"""`solve_dense`, the reference: diagonalisation of eq. 2 in the same self-consistency loop, O(L^3).

It shares start, mixing and the rule when to stop with `solve`; no sign function, no sweep, no pole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gapworks.chain.physics.anderson import forget, mix, remember, step_length
from gapworks.chain.physics.model import Model, starting_point
from gapworks.chain.physics.self_consistency import (
    DEPTH,
    STEP_SHARE,
    TRIES,
    confine,
    plain_try,
    vanishing,
)
from gapworks.chain.physics.solution import Reason, Solution, assemble
from gapworks.chain.physics.solver import (
    check_arguments,
    check_chemical_potential,
    check_mixing,
)

# A level closer to zero than this, relative to the largest, is a zero mode: half filled, no
# pairing.
_ZERO = 1e-13


def bdg_matrix(eps: np.ndarray, delta: np.ndarray) -> np.ndarray:
    """H = [[h, D], [D, -h]] of eq. 2.

    Parameters
    ----------
    eps, delta : ndarray, shape (L,)
        Diagonal of h (mu and Hartree included) and of D, units of t.

    Returns
    -------
    ndarray, shape (2 L, 2 L)
    """
    L = len(eps)
    h = np.diag(eps)
    i = np.arange(L)
    h[i, i - 1] = h[i - 1, i] = -1.0
    D = np.diag(delta)
    return np.block([[h, D], [D, -h]])


def dense_map(
    V: np.ndarray,
    delta: np.ndarray,
    density: np.ndarray,
    mu: float,
    coupling: float = 1.5,
    hartree: str = "attractive",
) -> tuple[np.ndarray, np.ndarray]:
    """One evaluation of eq. 4 by diagonalisation: new Delta and n of a ring.

    Parameters
    ----------
    V, delta, density, mu, coupling, hartree
        As in `gapworks.chain.fast_map`, whose reference it is; nothing is checked but the last two.

    Returns
    -------
    delta, density : ndarray, shape (L,)
        Units of t, and electrons per site.
    """
    eps = Model(coupling, 1.0, hartree).levels(V, density, mu)
    return _fields(eps, delta, coupling)[:2]


def _fields(eps, delta, coupling):
    """(new Delta, new n, eigenvalues).

    A zero mode is half filled: its share u v (1 - 2 f) of the pairing vanishes at f = 1 / 2.
    """
    L = len(eps)
    E, psi = np.linalg.eigh(bdg_matrix(eps, delta))
    sign = np.where(np.abs(E) > _ZERO * np.abs(E).max(), np.sign(E), 0.0)
    u, v = psi[:L], psi[L:]
    # Sums over E > 0 as half the sums over all E with sign(E): -E carries (-v, u), and completeness
    # the rest.
    return 0.5 * coupling * (u * v) @ sign, 1 + (v * v) @ sign, E


def solve_dense(
    V: ArrayLike,
    coupling: float = 1.5,
    filling: float = 0.85,
    tolerance: float = 1e-11,
    hartree: str = "attractive",
    *,
    mu: ArrayLike | None = None,
    mixing: float | None = None,
    max_iterations: int = 400,
) -> Solution:
    """`solve` by full diagonalisation: same arguments, same result, about a second for L = 256.

    Parameters and errors as `gapworks.chain.solve`.

    Returns
    -------
    Solution
    """
    V, offset, model, tolerance, max_iterations = check_arguments(
        V, coupling, filling, tolerance, hartree, max_iterations
    )
    L = V.shape[-1]
    start = starting_point(model, L)
    rings = V.reshape(-1, L)
    tries = TRIES if mixing is None else plain_try(check_mixing(mixing), max_iterations)
    held = check_chemical_potential(mu, offset)
    fields, verdicts = np.empty((len(rings), 2 * L + 1)), np.empty((len(rings), 5))
    for ring, at, row, verdict in zip(rings, held, fields, verdicts, strict=True):
        row[:], verdict[:] = _relax(ring, at, model, start, tolerance, max_iterations, tries)
    return assemble(model, V, offset, fields, verdicts, held=mu is not None)


def _relax(V, mu, model, start, tolerance, budget, tries):
    """First try that passes, else the last: x, (reason, iterations, residual, gap, tr |H|)."""
    total = 0
    for numbers in tries:
        x, reason, used, residual, E = _attempt(V, mu, model, start, tolerance, budget, *numbers)
        total += used
        if reason == Reason.CONVERGED:
            break
    return x, (reason, total, residual, np.abs(E).min(), np.abs(E).sum())


def _attempt(V, mu, model, start, tolerance, budget, beta, plain, mu_gain, patience):
    L, held = len(V), not np.isnan(mu)
    begin = mu if held else start[1] + V.mean()
    floor, ceiling = V.min() - 2 - model.coupling, V.max() + 2 + model.coupling
    if held:
        floor = ceiling = mu
    x = np.concatenate([np.full(L, start[0]), np.full(L, model.filling), [begin]])
    memory = remember(DEPTH, x.size)
    best, waited, settled = np.inf, 0, False
    residual, E = np.nan, np.full(2 * L, np.nan)
    for iteration in range(1, budget + 1):
        delta, density, mu = x[:L], x[L : 2 * L], x[2 * L]
        eps = model.levels(V, density, mu)
        if not np.isfinite(eps).all():
            return x, Reason.DIVERGED, iteration, residual, E
        new_delta, new_density, E = _fields(eps, delta, model.coupling)
        missing = 0.0 if held else model.filling - new_density.mean()
        f = np.concatenate([new_delta - delta, new_density - density, [missing]])
        residual = np.abs(f).max()
        if settled and residual <= tolerance:
            normal = delta.max() <= vanishing(tolerance)
            reason = Reason.NORMAL_STATE if normal else Reason.CONVERGED
            return x, reason, iteration, residual, E
        best, waited = (residual, 0) if residual < 0.5 * best else (best, waited + 1)
        if waited > patience:
            return x, Reason.ITERATIONS_EXHAUSTED, iteration, residual, E
        if iteration <= plain:
            forget(memory)
        f[-1] *= mu_gain
        mix(x, f, beta, memory)
        confine(x, model.coupling, floor, ceiling)
        settled = residual <= tolerance and step_length(x, memory) <= STEP_SHARE * tolerance
    return x, Reason.ITERATIONS_EXHAUSTED, budget, residual, E
