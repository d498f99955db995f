"""Noise of gap functions and densities of states."""

from __future__ import annotations

import numpy as np


def with_noise(
    rows: np.ndarray, bounds: tuple[float, float], rng: np.random.Generator
) -> np.ndarray:
    """Rows with white noise, its standard deviation of each row drawn log-uniform.

    Parameters
    ----------
    rows : ndarray, shape (n, numbers)
        Gap functions in meV (noise on Re and Im alike), or N / N_F.
    bounds : tuple of float
        Smallest and largest standard deviation, in the unit of the rows; (0, 0): none.
    rng : Generator

    Returns
    -------
    ndarray, shape (n, numbers)
    """
    low, high = bounds
    if high == 0:
        return rows
    deviation = low * (high / low) ** rng.random((len(rows), 1))
    return rows + deviation * rng.standard_normal(rows.shape)
