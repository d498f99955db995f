"""A map on the lattice made into one that can be judged: impurity at the centre, no background.

What is done is said, and what cannot be done is refused. Nothing here knows of networks or fits:
what looks like one impurity and is none of the model's is theirs to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from gapworks.qpi.data.measured import centre, lattice, structure
from gapworks.qpi.data.measured.background import off_lines, off_rim, off_robust_plane
from gapworks.qpi.data.measured.cells import digits, filled, known_twice, measured_cells
from gapworks.qpi.physics.point_group import distance, hann_disc

_ROUNDING = 1e-11
"""What the fit of a plane leaves of one, in units of the map's largest number."""
CHANCE = 1e-4
"""A map that is more likely even by chance has no structure."""
_COVERED, _COVERED_TWICE = 0.45, 0.9
"""Least shares of the disc that must be known, as it is weighed, directly and by symmetry."""
_EVEN = 0.1
"""Correlation with the opposite side from which what is moved in belongs to the map."""
_ON_A_CELL = 0.05
"""Cells: a centre nearer to one than this is on it."""
_MOSTLY = 0.8
"""Less of a map than this makes its centre hard to find."""
_SAID = 1.0
"""A background of more than this many of the map's deviations is worth a note."""
_BOWL, _WIDE = 0.15, 27.0
"""A bowl of more deviations is taken off, in discs so wide: impurities have 0.13 there at most."""
_QUIET = 8.0
"""Beyond this many cells from the impurity the offsets of lines are measured."""
_DRIFTED, _CREPT = 0.05, 0.015
"""Gain in symmetry, and cells per row, from which a drift is undone."""


@dataclass(frozen=True)
class Treated:
    """A map as it can be judged.

    Attributes
    ----------
    maps : ndarray, shape (n, size, size)
        The unit of the file; [i, j] is r = (i - size // 2) a1 + (j - size // 2) a2 from the
        impurity; 0 where nothing is known.
    notes : tuple of str
        What was done.
    refused : str or None
        Why it cannot be judged; maps are as far as they came.
    centre : pair of float or None
        Row and column of the file at which the impurity was found, cells or pixels.
    known : ndarray of bool, shape (size, size)
        Cells that were measured; others are filled from the opposite side or from beside, or 0.
    signal_to_noise : ndarray, shape (n,)
        Deviation of the even part over that of the noise, at least; 0 where it was not judged.
    """

    maps: np.ndarray
    notes: tuple[str, ...] = ()
    refused: str | None = None
    centre: tuple[float, float] | None = None
    known: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), bool))
    signal_to_noise: np.ndarray = field(default_factory=lambda: np.zeros(0))


