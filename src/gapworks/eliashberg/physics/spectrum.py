"""The electron-boson spectral function alpha^2 F(omega): checks, quadrature, moments.

Energies are in meV, temperatures in K. A spectrum is a row of values on an increasing grid; every
integral over it is the trapezoid rule with a zero added at omega = 0 and one more a step beyond the
end. On a grid h, 2h, 3h ... that is h times the plain sum. To the solvers the spectrum
is a sum of Einstein modes of weight w_j a2F_j, so that the equations on the imaginary
and on the real axis are continuations of each other exactly, whatever the grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.numerics.checks import real_array


def check_grid(omega: ArrayLike) -> np.ndarray:
    """The boson grid as an array of shape (J,), meV, or a ValueError that says what is wrong."""
    omega = real_array("omega", omega)
    if omega.ndim != 1 or omega.size == 0:
        raise ValueError(f"omega: shape {omega.shape}; give the grid of a2f, shape (J,), in meV")
    if omega[0] < 0:
        raise ValueError(f"omega: starts at {omega[0]:g} meV; leave out energies below zero")
    if (np.diff(omega) <= 0).any():
        j = int(np.argmax(np.diff(omega) <= 0)) + 1
        raise ValueError(f"omega: does not increase at [{j}]; sort the grid, drop repeated points")
    if omega[-1] == 0:
        raise ValueError("omega: only zero; give energies above zero, in meV")
    return omega


def check_spectrum(omega: ArrayLike, a2f: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Grid (J,) and spectra (..., J) as arrays, or a ValueError that says what is wrong."""
    omega, a2f = check_grid(omega), real_array("a2f", a2f)
    if a2f.ndim == 0 or a2f.shape[-1] != omega.size:
        raise ValueError(
            f"a2f: shape {a2f.shape} does not fit the {omega.size} points of omega; "
            "give shape (..., J) with the grid on the last axis"
        )
    if (a2f < 0).any():
        where = ", ".join(map(str, np.argwhere(a2f < 0)[0]))
        raise ValueError(f"a2f: negative at [{where}]; a spectrum is >= 0, set noise to zero")
    if not a2f.any(axis=-1).all():
        where = ", ".join(map(str, np.argwhere(~a2f.any(axis=-1))[0]))
        raise ValueError(f"a2f: zero everywhere at [{where}]; leave spectra without coupling out")
    if omega[0] == 0 and a2f[..., 0].any():
        raise ValueError("a2f: not zero at omega = 0, where lambda diverges; set it to 0 there")
    return omega, a2f


def mode_weights(omega: np.ndarray) -> np.ndarray:
    """Weights w_j of the trapezoid rule with its two added zeros, shape (J,), meV.

    A point at omega = 0 weighs nothing: a2F is zero there.
    """
    below = np.concatenate([[0.0], omega[:-1]])
    last = omega[-1] - below[-1]
    above = np.concatenate([omega[1:], [omega[-1] + last]])
    weights = 0.5 * (above - below)
    weights[omega == 0] = 0.0
    return weights


def joined_by_lines(omega: np.ndarray, a2f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A spectrum of few points with more of them on the straight lines between.

    The trapezoid rule takes a2F / omega for straight between points; what a coarse table means is
    that a2F is. All points stay, and a grid whose steps are below a hundredth of its end stays as
    it is.

    Parameters
    ----------
    omega : ndarray, shape (J,)
        meV, increasing.
    a2f : ndarray, shape (C, J)

    Returns
    -------
    omega : ndarray, shape (J',)
    a2f : ndarray, shape (C, J')
    """
    steps = np.diff(omega)
    if omega.size < 2 or steps.max() <= omega[-1] / _COARSE:
        return omega, a2f
    parts = np.maximum(np.ceil(steps / (omega[-1] / _FINE)).astype(int), 1)
    lines = [
        np.linspace(a, b, n, endpoint=False)
        for a, b, n in zip(omega, omega[1:], parts, strict=False)
    ]
    fine = np.concatenate([*lines, omega[-1:]])
    return fine, np.array([np.interp(fine, omega, row) for row in a2f])


# A table is coarse if a step is above this part of its end; then no step is above the second.
_COARSE, _FINE = 100, 400


def modes(omega: np.ndarray, a2f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The Einstein modes: energies (J',) above zero and strengths w_j a2F_j, shape (..., J')."""
    used = omega > 0
    return omega[used], (a2f * mode_weights(omega))[..., used]


def coupling_constant(omega: ArrayLike, a2f: ArrayLike) -> np.ndarray:
    """lambda = 2 int a2F / omega, shape (...): eq. 8 of the paper at n = n'.

    Parameters
    ----------
    omega : array_like, shape (J,)
        meV.
    a2f : array_like, shape (..., J)

    Raises
    ------
    ValueError
        If omega or a2f is not a spectrum.
    """
    energies, strengths = modes(*check_spectrum(omega, a2f))
    return (2 * strengths / energies).sum(-1)


def logarithmic_frequency(omega: ArrayLike, a2f: ArrayLike) -> np.ndarray:
    """omega_log = exp((2 / lambda) int ln(omega) a2F / omega), shape (...), meV.

    Arguments and errors as those of `coupling_constant`.
    """
    energies, strengths = modes(*check_spectrum(omega, a2f))
    share = strengths / energies
    return np.exp((share * np.log(energies)).sum(-1) / share.sum(-1))


def rms_frequency(omega: ArrayLike, a2f: ArrayLike) -> np.ndarray:
    """omega_2 = sqrt((2 / lambda) int omega a2F), shape (...), meV.

    Arguments and errors as those of `coupling_constant`.
    """
    energies, strengths = modes(*check_spectrum(omega, a2f))
    return np.sqrt((strengths * energies).sum(-1) / (strengths / energies).sum(-1))


def allen_dynes(omega: ArrayLike, a2f: ArrayLike, mu_star: float = 0.1) -> np.ndarray:
    """T_c by the formula of Allen and Dynes with both of its corrections, shape (...), K.

    Phys. Rev. B 12, 905 (1975), eqs 34 to 38: f_1 f_2 (omega_log / 1.2) exp[-1.04 (1 + lambda) /
    (lambda - mu* - 0.62 lambda mu*)]; 0 where the denominator is not positive.

    Parameters
    ----------
    omega : array_like, shape (J,)
        meV.
    a2f : array_like, shape (..., J)
    mu_star : float
        mu* >= 0 as it stands in the formula: whatever its cut-off.

    Raises
    ------
    ValueError
        If omega or a2f is not a spectrum.
    """
    coupling = coupling_constant(omega, a2f)
    log, rms = logarithmic_frequency(omega, a2f), rms_frequency(omega, a2f)
    attraction = coupling - mu_star * (1 + 0.62 * coupling)
    with np.errstate(divide="ignore", over="ignore"):
        rate = np.where(attraction > 0, 1.04 * (1 + coupling) / attraction, np.inf)
    strong = (1 + (coupling / (2.46 * (1 + 3.8 * mu_star))) ** 1.5) ** (1 / 3)
    shape = 1.82 * (1 + 6.3 * mu_star) * rms / log
    shape = 1 + (rms / log - 1) * coupling**2 / (coupling**2 + shape**2)
    return strong * shape * log / 1.2 * np.exp(-rate) / BOLTZMANN
