"""Rows of a grid of wave vectors: all of each, or only what lies near the Fermi surface.

A row has fixed v and N values of u. The model is a polynomial of e^{iu} on it, so that |dF/du| has
a bound: from a point where some pole is at least f + reach away in energy, f / slope of the row is
known to be empty, and is skipped (sphere tracing). What is found is gathered on a finer grid in r's
dual by a type-1 non-uniform FFT; on a regular grid its kernel needs no evaluation, since a point's
place within a cell takes N / cells values only.
"""

from __future__ import annotations

import numpy as np

from gapworks.qpi.compiled import entry_point
from gapworks.qpi.propagator import (
    REACH,
    STRETCH,
    fast,
    full_green,
    pair_green,
    polynomial,
    value,
)

# Cells that a point is spread over in each direction.
WIDTH = 6


@fast
def _evaluate(c, full, odd, x, y, first, omegas, delta, near2, far2, f, g):
    """Fill g, shape (components, STRETCH), with weighted Green functions from point `first` on."""
    for k in range(c.shape[0]):
        polynomial(c[k], x, y, first, STRETCH, f[k])
    for o in range(len(omegas)):
        if full:
            full_green(f, STRETCH, odd, omegas[o], delta, near2, far2, g, 32 * o)
        else:
            pair_green(f, STRETCH, omegas[o], delta, near2, far2, g, 8 * o)


@fast
def _slope(c):
    """Bound of |dF/du|."""
    total = 0.0
    for m in range(1, c.shape[0]):
        total += m * np.hypot(c[m, 0], c[m, 1])
    return total


@fast
def _row_slope(c, full):
    if full:
        return _slope(c[0]) + np.sqrt(_slope(c[1]) ** 2 + _slope(c[2]) ** 2 + _slope(c[3]) ** 2)
    energy = np.sqrt(_slope(c[0]) ** 2 + _slope(c[2]) ** 2 + _slope(c[3]) ** 2)
    return energy + _slope(c[1])


@fast
def _largest_gap(c):
    largest = 0.0
    for k in (4, 6):
        total = 0.0
        for m in range(c.shape[1]):
            total += np.hypot(c[k, m, 0], c[k, m, 1])
            total += np.hypot(c[k + 1, m, 0], c[k + 1, m, 1])
        largest = max(largest, total)
    return largest


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
def gather(c, full, odd, x, y, omegas, delta, near2, far2, kernel, first, last, lowest, out):
    """Sum rows of a grid into cells: out[set, cell of v, cell of u, component].

    Parameters
    ----------
    c : ndarray, shape (last - first, fields, 5, 2)
        Polynomials of each row, real and imaginary part of their coefficients, meV.
    full, odd : bool
        4 x 4 form; gap between equal spins.
    x, y : ndarray, shape (N,)
        Cosine and sine of u.
    omegas : ndarray
    delta, near2, far2 : float
        As in `pair_green`. A negative near2 takes all of each row.
    kernel : ndarray, shape (N / cells, WIDTH)
        Weights of the cells around a point, by its place in its cell.
    first, last : int
        Rows of the grid.
    lowest : int
        Cell of out's first line; lines run on without being folded back.
    out : ndarray, shape (sets, lines, cells, components)
        Added to. Set 1, if there, gets the points with both indices even.
    """
    N, rate = len(x), len(kernel)
    sets, cells, parts = out.shape[0], out.shape[2], out.shape[3]
    f, g = np.empty((c.shape[1], STRETCH)), np.empty((parts, STRETCH))
    row = np.empty((2, cells + WIDTH, parts))
    turned = np.empty((STRETCH, parts))
    span = min(rate, STRETCH)
    middle = 0.5 * (omegas.min() + omegas.max())
    for j in range(first, last):
        poly = c[j - first]
        slope = _row_slope(poly, full) * 2 * np.pi / N
        reach = REACH * np.sqrt(max(near2, 0.0)) + 0.5 * (omegas.max() - omegas.min())
        if full:
            reach += _largest_gap(poly)
        both = sets > 1 and j % 2 == 0
        row[:] = 0.0
        i = 0
        found = False
        while i < N:
            if near2 >= 0:
                empty = _distance(poly, full, x[i], y[i], middle) - reach
                if empty > 0:
                    i += int(min(empty / slope, 1.0 * N)) + 1
                    continue
            found = True
            i -= i % STRETCH
            _evaluate(poly, full, odd, x, y, i, omegas, delta, near2, far2, f, g)
            for s in range(STRETCH):
                for k in range(parts):
                    turned[s, k] = g[k, s]
            for begin in range(0, STRETCH, span):
                cell, place = (i + begin) // rate, (i + begin) % rate
                for s in range(span):
                    for w in range(WIDTH):
                        weight = kernel[place + s, w]
                        for k in range(parts):
                            row[0, cell + w, k] += weight * turned[begin + s, k]
                if both:
                    for s in range(begin % 2, span, 2):
                        for w in range(WIDTH):
                            weight = kernel[place + s, w]
                            for k in range(parts):
                                row[1, cell + w, k] += weight * turned[begin + s, k]
            i += STRETCH
        if not found:
            continue
        for half in range(2 if both else 1):
            _fold(row[half])
            for w in range(WIDTH):
                weight = kernel[j % rate, w]
                _add(out[half, j // rate + w - lowest], row[half], weight)


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
def fill(c, full, odd, x, y, omega, delta, kept, out, corner):
    """Green functions of whole rows, and their sum.

    Parameters
    ----------
    c, full, odd, x, y, delta
        As in `gather`; the length of x and y may be padded to whole stretches.
    omega : float
    kept : ndarray of int
        Components to keep: 0 ... 3 for ee, eh, he, hh (4 x 4 form: 0 ... 15).
    out : ndarray, shape (len(kept), rows, N, 2), float32 or float64
    corner : ndarray, shape (rows, components, 2)
        Sums over each row of all components.
    """
    parts = 2 * corner.shape[1]
    f, g = np.empty((c.shape[1], STRETCH)), np.empty((parts, STRETCH))
    omegas = np.array([omega])
    N = out.shape[2]
    for j in range(c.shape[0]):
        for k in range(corner.shape[1]):
            corner[j, k, 0] = corner[j, k, 1] = 0.0
        for i in range(0, N, STRETCH):
            _evaluate(c[j], full, odd, x, y, i, omegas, delta, -1.0, -1.0, f, g)
            count = min(STRETCH, N - i)
            for k in range(corner.shape[1]):
                re = im = 0.0
                for s in range(count):
                    re += g[2 * k, s]
                    im += g[2 * k + 1, s]
                corner[j, k, 0] += re
                corner[j, k, 1] += im
            for k in range(len(kept)):
                for s in range(count):
                    out[k, j, i + s, 0] = g[2 * kept[k], s]
                    out[k, j, i + s, 1] = g[2 * kept[k] + 1, s]
