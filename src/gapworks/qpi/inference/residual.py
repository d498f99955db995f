"""Whether what a fit leaves is noise: tests that do not need to know the colour of the noise.

Noise of any colour is as odd as even under r -> -r; what a wrong model leaves around a centred
impurity is even, but for the small odd part of u gaps. Another impurity stands out in one place, a
charge-density wave in one point of q.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapworks.qpi.inference.hypothesis import Disc, cells
from gapworks.qpi.physics.point_group import distance

_NEAR = 8.0
"""Most of a map's structure lies within this many lattice constants."""
_LAGS = 6
"""Correlations of the noise are looked for up to this many cells."""


@dataclass(frozen=True)
class Left:
    """What a fit leaves.

    Attributes
    ----------
    noise : ndarray, shape (E,)
        Mean square of the residual, in units of the noise it was fitted with.
    repeated : float
        Cells that one independent number of the residual stands for: sum of the squares of its
        correlations.
    even : float
        Even part over the odd part, the larger of all of the disc and of its middle, as a chance:
        deviations of the normal distribution.
    misfit : float
        Power of the even part beyond the odd part's, as a share of the model's.
    peak : float
        Largest cell of the residual in its deviations (by the median).
    peak_share : float
        The power of that cell as a share of the model's.
    wave : float
        Largest power in one point of q over the median of its ring.
    wave_share : float
        That power as a share of the model's.
    """

    noise: np.ndarray
    repeated: float
    even: float
    misfit: float
    peak: float
    peak_share: float
    wave: float
    wave_share: float


def judge(residual: np.ndarray, model: np.ndarray, count: int, disc: Disc) -> Left:
    """Describe what is left.

    Parameters
    ----------
    residual, model : ndarray, shape (E, cells)
        Of a fit, in units of the noise; zero where nothing is known.
    count : int
        Numbers that were fitted, of E cells.
    disc : Disc
    """
    E = len(residual)
    per_energy = count / E
    noise = (residual**2).sum(1) / per_energy
    # Every energy in units of its own noise.
    unit = np.sqrt(noise)[:, None] + 1e-300
    left, shown = (_in_window(a / unit, disc) for a in (residual, model))
    signal = float((shown**2).sum()) + 1e-300
    other = opposite(left)
    even, odd = (left + other) / 2, (left - other) / 2
    r = np.fft.fftshift(distance(disc.size))
    repeated, repeated_odd = _repeated(left), _repeated(odd)
    chance, misfit = -np.inf, 0.0
    for there in (r <= disc.outer, r <= _NEAR):
        powers = [float((part[:, there] ** 2).sum()) for part in (even, odd)]
        free = E * np.count_nonzero(there & (r >= disc.inner)) / 2 / repeated_odd
        excess = np.log((powers[0] + 1e-300) / (powers[1] + 1e-300))
        chance = max(chance, float(excess / np.sqrt(4 / free)))
        misfit = max(misfit, (powers[0] - powers[1]) / signal)
    height = np.abs(left)
    width = 1.4826 * np.median(np.abs(residual / unit)) + 1e-300
    ring = np.rint(disc.size * 0.5 * _reciprocal(disc.size)).astype(int)
    power = (np.abs(np.fft.fft2(left)) ** 2).sum(0) / disc.size**2
    level = np.array([np.median(power[ring == k]) for k in range(ring.max() + 1)])
    waves = power / (level[ring] + 1e-300)
    waves[ring < 2] = 0.0
    at = np.unravel_index(waves.argmax(), waves.shape)
    return Left(
        noise=noise,
        repeated=repeated,
        even=chance,
        misfit=float(misfit),
        peak=float(height.max() / width),
        peak_share=float(height.max() ** 2 / signal),
        wave=float(waves[at]),
        wave_share=float(2 * power[at] / signal),
    )


def _in_window(values: np.ndarray, disc: Disc) -> np.ndarray:
    whole = np.zeros((len(values), disc.size**2))
    whole[:, cells(disc)] = values
    return whole.reshape(-1, disc.size, disc.size)


def opposite(maps: np.ndarray) -> np.ndarray:
    """The maps at -r, r = 0 at [size // 2, size // 2], size even."""
    return np.roll(maps[..., ::-1, ::-1], (1, 1), (-2, -1))


def _repeated(maps: np.ndarray) -> float:
    """Sum of squared correlations within `_LAGS` cells, at least 1."""
    size = maps.shape[-1]
    spectrum = np.abs(np.fft.fft2(maps, (2 * size, 2 * size))) ** 2
    correlation = np.fft.ifft2(spectrum).real.sum(0)
    correlation /= correlation[0, 0] + 1e-300
    r = distance(2 * size)
    near = (r <= _LAGS) & (r > 0)
    chance = np.count_nonzero(near) / max(np.count_nonzero(maps), 1)
    return float(max(1.0, 1 + (correlation[near] ** 2).sum() - chance))


def _reciprocal(size: int) -> np.ndarray:
    """|q| of each point, at most about 1, shape (size, size)."""
    i = np.fft.fftfreq(size)
    u, v = i[:, None], i[None, :]
    return np.sqrt(4 / 3 * (u**2 - u * v + v**2))
