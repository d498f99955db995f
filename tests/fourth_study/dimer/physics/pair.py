"""Two electrons of opposite spin on two sites with levels V / 2 and -V / 2, and hopping t."""

from __future__ import annotations

import numpy as np


def solve_pair(V: np.ndarray, hopping: float) -> tuple[np.ndarray, np.ndarray]:
    """Ground state by diagonalisation in the states |20>, (|ud> - |du>) / sqrt 2 and |02>.

    Parameters
    ----------
    V : ndarray, shape (n,)
        Level difference, eV.
    hopping : float
        t, eV.

    Returns
    -------
    energy : ndarray, shape (n,)
        In eV.
    occupation : ndarray, shape (n,)
        Electrons on the first site.
    """
    H = np.zeros((len(V), 3, 3))
    H[:, 0, 0], H[:, 2, 2] = V, -V
    for first, second in ((0, 1), (1, 2)):
        H[:, first, second] = H[:, second, first] = -np.sqrt(2) * hopping
    energies, states = np.linalg.eigh(H)
    return energies[:, 0], states[:, :, 0] ** 2 @ np.array([2.0, 1.0, 0.0])


def exact_pair(V: np.ndarray, hopping: float) -> tuple[np.ndarray, np.ndarray]:
    """The same by the formula: E = -sqrt(V^2 + 4 t^2) and n = 1 + V / E."""
    energy = -np.sqrt(V**2 + 4 * hopping**2)
    return energy, 1 + V / energy
