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
from llvmlite import ir
from numba.extending import intrinsic

from gapworks.numerics.compiled import FAST_MATH, inlined
from gapworks.numerics.simd import LANES, lanes_type, load, splat, store

# Wave vectors evaluated together; rows are multiples of it.
STRETCH = LANES
# chi = 0 beyond d = REACH E, where d is distance to the pole nearest in energy. In the 2 x 2 form
# d^2 = P^2 / (q^2 + E^2) with q^2 = omega^2 + E_k^2, so that | |E_k| - |omega| | <= REACH E.
REACH = float(np.sqrt(2 + np.sqrt(8)))

fast = inlined(fastmath=FAST_MATH, error_model="numpy")


@intrinsic
def _positive_part(typingctx, value):
    """max(value, 0) in each lane."""

    def codegen(context, builder, signature, args):
        zero = ir.Constant(args[0].type, [0.0] * LANES)
        return builder.select(builder.fcmp_ordered(">", args[0], zero), args[0], zero)

    return lanes_type(lanes_type), codegen


@fast
def chi(x, share):
    """(1 - x^2 / 16)^16: exp(-x^2) with an end; `share` is 1 / 16, by E^4 where x is d^2."""
    y = max(1.0 - x * x * share, 0.0)
    y *= y
    y *= y
    y *= y
    return y * y


@fast
def polynomial(c, at, short, p, q):
    """A field at 16 angles with cosines p and sines q: sum_n (c_n + q c_{5 + n}) p^n.

    Of degree 4, or 2 where `short`; its coefficients are c[at], c[at + 1] ...
    """
    if short:
        return c[at] + p * (c[at + 1] + p * c[at + 2]) + q * (c[at + 5] + p * c[at + 6])
    even = c[at + 2] + p * (c[at + 3] + p * c[at + 4])
    odd = c[at + 5] + p * (c[at + 6] + p * (c[at + 7] + p * c[at + 8]))
    return c[at] + p * (c[at + 1] + p * even) + q * odd


@fast
def value(c, k, p, q):
    """Field k at one angle."""
    at = k * LANES
    even = c[at] + p * (c[at + 1] + p * (c[at + 2] + p * (c[at + 3] + p * c[at + 4])))
    return even + q * (c[at + 5] + p * (c[at + 6] + p * (c[at + 7] + p * c[at + 8])))


@fast
def _lanes_chi(x, share):
    """`chi` at 16 square distances x, with 1 / (16 E^4) for `share`."""
    y = _positive_part(1.0 - x * x * share)
    y = y * y
    y = y * y
    y = y * y
    return y * y


@fast
def pair_green(xi, zr, dr, di, delta, near2, far2, work, at):
    """Components ee, eh, he, hh of a 2 x 2 block at 16 wave vectors, times chi(near) - chi(far).

    Parameters
    ----------
    xi, zr, dr, di : Lanes
        xi, omega - L and D = dr + i di, meV.
    delta : float
        meV.
    near2, far2 : float
        Squares of E, meV^2: chi(near2) = 1 where near2 < 0, chi(far2) = 0 where far2 < 0.
    work : ndarray, flat
        Out, from `at` on: real and imaginary part of each component, 16 numbers each, 1 / meV.
    at : int
    """
    e2 = xi * xi + dr * dr + di * di
    z2 = zr * zr
    P, q2 = z2 - e2, z2 + e2
    P2 = P * P
    re, im = P - delta * delta, zr * (-2 * delta)
    norm = re * re + im * im
    # One division for all denominators.
    if near2 >= 0 and far2 >= 0:
        a, b = q2 + near2, q2 + far2
        product = a * b
        inverse = 1.0 / (product * norm)
        x = P2 * inverse * norm
        near = _lanes_chi(x * b, 0.0625 / (near2 * near2))
        far = _lanes_chi(x * a, 0.0625 / (far2 * far2))
        weight = (near - far) * (product * inverse)
    elif near2 >= 0 or far2 >= 0:
        E2 = max(near2, far2)
        a = q2 + E2
        inverse = 1.0 / (a * norm)
        chi_ = _lanes_chi(P2 * (inverse * norm), 0.0625 / (E2 * E2))
        weight = (chi_ if near2 >= 0 else 1.0 - chi_) * (a * inverse)
    else:
        weight = 1.0 / norm
    re, im = re * weight, im * weight
    store(work, at, (zr + xi) * re - im * delta)
    store(work, at + LANES, (zr + xi) * im + re * delta)
    store(work, at + 2 * LANES, dr * re - di * im)
    store(work, at + 3 * LANES, dr * im + di * re)
    store(work, at + 4 * LANES, dr * re + di * im)
    store(work, at + 5 * LANES, dr * im - di * re)
    store(work, at + 6 * LANES, (zr - xi) * re - im * delta)
    store(work, at + 7 * LANES, (zr - xi) * im + re * delta)


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


@fast
def row_polynomials(form, p, q, c):
    """Polynomials in v of all fields at u with cosine p and sine q; see `Block.form`."""
    terms = 9
    for k in range(form.size // (terms * LANES)):
        at = k * terms * LANES
        even = load(form, at + 3 * LANES) + p * load(form, at + 4 * LANES)
        even = load(form, at + LANES) + p * (load(form, at + 2 * LANES) + p * even)
        odd = load(form, at + 7 * LANES) + p * load(form, at + 8 * LANES)
        odd = load(form, at + 5 * LANES) + p * (load(form, at + 6 * LANES) + p * odd)
        store(c, k * LANES, load(form, at) + p * even + q * odd)


@fast
def pair_stretch(c, short, odd, real, x, y, i, omegas, delta, near2, far2, work):
    """Green functions of points i ... i + 15 of a row, one energy after the other, 2 x 2 form."""
    p, q = load(x, i), load(y, i)
    xi = polynomial(c, 0, short[0], p, q)
    dr = polynomial(c, 2 * LANES, short[2], p, q)
    di = splat(0.0) if real else polynomial(c, 3 * LANES, short[3], p, q)
    # Only gaps between equal spins have the Ising term as a shift.
    L = polynomial(c, LANES, short[1], p, q) if odd else splat(0.0)
    for o in range(len(omegas)):
        pair_green(xi, omegas[o] - L, dr, di, delta, near2, far2, work, o * 8 * LANES)


@fast
def full_stretch(c, short, odd, x, y, i, omegas, delta, near2, far2, f, work):
    """The same in the 4 x 4 form; f, flat, is for eight fields."""
    p, q = load(x, i), load(y, i)
    for k in range(8):
        store(f, k * LANES, polynomial(c, k * LANES, short[k], p, q))
    fields = f.reshape(8, STRETCH)
    for o in range(len(omegas)):
        g = work[o * 32 * LANES : (o + 1) * 32 * LANES].reshape(32, STRETCH)
        full_green(fields, odd, omegas[o], delta, near2, far2, g)
