"""The next iterate of a fixed-point iteration, for rows of unknowns that do not know each other.

Each row x with residual f = G(x) - x has its own history, so that what a row does depends on
nothing but itself.
"""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.physics.compiled import FAST_MATH, entry_point
from gapworks.numerics.compiled import inlined

# Relative to unit diagonal: directions closer than this count as one.
_REGULARISATION = 1e-14


class History:
    """What the mixers remember: one slot for each of `rows` rows of `n` unknowns.

    Parameters
    ----------
    rows, n : int
    depth : int
        Steps kept: the depth of Anderson's method; for Broyden's the steps before a restart.
    """

    def __init__(self, rows: int, n: int, depth: int) -> None:
        self.changes = np.zeros((rows, depth, n))
        self.steps = np.zeros((rows, depth, n))
        self.last_x = np.zeros((rows, n))
        self.last_f = np.zeros((rows, n))
        self.gram = np.zeros((rows, depth, depth))
        self.calls = np.zeros(rows, np.int64)

    def forget(self, row: int) -> None:
        """Empty the slot of a row."""
        self.calls[row] = 0


@inlined(fastmath=FAST_MATH)
def _dot(a, b):
    result = 0.0
    for i in range(a.size):
        result += a[i] * b[i]
    return result


@inlined(fastmath=FAST_MATH)
def _add(x, direction, factor):
    for i in range(x.size):
        x[i] += factor * direction[i]


@inlined()
def _least_squares(gram, right, count, gamma):
    """gamma of gram gamma = right, by Cholesky of the matrix scaled to unit diagonal.

    A direction without length or within the regularisation of the others gets gamma = 0.
    """
    scale = np.empty(count)
    lower = np.zeros((count, count))
    for i in range(count):
        size = np.sqrt(gram[i, i])
        scale[i] = 1.0 / size if size > 0.0 else 0.0
    for i in range(count):
        for j in range(i):
            value = gram[i, j] * scale[i] * scale[j]
            for k in range(j):
                value -= lower[i, k] * lower[j, k]
            lower[i, j] = value * lower[j, j]
        pivot = 1.0 + _REGULARISATION
        for k in range(i):
            pivot -= lower[i, k] * lower[i, k]
        # The diagonal holds the inverse pivot.
        lower[i, i] = 1.0 / np.sqrt(pivot) if pivot > 0.5 * _REGULARISATION else 0.0
    for i in range(count):
        value = right[i] * scale[i]
        for k in range(i):
            value -= lower[i, k] * gamma[k]
        gamma[i] = value * lower[i, i]
    for i in range(count - 1, -1, -1):
        value = gamma[i]
        for k in range(i + 1, count):
            value -= lower[k, i] * gamma[k]
        gamma[i] = value * lower[i, i]
    for i in range(count):
        gamma[i] *= scale[i]


@entry_point
def anderson(x, f, active, changes, steps, last_x, last_f, gram, calls):
    """Anderson's method: replace the active rows of x, shape (rows, n), in place.

    The next iterate is x + f - sum_j gamma_j (dx_j + df_j), where gamma minimises
    |f - sum_j gamma_j df_j| over the stored differences.

    Parameters
    ----------
    x, f : ndarray, shape (rows, n)
    active : ndarray of bool, shape (rows,)
    changes, steps, last_x, last_f, gram, calls
        The arrays of a `History`.
    """
    rows, n = x.shape
    depth = changes.shape[1]
    right = np.empty(depth)
    gamma = np.empty(depth)
    for row in range(rows):
        if not active[row]:
            continue
        count = min(calls[row], depth)
        if calls[row] > 0:
            new = (calls[row] - 1) % depth
            for i in range(n):
                df = f[row, i] - last_f[row, i]
                changes[row, new, i] = df
                steps[row, new, i] = (x[row, i] - last_x[row, i]) + df
            for j in range(count):
                value = _dot(changes[row, new], changes[row, j])
                gram[row, new, j] = value
                gram[row, j, new] = value
        for j in range(count):
            right[j] = _dot(changes[row, j], f[row])
        for i in range(n):
            last_x[row, i] = x[row, i]
            last_f[row, i] = f[row, i]
            x[row, i] += f[row, i]
        if count > 0:
            _least_squares(gram[row], right, count, gamma)
            for j in range(count):
                _add(x[row], steps[row, j], -gamma[j])
        calls[row] += 1


@entry_point
def broyden(x, f, active, changes, steps, last_x, last_f, gram, calls):
    """Broyden's method, eqs C1-C3 of the paper: replace the active rows of x in place.

    With r(x) = x - G(x) = -f and J_0 = 1 the inverse Jacobian is kept as the sum of its updates,
    1 + sum_k u_k v_k^T, which is eq. C2 at O(n k) instead of O(n^2): u_k in `steps`, v_k in
    `changes`. After `depth` steps it starts again from 1.
    """
    rows, n = x.shape
    depth = changes.shape[1]
    applied = np.empty(n)
    for row in range(rows):
        if not active[row]:
            continue
        count = 0
        if calls[row] > 0:
            count = (calls[row] - 1) % depth
            # J^-1 dr into applied, J^-T dx into the new v.
            u, v = steps[row, count], changes[row, count]
            for i in range(n):
                applied[i] = last_f[row, i] - f[row, i]
                v[i] = x[row, i] - last_x[row, i]
                u[i] = v[i]
                last_x[row, i] = applied[i]
            for k in range(count):
                _add(applied, steps[row, k], _dot(changes[row, k], last_x[row]))
                _add(v, changes[row, k], _dot(steps[row, k], u))
            bottom = _dot(u, applied)
            for i in range(n):
                u[i] = (u[i] - applied[i]) / bottom if bottom != 0.0 else 0.0
            count += 1
        for i in range(n):
            last_x[row, i] = x[row, i]
            last_f[row, i] = f[row, i]
            x[row, i] += f[row, i]
        for k in range(count):
            _add(x[row], steps[row, k], _dot(changes[row, k], f[row]))
        calls[row] += 1


@entry_point
def plain(x, f, active, changes, steps, last_x, last_f, gram, calls):
    """Plain iteration: x + f. The reference of the two above; history stays empty."""
    rows, n = x.shape
    for row in range(rows):
        if active[row]:
            for i in range(n):
                x[row, i] += f[row, i]
            calls[row] += 1


MIXERS = {"anderson": (anderson, 5), "broyden": (broyden, 40), "plain": (plain, 1)}
"""Method -> mixer and the depth of its history."""


def mix(method: str, x, f, active, history: History) -> None:
    """Replace the active rows of x by their next iterates, in place."""
    MIXERS[method][0](
        x,
        f,
        active,
        history.changes,
        history.steps,
        history.last_x,
        history.last_f,
        history.gram,
        history.calls,
    )