def treat(maps: np.ndarray, radius: float, size: int) -> Treated:
    """Find the impurity, move it to the centre, take backgrounds off; refuse what is no such map.

    Parameters
    ----------
    maps : ndarray, shape (n, M, M)
        One impurity at n energies, on the cells of the lattice; any unit; NaN where nothing was
        measured.
    radius : float
        Of the disc that will be looked at, lattice constants.
    size : int
        Of the square that comes back.
    """
    kept = np.where(np.isfinite(maps), maps, np.nan).astype(np.float64)
    whole, there = centre.around(np.nan_to_num(kept), *(x // 2 for x in maps.shape[1:]), size)
    raw = Treated(whole, known=there, signal_to_noise=np.zeros(len(maps)))
    known, notes = measured_cells(kept)
    if known.mean() < _COVERED:
        return replace(raw, refused=f"only {known.mean():.0%} of the map is measured")
    unit = np.abs(kept[:, known]).max()
    error = np.finfo(maps.dtype).eps if maps.dtype.kind == "f" else 0.0
    flat, planes = levelled(kept / (unit or 1.0), known, error)
    if isinstance(flat, str):
        return replace(raw, refused=flat)
    found = centre.find(flat)
    if found.chance > CHANCE:
        return replace(raw, refused=like_noise(found, known))
    moved, there, place, said = _centred(flat, known, found)
    notes += said
    raw = replace(raw, centre=place)
    disc = disc_of(moved.shape[-1], radius)
    covered = [float((disc**2 * x).sum() / (disc**2).sum()) for x in (there, known_twice(there))]
    if covered[0] < _COVERED or covered[1] < _COVERED_TWICE:
        return replace(
            raw,
            refused=f"its centre is [{place[0]:g}, {place[1]:g}]: only {covered[0]:.0%} of the "
            f"disc of {radius:g} lattice constants around it is on the map; cut the map around "
            "the impurity",
        )
    level, said = _off_background(moved, there, radius, planes, unit)
    notes += said
    refused = _no_map(level, disc, radius)
    if refused is None:
        level, said = _off_drift(level)
        notes += said
    said, rounded = digits(kept / unit, known, level, disc)
    notes += said
    out, on_map = (centre.around(x, *2 * [level.shape[-1] // 2], size)[0] for x in (level, there))
    return Treated(
        out * unit,
        tuple(notes),
        refused or rounded,
        place,
        on_map,
        structure.signal_to_noise(level, disc),
    )


def like_noise(found: centre.Centre, known: np.ndarray) -> str:
    """What is said of a map without a centre.

    Parameters
    ----------
    found : Centre
    known : ndarray of bool, shape (rows, columns)
        Cells that were measured.
    """
    missing = "" if known.mean() > _MOSTLY else f"; {1 - known.mean():.0%} of it is not measured"
    return (
        "no structure: like noise, even about no point (as even as this by chance: "
        f"p = {found.chance:.2g}{missing})"
    )


def disc_of(size: int, radius: float) -> np.ndarray:
    """Hann disc about [size // 2, size // 2], 0 there, shape (size, size).

    Parameters
    ----------
    size : int
    radius : float
        Lattice constants.
    """
    return np.fft.fftshift(hann_disc(size, radius))


def levelled(
    maps: np.ndarray, known: np.ndarray, digits: float
) -> tuple[np.ndarray | str, np.ndarray]:
    """Maps less a plane, 0 where nothing is known; or why nothing is left.

    Parameters
    ----------
    maps : ndarray, shape (n, rows, columns)
    known : ndarray of bool, shape (rows, columns)
    digits : float
        Relative error of their numbers.

    Returns
    -------
    maps : ndarray, shape (n, rows, columns), or str
    planes : ndarray, shape (n, 3)
        Of `background.polynomials`.
    """
    flat, planes = off_robust_plane(np.where(known, maps, 0.0), known)
    largest = np.abs(maps[:, known]).max(1)
    if (np.abs(flat).max((-2, -1)) <= max(8 * digits, _ROUNDING) * largest).any():
        return "no structure: a map is the same everywhere, or a plane", planes
    rows = flat.reshape(len(flat), -1)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    if (np.abs(rows @ rows.T)[np.triu_indices(len(rows), 1)] > 1 - 1e-9).any():
        return "the maps of two energies are one map", planes
    return flat, planes


def _centred(
    maps: np.ndarray, known: np.ndarray, found: centre.Centre
) -> tuple[np.ndarray, np.ndarray, tuple[float, float], list[str]]:
    """Maps with the impurity at [M // 2, M // 2], where they are known, its place, and notes."""
    size = maps.shape[-1]
    middle = size // 2
    cell = (round(found.row), round(found.column))
    on_torus = [np.roll(x, (middle - cell[0], middle - cell[1]), (-2, -1)) for x in (maps, known)]
    on_torus[0] = filled(*on_torus)
    near = (middle + found.row - cell[0], middle + found.column - cell[1])
    row, column = centre.refined(on_torus[0], *near)
    cell = (cell[0] + round(row) - middle, cell[1] + round(column) - middle)
    fraction = (row - round(row), column - round(column))
    notes = []
    on_torus = [
        np.roll(x, (middle - round(row), middle - round(column)), (-2, -1)) for x in on_torus
    ]
    if max(map(abs, fraction)) < _ON_A_CELL:
        fraction = (0.0, 0.0)
    place = (cell[0] % size + fraction[0], cell[1] % size + fraction[1])
    _, there = centre.around(maps, cell[0] % size, cell[1] % size, size)
    wrapped = _goes_on(*on_torus, there)
    if any(fraction):
        on_torus[0] = centre.moved(on_torus[0], *fraction)
    if wrapped:
        there = np.ones_like(there)
        notes.append("the map goes on at its opposite sides, as if rolled: it was rolled back")
    there = there & on_torus[1]
    if place != (middle, middle):
        where = f"[{place[0]:.4g}, {place[1]:.4g}]"
        notes.insert(0, f"impurity found at {where} and moved to the centre, [{middle}, {middle}]")
    return filled(on_torus[0] * there, there), there, place, notes


def _goes_on(maps: np.ndarray, known: np.ndarray, there: np.ndarray) -> bool:
    """Whether what was moved in from the opposite side is even with the rest about the centre."""
    pairs = known & centre.opposite(known) & (there != centre.opposite(there))
    count = np.count_nonzero(pairs)
    values = centre.clipped(maps) * pairs
    power = (values**2).sum()
    if not power:
        return False
    return float((values * centre.opposite(values)).sum() / power) > max(
        _EVEN, 5 * np.sqrt(2 / count / len(maps))
    )


def _off_background(
    maps: np.ndarray, there: np.ndarray, radius: float, planes: np.ndarray, unit: float
) -> tuple[np.ndarray, list[str]]:
    """Maps less steps of lines, plane and bowl, and what is said of it."""
    size = maps.shape[-1]
    weight = disc_of(size, radius) ** 2
    quiet = np.fft.fftshift(distance(size)) > _QUIET
    maps, lines = off_lines(maps, there & quiet)
    notes = [f"steps between {name} taken off" for name in lines]
    outer = outer_half(size, radius) & there
    level, rim = off_rim(maps, outer, 1)
    round_, bowls = off_rim(maps, outer, 2)
    in_disc = [
        np.sqrt((weight * x**2).sum((-2, -1)) / weight.sum()) for x in (level - round_, round_)
    ]
    if (in_disc[0] > _BOWL * max(1, _WIDE / radius) ** 2 * in_disc[1]).any():
        level, rim = round_, bowls[:, :3]
        notes.append("a bowl taken off")
    deviation = np.sqrt((weight * level**2).sum((-2, -1)) / weight.sum())
    planes = planes + rim
    if (np.abs(planes).max(-1) > _SAID * deviation).any():
        shown = ", ".join(f"{unit * plane[0]:.3g}" for plane in planes)
        tilt = ", ".join(f"{unit * np.hypot(*plane[1:]):.3g}" for plane in planes)
        notes.append(f"a background of {shown} and a slope of {tilt} over half the map taken off")
    return level * known_twice(there), notes


def outer_half(size: int, radius: float) -> np.ndarray:
    """The outer half of a disc's radius, where the impurity adds little, shape (size, size).

    Parameters
    ----------
    size : int
    radius : float
        Lattice constants.
    """
    r = np.fft.fftshift(distance(size))
    return (r > radius / 2) & (r < radius)


def _off_drift(maps: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Maps less a creep from row to row, and what is said of it."""
    v, gain = lattice.drift(maps)
    if gain < _DRIFTED or np.abs(v).max() < _CREPT:
        return maps, []
    said = f"a drift of {v[0]:.2g} a1 and {v[1]:.2g} a2 per row undone"
    return lattice.undrifted(maps, v), [said]


def _no_map(maps: np.ndarray, disc: np.ndarray, radius: float) -> str | None:
    """Why a centred map is none of one impurity on this lattice."""
    alike = {frame: lattice.sixfold(maps, frame) for frame in lattice.FRAMES}
    if (best := max(alike, key=lambda frame: alike[frame])) != "lattice":
        cure = {
            "mirrored": "is one whose steps of rows and columns are 120 degrees apart: turn the "
            "order of the rows round",
            "square": "has square pixels: say so (cartesian), with its field of view",
        }
        return (
            "not periodic with the lattice: under turns by 60 degrees it is even as a map that "
            f"{cure[best]} ({alike[best]:.2f}, on the lattice {alike['lattice']:.2f})"
        )
    if second := structure.second_impurity(maps, radius):
        return f"a second impurity stands at {second[0]} a1 + {second[1]} a2 from the first"
    if q := structure.standing_wave(maps, disc):
        return (
            f"a wave goes over the whole map, q = {q[0]:.2f} b1 + {q[1]:.2f} b2: a charge-density "
            "wave, or hum"
        )
    return None
