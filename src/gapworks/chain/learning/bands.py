"""Bands about a surrogate's Delta that hold a stated share of the sites: split conformal.

The errors of a ring's sites go together, since one mu is off for all of them: whole rings are
exchangeable, sites are not. The half width at a disorder strength V0 is a quantile of the errors on
rings that no training has seen, each ring one vote, and one vote for the ring to come (hierarchical
conformal prediction; Lee, Barber and Willett 2023; Dunn, Wasserman and Ramdas 2023): then a site of
a new ring of that V0 lies within the band with at least the stated probability, whatever the
network. A person's ring has no V0: its own spread stands for it, and half widths are joined by
straight lines in it. Rings unlike those of the calibration get no band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, PositiveInt
from scipy.stats import chi2

# In standard errors of a uniform ring's: of its spread, 0.447 / sqrt(L) of itself, beyond the
# strongest; of its fourth moment over the square of the second, 1.148 / sqrt(L), from 9 / 5.
_SPREAD_ERROR, _SPREAD_MOST = 0.447, 4.0
_SHAPE, _SHAPE_ERROR, _SHAPE_MOST = 1.8, 1.148, 4.0
# Neighbours are taken for correlated if their correlations are so unlikely of independent ones.
_LAGS, _UNLIKELY = 8, 1e-4
# A spread below this, units of t, is a clean ring's.
_CLEAN = 1e-9


class Bands(BaseModel):
    """A calibration, as a network's card keeps it."""

    coverage: float
    """Share of the sites that the bands hold."""
    length: PositiveInt
    """Sites of the rings."""
    rings: PositiveInt
    """At each V0."""
    strengths: list[float]
    """V0, units of t."""
    half_width: list[float]
    """Units of t, one for each V0."""

    def of_spread(self, spread: np.ndarray) -> np.ndarray:
        """Half widths at spreads of any shape, both in units of t."""
        return np.interp(spread, self.strengths, self.half_width)

    @property
    def said(self) -> str:
        """Where they were calibrated, in words."""
        return (
            f"{self.rings} rings of {self.length} sites at each of {len(self.strengths)} V0 up to "
            f"{max(self.strengths):g} t, uniform and independent"
        )


@dataclass(frozen=True)
class Banded:
    """Bands of rings.

    Attributes
    ----------
    half_width : ndarray, shape (...)
        Of each ring, units of t: Delta lies within it of the prediction at `coverage` of the sites;
        NaN where it cannot be judged.
    reasons : ndarray of str, shape (...)
        Why a ring has no band; empty where it has one.
    coverage : float
    said : str
        Where the bands were calibrated.
    """

    half_width: np.ndarray
    reasons: np.ndarray
    coverage: float
    said: str


def ring_quantile(errors: np.ndarray, coverage: float) -> float:
    """The error that a site of a new ring stays below with at least this probability.

    Parameters
    ----------
    errors : ndarray, shape (K, L)
        Sizes of the errors of K exchangeable rings.
    coverage : float
        At most K / (K + 1).

    Returns
    -------
    float
        The largest error where K rings are too few for the coverage to be promised.
    """
    rings, sites = errors.shape
    level = min(coverage * (rings + 1) / rings, 1.0)
    return float(np.sort(errors.ravel())[int(np.ceil(level * rings * sites)) - 1])


def calibrated(V0: np.ndarray, errors: np.ndarray, coverage: float) -> Bands:
    """Bands from errors of rings that were not trained on.

    Parameters
    ----------
    V0 : ndarray, shape (n,)
        Disorder strengths of the rings, units of t.
    errors : ndarray, shape (n, L)
        Predicted less solved Delta, units of t.
    coverage : float
    """
    strengths = np.unique(V0)
    of_strength = [np.abs(errors[one == V0]) for one in strengths]
    return Bands(
        coverage=coverage,
        length=errors.shape[1],
        rings=min(len(one) for one in of_strength),
        strengths=strengths.tolist(),
        half_width=[ring_quantile(one, coverage) for one in of_strength],
    )


def spread(V: np.ndarray) -> np.ndarray:
    """V0 of the uniform law with the variance of each ring, shape (...), from V, shape (..., L)."""
    return np.sqrt(3) * V.std(-1, ddof=1)


def banded(bands: Bands, V: np.ndarray) -> Banded:
    """Bands of a person's rings; V, shape (..., L), units of t."""
    rings = V.reshape(-1, V.shape[-1])
    reasons = np.array(_unlike(bands, rings), dtype=object)
    width = np.where(reasons == "", bands.of_spread(spread(rings)), np.nan)
    shape = V.shape[:-1]
    return Banded(width.reshape(shape), reasons.reshape(shape), bands.coverage, bands.said)


def _unlike(bands: Bands, rings: np.ndarray) -> Sequence[str]:
    """How each ring, shape (n, L), differs from those of the calibration; empty: it does not."""
    L = rings.shape[1]
    sites = rings - rings.mean(-1, keepdims=True)
    own = spread(rings)
    variance = np.maximum((sites**2).mean(-1), _CLEAN**2)
    shape = (sites**4).mean(-1) / variance**2
    # Of independent sites each of these is normal with the variance 1 / L (Box and Pierce).
    lags = range(1, min(_LAGS, L // 4) + 1)
    correlations = [(sites * np.roll(sites, lag, -1)).mean(-1) / variance for lag in lags]
    joint = L * np.square(correlations).sum(0)
    most = max(bands.strengths) * (1 + _SPREAD_MOST * _SPREAD_ERROR / np.sqrt(L))
    said = []
    for k in range(len(rings)):
        if own[k] < _CLEAN:
            said.append("")
        elif own[k] > most:
            said.append("its spread is beyond the calibration")
        elif joint[k] > chi2.isf(_UNLIKELY, len(lags)):
            said.append("its sites are correlated")
        elif abs(shape[k] - _SHAPE) > _SHAPE_MOST * _SHAPE_ERROR / np.sqrt(L):
            said.append("its V is not spread uniformly")
        else:
            said.append("")
    return said
