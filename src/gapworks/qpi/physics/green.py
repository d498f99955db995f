"""Green functions of a stretch of wave vectors in closed form, cut off near or away from a pole.

Without Rashba coupling H_BdG falls apart into two 2 x 2 blocks, one for each electron spin,

    H = L + [[xi, D], [D*, -xi]],     G = 1 / (z - H) = ((z - L) + [[xi, D], [D*, -xi]]) / P,
    P = (z - L)^2 - xi^2 - |D|^2,     z = omega + i delta.

Singlet and d_z gaps pair (e up, h down): xi = h + L, D = s - t and no shift; d_x and d_y gaps
pair (e up, h up): xi = h, the Ising term shifts the energy. With Rashba coupling the 4 x 4 matrix
is inverted by its 2 x 2 blocks. The cut-off is a smooth function chi of the square distance d^2 of
omega from the nearest eigenvalue, in units of E^2: 1 at a pole, 0 beyond about 2 E.
"""

from __future__ import annotations

import numpy as np

from gapworks.numerics.compiled import FAST_MATH, inlined

# Wave vectors evaluated together; rows are multiples of it.
STRETCH = 16
# chi = 0 beyond d = REACH E, where d is distance to the pole nearest in energy. In the 2 x 2 form
# d^2 = P^2 / (q^2 + E^2) with q^2 = omega^2 + E_k^2, so that | |E_k| - |omega| | <= REACH E.
REACH = float(np.sqrt(2 + np.sqrt(8)))

fast = inlined(fastmath=FAST_MATH, error_model="numpy")


@fast
def chi(x, share):
    """(1 - x^2 / 16)^16: exp(-x^2) with an end; `share` is 1 / 16, by E^4 where x is d^2."""
    y = max(1.0 - x * x * share, 0.0)
    y *= y
    y *= y
    y *= y
    return y * y


@fast
def polynomial(c, x, y, out):
    """Re sum_m c_m e^{i m theta} for m = 0 ... 4, from the cosines x and sines y of theta."""
    a0, a1, a2, a3, a4 = c[0, 0], c[1, 0], c[2, 0], c[3, 0], c[4, 0]
    b1, b2, b3, b4 = c[1, 1], c[2, 1], c[3, 1], c[4, 1]
    for s in range(len(x)):
        p, q = x[s], y[s]
        re, im = a3 + a4 * p - b4 * q, b3 + a4 * q + b4 * p
        re, im = a2 + re * p - im * q, b2 + re * q + im * p
        re, im = a1 + re * p - im * q, b1 + re * q + im * p
        out[s] = a0 + re * p - im * q


@fast
def value(c, p, q):
    """The polynomial at one angle."""
    re, im = c[3, 0] + c[4, 0] * p - c[4, 1] * q, c[3, 1] + c[4, 0] * q + c[4, 1] * p
    re, im = c[2, 0] + re * p - im * q, c[2, 1] + re * q + im * p
    re, im = c[1, 0] + re * p - im * q, c[1, 1] + re * q + im * p
    return c[0, 0] + re * p - im * q


@fast
def pair_green(work, omega, delta, near2, far2):
    """Components ee, eh, he, hh of a 2 x 2 block, times chi(near) - chi(far).

    All in one array with distances known to the compiler: so it sees that nothing overlaps.

    Parameters
    ----------
    work : ndarray, shape (40 * STRETCH,)
        Stretches 0 ... 3 hold xi, L, Re D, Im D, meV; 8 ... 15 get the real and imaginary part of
        each component, 1 / meV.
    omega, delta : float
        meV.
    near2, far2 : float
        Squares of E, meV^2: chi(near2) = 1 where near2 < 0, chi(far2) = 0 where far2 < 0.
    """
    # Without branches: where a term is absent its share is 0, or the argument of chi.
    near_share = 0.0 if near2 < 0 else 0.0625 / (near2 * near2)
    far_share = 0.0625 / (far2 * far2)
    far_part = 0.0 if far2 < 0 else 1.0
    near2, far2 = abs(near2), abs(far2)
    for s in range(STRETCH):
        xi, zr = work[s], omega - work[STRETCH + s]
        dr, di = work[2 * STRETCH + s], work[3 * STRETCH + s]
        e2 = xi * xi + dr * dr + di * di
        z2 = zr * zr
        P, q2 = z2 - e2, z2 + e2
        P2 = P * P
        near = chi(P2 / (q2 + near2), near_share)
        far = chi(P2 / (q2 + far2), far_share)
        re, im = P - delta * delta, -2 * zr * delta
        weight = (near - far_part * far) / (re * re + im * im)
        re *= weight
        im *= weight
        work[8 * STRETCH + s] = (zr + xi) * re - delta * im
        work[9 * STRETCH + s] = (zr + xi) * im + delta * re
        work[10 * STRETCH + s] = dr * re - di * im
        work[11 * STRETCH + s] = dr * im + di * re
        work[12 * STRETCH + s] = dr * re + di * im
        work[13 * STRETCH + s] = dr * im - di * re
        work[14 * STRETCH + s] = (zr - xi) * re - delta * im
        work[15 * STRETCH + s] = (zr - xi) * im + delta * re


@fast
def _inverse(m, out):
    det = m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
    out[0, 0], out[0, 1] = m[1, 1] / det, -m[0, 1] / det
    out[1, 0], out[1, 1] = -m[1, 0] / det, m[0, 0] / det


