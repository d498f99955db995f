"""The Coulomb pseudopotential mu* and its cut-off: one rule for all solvers.

mu* means nothing without the energy omega_c below which it acts; the same repulsion is another
number below another one,

    1 / mu*' = 1 / mu* + ln(omega_c / omega_c').

The default depends on the energies of the spectrum alone: neither on the temperature, or Delta(T)
would not close at T_c, nor on how many frequencies are kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gapworks.eliashberg.physics.constants import PAPER_CUTOFF
from gapworks.eliashberg.physics.matsubara_system import frequencies
from gapworks.eliashberg.physics.spectrum import check_grid
from gapworks.numerics.checks import positive_number, real_number

# End of the paper's spectra, meV: its cut-off is 22 times that.
_PAPER_END = 10.0


def default_cutoff(omega: ArrayLike) -> float:
    """Cut-off of mu* where none is given, meV: 220.45, and 22.045 times the grid's end above 10.

    220.45 meV is the paper's, 702 pi k_B 1.16 K, for spectra to 10 meV. To spectra that reach
    farther it would be no high energy any more; there it keeps its ratio to the end of the grid, so
    that all energies scale together. Zeros appended to a spectrum move that end: name the cut-off
    where this matters.

    Parameters
    ----------
    omega : array_like, shape (J,)
        Boson energies, meV.

    Raises
    ------
    ValueError
        If omega is no grid of boson energies.
    """
    return PAPER_CUTOFF * max(1.0, float(check_grid(omega)[-1]) / _PAPER_END)


def check_coulomb(omega: np.ndarray, mu_star: float, cutoff: float | None) -> tuple[float, float]:
    """mu* and its cut-off (meV) as floats, or a ValueError that names the one that cannot be."""
    mu_star = real_number("mu_star", mu_star)
    if mu_star < 0:
        raise ValueError(f"mu_star={mu_star!r}: give a pseudopotential >= 0, e.g. 0.1")
    if cutoff is None:
        return mu_star, default_cutoff(omega)
    wanted = f"in meV, or None for {default_cutoff(omega):.5g}"
    return mu_star, positive_number("cutoff", cutoff, wanted)


def effective_coulomb(
    mu_star: float, cutoff: float, temperature: float, count: int
) -> tuple[float, np.ndarray]:
    """mu* and which of `count` frequencies it acts on.

    A cut-off above all frequencies is brought down to theirs by the leading logarithm,
    1 / mu' = 1 / mu + ln(cutoff / cutoff').

    Parameters
    ----------
    mu_star : float
        mu* >= 0, below `cutoff`.
    cutoff : float
        meV.
    temperature : float
        K.
    count : int
        Frequencies omega_n > 0.

    Returns
    -------
    mu : float
    below : ndarray of bool, shape (count,)
    """
    omega = frequencies(temperature, count)
    end = omega[-1] + omega[0]
    # Equal but for rounding: the paper's cut-off ends with the last of its frequencies.
    if cutoff <= end * (1 + 1e-9):
        return mu_star, omega < cutoff
    return mu_star / (1 + mu_star * np.log(cutoff / end)), np.ones(count, bool)
