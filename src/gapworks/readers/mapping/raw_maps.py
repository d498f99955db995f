"""What a file of maps says of itself, before the user is asked for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gapworks.factory.errors import Refused
from gapworks.readers.text import ReadError

LENGTHS = {"nm": 1.0, "m": 1e9, "um": 1e3, "pm": 1e-3, "A": 0.1, "angstrom": 0.1}
"""One of each in nm."""


class Asked(Refused, ReadError):
    """A file that can be read and does not say what is needed."""


@dataclass(frozen=True)
class Raw:
    """What a file says of itself; None is what it does not say.

    Attributes
    ----------
    values : ndarray, shape (rows, columns) or three axes
        Energies first, where there are three axes and `energies` is known.
    energies : ndarray, shape (E,), or None
        meV.
    raster : str or None
        As in `Maps`.
    extent : pair of float or None
        Width and height in nm.
    field_of_view : pair of float or None
        The same in lattice constants.
    notes : tuple of str
        What was assumed.
    """

    values: np.ndarray
    energies: np.ndarray | None = None
    raster: str | None = None
    extent: tuple[float, float] | None = None
    field_of_view: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()


def chosen(path: Path, names: Sequence[str], channel: str | None, kind: str = "channel") -> str:
    """The signal of a file that is meant: named, or the only one.

    Raises
    ------
    ReadError
        If it is not there, or there are several.
    """
    if channel is not None:
        alike = [name for name in names if name == channel] or [
            name for name in names if name.lower().startswith(channel.lower())
        ]
        if len(alike) != 1:
            raise ReadError(
                f"{path}: has no {kind} {channel!r} of its own; it has {', '.join(names)}"
            )
        return alike[0]
    if not names:
        raise ReadError(f"{path}: holds no maps")
    if len(names) > 1:
        raise Asked(
            f"{path}: has several {kind}s; say which holds dI/dV (--channel): {', '.join(names)}"
        )
    return names[0]
