"""Monolayer NbSe2: band, spin-orbit coupling and gap functions (paper, eqs 2-11 and appendix A).

Wave vectors are k = (u / 2 pi) b1 + (v / 2 pi) b2, that is u = k.a1 and v = k.a2 with
a1 = (1, 0), a2 = (1 / 2, sqrt(3) / 2); the paper's alpha = u / 2 and beta = v - u / 2. Energies are
in meV. Every function here is a real trigonometric polynomial of u and v of degree at most
`DEGREE`: `harmonics` gives its coefficients, from which rows of any grid are summed.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, sin, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import fft

from gapworks.qpi.physics.parameters import Superconductor

DEGREE = 4
_S3 = sqrt(3.0)
_SX, _SY, _SZ = (
    np.array(m, complex) for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])
)
_I_SY = np.array([[0, 1], [-1, 0]], complex)


def band(p: Superconductor, u: ArrayLike, v: ArrayLike) -> np.ndarray:
    """H_orb of eq. 4, meV, with the sixth shell cos 4 beta + 2 cos 6 alpha cos 2 beta.

    As printed (`sixth_shell="printed"`) the sixth shell repeats the second.

    Parameters
    ----------
    p : Superconductor
        Hoppings, eps_0, which sixth shell.
    u, v : array_like
        k.a1 and k.a2, rad.

    Returns
    -------
    ndarray, of the common shape of u and v
    """
    a, b = np.asarray(u) / 2, np.asarray(v) - np.asarray(u) / 2
    t1, t2, t3, t4, t5, t6, t7 = p.hopping

    def f(a, b):
        return np.cos(2 * a) + 2 * np.cos(a) * np.cos(b)

    def second(a, b):
        return np.cos(2 * b) + 2 * np.cos(3 * a) * np.cos(b)

    sixth = second(a, b) if p.sixth_shell == "printed" else second(2 * a, 2 * b)
    return (
        p.eps0
        + 2 * t1 * f(a, b)
        + 2 * t2 * second(a, b)
        + 2 * t3 * f(2 * a, 2 * b)
        + 4 * t4 * (np.cos(a) * np.cos(3 * b) + np.cos(4 * a) * np.cos(2 * b))
        + 4 * t4 * np.cos(5 * a) * np.cos(b)
        + 2 * t5 * f(3 * a, 3 * b)
        + 2 * t6 * sixth
        + 4 * t7 * (np.cos(7 * a) * np.cos(b) + np.cos(5 * a) * np.cos(3 * b))
        + 4 * t7 * np.cos(2 * a) * np.cos(4 * b)
    )


def ising(p: Superconductor, u: ArrayLike, v: ArrayLike) -> np.ndarray:
    """The factor of sigma_z in H_I, eq. 5, meV; arguments and shape as those of `band`."""
    a, b = np.asarray(u) / 2, np.asarray(v) - np.asarray(u) / 2

    def g(a, b):
        return np.sin(2 * a) - 2 * np.sin(a) * np.cos(b)

    first, third = p.spin_orbit
    return 2 * (first * g(a, b) + third * g(2 * a, 2 * b))


def rashba(p: Superconductor, u: ArrayLike, v: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Factors of sigma_x and sigma_y in the Rashba term (ours; the paper has none), meV.

    H_R = 2 lambda_R sum_d sin(k.d) (d_y sigma_x - d_x sigma_y) over d = a1, a2, a2 - a1. Arguments
    and shapes as those of `band`.
    """
    u, v = np.asarray(u), np.asarray(v)
    s1, s2, s3 = np.sin(u), np.sin(v), np.sin(v - u)
    return p.rashba * _S3 * (s2 + s3), -p.rashba * (2 * s1 + s2 - s3)


