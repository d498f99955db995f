"""Rows of a grid of wave vectors: all of each, or only what lies near the Fermi surface.

A row has fixed u and N values of v. The model is a polynomial of e^{iv} on it, so that |dF/dv| has
a bound: from a point where some pole is at least f + reach away in energy, f / slope of the row is
known to be empty, and is skipped (sphere tracing). What is found is gathered on a finer grid in r's
dual by a type-1 non-uniform FFT; on a regular grid its kernel needs no evaluation, since a point's
place within a cell takes N / cells values only.
"""

from __future__ import annotations

import numpy as np

from gapworks.qpi.physics.compiled import entry_point
from gapworks.qpi.physics.green import (
    REACH,
    STRETCH,
    fast,
    full_green,
    pair_green,
    polynomial,
    value,
)
from gapworks.qpi.physics.nufft import LANES, WIDTH, spread_eight, spread_even, spread_one

# Neighbouring rows that are traced once, in the middle.
_SHARED = 4


@fast
def _model(c, active, x, y, first, f):
    """Fill f, shape (8, STRETCH), with the model's fields from point `first` on; others are 0."""
    for k in active:
        polynomial(c[k], x[first : first + STRETCH], y[first : first + STRETCH], f[k])


@fast
def _green(work, f, g, full, odd, omega, delta, near2, far2):
    """Fill g, shape (32, STRETCH), with weighted Green functions; f and g are parts of work."""
    if full:
        full_green(f, odd, omega, delta, near2, far2, g)
    else:
        pair_green(work, omega, delta, near2, far2)


@fast
def _distance(c, full, p, q, omega):
    """A lower bound of the distance of omega from all eigenvalues, meV."""
    if full:
        h = value(c[0], p, q)
        S = np.sqrt(value(c[1], p, q) ** 2 + value(c[2], p, q) ** 2 + value(c[3], p, q) ** 2)
        return min(abs(abs(h + S) - abs(omega)), abs(abs(h - S) - abs(omega)))
    xi, dr, di = value(c[0], p, q), value(c[2], p, q), value(c[3], p, q)
    return abs(np.sqrt(xi * xi + dr * dr + di * di) - abs(omega - value(c[1], p, q)))


@entry_point
def along_rows(phase, coefficients, out):
    """Sum the polynomials over n at fixed u. A loop, not BLAS, whose threads would only wait.

    Parameters
    ----------
    phase : ndarray, shape (rows, 9), complex
        e^{inu}.
    coefficients : ndarray, shape (fields, 5, 9), complex
    out : ndarray, shape (rows, fields, 5, 2)
    """
    for j in range(len(phase)):
        for k in range(coefficients.shape[0]):
            for m in range(coefficients.shape[1]):
                total = 0j
                for n in range(phase.shape[1]):
                    total += phase[j, n] * coefficients[k, m, n]
                out[j, k, m, 0] = total.real
                out[j, k, m, 1] = total.imag


