"""Drawing spectral functions: simple ones, sums of Gaussians, and complex ones, random walks.

The paper gives the recipe of the complex spectra in words (appendix C): geometric Brownian motion,
shifted to be positive, made to vanish at zero and at the cut-off, smoothed. Its free choices are
the fields of `config.ComplexSpectra`; those of config.yaml reproduce the complexity that the paper
reports, about 32 dimensions. Only additions, multiplications and divisions are used, in a fixed
order, on what the generator draws: the same spectra, to the last bit, on every platform.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from gapworks.eliashberg.config import ComplexSpectra, SimpleSpectra


def draw_complex(rng: Generator, points: int, choices: ComplexSpectra) -> np.ndarray:
    """A complex spectrum on the grid j / points of the cut-off, j = 1 ... points.

    Parameters
    ----------
    rng : numpy.random.Generator
        Of the sample: what is drawn depends on nothing else.
    points : int
        Of the grid.
    choices : ComplexSpectra
        What is drawn from.

    Returns
    -------
    ndarray, shape (points,)
        a2F >= 0; continues to zero one step beyond either end.
    """
    amplitude = _uniform(rng, choices.amplitude)
    # One step of dS = S sigma dW at a time; no exponential, whose last bit depends on the platform.
    steps = 1 + choices.volatility / np.sqrt(points) * rng.standard_normal(points)
    walk = np.cumprod(steps)
    walk -= walk.min()
    u = np.arange(1, points + 1) / (points + 1)
    spectrum = walk * (4 * u * (1 - u))
    for _ in range(choices.passes):
        spectrum = moving_mean(spectrum, choices.window)
    return spectrum * (amplitude / spectrum.max())


def draw_simple(rng: Generator, points: int, choices: SimpleSpectra) -> np.ndarray:
    """A simple spectrum on the grid j / points of the cut-off, j = 1 ... points.

    Arguments, shape and ends as those of `draw_complex`.
    """
    amplitude = _uniform(rng, choices.amplitude)
    count = int(rng.integers(*choices.peaks, endpoint=True))
    u = np.arange(1, points + 1) / points
    spectrum = np.zeros(points)
    for _ in range(count):
        centre = _uniform(rng, choices.centre)
        width = _uniform(rng, choices.width)
        height = _uniform(rng, choices.height)
        t = (u - centre) / width
        spectrum += height * _exponential(-0.5 * t * t)
    end = np.arange(1, points + 1) / (points + 1)
    spectrum *= np.minimum(1, np.minimum(end, 1 - end) / choices.edge)
    return spectrum * (amplitude / spectrum.max())


def moving_mean(values: np.ndarray, window: int) -> np.ndarray:
    """Mean over `window` points around each, zeros beyond the ends; shape (J,)."""
    before = window // 2
    total = np.cumsum(np.pad(values, (before + 1, window - 1 - before)))
    # Differences of sums leave rounding below zero where the spectrum vanishes.
    return np.maximum((total[window:] - total[:-window]) / window, 0.0)


def _uniform(rng: Generator, bounds: Sequence[float]) -> float:
    """Uniform between two bounds, scaled from [0, 1)."""
    return bounds[0] + (bounds[1] - bounds[0]) * rng.random()


def _exponential(t: np.ndarray) -> np.ndarray:
    """exp(t) for t <= 0 by scaling and squaring, of multiplications and additions only."""
    small = np.maximum(t, -700.0) / 1024
    result = np.ones_like(small)
    for order in range(9, 0, -1):
        result = 1 + result * small / order
    for _ in range(10):
        result = result * result
    return result
