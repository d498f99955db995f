"""What is no map of one impurity: steps of the digits, cut peaks, waves, other impurities."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter

from gapworks.qpi.data.measured.centre import opposite
from gapworks.qpi.physics.point_group import distance

_SEVEN = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1))
"""A cell and its neighbours on the lattice."""
_SECOND, _SECOND_IF_STRONG, _STRONG = 25.0, 8.0, 0.2
"""Power of a cell and its neighbours in medians of its ring, as one impurity never has it; and
where its height is more than a share of the impurity's own."""
_WAVE, _WAVE_SHARE = 60.0, 0.02
"""Largest power of the odd part in one point of q: in medians of all, and of the map's own."""


def second_impurity(maps: np.ndarray, radius: float) -> tuple[int, int] | None:
    """Where a second impurity stands, if one does, relative to the first; cells.

    Parameters
    ----------
    maps : ndarray, shape (n, size, size)
        The impurity at [size // 2, size // 2]; backgrounds taken off; any unit.
    radius : float
        It is looked for within it.
    """
    size = maps.shape[-1]
    r = np.fft.fftshift(distance(size))
    power = sum(np.roll(maps**2, step, (-2, -1)) for step in _SEVEN)
    ring = np.rint(r).astype(int)
    scaled = np.zeros_like(power)
    for number in range(5, int(radius)):
        there = ring == number
        scaled[:, there] = power[:, there] / (np.median(power[:, there], 1)[:, None] + 1e-300)
    peaks = scaled.max((-2, -1))
    own = np.abs(maps[:, r < 1.1]).max(1)
    strong = np.abs(maps[:, (r > 4) & (r < radius)]).max(1) / (own + 1e-300)
    if peaks.min() <= _SECOND and not (peaks.min() > _SECOND_IF_STRONG and strong.min() > _STRONG):
        return None
    row, column = np.unravel_index(scaled.min(0).argmax(), (size, size))
    return int(row) - size // 2, int(column) - size // 2


def standing_wave(maps: np.ndarray, disc: np.ndarray) -> tuple[float, float] | None:
    """The wave vector of a wave over the whole map, if there is one: a charge-density wave, or hum.

    The impurity's own waves are even about it, or nearly; another wave has any phase. One that is
    even there is not seen.

    Parameters
    ----------
    maps : ndarray, shape (n, size, size)
        As in `second_impurity`.
    disc : ndarray, shape (size, size)
        Window that ends within the map, 0 at the impurity's cell.

    Returns
    -------
    pair of float or None
        q in units of the reciprocal lattice vectors, each in [-1/2, 1/2).
    """
    size = maps.shape[-1]
    seen = maps * disc
    power = np.abs(np.fft.fft2(0.5 * (seen - opposite(seen)))) ** 2
    power = 9 * uniform_filter(power, (0, 3, 3), mode="wrap")
    share = 2 * power.max((-2, -1)) / (size**2 * (seen**2).sum((-2, -1)) + 1e-300)
    excess = power.max((-2, -1)) / (np.median(power, (-2, -1)) + 1e-300)
    found = (excess > _WAVE) & (share > _WAVE_SHARE)
    if not found.any():
        return None
    best = power[np.where(found, share, 0).argmax()]
    row, column = np.unravel_index(best.argmax(), best.shape)
    q = np.fft.fftfreq(size)
    return float(q[row]), float(q[column])


def signal_to_noise(maps: np.ndarray, disc: np.ndarray) -> np.ndarray:
    """Deviation of the even part over that of the noise, at least, shape (n,).

    Noise has as much power in the part that is odd under r -> -r as in the even one. What the
    impurity has there, a few per cent in u gaps, counts as noise.

    Parameters
    ----------
    maps : ndarray, shape (n, size, size)
        The impurity at [size // 2, size // 2]; backgrounds taken off.
    disc : ndarray, shape (size, size)
        Window, 0 at the impurity's cell.
    """
    seen = maps * disc
    odd = 0.5 * (seen - opposite(seen))
    in_odd, in_all = ((x**2).sum((-2, -1)) for x in (odd, seen))
    even = np.maximum(in_all - 2 * in_odd, 0.0)
    return np.sqrt(even / (2 * in_odd + 1e-12 * in_all + 1e-300))
