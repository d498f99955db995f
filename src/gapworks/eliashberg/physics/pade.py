"""The paper's way to the real axis: Pade approximants through the Matsubara data.

A Pade approximant continues numbers instead of equations, which multiplies their errors: at double
precision it is off by percents where `continue_to_real_axis` is exact. It is kept as the paper's
method, with the paper's test of it.

The approximants are continued fractions, H. J. Vidberg and J. W. Serene, J. Low Temp. Phys. 29, 179
(1977). They use frequencies of one sign only: points at -omega_n, too, would make the approximant
even in z, with poles on the real axis where the branch cut is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gapworks.eliashberg.physics.broyden import entry_point
from gapworks.eliashberg.physics.solution import (
    MatsubaraSolution,
    RealAxisSolution,
    check_line,
)
from gapworks.numerics.checks import positive_number


def pade(
    m: MatsubaraSolution, x: ArrayLike, broadening: float = 0.05, *, points: int | None = None
) -> RealAxisSolution:
    """Delta(x + i Gamma) and Z(x + i Gamma) by Pade approximants, as in the paper (appendix C).

    Parameters
    ----------
    m, x, broadening
        As in `continue_to_real_axis`.
    points : int, optional
        Frequencies that are used, from omega_0 on; all by default.

    Returns
    -------
    RealAxisSolution
        `residual` and `error` are NaN and `iterations` zero, for no equation was solved on the
        line.

    Raises
    ------
    ValueError
        If an argument is outside its range; the message names it.
    """
    x, broadening = check_line(m, x, broadening)
    points = m.frequencies.size if points is None else points
    if not 1 <= points <= m.frequencies.size:
        raise ValueError(f"points={points!r}: give 1 ... {m.frequencies.size}, or None for all")
    z = np.abs(x) + 1j * broadening
    delta, renormalisation = (
        np.where(x < 0, values.conj(), values)
        for values in (
            pade_approximant(m.frequencies[:points], field[..., :points], z)
            for field in (m.delta, m.z)
        )
    )
    order = np.argsort(np.abs(x), kind="stable")
    return RealAxisSolution(
        x=x,
        broadening=broadening,
        delta=delta,
        z=renormalisation,
        residual=np.full(m.converged.shape, np.nan),
        iterations=np.zeros(m.converged.shape, np.int64),
        converged=m.converged,
        error=np.full(m.converged.shape, np.nan),
        line=np.abs(x)[order],
        line_delta=np.where(x < 0, delta.conj(), delta)[..., order],
    )


def acceptance(
    m: MatsubaraSolution,
    x: ArrayLike,
    broadening: float = 0.05,
    *,
    tolerance: float = 0.1,
    ratio: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The paper's test of a Pade continuation: Delta against phi / Z, each continued by itself.

    The paper puts criteria on "their difference and ratio to each other at each frequency point"
    without numbers. Here the difference is measured against the largest |Delta|, and the ratio, if
    asked for, where |Delta| is above a tenth of that.

    Parameters
    ----------
    m : MatsubaraSolution
        What is continued.
    x : array_like, shape (X,)
        Real parts, meV; below 35 meV in the paper.
    broadening : float
        Gamma, meV.
    tolerance : float
        Largest |Delta - phi / Z| over the largest |Delta|.
    ratio : float, optional
        Largest |Delta - phi / Z| over |Delta| at the same point; not looked at by default.

    Returns
    -------
    passed : ndarray of bool, shape (...)
    error : ndarray, shape (...)
        What is held against `tolerance`; NaN in the normal state, which does not pass.

    Raises
    ------
    ValueError
        As `pade`.
    """
    tolerance = positive_number("tolerance", tolerance, "a share, e.g. 0.1")
    if ratio is not None:
        ratio = positive_number("ratio", ratio, "a share, or None")
    r = pade(m, x, broadening)
    z = np.abs(r.x) + 1j * r.broadening
    phi = pade_approximant(m.frequencies, m.delta * m.z, z)
    phi = np.where(r.x < 0, phi.conj(), phi)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.abs(r.delta - phi / r.z)
        size = np.abs(r.delta)
        largest = size.max(-1, keepdims=True)
        error = (difference / largest).max(-1)
        passed = error <= tolerance
        if ratio is not None:
            pointwise = np.where(size > 0.1 * largest, difference / size, 0.0).max(-1)
            passed &= pointwise <= ratio
    return passed, error


@entry_point
def _coefficients(frequencies, rows, result):
    """a_p of the continued fraction, rows of values at i omega_n; real up to factors of i.

    With z = i w every g_p is real: the algorithm runs on w, and a_p belongs to (w - omega_{p-1}).
    """
    count = frequencies.size
    g = np.empty(count)
    for row in range(rows.shape[0]):
        g[:] = rows[row]
        result[row] = 0.0
        for p in range(count):
            result[row, p] = g[p]
            # Reached to rounding: what would follow is noise over zero.
            if g[p] == 0.0:
                break
            for i in range(p + 1, count):
                bottom = (frequencies[i] - frequencies[p]) * g[i]
                g[i] = (g[p] - g[i]) / bottom if bottom != 0.0 else 0.0


@entry_point
def _evaluate(frequencies, coefficients, z, result):
    """The continued fractions at z, from the innermost denominator out."""
    count = frequencies.size
    for row in range(coefficients.shape[0]):
        for k in range(z.size):
            # w = -i z, in real arithmetic: divisions of complex numbers are slow.
            wr, wi = z[k].imag, -z[k].real
            vr, vi = 1.0, 0.0
            for p in range(count - 1, 0, -1):
                scale = coefficients[row, p] / (vr * vr + vi * vi + 1e-300)
                dr = wr - frequencies[p - 1]
                real = dr * vr + wi * vi
                imaginary = wi * vr - dr * vi
                vr, vi = 1.0 + scale * real, scale * imaginary
            scale = coefficients[row, 0] / (vr * vr + vi * vi + 1e-300)
            result[row, k] = complex(scale * vr, -scale * vi)


def pade_approximant(frequencies: np.ndarray, values: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Pade approximant through real values at i omega_n, at complex energies z.

    Parameters
    ----------
    frequencies : ndarray, shape (N,)
        omega_n > 0, meV.
    values : ndarray, shape (..., N)
    z : ndarray of complex, shape (X,)
        meV.

    Returns
    -------
    ndarray of complex, shape (..., X)
    """
    rows = np.ascontiguousarray(values).reshape(-1, frequencies.size)
    coefficients = np.empty(rows.shape)
    result = np.empty((len(rows), z.size), complex)
    _coefficients(frequencies, rows, coefficients)
    _evaluate(frequencies, coefficients, z, result)
    return result.reshape(*values.shape[:-1], z.size)