def _singlet(name, a, b):
    """Eq. A1: the factor of d_0."""
    match name:
        case "A1g":
            return 2 * np.cos(2 * a) + 4 * np.cos(a) * np.cos(b)
        case "A2g":
            product = np.sin(4 * a) * np.sin(2 * b)
            return 2 * (np.sin(a) * np.sin(3 * b) - product + np.sin(5 * a) * np.sin(b))
        case "E1g":
            return np.cos(2 * a) - np.cos(a) * np.cos(b)
        case "E2g":
            return _S3 * np.sin(a) * np.sin(b)


def _triplet_z(name, a, b):
    """Eq. A2: the factor of d_z."""
    match name:
        case "A1g":
            return (np.cos(a) - np.cos(b)) * np.sin(a)
        case "A2g":
            return np.sin(2 * b) - 2 * np.sin(b) * np.cos(3 * a)
        case "E1g":
            return np.sin(2 * a) + np.sin(a) * np.cos(b)
        case "E2g":
            return _S3 * np.cos(a) * np.sin(b)


def _triplet_xy(name, a, b):
    """Eq. A3: the factors of d_x and d_y."""
    match name:
        case "A1u":
            radial = (2 * np.cos(a) + np.cos(b)) * np.sin(a)
            return 3 * np.cos(a) * np.sin(b), -_S3 * radial
        case "A2u":
            radial = (2 * np.cos(a) + np.cos(b)) * np.sin(a)
            return radial, _S3 * np.cos(a) * np.sin(b)
        case "E1u":
            first = 2 * np.sin(2 * b) - np.cos(3 * a) * np.sin(b)
            return first, _S3 * np.sin(3 * a) * np.cos(b)
        case "E2u":
            return _S3 * np.sin(3 * a) * np.cos(b), -3 * np.cos(3 * a) * np.sin(b)


