"""Maps on any raster made into maps on the lattice, centred and levelled."""

from __future__ import annotations

from typing import Literal

import numpy as np

from gapworks.qpi.data.measured import treatment
from gapworks.qpi.data.measured.treatment import Treated

__all__ = ["Treated", "treat"]

Raster = Literal["lattice", "cartesian"]


def treat(
    maps: np.ndarray,
    energies: np.ndarray,
    raster: Raster = "lattice",
    field_of_view: float | None = None,
    size: int = 64,
) -> Treated:
    """Stub docs."""
    radius = 27.0 * size / 64
    return treatment.treat(np.asarray(maps), radius, size)
