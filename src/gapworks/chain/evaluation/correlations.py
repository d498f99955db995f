"""C(r), the correlation of Delta along the ring, in both normalisations that Fig. 5 may have.

The paper says "normalized" and not by what. Divided by <Delta^2>, C(0) = 1 and the plateau falls
with disorder; divided by <Delta>^2, the plateau is 1 and C(0) grows.
"""

from __future__ import annotations

import numpy as np

from gapworks.learning.intervals import jackknifed

NORMALISATIONS = ("mean square", "squared mean")
"""What C(r) is divided by: <Delta^2> or <Delta>^2; meaning of the dimension `normalisation`."""


def moments(delta: np.ndarray) -> np.ndarray:
    """Mean over i of Delta_i Delta_{i+r} for r = 0 ... L/2 in each realization, shape (n, L/2+1).

    By the correlation theorem: the ring makes the convolution circular.
    """
    length = delta.shape[1]
    power = np.abs(np.fft.rfft(delta, axis=1)) ** 2
    return np.fft.irfft(power, n=length, axis=1)[:, : length // 2 + 1] / length


def normalised(products: np.ndarray, means: np.ndarray) -> np.ndarray:
    """C(r) in each of `NORMALISATIONS`.

    Parameters
    ----------
    products : ndarray, shape (b, L/2+1)
        <Delta_i Delta_{i+r}>.
    means : ndarray, shape (b,)
        <Delta_i>.

    Returns
    -------
    ndarray, shape (b, 2, L/2+1)
    """
    return np.stack([products / products[:, :1], products / means[:, None] ** 2], axis=1)


def dip(products: np.ndarray, means: np.ndarray) -> np.ndarray:
    """C(r) where it is least, less its plateau, shape (b, 2); arguments as of `normalised`.

    The plateau begins at a quarter of the ring; the least is sought before it: one of the values of
    a plateau is always low, by chance.
    """
    C = normalised(products, means)
    plateau = C.shape[-1] // 2
    return C[..., :plateau].min(axis=-1) - C[..., plateau:].mean(axis=-1)


def variation(products: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Largest less smallest C(r), shape (b, 2); arguments as of `normalised`."""
    return np.ptp(normalised(products, means), axis=-1)


def deviations(
    delta: np.ndarray, predicted: np.ndarray, reach: int
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Largest error of a network's C(r) below a distance, and from it on.

    Parameters
    ----------
    delta, predicted : ndarray, shape (n, L)
        Of the same realizations, units of t.
    reach : int
        The distance r: twice the window's cut-off.

    Returns
    -------
    near, far : (value, error)
        Of shape (2,), in both `NORMALISATIONS`; errors are those of realizations taken together.
        NaN where the ring has no such distance.
    """
    columns = moments(delta), delta.mean(axis=1), moments(predicted), predicted.mean(axis=1)

    def largest(r: slice) -> tuple[np.ndarray, np.ndarray]:
        if not columns[0][0, r].size:
            return np.full(2, np.nan), np.full(2, np.nan)

        def of(true_products, true_means, products, means):
            difference = normalised(products, means) - normalised(true_products, true_means)
            return np.abs(difference[..., r]).max(axis=-1)

        return jackknifed(of, *columns)

    return largest(slice(None, reach)), largest(slice(reach, None))
