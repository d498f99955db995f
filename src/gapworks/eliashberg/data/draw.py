"""Drawing spectral functions: simple ones, sums of Gaussians, and complex ones, random walks.

The paper gives the recipe of the complex spectra in words (appendix C): geometric Brownian motion,
shifted to be positive, made to vanish at zero and at the cut-off, smoothed. Its free choices are
the fields of `ComplexRecipe`; their defaults reproduce the complexity that the paper reports, about
32 dimensions. Only additions, multiplications and divisions are used, in a fixed order, on what the
generator draws: the same spectra, to the last bit, on every platform.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator


@dataclass(frozen=True)
class ComplexRecipe:
    """Free choices of the complex spectra.

    Attributes
    ----------
    volatility : float
        Standard deviation of the logarithm of the walk over the whole grid.
    window : int
        Points of the moving mean.
    passes : int
        How often the moving mean is taken.
    amplitude : tuple of float
        The largest value of a spectrum is uniform between these.
    """

    volatility: float = 1.5
    window: int = 24
    passes: int = 3
    amplitude: tuple[float, float] = (0.25, 1.75)

    def __post_init__(self):
        if not 0 < self.volatility < np.inf:
            raise ValueError(f"volatility={self.volatility!r}: give a positive number, e.g. 1.5")
        if self.window < 1 or self.passes < 0:
            raise ValueError(
                f"window={self.window!r}, passes={self.passes!r}: give window >= 1 and passes >= 0"
            )
        _check_range("amplitude", self.amplitude)


@dataclass(frozen=True)
class SimpleRecipe:
    """Free choices of the simple spectra.

    Attributes
    ----------
    peaks : tuple of int
        Least and largest number of Gaussians.
    centre : tuple of float
        Range of their centres, shares of the end of the grid.
    width : tuple of float
        Range of their standard deviations, shares of the end of the grid.
    height : tuple of float
        Range of their heights before the whole is scaled.
    amplitude : tuple of float
        The largest value of a spectrum is uniform between these.
    edge : float
        Share of the grid over which the spectrum rises linearly from zero, and falls to it.
    """

    peaks: tuple[int, int] = (1, 3)
    centre: tuple[float, float] = (0.1, 0.9)
    width: tuple[float, float] = (0.05, 0.15)
    height: tuple[float, float] = (0.1, 1.0)
    amplitude: tuple[float, float] = (0.25, 1.75)
    edge: float = 0.1

    def __post_init__(self):
        for name in ("peaks", "width", "height", "amplitude"):
            _check_range(name, getattr(self, name))
        if not 0 <= self.centre[0] <= self.centre[1] <= 1:
            raise ValueError(f"centre={self.centre!r}: give two shares, 0 <= low <= high <= 1")
        if not 0 < self.edge <= 0.5:
            raise ValueError(f"edge={self.edge!r}: give a share of the grid, 0 < edge <= 0.5")


def draw_complex(
    rng: Generator, points: int = 1000, recipe: ComplexRecipe | None = None
) -> np.ndarray:
    """A complex spectrum on the grid j / points of the cut-off, j = 1 ... points.

    Parameters
    ----------
    rng : numpy.random.Generator
        Of the sample: what is drawn depends on nothing else.
    points : int
        Of the grid.
    recipe : ComplexRecipe, optional
        Ranges that are drawn from; the paper's by default.

    Returns
    -------
    ndarray, shape (points,)
        a2F >= 0; continues to zero one step beyond either end.
    """
    recipe = ComplexRecipe() if recipe is None else recipe
    amplitude = _uniform(rng, recipe.amplitude)
    # One step of dS = S sigma dW at a time; no exponential, whose last bit depends on the platform.
    steps = 1 + recipe.volatility / np.sqrt(points) * rng.standard_normal(points)
    walk = np.cumprod(steps)
    walk -= walk.min()
    u = np.arange(1, points + 1) / (points + 1)
    spectrum = walk * (4 * u * (1 - u))
    for _ in range(recipe.passes):
        spectrum = moving_mean(spectrum, recipe.window)
    return spectrum * (amplitude / spectrum.max())


def draw_simple(
    rng: Generator, points: int = 1000, recipe: SimpleRecipe | None = None
) -> np.ndarray:
    """A simple spectrum on the grid j / points of the cut-off, j = 1 ... points.

    Arguments, shape and ends as those of `draw_complex`.
    """
    recipe = SimpleRecipe() if recipe is None else recipe
    amplitude = _uniform(rng, recipe.amplitude)
    count = int(rng.integers(recipe.peaks[0], recipe.peaks[1], endpoint=True))
    u = np.arange(1, points + 1) / points
    spectrum = np.zeros(points)
    for _ in range(count):
        centre = _uniform(rng, recipe.centre)
        width = _uniform(rng, recipe.width)
        height = _uniform(rng, recipe.height)
        t = (u - centre) / width
        spectrum += height * _exponential(-0.5 * t * t)
    end = np.arange(1, points + 1) / (points + 1)
    spectrum *= np.minimum(1, np.minimum(end, 1 - end) / recipe.edge)
    return spectrum * (amplitude / spectrum.max())


def moving_mean(values: np.ndarray, window: int) -> np.ndarray:
    """Mean over `window` points around each, zeros beyond the ends; shape (J,)."""
    before = window // 2
    total = np.cumsum(np.pad(values, (before + 1, window - 1 - before)))
    # Differences of sums leave rounding below zero where the spectrum vanishes.
    return np.maximum((total[window:] - total[:-window]) / window, 0.0)


def _uniform(rng: Generator, bounds: tuple[float, float]) -> float:
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


def _check_range(name: str, bounds) -> None:
    """ValueError unless 0 < low <= high < infinity."""
    if len(bounds) != 2 or not 0 < bounds[0] <= bounds[1] < np.inf:
        raise ValueError(f"{name}={bounds!r}: give two positive numbers, the smaller one first")
