"""Critical temperature from the equations linearised in Delta.

At T_c the largest eigenvalue of the linearised eq. 7 is one. With y_n = Delta_n sqrt(Z_n / omega_n)
it is symmetric,

    y_n = pi T sum_m [lambda(n - m) + lambda(n + m + 1) - 2 mu*] y_m / (s_n s_m)

with s_n = sqrt(Z_n omega_n), the Z_n of the normal state and n, m >= 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh, eigvals, hankel, toeplitz
from scipy.optimize import brentq
from scipy.sparse.linalg import eigs, eigsh

from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.constants import PAPER_CUTOFF as PAPER_CUTOFF
from gapworks.eliashberg.physics.coulomb import check_coulomb, effective_coulomb
from gapworks.eliashberg.physics.matsubara_system import frequencies
from gapworks.eliashberg.physics.sampled_matsubara import Interaction, equations, frequencies_kept
from gapworks.eliashberg.physics.spectrum import check_spectrum, modes
from gapworks.numerics.checks import positive_number

# Frequencies are kept up to so many times the end of the spectrum.
_ENDS = 20.0
# k_B T_c < 0.1827 sqrt(lambda <omega^2>) (Allen and Dynes), with room.
_HIGHEST = 0.19
# The search ends at this share of the spectrum's end, in k_B T: beyond it is no superconductor.
_LOWEST = 1e-3
# Above this size the largest eigenvalue is found by Lanczos' or Arnoldi's method.
_DENSE = 160


def critical_temperature(
    omega: ArrayLike,
    a2f: ArrayLike,
    mu_star: float = 0.1,
    *,
    cutoff: float | None = None,
    lowest: float | None = None,
) -> np.ndarray:
    """T_c from the linearised equations 6 and 7: the largest eigenvalue passes one.

    Parameters
    ----------
    omega : array_like, shape (J,)
        meV.
    a2f : array_like, shape (..., J)
    mu_star : float
        mu* >= 0.
    cutoff : float, optional
        Of mu*, meV; by default that of `solve_matsubara`, `gapworks.eliashberg.default_cutoff`, so
        that its Delta(T) closes here. If it is above the frequencies kept, 20 times the end of the
        spectrum, mu* is brought down to them, 1 / mu' = 1 / mu + ln(cutoff / cutoff').
    lowest : float, optional
        Temperature at which the search ends, K; by default 0.001 of the end of the spectrum / k_B,
        which is 0.116 K for 10 meV.

    Returns
    -------
    ndarray, shape (...)
        K; 0 where nothing superconducts above `lowest`.

    Raises
    ------
    ValueError
        If an argument is outside its range; the message names it.
    """
    omega, a2f = check_spectrum(omega, a2f)
    mu_star, cutoff = check_coulomb(omega, mu_star, cutoff)
    if lowest is not None:
        lowest = positive_number("lowest", lowest, "in K")
    energies, strengths = modes(omega, a2f.reshape(-1, omega.size))
    result = np.empty(len(strengths))
    for index, row in enumerate(strengths):
        result[index] = _transition(energies, row, mu_star, cutoff, lowest)
    return result.reshape(a2f.shape[:-1])


def largest_eigenvalue(
    energies: np.ndarray,
    strengths: np.ndarray,
    temperature: float,
    mu_star: float,
    cutoff: float,
    count: int,
) -> float:
    """Largest eigenvalue of the linearised equations: above one, the normal state is unstable.

    Parameters
    ----------
    energies, strengths : ndarray, shape (J,)
        Einstein modes: omega_j, meV, and w_j a2F_j.
    temperature : float
        K.
    mu_star, cutoff : float
        mu* and the energy below which it acts, meV.
    count : int
        Frequencies omega_n > 0.
    """
    omega_n = frequencies(temperature, count)
    pi_t = omega_n[0]
    nu = 2 * pi_t * np.arange(2 * count)[:, None]
    lags = (2 * energies / (nu**2 + energies**2)) @ strengths
    z = 1 + pi_t * (2 * lags[:count].cumsum() - lags[0]) / omega_n
    mu, below = effective_coulomb(mu_star, cutoff, temperature, count)
    scale = 1 / np.sqrt(z * omega_n)
    matrix = toeplitz(lags[:count]) + hankel(lags[1 : count + 1], lags[count : 2 * count])
    matrix -= 2 * mu * below
    matrix *= pi_t * scale[:, None] * scale
    symmetric = below.all()
    if count <= _DENSE:
        if not symmetric:
            # mu* ends below the last frequency: it acts on m alone.
            return eigvals(matrix).real.max()
        last = (count - 1, count - 1)
        return eigh(matrix, eigvals_only=True, subset_by_index=last)[0]
    # The gap at T_c falls off about as 1 / omega_n^2; a fixed start gives the same bits again.
    start = np.sqrt(z / omega_n) / (1 + (omega_n / energies[-1]) ** 2)
    options = {"k": 1, "v0": start, "tol": 1e-11, "return_eigenvectors": False}
    if symmetric:
        return eigsh(matrix, which="LA", **options)[0]
    return eigs(matrix, which="LR", **options)[0].real


def sampled_transition(
    interaction: Interaction, mu_star: float, cutoff: float, guess: float
) -> tuple[float, float]:
    """T_c of the equations on sampled frequencies, and d ln T_c / d mu*.

    Parameters
    ----------
    interaction : Interaction
    mu_star, cutoff : float
        mu* and the energy below which it acts, meV.
    guess : float
        Where to begin, K; any positive number.

    Returns
    -------
    Tc : float
        K; 0 where nothing superconducts above 3e-4 of the spectrum's end, in k_B T.
    slope : float
        d ln T_c / d mu* at a fixed cut-off; NaN where T_c is 0.
    """
    lowest = np.log(interaction.lowest)

    def excess(log_t: float, count: int | None = None, mu: float = mu_star) -> float:
        system = equations(interaction, np.exp(log_t), mu, cutoff, count)
        return system.largest_eigenvalue() - 1

    low = high = np.log(max(guess, interaction.lowest))
    step = 0.15
    if excess(low) > 0:
        while excess(high) > 0:
            low, high, step = high, high + step, 2 * step
    else:
        while excess(low) <= 0:
            if low <= lowest:
                return 0.0, np.nan
            low, high, step = max(low - step, lowest), low, 2 * step
    rough = brentq(excess, low, high, xtol=1e-3)
    # The number of frequencies stays from here on: the eigenvalue is smooth in T and mu*.
    count = frequencies_kept(interaction.end, np.exp(rough), cutoff)
    dt, dmu = 3e-3, 1e-4
    below, here, above = (excess(rough + shift, count) for shift in (-dt, 0.0, dt))
    slope, bend = (above - below) / (2 * dt), (above + below - 2 * here) / dt**2
    shift = -2 * here / (slope - np.sqrt(slope**2 - 2 * bend * here))
    along_mu = (excess(rough, count, mu_star + dmu) - here) / dmu
    return float(np.exp(rough + shift)), float(-along_mu / (slope + bend * shift))


def _transition(energies, strengths, mu_star, cutoff, lowest):
    """T_c of one spectrum, K."""
    highest = energies[np.flatnonzero(strengths)[-1]]
    lowest = _LOWEST * highest / BOLTZMANN if lowest is None else lowest

    def size(temperature):
        return int(np.ceil(_ENDS * highest / (2 * np.pi * BOLTZMANN * temperature)))

    def excess(log_temperature, count=None):
        temperature = np.exp(log_temperature)
        count = size(temperature) if count is None else count
        return largest_eigenvalue(energies, strengths, temperature, mu_star, cutoff, count) - 1

    high = np.log(_HIGHEST * np.sqrt(2 * (strengths * energies).sum()) / BOLTZMANN)
    high = max(high, np.log(lowest))
    if excess(high) > 0:
        return np.exp(high)
    low = high
    while excess(low) < 0:
        if low <= np.log(lowest):
            return 0.0
        high, low = low, max(low - np.log(2), np.log(lowest))
    rough = brentq(excess, low, high, xtol=1e-4)
    # A fixed number of frequencies makes the eigenvalue smooth in T; the bracket may have moved.
    count = size(np.exp(rough))
    width = 1e-3
    while excess(rough - width, count) < 0 or excess(rough + width, count) > 0:
        width *= 2
    return float(np.exp(brentq(excess, rough - width, rough + width, args=(count,), xtol=1e-9)))
