"""What the solvers return, and the density of states that a gap function means."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from gapworks.numerics.checks import positive_number, real_array, real_number
from gapworks.numerics.records import shown


@dataclass(frozen=True)
class Sampling:
    """How sums over all Matsubara frequencies are taken of values at some of them.

    Attributes
    ----------
    count : int
        Frequencies that the sums run over.
    weights : ndarray, shape (S,)
        Sum over m of a smooth function: these times its values at the sampled frequencies.
    coulomb : tuple of (float, ndarray)
        mu* brought down to the frequencies kept, and the weights of its sum.
    """

    count: int
    weights: np.ndarray
    coulomb: tuple[float, np.ndarray]


@shown("frequencies", "delta", "z", "temperature", "mu_star", "superconducting", "converged")
@dataclass(frozen=True, repr=False)
class MatsubaraSolution:
    """Gap and renormalisation on the imaginary axis; energies in meV.

    Attributes
    ----------
    omega : ndarray, shape (J,)
        Boson energies.
    a2f : ndarray, shape (..., J)
        Spectra that were solved.
    temperature : float
        K.
    mu_star : float
        Coulomb pseudopotential below `cutoff`.
    cutoff : float
        Of mu*, as given or as chosen.
    frequencies : ndarray, shape (N,)
        omega_n = (2 n + 1) pi k_B T, n = 0 ... N - 1.
    delta, z : ndarray, shape (..., N)
        Delta(i omega_n) >= 0 at n = 0, and Z(i omega_n).
    residual : ndarray, shape (...)
        Largest |G(Delta) - Delta| over the frequencies, G the right-hand side of eq. 7 over Z.
    iterations : ndarray of int, shape (...)
        Evaluations of G.
    converged : ndarray of bool, shape (...)
        The residual is within the tolerance.
    superconducting : ndarray of bool, shape (...)
        False in the normal state: there Delta is zero, and linear response says so.
    tail : bool
        The sums go on above the last frequency.
    sampling : Sampling or None
        None: `frequencies` are all; else some of them.
    """

    omega: np.ndarray
    a2f: np.ndarray
    temperature: float
    mu_star: float
    cutoff: float
    frequencies: np.ndarray
    delta: np.ndarray
    z: np.ndarray
    residual: np.ndarray
    iterations: np.ndarray
    converged: np.ndarray
    superconducting: np.ndarray
    tail: bool = False
    sampling: Sampling | None = None

    def take(self, rows: np.ndarray) -> MatsubaraSolution:
        """Some rows of the solutions of n spectra, shape (n, N)."""
        of_each = ("a2f", "delta", "z", "residual", "iterations", "converged", "superconducting")
        return replace(self, **{name: getattr(self, name)[rows] for name in of_each})


@shown("x", "broadening", "delta", "z", "converged", "error")
@dataclass(frozen=True, repr=False)
class RealAxisSolution:
    """Gap and renormalisation at x + i Gamma; energies in meV.

    Attributes
    ----------
    x : ndarray, shape (X,)
        Real part of the energies asked for.
    broadening : float
        Gamma.
    delta, z : ndarray of complex, shape (..., X)
        Delta(x + i Gamma), Z(x + i Gamma).
    residual : ndarray, shape (...)
        Largest |G(Delta) - Delta| over the grid of the solver; NaN where no equation was solved.
    iterations : ndarray of int, shape (...)
    converged : ndarray of bool, shape (...)
    error : ndarray, shape (...)
        Estimate of the largest error of Delta by grid and iteration, from 0 to the largest |x|:
        what the equations leave of it on a grid of half the step. NaN where none was made.
    line : ndarray, shape (n,)
        The solver's own grid 0, h, 2h ... of real parts; on -x Delta is the complex conjugate.
    line_delta : ndarray of complex, shape (..., n)
        Delta on it.
    """

    x: np.ndarray
    broadening: float
    delta: np.ndarray
    z: np.ndarray
    residual: np.ndarray
    iterations: np.ndarray
    converged: np.ndarray
    error: np.ndarray
    line: np.ndarray
    line_delta: np.ndarray


def density_of_states(x: ArrayLike, delta: ArrayLike, broadening: float = 0.0) -> np.ndarray:
    """N(x) / N_F = Re[z / sqrt(z^2 - Delta^2)], z = x + i Gamma, of a gap function.

    The root is that of a retarded function: it tends to z far above the gap, and between there and
    x = 0, where it is imaginary, z^2 - Delta^2 passes above zero, so that its phase lies between
    -pi/4 and 3 pi/4. Nothing makes N positive but Delta: of one that is no retarded gap function N
    may come out negative, and stays so. -Delta has the same N, for the sign of Delta is a gauge.
    The complex conjugate of Delta is analytic in the lower half plane and describes no
    superconductor: its N is negative inside the gap where Im Delta outweighs Gamma there, and
    nowhere else can N tell.

    Parameters
    ----------
    x : array_like, shape (X,)
        meV; at -x Delta is the complex conjugate of Delta at x, and N is even.
    delta : array_like of complex, shape (..., X)
        Delta at z; interpolate Delta, never N, which diverges at the gap edge.
    broadening : float
        Gamma, meV; 0 for the textbook formula.

    Returns
    -------
    ndarray, shape (..., X)

    Raises
    ------
    ValueError
        If delta does not fit x.
    """
    x, broadening = real_array("x", x), real_number("broadening", broadening)
    if broadening < 0:
        raise ValueError(f"broadening={broadening!r}: give Gamma >= 0, in meV")
    delta = np.asarray(delta, complex)
    if x.ndim != 1 or delta.ndim == 0 or delta.shape[-1] != x.size:
        raise ValueError(
            f"delta: shape {delta.shape} does not fit x, shape {x.shape}; give (..., X) and (X,)"
        )
    z = np.abs(x) + 1j * broadening
    delta = np.where(x < 0, delta.conj(), delta)
    root = np.sqrt(z * z - delta * delta)
    # numpy's root has a phase between -pi/2 and pi/2; turned by pi where that is below -pi/4.
    root = np.where(root.imag < -root.real, -root, root)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = (z / root).real
    # Without a gap N is one, also at z = 0; adding zero takes the sign off a zero.
    return np.where(delta == 0, 1.0, np.where(root == 0, np.inf, density + 0.0))


def check_line(m: MatsubaraSolution, x: ArrayLike, broadening: float) -> tuple[np.ndarray, float]:
    """x, shape (X,), and Gamma where m can be continued to, or a ValueError that says why not."""
    return _check_energies(m, x), _check_broadening(m, broadening)


def _check_energies(m: MatsubaraSolution, x: ArrayLike) -> np.ndarray:
    """x as an array of shape (X,), or a ValueError that says what is wrong."""
    x = real_array("x", x)
    if x.ndim != 1 or x.size == 0:
        raise ValueError(f"x: shape {x.shape}; give the real parts of energies, shape (X,), in meV")
    if np.abs(x).max() > m.frequencies[-1]:
        raise ValueError(
            f"x: reaches {np.abs(x).max():.4g} meV, beyond the last Matsubara frequency, "
            f"{m.frequencies[-1]:.4g} meV; give smaller x or solve with a larger n_matsubara"
        )
    return x


def _check_broadening(m: MatsubaraSolution, broadening: float) -> float:
    """Gamma as a float, or a ValueError that says what is wrong."""
    broadening = positive_number("broadening", broadening, "in meV, e.g. 0.05")
    if broadening >= m.frequencies[0]:
        raise ValueError(
            f"broadening={broadening!r}: must be below pi k_B T = {m.frequencies[0]:.4g} meV, the "
            "first Matsubara frequency; give less"
        )
    return broadening
