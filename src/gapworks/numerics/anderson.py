"""The least squares of Anderson mixing: which share of each stored step is taken back.

With the differences df_j of the last residuals, gamma minimises |f - sum_j gamma_j df_j|. Its
normal equations are gram gamma = right, gram_ij = <df_i, df_j> and right_j = <df_j, f>. How a study
keeps its history, and how it finds these scalar products, is its own: one ring's in one pass, or
many rows' side by side.
"""

from __future__ import annotations

import numpy as np

from gapworks.numerics.compiled import FAST_MATH, inlined


@inlined(fastmath=FAST_MATH)
def dot(a, b):
    """Scalar product of two vectors of the same length."""
    result = 0.0
    for i in range(a.size):
        result += a[i] * b[i]
    return result


def least_squares(
    gram: np.ndarray,
    right: np.ndarray,
    count: int,
    regularisation: float,
    lower: np.ndarray,
    scale: np.ndarray,
    gamma: np.ndarray,
) -> None:
    """sqrt(gram_jj) gamma_j, by Cholesky of the matrix scaled to unit diagonal.

    A direction without length, or within the regularisation of the others, gets zero. Not compiled
    here: each study compiles it with flags of its own, which decide over the last bits.

    Parameters
    ----------
    gram : ndarray, shape (>= count, >= count)
        Scalar products of the directions.
    right : ndarray, shape (>= count,)
        Those with the residual.
    count : int
        Directions.
    regularisation : float
        Added to the unit diagonal: directions closer than this count as one.
    lower : ndarray, shape (>= count, >= count)
        Scratch: the Cholesky factor, with the inverse pivots on its diagonal.
    scale : ndarray, shape (>= count,)
        Out: 1 / sqrt(gram_jj), zero for a direction without length.
    gamma : ndarray, shape (>= count,)
        Out.
    """
    for i in range(count):
        size = np.sqrt(gram[i, i])
        scale[i] = 1.0 / size if size > 0.0 else 0.0
    for i in range(count):
        for j in range(i):
            value = gram[i, j] * scale[i] * scale[j]
            for k in range(j):
                value -= lower[i, k] * lower[j, k]
            lower[i, j] = value * lower[j, j]
        pivot = 1.0 + regularisation
        for k in range(i):
            pivot -= lower[i, k] * lower[i, k]
        lower[i, i] = 1.0 / np.sqrt(pivot) if pivot > 0.5 * regularisation else 0.0
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
