"""Densities of states at a temperature and a broadening, from solutions on the imaginary axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import irfft, next_fast_len, rfft
from scipy.interpolate import CubicSpline

from gapworks.eliashberg.physics.real_axis import continue_to_real_axis
from gapworks.eliashberg.physics.solution import MatsubaraSolution, density_of_states
from gapworks.eliashberg.physics.spectrum import mode_weights, modes
from gapworks.numerics.checks import positive_number, real_array

BROADENING = 0.02
"""Gamma where none is given, over the largest Delta_0."""
_POINTS = 600
# More of them so many Gamma to both sides of the gaps.
_NEAR = 10.0
# The line must lie below pi k_B T: farther off, what it shows is folded with the rest of Gamma.
_LINE = 0.4
_MOST_MODES = 500


def broadened_density(
    solutions: Sequence[Sequence[Sequence[MatsubaraSolution]]],
    gap: np.ndarray,
    energy: ArrayLike | None = None,
    broadening: float | None = None,
) -> tuple[np.ndarray, float, np.ndarray]:
    """N(E) / N_F at z = E + i Gamma of each solution.

    Parameters
    ----------
    solutions : nested sequences (C, M, T) of MatsubaraSolution
        Of one spectrum each.
    gap : ndarray, shape (C, M)
        Delta_0, meV: the scale of what is not given.
    energy : array_like, shape (X,), optional
        meV; by default some hundreds, denser at the gap, from 0 to beyond the phonons or to 40
        times the gap.
    broadening : float, optional
        Gamma, meV; by default 0.02 of the largest Delta_0.

    Returns
    -------
    energy : ndarray, shape (X,)
    broadening : float
    dos : ndarray, shape (C, M, T, X)

    Raises
    ------
    ValueError
        If energy or broadening cannot be.
    """
    largest = float(gap.max())
    end = solutions[0][0][0].omega[-1]
    gamma = BROADENING * largest or 0.01 * end
    if broadening is not None:
        gamma = positive_number("broadening", broadening, "in meV, e.g. 0.05")
    if energy is None:
        reach = max(6 * largest, min(1.5 * end + largest, 40 * largest)) or end
        x = np.linspace(0.0, reach, _POINTS + 1)
        low = max(0.0, float(gap.min()) - _NEAR * gamma)
        near = np.arange(low, min(reach, largest + _NEAR * gamma), gamma / 4)
        x = np.union1d(x, near[:_POINTS])
    else:
        x = real_array("energy", energy)
        if x.ndim != 1 or x.size == 0:
            raise ValueError(f"energy: shape {x.shape}; give energies, shape (X,), in meV")
    values = [[[_density(m, x, gamma) for m in row] for row in rows] for rows in solutions]
    return x, gamma, np.array(values)


def _density(m: MatsubaraSolution, x: np.ndarray, gamma: float) -> np.ndarray:
    if not m.superconducting:
        return np.ones(x.size)
    m = _thinned(m)
    line = min(gamma, _LINE * m.frequencies[0])
    if line == gamma:
        return density_of_states(x, continue_to_real_axis(m, x, line).delta, line)
    # N on the line is analytic above it: farther up it is this one folded with a Lorentzian.
    step = line / 2
    reach = np.abs(x).max() + 20 * gamma + 10 * float(m.delta[0])
    inner = step * np.arange(int(np.ceil(reach / step)) + 1)
    n = density_of_states(inner, continue_to_real_axis(m, inner, line).delta, line) - 1
    both = np.concatenate([n, n[:0:-1]])
    length = next_fast_len(4 * inner.size, real=True)
    padded = np.zeros(length)
    padded[: inner.size], padded[length - inner.size + 1 :] = both[: inner.size], both[inner.size :]
    t = 2 * np.pi / (length * step) * np.arange(length // 2 + 1)
    folded = irfft(rfft(padded) * np.exp(-(gamma - line) * t), length)[: inner.size]
    return 1 + CubicSpline(inner, folded)(np.abs(x))


def _thinned(m: MatsubaraSolution) -> MatsubaraSolution:
    """The same with a spectrum on at most 500 energies: the line holds a table for each of them.

    Each mode is shared by its neighbours so that number and mean energy stay.
    """
    if m.omega.size <= _MOST_MODES:
        return m
    energies, strengths = modes(m.omega, m.a2f)
    grid = m.omega[-1] / _MOST_MODES * np.arange(1, _MOST_MODES + 1)
    place = np.clip(np.searchsorted(grid, energies) - 1, 0, _MOST_MODES - 2)
    share = (energies - grid[place]) / (grid[place + 1] - grid[place])
    thin = np.bincount(place, strengths * (1 - share), _MOST_MODES)
    thin += np.bincount(place + 1, strengths * share, _MOST_MODES)
    return replace(m, omega=grid, a2f=np.maximum(thin, 0) / mode_weights(grid))
