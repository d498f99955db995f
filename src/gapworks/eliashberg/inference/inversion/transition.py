"""How T_c answers a change of the spectrum or of mu*.

At T_c the linearised equations have a solution phi_m = Delta_m / omega_m, A phi = 0 with

    A_nm = lambda(n - m) + lambda(n + m + 1) - 2 mu* - delta_nm omega_n Z_n / (pi T)

so that psi . dA phi = 0 for the left solution psi: to first order, what a change adds to
psi . A phi has to be made up for by the temperature.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import hankel, lu_factor, lu_solve, toeplitz

from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.coulomb import effective_coulomb

# As in `critical_temperature`: frequencies up to so many times the end of the spectrum.
_ENDS = 20.0
_REFINEMENTS = 4
# At T_c the matrix is singular, at times to the last bit.
_SHIFT = 1e-10


def transition_response(
    energies: np.ndarray,
    strengths: np.ndarray,
    mu_star: float,
    cutoff: float,
    temperature: float,
) -> tuple[np.ndarray, float]:
    """d T_c / d strength_j, K, and d T_c / d mu*, K.

    Parameters
    ----------
    energies, strengths : ndarray, shape (J,)
        Einstein modes: omega_j, meV, and w_j a2F_j.
    mu_star, cutoff : float
        mu* and the energy below which it acts, meV.
    temperature : float
        T_c, K.
    """
    spacing = 2 * np.pi * BOLTZMANN * temperature
    count = int(np.ceil(_ENDS * energies[np.flatnonzero(strengths)[-1]] / spacing))
    nu = spacing * np.arange(2 * count)[:, None]
    table = 2 * energies / (nu**2 + energies**2)
    lags = table @ strengths
    mu, below = effective_coulomb(mu_star, cutoff, temperature, count)
    matrix = toeplitz(lags[:count]) + hankel(lags[1 : count + 1], lags[count : 2 * count])
    matrix -= 2 * mu * below
    diagonal = 2 * np.arange(count) + 1 + 2 * lags[:count].cumsum() - lags[0]
    matrix[np.diag_indices(count)] -= diagonal * (1 + _SHIFT)
    factors = lu_factor(matrix)
    right = left = 1 / diagonal
    for _ in range(_REFINEMENTS):
        right, left = lu_solve(factors, right), lu_solve(factors, left, trans=1)
        right, left = right / np.linalg.norm(right), left / np.linalg.norm(left)
    by_lag = _by_lag(left, right)
    coulomb = -2 * left.sum() * (right @ below)
    warming = by_lag @ ((-2 * nu**2 / temperature * table / (nu**2 + energies**2)) @ strengths)
    scaled = mu < mu_star
    if scaled:
        # The frequencies move with T, and with them the energy that mu* is brought down to.
        warming += coulomb * mu**2 / temperature
    slope = (mu / mu_star) ** 2 if scaled else 1.0
    return -(by_lag @ table) / warming, float(-coulomb * slope / warming)


def _by_lag(left, right):
    """Weights of lambda(k) in left . A right, shape (2 N,)."""
    n = left.size
    weights = np.zeros(2 * n)
    cross = np.correlate(left, right, "full")
    weights[:n] = cross[n - 1 :]
    weights[1:n] += cross[: n - 1][::-1]
    weights[1:] += np.convolve(left, right)
    both = left * right
    weights[:n] -= 2 * both[::-1].cumsum()[::-1]
    weights[0] += both.sum()
    return weights
