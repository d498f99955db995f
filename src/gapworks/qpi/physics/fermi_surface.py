"""The size of a gap: its root mean square on the Fermi surface, comparable between irreps."""

from __future__ import annotations

from functools import partial

import numpy as np

from gapworks.qpi.physics.hamiltonian import band, gap_components, harmonics, ising, on_grid
from gapworks.qpi.physics.parameters import Superconductor

# Points of the grid in each direction, and width of the Gaussian that stands for delta(xi), meV:
# some steps of the band between neighbouring points.
_POINTS = 128
_WIDTH = 12.0


def gap_rms(p: Superconductor) -> float:
    """sqrt(<|D|^2>) over the Fermi surface of the normal state, meV.

    D is the gap function of the spin-up electrons (eqs 6-11): s - t for the g gaps, f_x + i f_y for
    the u gaps; the other spin's average is the same. The average is weighted with the density of
    states at the Fermi energy, smeared by 12 meV.

    Raises
    ------
    ValueError
        With Rashba coupling, which leaves no spin to name a Fermi surface by.
    """
    if p.rashba:
        raise ValueError(f"rashba={p.rashba!r}: the gap on the Fermi surface is for 0")
    xi, re, im = on_grid(harmonics(partial(_fields, p)), _POINTS)
    # xi^2 only in the exponent: far from the Fermi surface the weight is zero to rounding.
    weight = np.exp(-0.5 * (xi / _WIDTH) ** 2)
    return float(np.sqrt((weight * (re**2 + im**2)).sum() / weight.sum()))


def _fields(p, u, v):
    """xi, Re D and Im D."""
    s, t, fx, fy = gap_components(p, u, v)
    D = fx + 1j * fy if p.odd else s - t
    return np.stack(np.broadcast_arrays(band(p, u, v) + ising(p, u, v), D.real, D.imag))
