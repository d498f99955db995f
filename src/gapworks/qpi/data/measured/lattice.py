"""The lattice that a map is on: its symmetry, that of its mirror image, and that of square pixels.

Whatever the gap, a map around an impurity is nearly even under turns by 60 degrees in the true
frame of the crystal, and in no other.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import map_coordinates, spline_filter
from scipy.optimize import minimize

from gapworks.qpi.data.measured.centre import clipped

SIXTH_TURN = np.array([[0.0, -1.0], [1.0, 1.0]])
"""Turn by 60 degrees of (i, j): a1 -> a2, a2 -> a2 - a1."""
_MIRROR = np.diag([-1.0, 1.0])
_SQUARE = np.array([[0.5, -np.sqrt(0.75)], [np.sqrt(0.75), 0.5]])
FRAMES = {
    "lattice": (SIXTH_TURN, 1.0),
    "mirrored": (_MIRROR @ SIXTH_TURN @ _MIRROR, -1.0),
    "square": (_SQUARE, 0.0),
}
"""Turns by 60 degrees of (row, column), and 2 cos of the angle between the steps of an index."""
_INNER, _OUTER, _WIDE = 1.5, 16.0, 24.0
"""Rings of r that are compared, lattice constants: without the impurity's own cell."""
_TRIED = (-0.06, -0.03, 0.0, 0.03, 0.06)
"""Drifts from which the search starts, cells per row."""


def sixfold(maps: np.ndarray, frame: str) -> float:
    """Correlation of maps with themselves turned by 60 degrees in a frame, mean over energies.

    Parameters
    ----------
    maps : ndarray, shape (n, size, size)
        The impurity at [size // 2, size // 2]; a plane taken off; any unit.
    frame : str
        A key of `FRAMES`.
    """
    turn, twice_cosine = FRAMES[frame]
    fields = clipped(maps)
    return _alike(fields, fields, turn, _ring(maps.shape[-1], twice_cosine, _OUTER), order=1)


def drift(maps: np.ndarray) -> tuple[np.ndarray, float]:
    """How far a scan has crept from row to row, by the turn that the map should be even under.

    A cell that is written [i, j] was at i + v_0 i, j + v_1 i of the lattice.

    Parameters
    ----------
    maps : ndarray, shape (n, size, size)
        As in `sixfold`; rows are scanned one after the other.

    Returns
    -------
    v : ndarray, shape (2,)
        Cells per row.
    gain : float
        By how much the correlation with the turned map grows when it is undone.
    """
    size = maps.shape[-1]
    seen = clipped(maps)
    fields = np.stack([spline_filter(one, 3) for one in seen])

    def alike(v: np.ndarray, outer: float) -> float:
        crept = np.array([[1 + v[0], 0.0], [v[1], 1.0]])
        turn = np.linalg.inv(crept) @ SIXTH_TURN @ crept
        return _alike(seen, fields, turn, _ring(size, 1.0, outer), order=3)

    wide = min(_WIDE, 0.4 * size)
    starts = [np.array([a, b]) for a in _TRIED for b in _TRIED]
    start = max(starts, key=lambda v: alike(v, wide / 2))
    simplex = start + 0.01 * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    options = {"initial_simplex": simplex, "xatol": 3e-4, "fatol": 1e-4, "maxfev": 80}
    found = minimize(lambda v: -alike(v, wide), start, method="Nelder-Mead", options=options)
    return found.x, float(-found.fun - alike(np.zeros(2), wide))


def undrifted(maps: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Maps read off where the cells of the lattice were, by cubic splines; 0 beyond the rim.

    Parameters
    ----------
    maps : ndarray, shape (n, size, size)
    v : ndarray, shape (2,)
        From `drift`.
    """
    crept = np.array([[1 + v[0], 0.0], [v[1], 1.0]])
    at = _turned(np.linalg.inv(crept), maps.shape[-1])
    return np.stack([map_coordinates(one, at, order=3, mode="grid-constant") for one in maps])


def _alike(
    seen: np.ndarray, fields: np.ndarray, turn: np.ndarray, ring: np.ndarray, order: int
) -> float:
    """Correlation of maps with turned ones within a ring; `fields` are filtered for the order."""
    at = _turned(turn, seen.shape[-1])[:, ring]
    total = 0.0
    for one, field in zip(seen[:, ring], fields, strict=True):
        other = map_coordinates(field, at, order=order, mode="constant", prefilter=False)
        total += float(one @ other) / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-300)
    return total / len(seen)


def _turned(turn: np.ndarray, size: int) -> np.ndarray:
    """Where each cell comes from, about [size // 2, size // 2], shape (2, size, size)."""
    cells = np.indices((size, size)) - size // 2
    return np.tensordot(turn, cells, 1) + size // 2


def _ring(size: int, twice_cosine: float, outer: float) -> np.ndarray:
    i, j = np.indices((size, size)) - size // 2
    r = np.sqrt(i**2 + twice_cosine * i * j + j**2)
    return (r > _INNER) & (r < min(outer, 0.45 * size))
