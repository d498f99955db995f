"""The excitation gap in O(L): how many levels of H lie below an energy, sixteen energies at a time.

By Sylvester's law of inertia H - E has as many negative eigenvalues as the pivots of its block
LDL^T factors. These stay in the span of 1, tau_3 and tau_1, s = a + e tau_3 + d tau_1; site by site

    a <- -E - a / det s,    e <- eps_i + e / det s,    d <- Delta_i - d / det s,
    det s <- E^2 - eps_i^2 - Delta_i^2 + (1 + 2 (E a - eps_i e + Delta_i d)) / det s

(that of `green_sweep.py` at omega = -i E; det s = a^2 - e^2 - d^2 has a recursion of its own
because after a small one the next pivot is huge and the squares would cancel). The last site closes
the ring. H has L levels below zero, one for each above: a level between 0 and E is a count beyond
L.
"""

from __future__ import annotations

import numpy as np

from gapworks.numerics.compiled import inlined
from gapworks.numerics.simd import LANES, first, load, negative, splat, store

# A pivot that is smaller (in a ring of 256 sites) costs more digits than the gap is asked for: E
# lies too close to a level of the open chain so far. Such an energy gives no count; another
# starting site will.
_SMALLEST_PIVOT = 1e-7
_STARTS = 8


@inlined()
def levels_below(eps, delta, start, energies, counts, determinants):
    """Number of eigenvalues of H below each energy.

    Parameters
    ----------
    eps, delta : ndarray, shape (L,)
    start : int
        Site to start the elimination from; any gives the same counts.
    energies : ndarray, shape (LANES,)
    counts : ndarray, shape (LANES,)
        Out; negative where rounding may have spoiled the count.
    determinants : ndarray, shape (LANES,)
        Out: det(H - E) relative to the first energy's.
    """
    L = eps.size
    E = load(energies, 0)
    last = (start + L - 1) % L
    i, j = start, (start + L - 2) % L
    a, e, d = 0.0 - E, splat(eps[i]), splat(delta[i])
    det = a * a - e * e - d * d
    # The same from the other end, for the inverse at the first site.
    A, B, D = 0.0 - E, splat(eps[j]), splat(delta[j])
    Det = A * A - B * B - D * D
    # Propagator to the first site, [[f, g], [h, k]].
    f, g, h, k = splat(1.0), splat(0.0), splat(0.0), splat(-1.0)
    count, largest_inverse, product = splat(0.0), splat(0.0), splat(1.0)
    for step in range(L - 1):
        inverse, Inverse = 1.0 / det, 1.0 / Det
        largest_inverse = largest_inverse + inverse * inverse
        product = product * (det * first(inverse))
        below = negative(det)
        count = count + below + 2.0 * (1.0 - below) * negative(a)
        # s^-1 = (a - e tau_3 - d tau_1) / det times tau_3 times the propagator so far
        u, v, w = (a - e) * inverse, d * inverse, (a + e) * inverse
        f, g, h, k = u * f + v * h, u * g + v * k, 0.0 - (v * f + w * h), 0.0 - (v * g + w * k)
        if step == L - 2:
            break
        i = i + 1 if i + 1 < L else 0
        j = j - 1 if j > 0 else L - 1
        a, e, d, det = _next_pivot(E, eps[i], delta[i], a, e, d, inverse)
        A, B, D, Det = _next_pivot(E, eps[j], delta[j], A, B, D, Inverse)
    # Last site: its level less tau_3 (G_ee + G_00 + G_e0 + G_0e) tau_3, 0 and e being its
    # neighbours.
    U, V, W = (A - B) * Inverse, D * Inverse, (A + B) * Inverse
    p = (eps[last] - E) - (u + U + 2.0 * f)
    r = (0.0 - eps[last] - E) - (w + W + 2.0 * k)
    q = delta[last] - (v + V - g - h)
    det = p * r - q * q
    below = negative(det)
    count = count + below + 2.0 * (1.0 - below) * negative(p)
    limit = max(L / 256, 1.0) / _SMALLEST_PIVOT
    spoiled = negative(limit * limit - largest_inverse)
    store(counts, 0, count - spoiled * (4.0 * L))
    store(determinants, 0, product * (det / first(det)))


