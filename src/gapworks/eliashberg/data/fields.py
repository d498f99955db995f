"""What networks see of a data set: EBSF, gap function and DOS as rows of numbers.

`gap` is Re Delta at all energies, then Im Delta: 400 numbers, meV. `dos` is N / N_F at them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum

import numpy as np

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.physics.solution import density_of_states


class Split(IntEnum):
    """What a sample is for."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2


def boson_grid(physics: Physics) -> np.ndarray:
    """omega_j of the spectral functions, shape (points,), meV."""
    return physics.cutoff / physics.points * np.arange(1, physics.points + 1)


def real_energies(physics: Physics) -> np.ndarray:
    """Real parts of the energies at which the gap function is kept, shape (energies,), meV."""
    return physics.highest_energy / physics.energies * np.arange(1, physics.energies + 1)


def gap_function(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Re Delta, then Im Delta, shape (n, 2 energies), meV."""
    return np.concatenate([arrays["delta_real"], arrays["delta_imag"]], axis=1)


def complex_gap(gap: np.ndarray) -> np.ndarray:
    """Delta, shape (n, energies), from rows of `gap_function`."""
    half = gap.shape[-1] // 2
    return gap[..., :half] + 1j * gap[..., half:]


def field(arrays: Mapping[str, np.ndarray], name: str, broadening: float) -> np.ndarray:
    """One field of every sample, shape (n, its size).

    Parameters
    ----------
    arrays : mapping
        Of a data set: solved, or made by an autoencoder (which holds the fields themselves).
    name : str
        "a2f", "gap" or "dos".
    broadening : float
        Gamma of the energies x + i Gamma, meV.
    """
    if name in arrays:
        return arrays[name]
    gap = gap_function(arrays)
    if name == "gap":
        return gap
    return density_of_states(arrays["energy"], complex_gap(gap), broadening)


def joined(arrays: Mapping[str, np.ndarray], names: Sequence[str], broadening: float) -> np.ndarray:
    """Fields side by side, as an autoencoder takes them."""
    return np.concatenate([field(arrays, name, broadening) for name in names], axis=1)


def sizes(arrays: Mapping[str, np.ndarray]) -> dict[str, int]:
    """Numbers in each field."""
    energies = len(arrays["energy"])
    return {"a2f": len(arrays["omega"]), "gap": 2 * energies, "dos": energies}


def part(arrays: Mapping[str, np.ndarray], which: Split) -> np.ndarray:
    """Rows of the valid samples of a part of the data set."""
    return np.flatnonzero((arrays["split"] == which) & (arrays["valid"] == 1))


def rows_of(arrays: Mapping[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    """Some samples of a data set; what is no array over samples (a grid) stays whole."""
    samples = arrays["sample"]
    return {
        name: array if name in GRIDS else array[rows]
        for name, array in arrays.items()
        if len(array) == len(samples) or name in GRIDS
    }


GRIDS = ("omega", "matsubara", "energy")
"""The coordinates of a data set that are the same for all its samples."""


def seen(rows: np.ndarray, points: int | None, energies: int) -> np.ndarray:
    """Functions at the energies that a network sees, shape (n, functions * points).

    The paper says 300 inputs in its text and 400 in its figures: 150 or 200 points of Re Delta and
    Im Delta over the same range. Fewer points are taken by linear interpolation.

    Parameters
    ----------
    rows : ndarray, shape (n, functions * energies)
    points : int or None
        None: as they are.
    energies : int
    """
    if points is None or points == energies:
        return rows
    functions = rows.shape[1] // energies
    position = energies / points * np.arange(1, points + 1) - 1
    low = np.minimum(position.astype(int), energies - 2)
    share = position - low
    values = rows.reshape(len(rows), functions, energies)
    return ((1 - share) * values[..., low] + share * values[..., low + 1]).reshape(len(rows), -1)
