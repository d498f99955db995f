"""Rows of a grid of wave vectors: all of each, or only what lies near the Fermi surface.

A row has fixed u and N values of v. The model is a polynomial of cos v and sin v on it, so that
|dF/dv| has a bound: from a point where some pole is at least f + reach away in energy, f / slope of
the row is known to be empty, and is skipped (sphere tracing). What is found is gathered on a finer
grid in r's dual by a type-1 non-uniform FFT; on a regular grid its kernel needs no evaluation,
since a point's place within a cell takes N / cells values only.
"""

from __future__ import annotations

import numpy as np

from gapworks.numerics.simd import LANES, load, store
from gapworks.qpi.physics.compiled import entry_point
from gapworks.qpi.physics.green import (
    REACH,
    STRETCH,
    fast,
    full_stretch,
    pair_stretch,
    row_polynomials,
    value,
)
from gapworks.qpi.physics.nufft import WIDTH, add_rows, spread_four, spread_six

# Rows that are added to the cells together, and those that are traced once, in the middle.
ROWS = 8
_TRACED = 4
# Cells of a row: those of the window's dual, what is spread beyond them, filled up to lanes.
PADDING = WIDTH


@fast
def _distance(c, full, p, q, omega):
    """A lower bound of the distance of omega from all eigenvalues, meV."""
    if full:
        h = value(c, 0, p, q)
        S = np.sqrt(value(c, 1, p, q) ** 2 + value(c, 2, p, q) ** 2 + value(c, 3, p, q) ** 2)
        return min(abs(abs(h + S) - abs(omega)), abs(abs(h - S) - abs(omega)))
    xi, dr, di = value(c, 0, p, q), value(c, 2, p, q), value(c, 3, p, q)
    return abs(np.sqrt(xi * xi + dr * dr + di * di) - abs(omega - value(c, 1, p, q)))


@fast
def _trace(c, full, x, y, omega, reach, slope, stretches):
    """Write down the stretches of a row that come within `reach` of a pole; gives their number."""
    N, found, i, inverse = len(x), 0, 0, 1.0 / slope
    while i < N:
        empty = _distance(c, full, x[i], y[i], omega) - reach
        if empty > 0:
            i += int(min(empty * inverse, 1.0 * N)) + 1
        else:
            stretches[found] = i & -STRETCH
            found += 1
            i = (i & -STRETCH) + STRETCH
    return found


@fast
def _spread(rows, at, even, stride, each, kernel, cell, place, pairs, work, start):
    """Add pairs of points in one cell to the cells around, `each` numbers of a point."""
    at += cell
    even = even + cell if even >= 0 else -1
    if each == 4:
        spread_four(rows, at, even, stride, kernel, place, work, start, pairs)
        return
    for k in range(0, each, 6):
        shift = k * stride
        target = even + shift if even >= 0 else -1
        spread_six(rows, at + shift, target, stride, kernel, place, work, start + k * LANES, pairs)


@fast
def _sum_holes(sums, at, work, start, count):
    """Add the numbers of the holes among themselves, lane by lane."""
    for k in range(count):
        store(sums, at + k * LANES, load(sums, at + k * LANES) + load(work, start + k * LANES))