@fast
def _product(a, b, out):
    for i in range(2):
        for j in range(2):
            out[i, j] = a[i, 0] * b[0, j] + a[i, 1] * b[1, j]


@fast
def _weight(H, omega, near2, far2):
    """chi(near) - chi(far) of the 4 x 4 matrix.

    With e_k the elementary symmetric polynomials of the (omega - E_i)^2, d^2 = e_4 / (e_3 + E^2 e_2
    + E^4 e_1 + E^6): the square distance of the nearest eigenvalue, smooth where two meet.
    """
    if near2 < 0 and far2 < 0:
        return 1.0
    M = np.empty((4, 4), np.complex128)
    for i in range(4):
        for j in range(4):
            M[i, j] = -H[i, j]
        M[i, i] += omega
    t1 = t2 = t3 = t4 = 0.0
    for i in range(4):
        t1 += M[i, i].real
        for j in range(4):
            square = 0j
            for k in range(4):
                square += M[i, k] * M[k, j]
            if i == j:
                t2 += square.real
            t3 += (square * M[j, i]).real
            t4 += square.real**2 + square.imag**2
    c2 = (t1**2 - t2) / 2
    c3 = (t1**3 - 3 * t1 * t2 + 2 * t3) / 6
    c4 = (t1**4 - 6 * t1**2 * t2 + 3 * t2**2 + 8 * t1 * t3 - 6 * t4) / 24
    e1, e2, e3, e4 = t1**2 - 2 * c2, c2**2 - 2 * t1 * c3 + 2 * c4, c3**2 - 2 * c2 * c4, c4**2
    weight = 1.0
    if near2 >= 0:
        weight = chi(e4 / (e3 + near2 * (e2 + near2 * (e1 + near2))) / near2, 0.0625)
    if far2 >= 0:
        weight -= chi(e4 / (e3 + far2 * (e2 + far2 * (e1 + far2))) / far2, 0.0625)
    return weight


@fast
def full_green(f, odd, omega, delta, near2, far2, g):
    """Components of the 4 x 4 form, times chi(near) - chi(far).

    Parameters
    ----------
    f : ndarray, shape (8, STRETCH)
        h, L, R_x, R_y and the two entries of Delta_k (odd: up-up and down-down, else up-down and
        down-up), real and imaginary part of each, meV.
    odd : bool
        Equal spins pair.
    omega, delta : float
        meV.
    near2, far2 : float
        Squares of E, meV^2, as in `pair_green`.
    g : ndarray, shape (32, STRETCH)
        Out: real and imaginary parts of ee, eh, he, hh, of each the four spin entries, row by row,
        1 / meV.
    """
    H = np.zeros((4, 4), np.complex128)
    e, h, D, Dh, W, X, Y, Z, S = np.zeros((9, 2, 2), np.complex128)
    z = omega + 1j * delta
    for s in range(STRETCH):
        rx, ry = f[2, s], f[3, s]
        e[0, 0], e[1, 1] = f[0, s] + f[1, s], f[0, s] - f[1, s]
        e[0, 1], e[1, 0] = rx - 1j * ry, rx + 1j * ry
        # -H_e^T(-k): the band is even in k, all spin-orbit terms are odd.
        h[0, 0], h[1, 1] = f[1, s] - f[0, s], -f[1, s] - f[0, s]
        h[0, 1], h[1, 0] = e[1, 0], e[0, 1]
        a, b = f[4, s] + 1j * f[5, s], f[6, s] + 1j * f[7, s]
        if odd:
            D[0, 0], D[1, 1] = a, b
        else:
            D[0, 1], D[1, 0] = a, b
        for i in range(2):
            for j in range(2):
                Dh[i, j] = D[j, i].conjugate()
                H[i, j], H[i, j + 2] = e[i, j], D[i, j]
                H[i + 2, j], H[i + 2, j + 2] = Dh[i, j], h[i, j]
        weight = _weight(H, omega, near2, far2)
        if weight == 0.0:
            for c in range(32):
                g[c, s] = 0.0
            continue
        for i in range(2):
            for j in range(2):
                S[i, j] = (z if i == j else 0.0) - h[i, j]
        _inverse(S, W)
        _product(D, W, X)
        _product(W, Dh, Y)
        _product(X, Dh, S)
        for i in range(2):
            for j in range(2):
                S[i, j] = (z if i == j else 0.0) - e[i, j] - S[i, j]
        _inverse(S, Z)
        for i in range(2):
            for j in range(2):
                c = 4 * i + 2 * j
                eh = Z[i, 0] * X[0, j] + Z[i, 1] * X[1, j]
                he = Y[i, 0] * Z[0, j] + Y[i, 1] * Z[1, j]
                g[c, s], g[c + 1, s] = weight * Z[i, j].real, weight * Z[i, j].imag
                g[c + 8, s], g[c + 9, s] = weight * eh.real, weight * eh.imag
                g[c + 16, s], g[c + 17, s] = weight * he.real, weight * he.imag
                S[i, j] = he
        for i in range(2):
            for j in range(2):
                c = 24 + 4 * i + 2 * j
                hh = W[i, j] + S[i, 0] * X[0, j] + S[i, 1] * X[1, j]
                g[c, s], g[c + 1, s] = weight * hh.real, weight * hh.imag
