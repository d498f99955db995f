"""The symmetries of an image as permutations of its grid: exact, without interpolation.

A map lives on a torus of P x P cells, r = i a1 + j a2 with r = 0 at [0, 0] and negative i, j at the
far end. The point group maps lattice sites on lattice sites, so that turning a map, or its Fourier
transform, only renumbers cells.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

THIRD_TURN = np.array([[-1, -1], [1, 0]])
"""Rotation by 2 pi / 3: a1 -> a2 - a1, a2 -> -a1."""
MIRROR = np.array([[-1, -1], [0, 1]])
"""x -> -x: a1 -> -a1, a2 -> a2 - a1."""


def group() -> list[tuple[np.ndarray, float, float]]:
    """The six operations of C3v.

    Returns
    -------
    list of (matrix, sign, shift)
        Of (i, j), and what it does to the mixing angle of Eg and Eu: theta -> sign theta + shift
        (modulo pi). A1g, A2g and A12u keep theirs.
    """
    operations = []
    turned, shift = np.eye(2, dtype=int), 0.0
    for _ in range(3):
        operations.append((turned, 1.0, shift))
        operations.append((turned @ MIRROR, -1.0, shift))
        turned, shift = turned @ THIRD_TURN, shift - np.pi / 3
    return operations


def permutation(matrix: np.ndarray, pixels: int) -> np.ndarray:
    """Where each cell of a turned map comes from: turned[cell] = map[permutation[cell]].

    Parameters
    ----------
    matrix : ndarray of int, shape (2, 2)
        Of (i, j), determinant +-1.
    pixels : int
        P.

    Returns
    -------
    ndarray of int, shape (P * P,)
    """
    inverse = np.rint(np.linalg.inv(matrix)).astype(int)
    cells = np.indices((pixels, pixels)).reshape(2, -1)
    i, j = (inverse @ cells) % pixels
    return i * pixels + j


def reciprocal(matrix: np.ndarray) -> np.ndarray:
    """What an operation on r does to (i, j) of q = (i / P) b1 + (j / P) b2."""
    return np.rint(np.linalg.inv(matrix).T).astype(int)


@lru_cache
def distance(pixels: int) -> np.ndarray:
    """|r| of each cell on the torus, nearest image in (i, j), shape (P, P), lattice constants."""
    index = np.fft.fftfreq(pixels, 1 / pixels)
    i, j = index[:, None], index[None, :]
    return np.sqrt(i**2 + i * j + j**2)


@lru_cache
def hann_disc(pixels: int, radius: float) -> np.ndarray:
    """Hann window of |r| < radius with r = 0 removed, shape (P, P) on the torus."""
    r = distance(pixels)
    disc = np.where(r < radius, np.cos(0.5 * np.pi * r / radius) ** 2, 0.0)
    disc[0, 0] = 0.0
    return disc
