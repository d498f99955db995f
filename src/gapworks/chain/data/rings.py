"""Rings solved as a study's settings say."""

from __future__ import annotations

from typing import Any

import numpy as np

from gapworks.chain.config import Physics
from gapworks.chain.physics.model import Model, clean_ring
from gapworks.chain.physics.solution import Solution
from gapworks.chain.physics.solver import solve


def held_mu(physics: Physics, length: int) -> float | None:
    """The mu at which rings of `length` sites are held, units of t; None: tuned in each ring.

    It is that of the clean ring of the filling.
    """
    if physics.mu == "tuned":
        return None
    return clean_ring(Model(**physics.hamiltonian), length)[1]


def solve_rings(physics: Physics, V: np.ndarray, **how: Any) -> Solution:
    """`solve` for the model of the settings, at the mu that they ask for.

    Parameters
    ----------
    physics : Physics
        The model; its length and strengths are not used.
    V : ndarray, shape (..., L)
        Disorder, units of t.
    how
        Further keywords of `solve`: tolerance, threads and so on.
    """
    return solve(V, **physics.hamiltonian, mu=held_mu(physics, V.shape[-1]), **how)
