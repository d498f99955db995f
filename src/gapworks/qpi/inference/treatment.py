"""Maps on any raster made into maps on the lattice, centred and levelled; or a refusal, by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from gapworks.qpi.data.measured import centre, treatment
from gapworks.qpi.data.measured.cells import digits, measured_cells
from gapworks.qpi.data.measured.treatment import Treated
from gapworks.qpi.inference.raster import lattice_vectors, on_lattice

__all__ = ["Treated", "treat"]

RADIUS = 27 / 64
"""Of the disc that is looked at, in units of the square's size."""
COARSE = 0.87
"""Pixels of more lattice constants lose waves of the zone."""


def treat(
    maps: np.ndarray,
    energies: np.ndarray,
    raster: Literal["lattice", "cartesian"] = "lattice",
    field_of_view: float | tuple[float, float] | None = None,
    size: int = 64,
    angle: float | None = None,
) -> Treated:
    """Maps of one impurity on the cells of the lattice, the impurity at the centre.

    Backgrounds (a plane, a bowl, steps between lines, a drift) are taken off, the change of the
    LDOS being told from the LDOS thereby. Not undone, and not seen here: what a set point does to
    the map at all energies alike, the width of a tip, a scale that is wrong by some per cent
    without Bragg peaks, and which way K and K' lie.

    Parameters
    ----------
    maps : ndarray, shape (n, M, M) or, of square pixels, (n, rows, columns)
        Of the LDOS or its change, any unit; NaN where nothing was measured. On the lattice rows
        go along a1 and columns along a2, 60 degrees apart; square pixels have rows along y, upward,
        and columns along x.
    energies : ndarray, shape (n,)
        meV.
    raster : "lattice" or "cartesian"
    field_of_view : float or pair of float
        Width, or width and height, of a map of square pixels, lattice constants.
    size : int
        Of the square that comes back.
    angle : float, optional
        Of a1 from x towards y, degrees; None: from Bragg peaks, or else a1 along x, which is said.

    Raises
    ------
    ValueError
        If the arguments do not fit each other.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3 or len(maps) != np.size(energies) or not maps.size:
        raise ValueError(
            f"maps are {maps.shape}, energies {np.shape(energies)}: give a map for each energy, "
            "(n, rows, columns)"
        )
    if maps.dtype.kind not in "iuf":
        raise ValueError(f"maps are {maps.dtype}: give real numbers, maps in real space")
    if raster not in ("lattice", "cartesian"):
        raise ValueError(f"raster is {raster!r}: give 'lattice' or 'cartesian'")
    if raster == "lattice":
        if maps.shape[1] != maps.shape[2]:
            raise ValueError(f"maps are {maps.shape}: on the lattice, give as many rows as columns")
        return treatment.treat(maps, RADIUS * size, size)
    if field_of_view is None or not np.all(np.asarray(field_of_view) > 0):
        raise ValueError("square pixels need field_of_view, the map's width in lattice constants")
    width, height = np.broadcast_to(field_of_view, 2)
    if np.ndim(field_of_view) == 0:
        height = width * maps.shape[1] / maps.shape[2]
    pixel = (float(height) / maps.shape[1], float(width) / maps.shape[2])
    return _on_pixels(maps, pixel, size, angle)


def _on_pixels(
    maps: np.ndarray, pixel: tuple[float, float], size: int, angle: float | None
) -> Treated:
    """As `treat`, of square pixels whose height and width are lattice constants."""
    kept = np.where(np.isfinite(maps), maps, np.nan).astype(np.float64)
    known, notes = measured_cells(kept)
    nothing = Treated(
        np.zeros((len(maps), size, size)),
        known=np.zeros((size, size), bool),
        signal_to_noise=np.zeros(len(maps)),
    )
    if max(pixel) > COARSE:
        coarse = f"{max(pixel):.2f} lattice constants, at most {COARSE}"
        return replace(nothing, refused=f"pixels are too coarse for the lattice's waves: {coarse}")
    if known.mean() < 0.5:
        return replace(nothing, refused=f"only {known.mean():.0%} of the map is measured")
    unit = np.abs(kept[:, known]).max() or 1.0
    error = np.finfo(maps.dtype).eps if maps.dtype.kind == "f" else 0.0
    flat, planes = treatment.levelled(kept / unit, known, error)
    if isinstance(flat, str):
        return replace(nothing, refused=flat)
    found = centre.find(flat)
    if found.chance > treatment.CHANCE:
        return replace(nothing, refused=treatment.like_noise(found, known))
    place = centre.refined(flat, found.row, found.column)
    vectors = lattice_vectors(flat, pixel, angle)
    sites = on_lattice(flat, known, place, vectors, pixel, size)
    made = treatment.treat(sites, RADIUS * size, size)
    disc = treatment.disc_of(size, RADIUS * size)
    said, rounded = digits(kept / unit, known, made.maps, disc)
    shift = (0.0, 0.0)
    if made.centre is not None:  # what the search on pixels left, in steps of the lattice
        shift = tuple((np.array(made.centre) - size // 2) @ vectors.steps)
    place = (place[0] + shift[0], place[1] + shift[1])
    background = ", ".join(f"{unit * plane[0]:.3g}" for plane in planes)
    own = (
        f"impurity found at pixel [{place[0]:.1f}, {place[1]:.1f}], pixels of {pixel[1]:.3g} x "
        f"{pixel[0]:.3g} lattice constants read off on the lattice",
        *vectors.notes,
        f"a background of {background} taken off",
        *notes,
        *said,
    )
    kept_notes = [note for note in made.notes if not note.startswith("impurity found")]
    return replace(
        made,
        maps=made.maps * unit,
        notes=(*own, *kept_notes),
        refused=made.refused or rounded,
        centre=place,
    )
