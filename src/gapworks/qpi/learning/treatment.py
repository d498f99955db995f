"""A user's map made into one that a network can be shown: impurity at the centre, no background.

Whatever is done is exact: the map is moved by whole cells, and a plane is taken off that is fitted
where the impurity adds little. What cannot be done so is left to `familiarity` to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapworks.qpi.physics.point_group import distance, hann_disc

_STEPS = 15
"""Reweightings of the plane that is taken off before the centre is looked for."""
_COMPRESSED = 3.0
"""Deviations beyond which values count less in the search for the centre."""
_ROUNDING = 1e-11
"""What the fit of a plane leaves of one, in units of the map's largest number."""
_EVEN = 0.11
"""White noise is less even than this about any point; impurities in the noise of training more."""
_COVERED = 0.8
"""At least this share of the disc must be on the map, weighed as the network weighs it."""
_AMPLITUDE, _AMPLITUDES = 5e-6, (1e-9, 1e-2)
"""Deviation of a usual map within the disc, and of any in its unit, 1/meV per cell."""
_SAID = 1.0
"""A background of more than this many of the map's deviations is worth a note."""


@dataclass(frozen=True)
class Treated:
    """A map as the network is shown it.

    Attributes
    ----------
    maps : ndarray, shape (energies, size, size)
        The impurity at [size // 2, size // 2]; 0 where the file has no cell.
    notes : tuple of str
        What was done.
    refused : str or None
        Why it cannot be shown.
    """

    maps: np.ndarray
    notes: tuple[str, ...] = ()
    refused: str | None = None


