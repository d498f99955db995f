"""The next iterate of a fixed-point iteration, for rows of unknowns that do not know each other.

Each row x with residual f = G(x) - x has its own history, so that what a row does depends on
nothing but itself.
"""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.physics.compiled import entry_point
from gapworks.numerics import anderson as shared
from gapworks.numerics.anderson import dot
from gapworks.numerics.compiled import FAST_MATH, inlined

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
def _add(x, direction, factor):
    for i in range(x.size):
        x[i] += factor * direction[i]


_solve = inlined(fastmath=FAST_MATH)(shared.least_squares)


@inlined(fastmath=FAST_MATH)
def _least_squares(gram, right, count, gamma):
    """gamma of gram gamma = right, see `gapworks.numerics.anderson`."""
    scale = np.empty(count)
    lower = np.zeros((count, count))
    _solve(gram, right, count, _REGULARISATION, lower, scale, gamma)
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
                value = dot(changes[row, new], changes[row, j])
                gram[row, new, j] = value
                gram[row, j, new] = value
        for j in range(count):
            right[j] = dot(changes[row, j], f[row])
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
                _add(applied, steps[row, k], dot(changes[row, k], last_x[row]))
                _add(v, changes[row, k], dot(steps[row, k], u))
            bottom = dot(u, applied)
            for i in range(n):
                u[i] = (u[i] - applied[i]) / bottom if bottom != 0.0 else 0.0
            count += 1
        for i in range(n):
            last_x[row, i] = x[row, i]
            last_f[row, i] = f[row, i]
            x[row, i] += f[row, i]
        for k in range(count):
            _add(x[row], steps[row, k], dot(changes[row, k], f[row]))
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


def mix(method: str, x: np.ndarray, f: np.ndarray, active: np.ndarray, history: History) -> None:
    """Replace the active rows of x by their next iterates, in place.

    Parameters
    ----------
    method : str
        A key of `MIXERS`.
    x, f : ndarray, shape (rows, n)
        Iterates and their residuals G(x) - x.
    active : ndarray of bool, shape (rows,)
        Rows that are replaced; the others and their history stay as they are.
    history : History
        Of the same rows.
    """
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
