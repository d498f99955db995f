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
from gapworks.numerics.compiled import inlined

# Sums may be reassociated (that is what makes them vector code); nothing may assume there are no
# NaN.
_FAST = {"reassoc", "contract", "nsz"}
# Relative to unit diagonal: directions closer than this count as one.
_REGULARISATION = 1e-13


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
    work : ndarray, shape (m + 1, m)
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
        np.empty((depth + 1, depth)),
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


@inlined(fastmath=_FAST)
def _dot(a, b):
    result = 0.0
    for i in range(a.size):
        result += a[i] * b[i]
    return result


@inlined(fastmath=_FAST)
def _record(x, f, last_x, last_f, change, step, beta):
    for i in range(x.size):
        df = f[i] - last_f[i]
        change[i] = df
        step[i] = (x[i] - last_x[i]) + beta * df


@inlined(fastmath=_FAST)
def _dot4(a, b, c, d, f):
    """Four scalar products with f in one pass: the loads of f are shared."""
    r, s, t, u = 0.0, 0.0, 0.0, 0.0
    for i in range(f.size):
        r += a[i] * f[i]
        s += b[i] * f[i]
        t += c[i] * f[i]
        u += d[i] * f[i]
    return r, s, t, u


@inlined(fastmath=_FAST)
def _subtract(x, step, gamma):
    for i in range(x.size):
        x[i] -= gamma * step[i]


@inlined(fastmath=_FAST)
def _subtract4(x, a, b, c, d, p, q, r, s):
    for i in range(x.size):
        x[i] -= (p * a[i] + q * b[i]) + (r * c[i] + s * d[i])


@inlined(fastmath=_FAST)
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
        found[j] = _dot(changes[j], f)
    for j in range(count):
        if new >= 0:
            gram[new, j] = gram[j, new] = found[j] - overlaps[j]
        overlaps[j] = found[j]
    if new >= 0:
        gram[new, new] = _dot(changes[new], changes[new])
    _advance(x, f, last_x, last_f, beta)
    state[2] = 1
    if count > 0:
        _solve(gram, overlaps, count, work)
        gamma = work[depth]
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
def _solve(gram, right, n, work):
    """gamma of gram gamma = right into work[-1], by Cholesky of the matrix scaled to unit diagonal.

    A direction without length or within the regularisation of the others gets gamma = 0.
    """
    gamma = work[work.shape[0] - 1]
    for i in range(n):
        size = np.sqrt(gram[i, i])
        gamma[i] = 1.0 / size if size > 0.0 else 0.0
    for i in range(n):
        for j in range(i):
            value = gram[i, j] * gamma[i] * gamma[j]
            for k in range(j):
                value -= work[i, k] * work[j, k]
            work[i, j] = value * work[j, j]
        pivot = 1.0 + _REGULARISATION
        for k in range(i):
            pivot -= work[i, k] * work[i, k]
        # The diagonal holds the inverse pivot.
        work[i, i] = 1.0 / np.sqrt(pivot) if pivot > 0.5 * _REGULARISATION else 0.0
    for i in range(n):
        scale = gamma[i]
        value = right[i] * scale
        for k in range(i):
            value -= work[i, k] * gamma[k]
        # Forward solution and scale share gamma: the scale is recovered on the way back.
        gamma[i] = value * work[i, i]
    for i in range(n - 1, -1, -1):
        value = gamma[i]
        for k in range(i + 1, n):
            value -= work[k, i] * gamma[k]
        gamma[i] = value * work[i, i]
    for i in range(n):
        size = np.sqrt(gram[i, i])
        gamma[i] = gamma[i] / size if size > 0.0 else 0.0


@inlined()
def step_length(x, memory):
    """Largest change of an unknown by the last `mix`: near a solution, how far away x was."""
    return np.abs(x - memory.last_x).max()
