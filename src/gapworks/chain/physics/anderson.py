"""Anderson mixing: the next iterate from the last residuals, for one pass over a short history.

For x = G(x) with residual f = G(x) - x the update is x + beta f - sum_j gamma_j (dx_j + beta df_j),
where gamma minimises |f - sum_j gamma_j df_j| over the stored differences. The Gram matrix of the
df_j grows by one row a call, and that row is a difference of scalar products at hand: <df_new,
df_j> = <f, df_j> - <f_old, df_j>.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gapworks.chain.physics.compiled import entry_point
from gapworks.numerics import anderson
from gapworks.numerics.anderson import dot
from gapworks.numerics.compiled import FAST_MATH, inlined

# Relative to unit diagonal: directions closer than this count as one.
_REGULARISATION = 1e-13

_least_squares = inlined()(anderson.least_squares)


class Memory(NamedTuple):
    """History of differences of at most m steps in n unknowns.

    Attributes
    ----------
    changes, steps : ndarray, shape (m, n)
        df_j and dx_j + beta df_j.
    gram : ndarray, shape (m, m)
        <df_i, df_j>.
    overlaps : ndarray, shape (m,)
        <df_j, f> of the last residual.
    last_x, last_f : ndarray, shape (n,)
    work : ndarray, shape (m + 2, m)
    state : ndarray of int, shape (3,)
        Stored steps, next slot, 1 if last_x and last_f may be paired with the next call.
    """

    changes: np.ndarray
    steps: np.ndarray
    gram: np.ndarray
    overlaps: np.ndarray
    last_x: np.ndarray
    last_f: np.ndarray
    work: np.ndarray
    state: np.ndarray


@entry_point
def remember(depth, n):
    """Empty `Memory` for `depth` steps in n unknowns."""
    return Memory(
        np.empty((depth, n)),
        np.empty((depth, n)),
        np.zeros((depth, depth)),
        np.zeros(depth),
        np.empty(n),
        np.empty(n),
        np.empty((depth + 2, depth)),
        np.zeros(3, np.int64),
    )


@entry_point
def forget(memory):
    """Drop the history."""
    memory.state[:] = 0


@inlined()
def unpair(memory):
    """Keep the history, but form no difference across the next call: the map has changed."""
    memory.state[2] = 0


@inlined(fastmath=FAST_MATH)
def _record(x, f, last_x, last_f, change, step, beta):
    for i in range(x.size):
        df = f[i] - last_f[i]
        change[i] = df
        step[i] = (x[i] - last_x[i]) + beta * df


@inlined(fastmath=FAST_MATH)
def _dot4(a, b, c, d, f):
    """Four scalar products with f in one pass: the loads of f are shared."""
    r, s, t, u = 0.0, 0.0, 0.0, 0.0
    for i in range(f.size):
        r += a[i] * f[i]
        s += b[i] * f[i]
        t += c[i] * f[i]
        u += d[i] * f[i]
    return r, s, t, u


@inlined(fastmath=FAST_MATH)
def _subtract(x, step, gamma):
    for i in range(x.size):
        x[i] -= gamma * step[i]


@inlined(fastmath=FAST_MATH)
def _subtract4(x, a, b, c, d, p, q, r, s):
    for i in range(x.size):
        x[i] -= (p * a[i] + q * b[i]) + (r * c[i] + s * d[i])


@inlined(fastmath=FAST_MATH)
def _advance(x, f, last_x, last_f, beta):
    for i in range(x.size):
        last_x[i] = x[i]
        last_f[i] = f[i]
        x[i] += beta * f[i]


@entry_point
def mix(x, f, beta, memory):
    """Replace the iterate x, shape (n,), whose residual is f by the next one.

    Parameters
    ----------
    x, f : ndarray, shape (n,)
    beta : float
        Share of the residual that is followed; keep it until `forget`.
    memory : Memory
    """
    changes, steps, gram, overlaps, last_x, last_f, work, state = memory
    depth = changes.shape[0]
    new = -1
    if state[2] == 1:
        new = state[1]
        state[1] = (new + 1) % depth
        state[0] = min(state[0] + 1, depth)
        _record(x, f, last_x, last_f, changes[new], steps[new], beta)
    count = state[0]
    found = work[depth - 1]
    fours = count - count % 4
    for j in range(0, fours, 4):
        found[j], found[j + 1], found[j + 2], found[j + 3] = _dot4(
            changes[j], changes[j + 1], changes[j + 2], changes[j + 3], f
        )
    for j in range(fours, count):
        found[j] = dot(changes[j], f)
    for j in range(count):
        if new >= 0:
            gram[new, j] = gram[j, new] = found[j] - overlaps[j]
        overlaps[j] = found[j]
    if new >= 0:
        gram[new, new] = dot(changes[new], changes[new])
    _advance(x, f, last_x, last_f, beta)
    state[2] = 1
    if count > 0:
        scale, gamma = work[depth], work[depth + 1]
        _least_squares(gram, overlaps, count, _REGULARISATION, work, scale, gamma)
        for j in range(count):
            size = np.sqrt(gram[j, j])
            gamma[j] = gamma[j] / size if size > 0.0 else 0.0
        for j in range(0, fours, 4):
            _subtract4(
                x,
                steps[j],
                steps[j + 1],
                steps[j + 2],
                steps[j + 3],
                gamma[j],
                gamma[j + 1],
                gamma[j + 2],
                gamma[j + 3],
            )
        for j in range(fours, count):
            _subtract(x, steps[j], gamma[j])


@inlined()
def step_length(x, memory):
    """Largest change of an unknown by the last `mix`: near a solution, how far away x was."""
    return np.abs(x - memory.last_x).max()
