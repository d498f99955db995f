"""What networks see of samples: fields as rows of real numbers, at the network's energies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from gapworks.eliashberg.data.fields import Arrays, Split, joined, part, rows_of
from gapworks.eliashberg.networks import Network
from gapworks.factory.errors import DataError


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


def as_tensor(rows: np.ndarray) -> torch.Tensor:
    """Rows in single precision, shape as given."""
    return torch.from_numpy(np.ascontiguousarray(rows)).float()


def tensors(
    path: Path, arrays: Arrays, which: Split, network: Network, broadening: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets of one part of a data set, shapes (n, inputs) and (n, outputs).

    Parameters
    ----------
    path : Path
        Of the data set, for the error.
    arrays : mapping of str to ndarray
    which : Split
    network : Network
        Which fields, and at how many energies.
    broadening : float
        Gamma, meV.

    Raises
    ------
    DataError
        If the part has no valid sample.
    """
    rows = part(arrays, which)
    if not len(rows):
        raise DataError(f"{path}: has no valid sample for {which.name.lower()}; simulate more")
    chosen = rows_of(arrays, rows)
    inputs = joined(chosen, network.inputs, broadening)
    return (
        as_tensor(seen(inputs, network.points, len(arrays["energy"]))),
        as_tensor(joined(chosen, network.targets, broadening)),
    )
