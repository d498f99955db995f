"""Square pixels of a microscope read off on the lattice: angle, scale and drift by Bragg peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, map_coordinates

_BRAGG = 4 * np.pi / np.sqrt(3)
"""|q| of the lattice's shortest waves, 1 / lattice constant."""
_SOUGHT = 0.15
"""Bragg peaks are looked for within this share of where the field of view puts them."""
_PEAK = 30.0
"""Power of a Bragg peak in medians of what lies around: of noise it is below about 15."""
_SHARP = 0.5
"""Of the power around it a Bragg peak has at least this share in itself and its neighbours."""
_KEPT, _DROPPED = 6.3, 8.5
"""|q| up to which waves are kept, the corner of the lattice's own, and from which none is, 1/a:
pixels finer than the lattice have only noise and the atoms' shape beyond."""
_FINE = 0.3
"""Pixels finer than this many lattice constants are smoothed so."""


@dataclass(frozen=True)
class Vectors:
    """The lattice on a raster.

    Attributes
    ----------
    steps : ndarray, shape (2, 2)
        Rows a1 and a2, each (row, column) in pixels.
    notes : tuple of str
        How they were found.
    """

    steps: np.ndarray
    notes: tuple[str, ...]


def lattice_vectors(maps: np.ndarray, pixel: tuple[float, float], angle: float | None) -> Vectors:
    """Steps of the lattice: by the angle that is given, by Bragg peaks, or along the rows.

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)
        A plane taken off; finite.
    pixel : pair of float
        Height and width of a pixel, lattice constants.
    angle : float or None
        Of a1 from the columns' direction x towards y, degrees; None: Bragg peaks are looked for.
    """
    ideal = np.array([[0.0, 1.0], [np.sqrt(0.75), 0.5]])  # a1, a2 as (y, x)
    if angle is not None:
        turn = np.deg2rad(angle)
        steps = ideal @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        return Vectors(steps / pixel, (f"a1 at {angle:g} degrees, as said",))
    found = _bragg(maps, pixel)
    if found is None:
        return Vectors(
            ideal / pixel,
            ("no Bragg peaks: a1 is taken along x, the rows (else give its angle)",),
        )
    # Rows of `found` are b2, b1 + b2 and b1: the steps are dual to the first and the last.
    reciprocal = np.linalg.lstsq(np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]]), found, rcond=None)[
        0
    ]
    steps = 2 * np.pi * np.linalg.inv(reciprocal).T
    lengths = np.linalg.norm(steps, axis=1)
    at = np.rad2deg(np.arctan2(steps[0, 0], steps[0, 1]))
    said = (
        f"Bragg peaks: a1 at {at:.1f} degrees, a1 and a2 of {lengths[0]:.3f} and {lengths[1]:.3f} "
        "lattice constants of the field of view that was said"
    )
    return Vectors(steps / pixel, (said,))


def on_lattice(
    maps: np.ndarray,
    known: np.ndarray,
    place: tuple[float, float],
    vectors: Vectors,
    pixel: tuple[float, float],
    size: int,
) -> np.ndarray:
    """Maps at the sites of the lattice around a point, NaN where nothing was measured.

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)
        A plane taken off.
    known : ndarray of bool, shape (rows, columns)
        Pixels that were measured.
    place : pair of float
        Row and column of the impurity.
    vectors : Vectors
        From `lattice_vectors`.
    pixel : pair of float
        Height and width of a pixel, lattice constants.
    size : int
        Sites in each direction.

    Returns
    -------
    ndarray, shape (n, size, size)
    """
    nearest = distance_transform_edt(~known, return_distances=False, return_indices=True)
    smooth = maps[:, nearest[0], nearest[1]]
    if max(pixel) < _FINE:
        smooth = _smoothed(smooth, pixel)
    i = np.arange(size) - size // 2
    sites = np.stack(np.meshgrid(i, i, indexing="ij"), -1) @ vectors.steps + place
    at = np.moveaxis(sites, -1, 0)
    read = np.stack([map_coordinates(one, at, order=5, mode="mirror") for one in smooth])
    cell = np.rint(at).astype(int)
    shape = np.array(known.shape)[:, None, None]
    inside = ((cell >= 0) & (cell < shape)).all(0)
    row, column = np.clip(cell, 0, shape - 1)
    return np.where(inside & known[row, column], read, np.nan)


