"""Poles of the sign function: Zolotarev's best rational approximation on Emin <= |E| <= Emax.

    sign(E) ~ sum_k w_k E / (E^2 + omega_k^2)

is exact to an error that falls like exp(-pi^2 N / ln(4 Emax / Emin)) with the number of poles N. It
follows from sign(E) = (2 / pi) int_0^inf E / (E^2 + omega^2) d omega by omega = Emin sc(u; k') and
the midpoint rule in u.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ellipj, ellipkm1

from gapworks.numerics.simd import LANES

# The ladder of intervals: Emin / Emax = 1/4, 1/4 / STEP, ...; below its end a ring counts as
# gapless.
STEP = 2.0**0.25
_NARROWEST = 0.25
_LEVELS = 60
_MOST_POLES = 4 * LANES
# To iterate with until the gap is known: sixteen poles, error 4e-9.
_ROUGH_KAPPA = 2e-3


def zolotarev(kappa: float, n_poles: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Poles and weights for kappa <= |E| <= 1.

    Parameters
    ----------
    kappa : float
        Emin / Emax, 0 < kappa < 1.
    n_poles : int
        N; the rational function has degree (2 N - 1, 2 N).

    Returns
    -------
    omega, weight : ndarray, shape (N,)
        Ascending; multiply both by Emax for the interval [Emin, Emax].
    error : float
        Largest deviation from sign(E) on the interval, reached 2 N + 1 times with alternating sign.
    """
    quarter = ellipkm1(kappa**2)
    u = (np.arange(n_poles) + 0.5) * quarter / n_poles
    # sc(K' - u) = 1 / (kappa sc(u)): the upper half comes from the lower, where 1 - kappa^2 ~ 1
    # does no harm.
    lower = np.minimum(u, quarter - u)
    sn, cn, _, _ = ellipj(lower, 1 - kappa**2)
    sc = np.where(u <= quarter / 2, sn / cn, cn / (kappa * sn))
    omega = kappa * sc
    # d omega / d u = kappa dn / cn^2, written without cancellation.
    weight = (2 / np.pi) * (quarter / n_poles) * kappa * np.sqrt((1 + sc**2) * (1 + omega**2))
    values = sign_function(np.geomspace(kappa, 1, 40 * n_poles + 1), omega, weight)
    top, bottom = values.max(), values.min()
    return omega, weight * (2 / (top + bottom)), (top - bottom) / (top + bottom)


def sign_function(E: ArrayLike, omega: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """sum_k w_k E / (E^2 + omega_k^2): sign(E) inside the interval of the poles.

    Parameters
    ----------
    E : array_like
        Energies, of any shape.
    omega, weight : ndarray, shape (N,)
        Poles and weights, in the unit of E.

    Returns
    -------
    ndarray, of the shape of E
    """
    E = np.asarray(E)[..., None]
    return (weight * E / (E**2 + omega**2)).sum(-1)


class Ladder(NamedTuple):
    """Pole tables for Emax = 1, from wide gaps (level 0) to narrow ones, and a rough one.

    Attributes
    ----------
    kappa : ndarray, shape (levels + 1,)
        Emin / Emax, descending by `STEP`; the last entry is the rough table's.
    blocks : ndarray of int, shape (levels + 1,)
        Poles in units of `LANES`.
    omega, weight : ndarray, shape (levels + 1, 4 LANES)
        The first `blocks * LANES` of a row are in use.
    """

    kappa: np.ndarray
    blocks: np.ndarray
    omega: np.ndarray
    weight: np.ndarray


@lru_cache(maxsize=32)
def ladder(accuracy: float) -> Ladder:
    """Tables whose sign function is within `accuracy`, or within rounding error (2e-13 at most)."""
    kappa = np.append(_NARROWEST * STEP ** -np.arange(_LEVELS, dtype=float), _ROUGH_KAPPA)
    blocks = np.zeros(_LEVELS + 1, dtype=np.int64)
    omega = np.ones((_LEVELS + 1, _MOST_POLES))
    weight = np.zeros((_LEVELS + 1, _MOST_POLES))
    blocks[-1] = 1
    omega[-1, :LANES], weight[-1, :LANES], _ = zolotarev(_ROUGH_KAPPA, LANES)
    for level in range(_LEVELS):
        tables = [
            zolotarev(kappa[level], n_poles) for n_poles in range(LANES, _MOST_POLES + 1, LANES)
        ]
        # More poles stop helping at rounding error: then the best table serves.
        reached = max(accuracy, min(error for _, _, error in tables))
        best = next(table for table in tables if table[2] <= reached)
        n_poles = best[0].size
        blocks[level] = n_poles // LANES
        omega[level, :n_poles], weight[level, :n_poles] = best[:2]
    return Ladder(kappa, blocks, omega, weight)