@fast
def _gather_rows(
    model,
    bounds,
    x,
    y,
    omegas,
    delta,
    near2,
    far2,
    span,
    weights,
    first,
    last,
    lowest,
    out,
    rows,
    sums,
):
    """One grid's part of `gather`: see there. `rows` is zero before and after."""
    form, short, full, odd, real = model
    N, rate = len(x), span.size // WIDTH
    parts, stride = out.shape[2], out.shape[3]
    both, line, flat = weights.shape[0] > 1, out.shape[2] * out.shape[3], out.ravel()
    energies = len(omegas)
    each, computed = parts // energies, 32 if full else 8
    hh = computed // 4
    f, work = np.zeros(8 * LANES), np.zeros(energies * computed * LANES)
    c = np.empty((ROWS, form.shape[0] * LANES))
    middle, spread = 0.5 * (omegas.min() + omegas.max()), 0.5 * (omegas.max() - omegas.min())
    step = 2 * np.pi / N
    reach = REACH * np.sqrt(max(near2, 0.0)) + spread + bounds[2]
    reach += bounds[1] * step * (_TRACED / 2)
    stretches = np.arange(0, N, STRETCH)
    found = N // STRETCH
    for j in range(first, last, ROWS):
        for s in range(ROWS):
            row_polynomials(form, x[j + s], y[j + s], c[s])
        for s in range(ROWS):
            if near2 >= 0 and s % _TRACED == 0:
                centre = c[s + _TRACED // 2]
                found = _trace(centre, full, x, y, middle, reach, bounds[0] * step, stretches)
            even = (ROWS + s // 2) * line if both and s % 2 == 0 else -1
            for hit in range(found):
                i = stretches[hit]
                if full:
                    full_stretch(c[s], short, odd, x, y, i, omegas, delta, near2, far2, f, work)
                else:
                    pair_stretch(c[s], short, odd, real, x, y, i, omegas, delta, near2, far2, work)
                begin, cell = 0, i // rate
                place = i - cell * rate
                while begin < STRETCH:
                    pairs = min(STRETCH - begin, rate - place) // 2
                    for o in range(energies):
                        at, shift = o * computed * LANES + begin, o * each * stride
                        target = even + shift if even >= 0 else -1
                        shift += s * line
                        _spread(
                            rows, shift, target, stride, each, span, cell, place, pairs, work, at
                        )
                    begin += 2 * pairs
                    cell, place = cell + 1, 0
                for o in range(energies):
                    at = (s % 2 * energies + o) * hh * LANES
                    _sum_holes(sums, at, work, (o * computed + 3 * hh) * LANES, hh)
        for half in range(weights.shape[0]):
            at, start = (half * out.shape[1] - lowest) * line, half * ROWS * line
            count, step_ = ROWS >> half, 1 << half
            add_rows(flat, at, line, rows, start, count, step_, weights[half], j, rate)


@entry_point
def gather(
    model,
    bounds,
    omegas,
    delta,
    sizes,
    cuts,
    circles,
    kernels,
    share,
    shares,
    out,
    holes,
):
    """Sum rows of all grids into cells, and the holes among themselves over all their points.

    Parameters
    ----------
    model : tuple
        Of a `Block`. Of a real gap G_he = G_eh is not spread.
    bounds : tuple of three floats
        Of |dF/dv| and |dF/du|, F the distance from the poles, meV per rad; and of what `_distance`
        leaves out, meV.
    omegas : ndarray, shape (energies,)
    delta : float
        meV.
    sizes : ndarray of int, shape (grids,)
        N of each grid; the last is N_eff.
    cuts : ndarray, shape (grids, 2)
        near2 and far2 of each as in `pair_green`. A negative near2 takes all of each row.
    circles, kernels : ndarray
        One grid after the other: cosines and sines of its angles; weights of the WIDTH cells around
        a point, by its place in its cell, N / cells of them, which is even.
    share, shares : int
        Which of how many equal stretches of u; each a multiple of ROWS rows.
    out : ndarray, shape (2, lines, parts, cells + PADDING)
        Zero before: energy by energy ee, eh and, unless real, he, real and imaginary part of each,
        on N_eff and on N_eff / 2. The first line is the first cell that the rows reach; neither
        lines nor cells are folded back.
    holes : ndarray, shape (2, energies x components of hh x 2)
        Zero before, likewise.
    """
    cells = out.shape[3] - PADDING
    # All points of each row, and those with even index of each second one.
    rows = np.zeros((ROWS + ROWS // 2) * out.shape[2] * out.shape[3])
    circle = kernel = 0
    for level in range(len(sizes)):
        N = sizes[level]
        rate = N // cells
        x, y = circles[circle : circle + N], circles[circle + N : circle + 2 * N]
        span = kernels[kernel : kernel + rate * WIDTH]
        circle, kernel = circle + 2 * N, kernel + rate * WIDTH
        scale, both = 1.0 / (1.0 * N * N), level == len(sizes) - 1
        weights = np.empty((2 if both else 1, rate * WIDTH))
        weights[0] = scale * span
        if both:
            # The points with both indices even are a quarter. All else the two have in common.
            weights[1] = 4 * scale * span
            out[1], holes[1] = out[0], holes[0]
        first, last = N * share // shares, N * (share + 1) // shares
        sums = np.zeros(2 * holes.shape[1] * LANES)
        _gather_rows(
            model,
            bounds,
            x,
            y,
            omegas,
            delta,
            cuts[level, 0],
            cuts[level, 1],
            span,
            weights,
            first,
            last,
            first // rate,
            out,
            rows,
            sums,
        )
        for k in range(holes.shape[1]):
            for s in range(LANES):
                even = scale * sums[k * LANES + s]
                holes[0, k] += even + scale * sums[(holes.shape[1] + k) * LANES + s]
                if both and s % 2 == 0:
                    holes[1, k] += 4 * even


@entry_point
def fill(model, xu, yu, x, y, omega, delta, kept, out, corner):
    """Green functions of whole rows, and their sum.

    Parameters
    ----------
    model, delta
        As in `gather`.
    xu, yu : ndarray, shape (rows,)
        Cosine and sine of each row's u.
    x, y : ndarray
        Cosine and sine of v; padded to whole stretches.
    omega : float
    kept : ndarray of int
        Components to keep: 0 ... 3 for ee, eh, he, hh (4 x 4 form: 0 ... 15).
    out : ndarray, shape (len(kept), rows, N, 2), float32 or float64
    corner : ndarray, shape (rows, components, 2)
        Sums over each row of all components.
    """
    form, short, full, odd, real = model
    f, work = np.zeros(8 * LANES), np.zeros(32 * LANES)
    g = work.reshape(32, STRETCH)
    c = np.empty(form.shape[0] * LANES)
    omegas = np.array([omega])
    N = out.shape[2]
    for j in range(len(xu)):
        row_polynomials(form, xu[j], yu[j], c)
        for k in range(corner.shape[1]):
            corner[j, k, 0] = corner[j, k, 1] = 0.0
        for i in range(0, N, STRETCH):
            if full:
                full_stretch(c, short, odd, x, y, i, omegas, delta, -1.0, -1.0, f, work)
            else:
                pair_stretch(c, short, odd, real, x, y, i, omegas, delta, -1.0, -1.0, work)
            count = min(STRETCH, N - i)
            for k in range(corner.shape[1]):
                re = im = 0.0
                for s in range(count):
                    re += g[2 * k, s]
                    im += g[2 * k + 1, s]
                corner[j, k, 0] += re
                corner[j, k, 1] += im
            for k in range(len(kept)):
                numbers, real_part, imaginary = (
                    out[k, j, i : i + count],
                    g[2 * kept[k]],
                    g[2 * kept[k] + 1],
                )
                for s in range(count):
                    numbers[s, 0] = real_part[s]
                    numbers[s, 1] = imaginary[s]
