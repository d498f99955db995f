"""How the gap function on the line answers a change of the spectrum or of mu*.

The derivative of Delta with respect to the coefficients of the spectrum is found by implicit
differentiation. On the imaginary axis that is one system of linear equations. On the line the
derivative obeys the linearised equations of `real_axis_system`, whose iteration converges as fast
as that of the equations themselves; all coefficients go side by side.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import hfft, ihfft, irfft, rfft
from scipy.linalg import hankel, lu_factor, lu_solve, toeplitz

from gapworks.eliashberg.inference.inversion.equations import Equations, State

# Largest last change of the derivative, relative; from the second on in single precision, which is
# as good, in half the time.
_TOLERANCE = 1e-8
_SINGLE = 1e-5
_MOST = 400
# Columns that are iterated at a time: so many fit into a processor's cache.
_COLUMNS = 16


def response(
    equations: Equations, state: State, coulomb: bool = False, tolerance: float = _TOLERANCE
) -> np.ndarray:
    """d Delta / d c_k on the line, and d Delta / d mu* after them where asked for.

    Parameters
    ----------
    equations : Equations
    state : State
        Solved.
    coulomb : bool
        mu* is a parameter, too.
    tolerance : float
        Largest last change of a column over its largest value.

    Returns
    -------
    ndarray of complex, shape (K, n) or (K + 1, n)
        meV.
    """
    moved_axis = imaginary_response(equations, state, coulomb)
    norm = np.hypot(equations.frequencies, state.imaginary)
    inner = equations.frequencies**2 / norm**3 * moved_axis
    outer = -(equations.frequencies**2) * state.imaginary / norm**3 * moved_axis
    line, (mu, below) = equations.line, equations.coulomb(state.mu_star)
    n, pi_t, z, delta = line.n, equations.pi_t, line.z, state.delta
    root = np.sqrt(z * z - delta * delta)
    root = np.where((state.z * root).imag > 0, root, -root)
    pair, other = line.taper * delta / root, line.taper * z / root
    slope, cross = line.taper * z * z / root**3, line.taper * z * delta / root**3
    factors = [1j * slope, line.tanh * slope, cross, 1j * line.tanh * cross]
    even, odd = np.pi * (state.c @ equations.even), np.pi * (state.c @ equations.odd)
    gain, loss = 1 / state.z, 1j * delta / (z * state.z)
    # What the spectrum multiplies: transforms of the functions at hand.
    bosons = _transform_sums(
        equations,
        np.array([state.imaginary, equations.frequencies**2]) / norm,
        state.imaginary[-1:],
        1.0,
    )
    held = [1j * pair, line.tanh * pair, other, 1j * line.tanh * other]
    t = np.pi * hfft(np.array(held), line.length, workers=1)
    by_odd = pi_t * bosons[0] + t[1], -(pi_t * bosons[1] + t[3])
    # Single precision is as good as a loose tolerance, in half the time.
    single = tolerance >= _SINGLE
    kind, real = (np.complex64, np.float32) if single else (complex, float)
    factors = [factor.astype(kind) for factor in factors]
    gain, loss = gain.astype(kind), loss.astype(kind)
    even_part, odd_part = even.astype(real), odd.astype(real)
    result = np.empty((len(inner), n), complex)
    for first in range(0, len(inner), _COLUMNS):
        part = slice(first, min(first + _COLUMNS, len(inner)))
        spectra = np.zeros((2, part.stop - first, line.length))
        own = slice(first, min(part.stop, len(state.c)))
        rows = own.stop - first
        if rows > 0:
            spectra[0, :rows] = equations.even[own] * t[0] + equations.odd[own] * by_odd[0]
            spectra[1, :rows] = equations.even[own] * t[2] + equations.odd[own] * by_odd[1]
        sums = np.concatenate([inner[part], outer[part]])
        moved = _transform_sums(equations, sums, moved_axis[part, -1:], 0.0)
        moved = moved.reshape(2, -1, line.length)
        spectra[0] += pi_t / np.pi * odd * moved[0]
        spectra[1] -= pi_t / np.pi * odd * moved[1]
        pairs, others = ihfft(spectra, workers=1)[:, :, :n]
        pairs -= 2 * mu * pi_t * (inner[part] @ below)[:, None]
        if coulomb and part.stop > len(state.c):
            # mu* itself: all of the sum, at unit strength.
            change = equations.coulomb_slope(state.mu_star)
            pairs[-1] -= 2 * change * pi_t * (state.imaginary / norm) @ below
        direct = (gain * pairs - loss * others).astype(kind)
        kernels = even_part, odd_part
        result[part] = _iterated(line, direct, gain, loss, factors, kernels, tolerance)
    return result


def _iterated(line, direct, gain, loss, factors, interaction, tolerance):
    """The solution of u = direct + K u, by Anderson's method of depth one, row by row."""
    n, (even, odd) = line.n, interaction
    fields = np.empty((4, *direct.shape), direct.dtype)
    products = np.empty((2, len(direct), line.length), even.dtype)
    u, largest, before = direct, np.abs(direct).max(), None
    for _ in range(_MOST):
        for out, factor in zip(fields, factors, strict=True):
            np.multiply(u, factor, out=out)
        f, tf, g, tg = hfft(fields, line.length, workers=1)
        np.multiply(f, even, out=products[0])
        np.multiply(tf, odd, out=tf)
        products[0] += tf
        np.multiply(g, even, out=products[1])
        np.multiply(tg, odd, out=tg)
        products[1] -= tg
        pairs, others = ihfft(products, workers=1)[:, :, :n]
        change = gain * pairs
        change -= loss * others
        change += direct
        change -= u
        moved = np.abs(change).max()
        if moved <= tolerance * largest:
            return u + change
        step = change
        if before is not None:
            turned = change - before[1]
            size = np.einsum("bx,bx->b", turned.real, turned.real)
            size += np.einsum("bx,bx->b", turned.imag, turned.imag)
            share = np.einsum("bx,bx->b", turned.real, change.real)
            share += np.einsum("bx,bx->b", turned.imag, change.imag)
            share /= np.maximum(size, np.finfo(size.dtype).tiny)
            step = change - share[:, None] * (u - before[0] + turned)
        before = u, change
        u = u + step
    return u