@entry_point
def gather(
    c, active, full, odd, bounds, x, y, omegas, delta, near2, far2, kernel, first, lowest, out
):
    """Sum rows of a grid into cells: out[set, cell of u, cell of v, component].

    Parameters
    ----------
    c : ndarray, shape (rows, fields, 5, 2)
        Polynomials of each row, real and imaginary part of their coefficients, meV.
    active : ndarray of int
        Fields that are not zero.
    full, odd : bool
        4 x 4 form; gap between equal spins.
    bounds : tuple of three floats
        Of |dF/dv| and |dF/du|, F the distance from the poles, meV per rad; and of what `_distance`
        leaves out, meV.
    x, y : ndarray, shape (N,)
        Cosine and sine of v.
    omegas : ndarray
    delta, near2, far2 : float
        As in `pair_green`. A negative near2 takes all of each row.
    kernel : ndarray, shape (N / cells * WIDTH,)
        Weights of the cells around a point, by its place in its cell.
    first : int
        Index of the first row in the grid, a multiple of _SHARED, as is the number of rows.
    lowest : int
        Cell of out's first line; lines run on without being folded back.
    out : ndarray, shape (sets, lines, cells, components)
        Added to. Set 1, if there, gets the points with both indices even.
    """
    N, rate = len(x), kernel.size // WIDTH
    sets, cells, parts = out.shape[0], out.shape[2], out.shape[3]
    work = np.zeros(40 * STRETCH)
    f, g = work[: 8 * STRETCH].reshape(8, STRETCH), work[8 * STRETCH :].reshape(32, STRETCH)
    row = np.empty((2, (cells + WIDTH) * parts))
    points = np.empty((STRETCH, parts))
    each = parts // len(omegas)
    middle, spread = 0.5 * (omegas.min() + omegas.max()), 0.5 * (omegas.max() - omegas.min())
    step = 2 * np.pi / N
    reach = REACH * np.sqrt(max(near2, 0.0)) + spread + bounds[2]
    reach += bounds[1] * step * (_SHARED / 2)
    stretches = np.arange(0, N, STRETCH)
    found = len(stretches)
    for j in range(first, first + len(c)):
        poly = c[j - first]
        if near2 >= 0 and j % _SHARED == 0:
            centre = c[j - first + _SHARED // 2]
            found = _trace(centre, full, x, y, middle, reach, bounds[0] * step, stretches)
        if found == 0:
            continue
        both = sets > 1 and j % 2 == 0
        row[:] = 0.0
        for hit in range(found):
            i = stretches[hit]
            _model(poly, active, x, y, i, f)
            for o in range(len(omegas)):
                _green(work, f, g, full, odd, omegas[o], delta, near2, far2)
                for s in range(STRETCH):
                    for k in range(each):
                        points[s, o * each + k] = g[k, s]
            _spread(row[0], kernel, points.ravel(), i, rate, parts, False)
            if both:
                _spread(row[1], kernel, points.ravel(), i, rate, parts, True)
        for half in range(2 if both else 1):
            line = row[half].reshape(cells + WIDTH, parts)
            _fold(line)
            for w in range(WIDTH):
                weight = kernel[(j % rate) * WIDTH + w]
                _add(out[half, j // rate + w - lowest], line, weight)


@fast
def _trace(c, full, x, y, omega, reach, slope, stretches):
    """Write down the stretches of a row that come within `reach` of a pole; gives their number."""
    N, found, i = len(x), 0, 0
    while i < N:
        empty = _distance(c, full, x[i], y[i], omega) - reach
        if empty > 0:
            i += int(min(empty / slope, 1.0 * N)) + 1
        else:
            stretches[found] = i - i % STRETCH
            found += 1
            i += STRETCH - i % STRETCH
    return found


@fast
def _spread(row, kernel, points, i, rate, parts, even):
    """Add a stretch of points, or those with even index, to the cells of a row."""
    span = min(rate, LANES)
    for begin in range(0, STRETCH, span):
        cell, place = (i + begin) // rate * parts, (i + begin) % rate
        for k in range(0, parts, LANES):
            start = begin * parts + k
            if span == LANES and even:
                spread_even(row, cell + k, kernel, place, points, start, parts)
            elif span == LANES:
                spread_eight(row, cell + k, kernel, place, points, start, parts)
            else:
                for s in range(begin % 2 if even else 0, span, 2 if even else 1):
                    at = start + s * parts
                    spread_one(row, cell + k, kernel, place + s, points, at, parts)


@fast
def _fold(row):
    """Close the ring: cells beyond either end belong to the other."""
    cells = row.shape[0] - WIDTH
    for w in range(WIDTH):
        for k in range(row.shape[1]):
            row[w, k] += row[cells + w, k]


@fast
def _add(line, row, weight):
    for cell in range(line.shape[0]):
        for k in range(line.shape[1]):
            line[cell, k] += weight * row[cell, k]


@entry_point
def fill(c, active, full, odd, x, y, omega, delta, kept, out, corner):
    """Green functions of whole rows, and their sum.

    Parameters
    ----------
    c, active, full, odd, x, y, delta
        As in `gather`; the length of x and y may be padded to whole stretches.
    omega : float
    kept : ndarray of int
        Components to keep: 0 ... 3 for ee, eh, he, hh (4 x 4 form: 0 ... 15).
    out : ndarray, shape (len(kept), rows, N, 2), float32 or float64
    corner : ndarray, shape (rows, components, 2)
        Sums over each row of all components.
    """
    work = np.zeros(40 * STRETCH)
    f, g = work[: 8 * STRETCH].reshape(8, STRETCH), work[8 * STRETCH :].reshape(32, STRETCH)
    N = out.shape[2]
    for j in range(c.shape[0]):
        for k in range(corner.shape[1]):
            corner[j, k, 0] = corner[j, k, 1] = 0.0
        for i in range(0, N, STRETCH):
            _model(c[j], active, x, y, i, f)
            _green(work, f, g, full, odd, omega, delta, -1.0, -1.0)
            count = min(STRETCH, N - i)
            for k in range(corner.shape[1]):
                re = im = 0.0
                for s in range(count):
                    re += g[2 * k, s]
                    im += g[2 * k + 1, s]
                corner[j, k, 0] += re
                corner[j, k, 1] += im
            for k in range(len(kept)):
                numbers, real, imaginary = (
                    out[k, j, i : i + count],
                    g[2 * kept[k]],
                    g[2 * kept[k] + 1],
                )
                for s in range(count):
                    numbers[s, 0] = real[s]
                    numbers[s, 1] = imaginary[s]