def _smoothed(maps: np.ndarray, pixel: tuple[float, float]) -> np.ndarray:
    """Maps without waves that no map on the lattice has; mirrored at the rim."""
    rows, columns = maps.shape[-2:]
    whole = np.pad(maps, ((0, 0), (0, rows), (0, columns)), mode="symmetric")
    q = np.hypot(*_waves(whole.shape[-2:], pixel))
    falling = np.clip((_DROPPED - q) / (_DROPPED - _KEPT), 0, 1)
    weight = np.sin(0.5 * np.pi * falling) ** 2
    return np.fft.ifft2(np.fft.fft2(whole) * weight).real[..., :rows, :columns]


def _waves(shape: tuple[int, ...], pixel: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """q along y and x of each Fourier coefficient, 1 / lattice constant."""
    q = [2 * np.pi * np.fft.fftfreq(count, step) for count, step in zip(shape, pixel, strict=True)]
    return tuple(np.meshgrid(*q, indexing="ij"))


def _bragg(maps: np.ndarray, pixel: tuple[float, float]) -> np.ndarray | None:
    """Three Bragg peaks, 60 degrees apart, as (y, x) in 1 / lattice constant: b2, b1 + b2, b1."""
    rows, columns = maps.shape[-2:]
    window = np.outer(np.hanning(rows), np.hanning(columns))
    transform = np.fft.fft2(maps * window)
    power = (np.abs(transform) ** 2).sum(0)
    y, x = _waves(power.shape, pixel)
    size = np.hypot(y, x)
    ring = np.abs(size / _BRAGG - 1) < _SOUGHT
    if np.pi / max(pixel) < (1 + _SOUGHT) * _BRAGG or np.count_nonzero(ring) < 50:
        return None
    floor = np.median(power[ring])
    direction = np.rad2deg(np.arctan2(y, x))
    peaks = []
    top = np.unravel_index(np.where(ring, power, 0).argmax(), power.shape)
    turned = direction[top] % 60.0
    for number in range(3):
        wanted = turned + 60 * number
        away = np.abs((direction - wanted + 180) % 360 - 180)
        near = np.where(ring & (away < 12), power, 0)
        top = np.unravel_index(near.argmax(), near.shape)
        peak, share = _exactly(power, top, y, x)
        if near.max() < _PEAK * floor or share < _SHARP * near.sum():
            return None
        peaks.append(peak)
    # a1 is the step closest to x, and b1 stands 30 degrees before it; b2 120 degrees after b1.
    b = [*peaks, *(-peak for peak in peaks)]
    b1 = min(b, key=lambda peak: abs(_angle(peak) + 30))
    b2 = min(b, key=lambda peak: abs((_angle(peak) - _angle(b1) - 120 + 180) % 360 - 180))
    between = min(b, key=lambda peak: float(np.linalg.norm(peak - b1 - b2)))
    return np.array([b2, between, b1])


def _angle(peak: np.ndarray) -> float:
    return float(np.rad2deg(np.arctan2(peak[0], peak[1])))


def _exactly(power: np.ndarray, top: tuple[int, ...], y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A peak's place between the points of q: mean over it and its neighbours, by power."""
    rows, columns = ((at + np.arange(-1, 2)) % n for at, n in zip(top, power.shape, strict=True))
    there = np.ix_(rows, columns)
    weight = power[there]
    place = np.array([(weight * q[there]).sum() / weight.sum() for q in (y, x)])
    return place, float(weight.sum())