def gap_components(
    p: Superconductor, u: ArrayLike, v: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Factors of d_0, d_z, d_x and d_y in eqs A4-A6, meV.

    Parameters
    ----------
    p : Superconductor
        Irreducible representation, angles and magnitude of the gap.
    u, v : array_like
        k.a1 and k.a2, rad.

    Returns
    -------
    s, t, fx, fy : ndarray of complex, of the common shape of u and v
    """
    a, b = np.asarray(u) / 2, np.asarray(v) - np.asarray(u) / 2
    zero = np.zeros(np.broadcast_shapes(a.shape, b.shape), complex)
    if p.irrep in ("A1u", "A2u"):
        fx, fy = _triplet_xy(p.irrep, a, b)
        return zero, zero, p.delta * fx + zero, p.delta * fy + zero
    if p.irrep == "Eu":
        w1, w2 = _mixture(p.theta, p.phi)
        pairs = zip(_triplet_xy("E1u", a, b), _triplet_xy("E2u", a, b), strict=True)
        fx, fy = (p.delta * (w1 * one + w2 * two) + zero for one, two in pairs)
        return zero, zero, fx, fy
    if p.irrep == "Eg":
        w1, w2 = _mixture(p.theta, p.phi)
        s = w1 * _singlet("E1g", a, b) + w2 * _singlet("E2g", a, b)
        w1, w2 = _mixture(p.theta_triplet, p.phi_triplet)
        t = w1 * _triplet_z("E1g", a, b) + w2 * _triplet_z("E2g", a, b)
        mixing = p.channel_angle
    else:
        s, t = _singlet(p.irrep, a, b), _triplet_z(p.irrep, a, b)
        mixing = p.theta
    return p.delta * cos(mixing) * s + zero, p.delta * sin(mixing) * t + zero, zero, zero


def _mixture(theta, phi):
    """(cos theta, e^{i phi} sin theta) of eqs A5 and A6, without rounding at phi = 0 and pi."""
    phase = {0.0: 1.0, np.pi: -1.0}.get(abs(phi), np.exp(1j * phi))
    return cos(theta), phase * sin(theta)


def gap_matrix(p: Superconductor, u: ArrayLike, v: ArrayLike) -> np.ndarray:
    """Delta_k of eq. 2, meV, shape (..., 2, 2); Delta_{-k} = -Delta_k^T.

    d_0 = i s_y and d_z = i s_y s_z as printed. For d_x and d_y the printed i s_y (d.s) is not
    closed under C3: spins and wave vectors turn against each other; (d.s) i s_y is closed. The two
    differ by an exchange of the spins, which turns the charge LDOS into its mirror image r -> -r.
    Arguments as those of `gap_components`.
    """
    s, t, fx, fy = (c[..., None, None] for c in gap_components(p, u, v))
    even = s * _I_SY + t * (_I_SY @ _SZ)
    if p.d_vector == "printed":
        return even + fx * (_I_SY @ _SX) + fy * (_I_SY @ _SY)
    return even + fx * (_SX @ _I_SY) + fy * (_SY @ _I_SY)


def electron_matrix(p: Superconductor, u: ArrayLike, v: ArrayLike) -> np.ndarray:
    """H_e(k) of eq. 3, meV, shape (..., 2, 2); arguments as those of `band`."""
    h, L = band(p, u, v), ising(p, u, v)
    rx, ry = rashba(p, u, v)
    one = np.eye(2)
    terms = zip((h, L, rx, ry), (one, _SZ, _SX, _SY), strict=True)
    return sum(np.asarray(factor)[..., None, None] * matrix for factor, matrix in terms)


def bdg_matrix(p: Superconductor, u: ArrayLike, v: ArrayLike) -> np.ndarray:
    """H_k^BdG of eq. 2, meV.

    Parameters
    ----------
    p : Superconductor
    u, v : array_like
        k.a1 and k.a2, rad.

    Returns
    -------
    ndarray, shape (..., 4, 4), complex
        In the order (e up, e down, h up, h down).
    """
    u, v = np.asarray(u, float), np.asarray(v, float)
    delta = gap_matrix(p, u, v)
    hole = -np.swapaxes(electron_matrix(p, -u, -v), -1, -2)
    upper = np.concatenate([electron_matrix(p, u, v) + 0j, delta], -1)
    lower = np.concatenate([np.conj(np.swapaxes(delta, -1, -2)), hole + 0j], -1)
    return np.concatenate([upper, lower], -2)


def harmonics(function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """Coefficients c of real functions F(u, v) = Re sum_mn c_mn e^{i (m v + n u)}.

    Parameters
    ----------
    function : callable
        Of arrays u and v, rad; its result, shape (..., of u and v), is a trigonometric polynomial
        of degree at most `DEGREE` in each.

    Returns
    -------
    ndarray, shape (..., DEGREE + 1, 2 DEGREE + 1), complex
        m = 0 ... DEGREE, n = -DEGREE ... DEGREE.
    """
    grid = 2 * np.pi * np.arange(16) / 16
    values = np.asarray(function(grid[None, :], grid[:, None]))
    c = np.fft.fft2(np.broadcast_to(values, (*values.shape[:-2], 16, 16))) / 256
    kept = c[..., : DEGREE + 1, np.arange(-DEGREE, DEGREE + 1)]
    kept[..., 1:, :] *= 2
    return kept


def on_grid(coefficients: np.ndarray, N: int) -> np.ndarray:
    """The functions of `harmonics` at u = 2 pi i / N and v = 2 pi j / N.

    Parameters
    ----------
    coefficients : ndarray, shape (..., DEGREE + 1, 2 DEGREE + 1), complex
    N : int
        More than 2 `DEGREE`.

    Returns
    -------
    ndarray, shape (..., N, N)
        Axes along v and u.
    """
    # Transforms, not matrix products, for which BLAS would wake its threads.
    whole = np.zeros((*coefficients.shape[:-1], N), complex)
    whole[..., np.arange(-DEGREE, DEGREE + 1)] = coefficients
    rows = fft.ifft(whole, norm="forward")
    return fft.ifft(rows, n=N, axis=-2, norm="forward").real
