"""Continued fractions through Matsubara data: Vidberg and Serene's Pade approximants.

H. J. Vidberg and J. W. Serene, J. Low Temp. Phys. 29, 179 (1977). All functions use frequencies of
one sign only: points at -omega_n, too, would make the approximant even in z, with poles on the real
axis where the branch cut is.
"""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.physics.broyden import entry_point


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


def pade_approximant(frequencies, values, z) -> np.ndarray:
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
