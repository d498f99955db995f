"""Backgrounds of a map: a plane, a bowl, and steps from line to line."""

from __future__ import annotations

import numpy as np

_STEPS = 15
"""Reweightings of the plane that is taken off before the impurity is looked for."""
_STRIPES = 30.0
"""Power of a pure row or column wave, in units of its neighbours', from which it is the scan's."""
_BESIDE = (-4, -3, -2, 2, 3, 4)
"""Lines of q beside that of the stripes, which have as much of the impurity."""
_COUNTED = 3
"""Quiet cells that a line must have."""


def polynomials(shape: tuple[int, int], degree: int) -> np.ndarray:
    """Monomials of row and column, each within [-1, 1].

    Parameters
    ----------
    shape : pair of int
        Rows and columns.
    degree : int
        1: a plane, 2: a bowl, too.

    Returns
    -------
    ndarray, shape (rows * columns, 3 or 6)
        1, row, column; then row^2, row column, column^2.
    """
    steps = [(np.arange(size) - size // 2) / (size / 2) for size in shape]
    row, column = np.meshgrid(*steps, indexing="ij")
    basis = [np.ones_like(row), row, column]
    if degree > 1:
        basis += [row**2, row * column, column**2]
    return np.stack(basis, -1).reshape(row.size, -1)


def off_rim(maps: np.ndarray, outer: np.ndarray, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Maps less the polynomial that fits them best where the impurity adds little.

    Parameters
    ----------
    maps : ndarray, shape (..., size, size)
        Any unit.
    outer : ndarray of bool, shape (size, size)
        Where it is fitted.
    degree : int
        Of `polynomials`.

    Returns
    -------
    maps : ndarray, shape (..., size, size)
    coefficients : ndarray, shape (..., 3 or 6)
        Of `polynomials`.
    """
    size = maps.shape[-1]
    basis = polynomials((size, size), degree)
    chosen = outer.ravel()
    found = maps.reshape(-1, size * size)[:, chosen] @ np.linalg.pinv(basis[chosen]).T
    level = maps - (found @ basis.T).reshape(maps.shape)
    return level, found.reshape(*maps.shape[:-2], -1)


def off_robust_plane(maps: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Maps less a plane, fitted with Tukey's weights: the impurity, anywhere, counts little.

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)
        Finite; any unit.
    known : ndarray of bool, shape (rows, columns)
        The other cells count nothing, and are 0 afterwards.

    Returns
    -------
    maps : ndarray, shape (n, rows, columns)
    planes : ndarray, shape (n, 3)
        Of `polynomials`.
    """
    basis = polynomials(maps.shape[-2:], 1)
    values = maps.reshape(len(maps), -1)
    counted = known.ravel()
    scale = np.abs(values[:, counted]).max(1, keepdims=True) + 1e-300
    values = np.where(counted, values / scale, 0.0)
    planes = values[:, counted] @ np.linalg.pinv(basis[counted]).T
    for _ in range(_STEPS):
        rest = values - planes @ basis.T
        size = np.median(np.abs(rest[:, counted]), 1, keepdims=True)
        weight = np.clip(1 - (rest / (4.685 * 1.4826 * size + 1e-100)) ** 2, 0, None) ** 2
        weighted = (weight * counted)[:, :, None] * basis
        normal = np.swapaxes(weighted, 1, 2) @ basis + 1e-12 * np.eye(3)
        right = (values[:, None, :] @ weighted)[:, 0]
        planes = np.linalg.solve(normal, right[..., None])[..., 0]
    flat = np.where(counted, values - planes @ basis.T, 0.0) * scale
    return flat.reshape(maps.shape), planes * scale


def off_lines(maps: np.ndarray, quiet: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Maps less steps from row to row, or from column to column, where a scan has left some.

    Steps stand on one line of q, that of waves along the rows alone. An impurity's waves do not
    know of the scan: the lines of q beside it have as much power.

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)
        A plane taken off; any unit.
    quiet : ndarray of bool, shape (rows, columns)
        Where the impurity adds little: the offset of a line is its median there.

    Returns
    -------
    maps : ndarray, shape (n, rows, columns)
    names : list of str
        "rows", "columns": whose steps were taken off.
    """
    names = []
    for axis, name in ((-1, "rows"), (-2, "columns")):
        hidden = np.where(quiet, maps, 0.0)
        level = 4 * 1.4826 * np.median(np.abs(maps[:, quiet]), -1)[:, None, None]
        # In units of their own, lest the energy of the largest numbers speak for all.
        clipped = np.clip(hidden, -level, level) / (level + 1e-300)
        power = (np.abs(np.fft.fft2(clipped)) ** 2).sum(0)
        along = np.take(power, 0, axis)[1:]
        beside = np.median(np.take(power, _BESIDE, axis), axis)[1:]
        if np.median(along / (beside + 1e-300)) < _STRIPES:
            continue
        counted = quiet.sum(axis, keepdims=True) >= _COUNTED
        offsets = np.ma.median(np.ma.array(maps, mask=~quiet & np.ones(maps.shape, bool)), axis)
        offsets = np.expand_dims(np.ma.filled(offsets, 0.0), axis)
        maps = maps - np.where(counted, offsets, 0.0)
        names.append(name)
    return maps, names
