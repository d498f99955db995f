"""The point about which a map is even: where the impurity sits, to a fraction of a cell.

The change of the LDOS around an impurity is even under r -> -r, or nearly. So the map folded with
itself, sum over r of f(r) f(s - r), is largest at s = 2c. Fourier transforms do this for all s at
once, on the torus, which knows c up to half its width: the impurity is where the map is strong.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

_CLIPPED = 4.0
"""Robust deviations at which values are cut: a hot pixel is even about itself."""
_CAPPED = 8.0
"""Power in one point of q counts up to this many times the median."""
_SURROGATES = 64
"""Maps of the same spectrum and random phases that the evenness is compared with."""
_STEPS = 3
"""Refinements of the fraction of a cell."""
_LOCAL = 8
"""The impurity's surroundings are a map's width over this."""


@dataclass(frozen=True)
class Centre:
    """Where a map is even.

    Attributes
    ----------
    row, column : float
        Cells.
    evenness : float
        Correlation of the map with itself turned by half a turn: 1 wholly, 0 not at all.
    chance : float
        Probability that a map of the same spectrum without a centre is as even about some point.
    """

    row: float
    column: float
    evenness: float
    chance: float


def find(maps: np.ndarray, seed: int = 0) -> Centre:
    """The half cell about which maps are evenest on the torus, and whether that is chance.

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)
        The same impurity; a plane taken off; any unit.
    seed : int
        Of the random phases.
    """
    shape = maps.shape[-2:]
    balanced = _balanced(clipped(maps))
    squares = _squares(balanced)
    folded = np.fft.ifft2(squares.sum(0)).real * squares[0].size / len(maps)
    row, column = np.unravel_index(folded.argmax(), shape)
    best = float(folded[row, column])
    near = _near(np.fft.ifft2(balanced).real, max(shape) // _LOCAL)
    rows, columns = (
        (x / 2, (x + size) / 2 % size) for x, size in ((row, shape[0]), (column, shape[1]))
    )
    at = max(product(rows, columns), key=lambda at: near[int(at[0]), int(at[1])])
    return Centre(*map(float, at), best, _chance(best, np.abs(squares), seed))


def clipped(maps: np.ndarray) -> np.ndarray:
    """Maps in units of their robust deviation, cut where the impurity or a hot pixel stands out."""
    width = 1.4826 * np.median(np.abs(maps), (-2, -1), keepdims=True)
    lowest = 1e-6 * np.abs(maps).max((-2, -1), keepdims=True) + 1e-300
    return np.clip(maps / np.maximum(width, lowest), -_CLIPPED, _CLIPPED)


def refined(maps: np.ndarray, row: float, column: float) -> tuple[float, float]:
    """The centre to a fraction of a cell, by the phase of the even part.

    With F the Fourier transform, F(q)^2 exp(2iqc) is real and positive of an even map: the sum of
    its real part over q is largest at the centre.

    Parameters
    ----------
    maps : ndarray, shape (n, size, size)
        A plane taken off; any unit.
    row, column : float
        From `find`, right to half a cell.
    """
    rows, columns = maps.shape[-2:]
    squares = _squares(_balanced(maps)).sum(0)
    if rows % 2 == 0:  # waves of two cells have no phase
        squares[rows // 2] = 0
    if columns % 2 == 0:
        squares[:, columns // 2] = 0
    q, p = (2j * np.pi * np.fft.fftfreq(size) for size in (rows, columns))
    width = 0.5
    for _ in range(_STEPS):
        offset = np.linspace(-width, width, 21)
        along = np.exp(2 * np.outer(row + offset, q))
        across = np.exp(2 * np.outer(column + offset, p))
        sums = (along @ squares @ across.T).real
        i, j = np.unravel_index(sums.argmax(), sums.shape)
        row, column = row + offset[i], column + offset[j]
        width /= 8
    return float(row), float(column)


def moved(maps: np.ndarray, row: float, column: float) -> np.ndarray:
    """Maps on the torus read off between their cells: f(r + (row, column)), by Fourier series."""
    q, p = (2 * np.pi * np.fft.fftfreq(size) for size in maps.shape[-2:])
    phase = np.exp(1j * np.add.outer(q * row, p * column))
    return np.fft.ifft2(np.fft.fft2(maps) * phase).real


def evenness(maps: np.ndarray, there: np.ndarray) -> float:
    """Correlation of maps with themselves turned about their middle, over cells known both ways.

    Parameters
    ----------
    maps : ndarray, shape (n, size, size)
        The centre at [size // 2, size // 2].
    there : ndarray of bool, shape (size, size)
        Cells that are known.
    """
    both = there & opposite(there)
    values = clipped(maps) * both
    return float(
        ((values * opposite(values)).sum((-2, -1)) / ((values**2).sum((-2, -1)) + 1e-300)).mean()
    )


def opposite(maps: np.ndarray) -> np.ndarray:
    """Maps turned by half a turn about [size // 2, size // 2], on the torus."""
    size = maps.shape[-1]
    shift = 1 - size % 2
    return np.roll(maps[..., ::-1, ::-1], (shift, shift), (-2, -1))


def around(maps: np.ndarray, row: int, column: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A square cut out around a cell, 0 where maps do not reach; and where they do.

    Parameters
    ----------
    maps : ndarray, shape (..., M, M)
    row, column : int
        Moved to [size // 2, size // 2].
    size : int
        Of the square.
    """
    cut, there = np.zeros((*maps.shape[:-2], size, size), maps.dtype), np.zeros((size, size), bool)
    sides = []
    for centre, width in zip((row, column), maps.shape[-2:], strict=True):
        first = centre - size // 2
        kept = slice(max(0, first), max(0, min(width, first + size)))
        sides.append((kept, slice(kept.start - first, kept.stop - first)))
    (rows, to_rows), (columns, to_columns) = sides
    cut[..., to_rows, to_columns] = maps[..., rows, columns]
    there[to_rows, to_columns] = True
    return cut, there


def _balanced(maps: np.ndarray) -> np.ndarray:
    """Fourier coefficients of maps; those of bowls, stripes and waves, in few points of q, less."""
    transform = np.fft.fft2(maps)
    transform[:, 0, 0] = 0
    power = np.abs(transform) ** 2
    most = _CAPPED * np.median(power, (-2, -1), keepdims=True)
    return transform * np.sqrt(np.minimum(1.0, most / (power + 1e-300)))


def _squares(transform: np.ndarray) -> np.ndarray:
    """Squares of Fourier coefficients, whose sizes sum to one."""
    squares = transform**2
    return squares / (np.abs(squares).sum((-2, -1), keepdims=True) + 1e-300)


def _near(values: np.ndarray, radius: int) -> np.ndarray:
    """Power within a radius of each cell, on the torus."""
    power = (values**2).sum(0)
    i, j = (np.fft.fftfreq(size, 1 / size) for size in power.shape)
    kernel = np.exp(-np.add.outer(i**2, j**2) / (2 * max(radius, 1) ** 2))
    return np.fft.irfft2(np.fft.rfft2(power) * np.fft.rfft2(kernel), power.shape)


def _chance(best: float, power: np.ndarray, seed: int) -> float:
    """How likely maps of this spectrum, with random phases, are as even about some point.

    The squares of their Fourier coefficients have random phases, too. The largest of many sums is
    distributed as Gumbel's law, whose two parameters are those of the surrogates' moments.
    """
    rng = np.random.default_rng(seed)
    largest = np.empty(_SURROGATES)
    for number in range(_SURROGATES):
        phases = np.fft.fft2(rng.standard_normal(power.shape))
        sums = (power * (phases / np.abs(phases)) ** 2).sum(0)
        largest[number] = np.fft.ifft2(sums).real.max() * sums.size / len(power)
    scale = largest.std(ddof=1) * np.sqrt(6) / np.pi
    middle = largest.mean() - np.euler_gamma * scale
    return float(-np.expm1(-np.exp(-(best - middle) / max(scale, 1e-12))))