@inlined()
def _next_pivot(E, eps, delta, a, e, d, inverse):
    det = (E * E - (eps * eps + delta * delta)) + (
        1.0 + 2.0 * (E * a - eps * e + delta * d)
    ) * inverse
    return (0.0 - E) - a * inverse, eps + e * inverse, delta - d * inverse, det


@inlined()
def bracket(eps, delta, energies, counts, determinants):
    """Neighbours in ascending `energies` between which the gap lies.

    Returns
    -------
    low, high : int
        Index of the largest energy known to be below the gap (-1: none) and of the smallest known
        to be above (LANES: none).
    """
    L = eps.size
    low, high = -1, LANES
    for start in range(_STARTS):
        levels_below(eps, delta, (start * L) // _STARTS, energies, counts, determinants)
        for lane in range(LANES):
            if counts[lane] == L:
                low = max(low, lane)
            elif counts[lane] > L:
                high = min(high, lane)
        if low >= 0 or high < LANES:
            break
    # Of two counts that disagree the larger gap is doubted.
    return min(low, high - 1), high


@inlined()
def _crossing(energies, determinants, below):
    """Energy between lanes below and below + 1 where the determinant vanishes, or NaN.

    det(H - E) is smooth in E: four neighbours give its root by inverse interpolation (Neville).
    """
    if below < 1 or below > LANES - 3:
        return np.nan
    x, y = determinants[below - 1 : below + 3], energies[below - 1 : below + 3].copy()
    if not (x[0] > x[1] > 0.0 > x[2] > x[3] or x[0] < x[1] < 0.0 < x[2] < x[3]):
        return np.nan
    for order in range(1, 4):
        for i in range(4 - order):
            y[i] = (x[i + order] * y[i] - x[i] * y[i + 1]) / (x[i + order] - x[i])
    return y[0]


@inlined()
def excitation_gap(eps, delta, low, high, relative):
    """Smallest |E| of H, by multisection.

    Parameters
    ----------
    eps, delta : ndarray, shape (L,)
    low, high : float
        First guess of a bracket, 0 < low < high; if it is none it is widened.
    relative : float
        Accuracy relative to the gap. Rounding leaves about 1e-8, and more where the lowest
        level is degenerate: 5e-7 in a clean ring of 256 sites, 1e-4 below 20 sites.

    Returns
    -------
    float
        0.0 if the gap is below 1e-13 of `high`.
    """
    energies, counts, determinants = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    floor = 1e-13 * high
    bounded, guess = False, np.nan
    while high - low > relative * low and high > floor:
        for lane in range(LANES):
            # Both ends are tried too while they are guesses.
            share = (lane + 1) / (LANES + 1) if bounded else lane / (LANES - 1)
            energies[lane] = low + (high - low) * share
        if low < guess < high:
            reach = 0.4 * relative * guess
            for lane in range(LANES // 2):
                energies[LANES // 2 - 1 - lane] = max(guess - reach, low)
                energies[LANES // 2 + lane] = min(guess + reach, high)
                reach *= 4.0
        below, above = bracket(eps, delta, energies, counts, determinants)
        if below < 0 and above == LANES:
            break
        if below >= 0 and above < LANES:
            bounded = True
        guess = np.nan
        if bounded and above == below + 1 and high - low < 0.05 * low:
            guess = _crossing(energies, determinants, below)
        width = high - low
        if above < LANES:
            high = energies[above]
        elif not bounded:
            high += 2.0 * width
        if below >= 0:
            low = energies[below]
        elif not bounded:
            low = 0.0
    return 0.5 * (low + high) if high > floor else 0.0
