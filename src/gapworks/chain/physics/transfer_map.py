"""The self-consistency map of one ring, eq. 4 by the sign function, with its scratch arrays.

What is cheap and what is exact are told apart by `cool`: after it the next sweep starts from
scratch and is exact to rounding; later sweeps start from their own last states, whose error is
shrunk by `SHRINK` and vanishes with the change of the fields.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gapworks.chain.physics.compiled import entry_point
from gapworks.chain.physics.excitation_gap import bracket
from gapworks.chain.physics.green_sweep import SEEDS, STATE, sweep, warm_up_length, winding
from gapworks.numerics.compiled import inlined
from gapworks.numerics.simd import LANES

# Working warm-up: error of the start relative to the last change of the fields.
SHRINK = 1e-2
# Aimed at by an exact warm-up, and what passes for one where that would take too long.
_EXACT_SHRINK, _LARGEST_SHRINK = 1e-16, 1e-13


class Work(NamedTuple):
    """Scratch arrays of one thread for rings of L sites."""

    eps: np.ndarray
    diagonal: np.ndarray
    pairing: np.ndarray
    wound_diagonal: np.ndarray
    wound_pairing: np.ndarray
    states: np.ndarray
    seeds: np.ndarray
    omega: np.ndarray
    weight: np.ndarray
    warm: np.ndarray
    next_warm: np.ndarray
    shrink: np.ndarray
    energies: np.ndarray
    counts: np.ndarray
    determinants: np.ndarray
    f: np.ndarray


@inlined()
def new_work(L, poles):
    """`Work` for L sites and at most `poles` poles."""
    blocks = poles // LANES
    return Work(
        np.empty(L),
        np.empty(L),
        np.empty(L),
        np.zeros(L),
        np.zeros(L),
        np.empty(L * STATE),
        np.empty(blocks * SEEDS),
        np.empty(poles),
        np.empty(poles),
        np.empty(blocks, np.int64),
        np.empty(blocks, np.int64),
        np.empty(blocks),
        np.empty(LANES),
        np.empty(LANES),
        np.empty(LANES),
        np.empty(2 * L + 1),
    )


@inlined(fastmath={"reassoc", "contract", "nsz", "nnan"})
def levels(V, x, hartree, eps):
    """eps_i of the iterate x = (Delta, n, mu) and a bound on |E|: |h| + |Delta|. No NaN in x."""
    L = V.size
    mu = x[2 * L]
    highest, widest = 0.0, 0.0
    for i in range(L):
        level = V[i] - hartree * x[L + i] - mu
        eps[i] = level
        highest = max(highest, abs(level))
        widest = max(widest, abs(x[i]))
    return 2.0 + highest + widest


@inlined()
def set_poles(level, scale, ladder, work):
    """Scale a table of the ladder to the spectrum; returns its number of blocks."""
    _, blocks, omega, weight = ladder
    count = blocks[level]
    for k in range(count * LANES):
        work.omega[k] = omega[level, k] * scale
        work.weight[k] = weight[level, k] * scale
    return count


@inlined()
def cool(eps, delta, count, work):
    """Measure the warm-up of each block: the next sweep is exact, later ones work with less.

    Returns an estimate of the largest winding |Pi|; 1 if the decay is too slow to warm up.
    """
    strongest = 0.0
    for block in range(count):
        seeds = work.seeds[block * SEEDS : (block + 1) * SEEDS]
        warm, shrink = warm_up_length(eps, delta, work.omega, block, _EXACT_SHRINK, seeds)
        if shrink > _LARGEST_SHRINK:
            return 1.0
        decay = -np.log(shrink) / warm
        work.warm[block] = warm
        work.next_warm[block] = min(int(1.1 * np.log(1 / SHRINK) / decay) + 1, warm)
        strongest = max(strongest, np.exp(-0.5 * decay * eps.size))
    return strongest


@inlined(fastmath={"reassoc", "contract", "nsz"})
def _map(coupling, work, new_delta, new_density):
    """Eq. 4 from S: Delta_i = (g / 2) S_{i,i+L} and n_i = 1 - S_ii; returns the mean density."""
    L = new_delta.size
    mean = 0.0
    for i in range(L):
        new_delta[i] = 0.5 * coupling * (work.pairing[i] + work.wound_pairing[i])
        new_density[i] = 1.0 - (work.diagonal[i] + work.wound_diagonal[i])
        mean += new_density[i]
    return mean / L


@inlined(fastmath={"reassoc", "contract", "nsz"})
def _subtract(f, x):
    """f - x into f; returns the sum of squares, which is not finite if any is not."""
    square = 0.0
    for i in range(f.size):
        f[i] -= x[i]
        square += f[i] * f[i]
    return square


@inlined(fastmath={"reassoc", "contract", "nsz", "nnan"})
def _largest(f):
    largest = 0.0
    for i in range(f.size):
        largest = max(largest, abs(f[i]))
    return largest


@inlined()
def residual_of(x, coupling, filling, held, work):
    """f = G(x) - x into work.f; returns max |f|, infinity if it is not a number.

    The equation for mu asks for the filling, or for nothing where mu is held.
    """
    L = work.eps.size
    f = work.f
    mean = _map(coupling, work, f[:L], f[L : 2 * L])
    f[2 * L] = x[2 * L] if held else x[2 * L] + filling - mean
    return _largest(f) if _subtract(f, x) < np.inf else np.inf


@inlined()
def fitting_level(eps, delta, scale, ladder, work):
    """First level of the ladder safely inside the gap, or -1."""
    kappa = ladder[0]
    levels = kappa.size - 1
    top = 0
    while top < levels:
        for lane in range(LANES):
            work.energies[lane] = scale * kappa[min(top + LANES - 1 - lane, levels - 1)]
        found, _ = bracket(eps, delta, work.energies, work.counts, work.determinants)
        if found >= 0:
            # One step of margin: the gap still moves a little.
            level = top + LANES - 1 - found + 1
            return level if level < levels else -1
        top += LANES
    return -1


@inlined(inline="always")
def sweep_blocks(eps, delta, count, work):
    sweep(
        eps,
        delta,
        work.omega,
        work.weight,
        count,
        work.warm,
        work.next_warm,
        work.seeds,
        work.states,
        work.shrink,
        work.diagonal,
        work.pairing,
    )
    for block in range(count):
        work.warm[block] = work.next_warm[block]


@inlined(inline="always")
def wind_blocks(eps, delta, count, work):
    return winding(
        eps,
        delta,
        work.omega,
        work.weight,
        count,
        work.warm,
        work.seeds,
        work.states,
        work.wound_diagonal,
        work.wound_pairing,
    )


@entry_point
def map_once(eps, delta, coupling, ladder, new_delta, new_density):
    """Eq. 4 for given levels and pairing potential, from scratch; NaN without a resolvable gap."""
    L = eps.size
    work = new_work(L, ladder[2].shape[1])
    scale = 2.0 + np.abs(eps).max() + np.abs(delta).max()
    level = fitting_level(eps, delta, scale, ladder, work)
    if level < 0:
        new_delta[:] = np.nan
        new_density[:] = np.nan
        return
    count = set_poles(level, scale, ladder, work)
    cool(eps, delta, count, work)
    wind_blocks(eps, delta, count, work)
    sweep_blocks(eps, delta, count, work)
    _map(coupling, work, new_delta, new_density)