def _transform_sums(equations, rows, last, unit):
    """Transforms of i z C and Q of D_m and omega_m E_m, one pair after the other.

    rows: shape (2 B, N), all D before all omega E. last, shape (B, 1) or (1,), and unit: weights of
    the tails.
    """
    line, count = equations.line, len(rows) // 2
    values = (rows @ equations.poles.view(float)).view(complex)
    if equations.setting.tail:
        values[:count] += last * line.pair_tail
        values[count:] += unit * line.tail
    values[:count] *= 1j * line.wide_z
    return hfft(values, line.length, workers=1)


def imaginary_response(equations: Equations, state: State, coulomb: bool) -> np.ndarray:
    """d Delta(i omega_n) for every parameter, shape (K or K + 1, N)."""
    n, pi_t, omega_n = equations.setting.count, equations.pi_t, equations.frequencies
    mu, below = equations.coulomb(state.mu_star)
    delta, z = state.imaginary, state.imaginary_z
    norm = np.hypot(omega_n, delta)
    even, odd = delta / norm, omega_n / norm
    signal = np.zeros(equations.wrap)
    signal[:n], signal[equations.wrap - n :] = even + odd, (even - odd)[::-1]
    convolved = irfft(rfft(signal) * equations.kernels, equations.wrap, workers=1)
    plus, minus = convolved[:, :n], convolved[:, : -n - 1 : -1]
    pairs = 0.5 * pi_t * (plus + minus)
    z_change = 0.5 * pi_t * (plus - minus) / omega_n
    lags = state.c @ equations.lags
    sums = toeplitz(lags[:n]), hankel(lags[1 : n + 1], lags[n : 2 * n])
    d_even, d_odd = omega_n**2 / norm**3, -omega_n * delta / norm**3
    matrix = -pi_t * (sums[0] + sums[1] - 2 * mu * below) * d_even
    matrix += (delta / omega_n * pi_t)[:, None] * (sums[0] - sums[1]) * d_odd
    if equations.setting.tail:
        z_tail, pair_tail = equations.tails
        pairs += pair_tail * delta[-1]
        z_change += z_tail
        matrix[:, -1] -= state.c @ pair_tail
    matrix[np.diag_indices(n)] += z
    right = pairs - delta * z_change
    if coulomb:
        change = equations.coulomb_slope(state.mu_star)
        right = np.vstack([right, np.full(n, -2 * change * pi_t * (even @ below))])
    return lu_solve(lu_factor(matrix), right.T).T
