"""A user's own LDOS maps: what a file must hold, and what is said of one that does not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gapworks.readers.array import read_array
from gapworks.readers.text import ReadError

NAME = "maps"
"""What the numbers are called in messages."""


def read_maps(source: Path, energies: Sequence[float], window: int, pixels: int) -> np.ndarray:
    """Maps of a .npy file, shape (n, energies, size, size).

    Parameters
    ----------
    source : Path
        Real numbers of shape (n, energies, size, size) or (energies, size, size); for one energy
        also (size, size).
    energies : sequence of float
        Those of the network, meV.
    window, pixels : int
        Least and largest size.

    Raises
    ------
    DataError
        Naming what is wrong, and what to give.
    """
    if source.suffix != ".npy":
        raise ReadError(f"{source}: must be .npy")
    maps = read_array(source, NAME)
    shape, count = maps.shape, len(energies)
    wanted = (
        f"real numbers of shape (samples, {count}, size, size): one LDOS map for each of the "
        f"energies {list(energies)} meV"
    )
    if maps.dtype.kind == "c":
        raise ReadError(
            f"{source}: is {maps.dtype}{list(shape)}, not {wanted}; a Fourier transform, in q? "
            "Give the map in real space"
        )
    if maps.ndim == 2 and count == 1:
        maps = maps[None]
    if maps.ndim == 3:
        maps = maps[None]
    if maps.ndim != 4 or maps.shape[1] != count:
        last = len(shape) > 2 and shape[-1] == count and shape[-1] != shape[-2]
        hint = "; energies come first: numpy.moveaxis(maps, -1, -3)" if last else ""
        raise ReadError(f"{source}: is {maps.dtype}{list(shape)}, not {wanted}{hint}")
    if maps.shape[2] != maps.shape[3] or not window <= maps.shape[2] <= pixels:
        raise ReadError(
            f"{source}: maps are {maps.shape[2]} x {maps.shape[3]}; give {window} x {window} cells "
            f"(or up to {pixels}) with the impurity at [size // 2, size // 2]; cells of the "
            "lattice, not pixels: cut, do not interpolate to another number"
        )
    if not len(maps):
        raise ReadError(f"{source}: holds no map; give {wanted}")
    if not (finite := np.isfinite(maps)).all():
        where = ", ".join(map(str, np.argwhere(~finite)[0]))
        raise ReadError(
            f"{source}: is not finite at [{where}], {np.count_nonzero(~finite)} numbers in all; "
            "fill them from their neighbours, or leave these maps out"
        )
    return maps