def treat(maps: np.ndarray, radius: float) -> Treated:
    """Find the impurity of a map, move it to the centre, take a plane off.

    The change of the LDOS around an impurity is even under r -> -r, or nearly: its centre is where
    the map agrees best with itself turned by half a turn.

    Parameters
    ----------
    maps : ndarray, shape (energies, size, size)
        Finite; any unit. The same impurity at all energies.
    radius : float
        Of the disc that the network sees, lattice constants.
    """
    size = maps.shape[-1]
    # As good as constant: what is left is the rounding of the numbers.
    rounding = np.finfo(maps.dtype).eps if maps.dtype.kind == "f" else 0.0
    maps = maps.astype(np.float64)
    unit = np.abs(maps).max() or 1.0
    flat = _off_robust_plane(maps := maps / unit)
    largest = np.abs(maps).max((-2, -1))
    if (np.abs(flat).max((-2, -1)) <= max(8 * rounding, _ROUNDING) * largest).any():
        return Treated(maps, refused="no structure: a map is the same everywhere, or a plane")
    if _all_alike(flat):
        return Treated(maps, refused="the maps of two energies are one map")
    row, column, evenness = _twice_the_centre(flat)
    if evenness < _EVEN:
        return Treated(maps, refused="no structure: like noise, even about no point")
    if row % 2 or column % 2:
        return Treated(
            maps,
            refused=f"no structure about a site of the lattice: evenest about [{row / 2:g}, "
            f"{column / 2:g}], between two cells",
        )
    row, column = row // 2, column // 2
    moved, there = _around(maps, row, column)
    weight = np.fft.fftshift(hann_disc(size, radius)) ** 2
    if (covered := (weight * there).sum() / weight.sum()) < _COVERED:
        return Treated(
            maps,
            refused=f"its centre is [{row}, {column}]: only {covered:.0%} of the disc of "
            f"{radius:g} lattice constants around it is on the map; cut the map around the "
            "impurity",
        )
    level, planes = off_plane(moved, there, radius)
    notes = []
    if (row, column) != (size // 2, size // 2):
        notes.append(
            f"impurity found at [{row}, {column}] and moved to the centre, "
            f"[{size // 2}, {size // 2}]"
        )
    deviation = np.sqrt((weight * level**2).sum((-2, -1)) / weight.sum())
    if (np.abs(planes).max(-1) > _SAID * deviation).any():
        shown = ", ".join(f"{unit * plane[0]:.3g}" for plane in planes)
        tilt = ", ".join(f"{unit * np.hypot(*plane[1:]):.3g}" for plane in planes)
        notes.append(f"a background of {shown} and a slope of {tilt} over half the map taken off")
    amplitude = deviation.max()
    if not _AMPLITUDES[0] < amplitude * unit < _AMPLITUDES[1]:
        unit = _AMPLITUDE / amplitude
        notes.append("amplitudes are not of 1/meV per cell: taken for those of another unit")
    return Treated(level * unit, tuple(notes))


def off_plane(maps: np.ndarray, there: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Maps less the plane that fits them best in the outer half of the disc.

    Parameters
    ----------
    maps : ndarray, shape (..., size, size)
        The impurity at [size // 2, size // 2].
    there : ndarray of bool, shape (size, size)
        Which cells are known; the others are 0 and stay so.
    radius : float
        Of the disc, cells.

    Returns
    -------
    maps : ndarray, shape (..., size, size)
    planes : ndarray, shape (..., 3)
        Constant, and change over half the map along rows and columns.
    """
    size = maps.shape[-1]
    r = np.fft.fftshift(distance(size))
    outer = ((r > radius / 2) & (r < radius) & there).ravel()
    basis = _plane(size)
    planes = maps.reshape(-1, size * size)[:, outer] @ np.linalg.pinv(basis[outer]).T
    level = (maps - (planes @ basis.T).reshape(maps.shape)) * there
    return level, planes.reshape(*maps.shape[:-2], 3)


def _plane(size: int) -> np.ndarray:
    """1, row and column, each within [-1, 1], shape (size^2, 3)."""
    index = (np.arange(size) - size // 2) / (size / 2)
    rows, columns = np.meshgrid(index, index, indexing="ij")
    return np.stack([np.ones_like(rows), rows, columns], -1).reshape(-1, 3)


def _off_robust_plane(maps: np.ndarray) -> np.ndarray:
    """Maps less a plane, fitted with Tukey's weights: the impurity, anywhere, counts little."""
    size = maps.shape[-1]
    basis = _plane(size)
    values = maps.reshape(-1, size * size)
    scale = np.abs(values).max(1, keepdims=True) + 1e-300
    values = values / scale
    planes = values @ np.linalg.pinv(basis).T
    for _ in range(_STEPS):
        rest = values - planes @ basis.T
        width = 4.685 * 1.4826 * np.median(np.abs(rest), 1, keepdims=True) + 1e-100
        weight = np.clip(1 - (rest / width) ** 2, 0, None) ** 2
        weighted = weight[:, :, None] * basis
        normal = np.swapaxes(weighted, 1, 2) @ basis + 1e-12 * np.eye(3)
        right = (values[:, None, :] @ weighted)[:, 0]
        planes = np.linalg.solve(normal, right[..., None])[..., 0]
    return ((values - planes @ basis.T) * scale).reshape(maps.shape)


def _all_alike(maps: np.ndarray) -> bool:
    """Whether two energies have one map, up to a factor."""
    rows = maps.reshape(len(maps), -1)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    alike = np.abs(rows @ rows.T)[np.triu_indices(len(rows), 1)]
    return bool((alike > 1 - 1e-9).any())


def _twice_the_centre(maps: np.ndarray) -> tuple[int, int, float]:
    """Twice the cell about which the maps are evenest, and how even: 1 wholly, 0 like noise.

    The maps' mean correlation with themselves turned by half a turn, at its largest.
    """
    size = maps.shape[-1]
    width = 1.4826 * np.median(np.abs(maps), (-2, -1), keepdims=True)
    # The impurity's own cell is a hundred times the rest; it is one cell in the search, no more.
    values = np.arcsinh(maps / (_COMPRESSED * np.maximum(width, 1e-300)))
    values /= np.sqrt((values**2).sum((-2, -1), keepdims=True))
    transform = np.fft.rfft2(values, (2 * size, 2 * size))
    folded = np.fft.irfft2(transform**2, (2 * size, 2 * size)).sum(0)
    row, column = np.unravel_index(folded.argmax(), folded.shape)
    return int(row), int(column), float(folded.max() / len(maps))


def _around(maps: np.ndarray, row: int, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Maps with a cell moved to the centre, 0 where they do not reach; and where they do."""
    size = maps.shape[-1]
    moved, there = np.zeros_like(maps), np.zeros((size, size), bool)
    sides = []
    for centre in (row, column):
        first = centre - size // 2
        kept = slice(max(0, first), min(size, first + size))
        sides.append((kept, slice(kept.start - first, kept.stop - first)))
    (rows, to_rows), (columns, to_columns) = sides
    moved[..., to_rows, to_columns] = maps[..., rows, columns]
    there[to_rows, to_columns] = True
    return moved, there
