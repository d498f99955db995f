"""The model: a ring with on-site attraction, disorder and mean-field pairing (paper, section 2).

Energies are in units of the hopping t, temperature is zero. In the basis (u_1..u_L, v_1..v_L) eq. 2
reads

    H = [[h, D], [D, -h]],   h_ij = -1 on the ring,   h_ii = eps_i = V_i - s g n_i / 2 - mu,

D = diag(Delta_i), with Delta_i = g sum_{E>0} u_i v_i and n_i = 2 sum_{E>0} v_i^2 (eq. 4). The sign
s of the Hartree term is the one thing the paper leaves open: only s = +1 (an attractive electron
lowers the level it sits on) gives its figures 1b, 3 and 4, although eq. 4 as printed has s = -1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from gapworks.numerics.checks import Reals, check_finite, float_array, real_number

HARTREE_SIGN = {"attractive": 1.0, "literal": -1.0, "none": 0.0}

# Start for a ring whose clean limit is normal: disorder may still pair it.
_DEFAULT_DELTA = 0.1


@dataclass(frozen=True)
class Model:
    """Coupling, filling and Hartree convention of a ring.

    Parameters
    ----------
    coupling : float
        On-site attraction g > 0, units of t.
    filling : float
        Electrons per site n, 0 < n < 2; mu is tuned to it in each realization.
    hartree : {"attractive", "literal", "none"}
        Level shift -g n_i / 2, +g n_i / 2 (eq. 4 as printed) or nothing.

    Raises
    ------
    ValueError
        If a value is outside its range.
    """

    coupling: float = 1.5
    filling: float = 0.85
    hartree: str = "attractive"

    def __post_init__(self):
        # Python floats whatever came: numba would compile anew for an int or a float32.
        object.__setattr__(self, "coupling", real_number("coupling", self.coupling, finite=False))
        object.__setattr__(self, "filling", real_number("filling", self.filling, finite=False))
        if not 0 < self.coupling < np.inf:
            raise ValueError(
                f"coupling={self.coupling!r}: give an attraction g > 0 in units of t, e.g. 1.5"
            )
        if not 0 < self.filling < 2:
            raise ValueError(
                f"filling={self.filling!r}: give electrons per site with 0 < n < 2, e.g. 0.85"
            )
        if not (isinstance(self.hartree, str) and self.hartree in HARTREE_SIGN):
            raise ValueError(f"hartree={self.hartree!r}: choose one of {', '.join(HARTREE_SIGN)}")

    @property
    def hartree_sign(self) -> float:
        """s in eps_i = V_i - s g n_i / 2 - mu."""
        return HARTREE_SIGN[self.hartree]

    def levels(self, V: np.ndarray, density: np.ndarray, mu: float | np.ndarray) -> np.ndarray:
        """On-site energies eps_i = V_i - s g n_i / 2 - mu, units of t.

        Parameters
        ----------
        V, density : ndarray, shape (..., L)
            On-site energies, units of t, and electrons per site n_i.
        mu : float or ndarray, shape (..., 1)
            Chemical potential, units of t.

        Returns
        -------
        ndarray, shape (..., L)
        """
        return V - 0.5 * self.hartree_sign * self.coupling * density - mu


def check_disorder(V: ArrayLike) -> Reals:
    """V as a float array of shape (..., L), L >= 3, or a ValueError that says what is wrong."""
    words = {"numbers": "real on-site energies", "entries": "sites", "rows": "rings"}
    checked = float_array("V", V, **words, hint="; give shape (..., L)")
    if checked.ndim == 0 or checked.shape[-1] < 3:
        raise ValueError(
            f"V: shape {checked.shape}; give shape (..., L) with a ring of L >= 3 sites on the "
            "last axis"
        )
    check_finite("V", checked)
    return checked


def clean_ring(model: Model, L: int) -> tuple[float, float]:
    """Delta and mu of the ring without disorder, where eq. 4 is two equations in two unknowns.

    With xi_k = -2 cos k - s g n / 2 - mu and E_k = sqrt(xi_k^2 + Delta^2):
    1 = (g / 2 L) sum_k 1 / E_k and n = 1 - (1 / L) sum_k xi_k / E_k.

    Parameters
    ----------
    model : Model
    L : int
        Sites.

    Returns
    -------
    delta, mu : float
        Units of t. delta = 0 where the gap equation has no solution above 1e-6 (a normal ring); mu
        then is the middle of the levels' interval.
    """
    band = -2 * np.cos(2 * np.pi * np.arange(L) / L)
    shift = 0.5 * model.hartree_sign * model.coupling * model.filling

    def chemical_potential(delta):
        def excess(mu):
            xi = band - mu
            return 1 - np.mean(xi / np.hypot(xi, delta)) - model.filling

        # Half a level above the band n is 2 - O(delta^2), below it O(delta^2): walk out until it
        # brackets.
        reach = 3.0
        while excess(-reach) > 0 or excess(reach) < 0:
            reach *= 2
        return brentq(excess, -reach, reach, xtol=1e-14)

    def gap_equation(delta):
        xi = band - chemical_potential(delta)
        return 0.5 * model.coupling * np.mean(1 / np.hypot(xi, delta)) - 1

    low, high = 1e-6, 0.5 * model.coupling
    if gap_equation(low) <= 0:
        return 0.0, chemical_potential(low) - shift
    delta = brentq(gap_equation, low, high, xtol=1e-14) if gap_equation(high) < 0 else high
    return delta, chemical_potential(delta) - shift


@lru_cache(maxsize=64)
def starting_point(model: Model, L: int) -> tuple[float, float]:
    """Uniform Delta and mu to start from: the clean ring's, or some Delta where that is normal."""
    delta, mu = clean_ring(model, L)
    return (delta or _DEFAULT_DELTA), mu


def bdg_energy(
    model: Model,
    eps: np.ndarray,
    delta: np.ndarray,
    density: np.ndarray,
    mu: np.ndarray,
    trace_abs_h: np.ndarray,
) -> np.ndarray:
    """Mean-field energy of the ring at fixed electron number, units of t.

    E = sum_i eps_i - tr|H| / 2 + mu sum_i n_i + sum_i (s g n_i^2 / 4 + Delta_i^2 / g): the ground
    state of the quadratic Hamiltonian (eq. 1 in mean field), with mu N put back and the pair terms
    counted once.

    Parameters
    ----------
    model : Model
        Coupling g and sign s of the Hartree term.
    eps, delta, density : ndarray, shape (..., L)
        Levels (mu and Hartree included) and Delta_i, units of t; electrons per site n_i.
    mu, trace_abs_h : ndarray, shape (...)
        Units of t; trace_abs_h is the sum of |E| over all 2 L eigenvalues.

    Returns
    -------
    ndarray, shape (...)
    """
    g, s = model.coupling, model.hartree_sign
    local = eps + mu[..., None] * density + s * g * density**2 / 4 + delta**2 / g
    return local.sum(-1) - trace_abs_h / 2
