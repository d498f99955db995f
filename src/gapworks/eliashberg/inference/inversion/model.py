"""What is known of a spectral function before it is measured: a family, and priors over it.

    a2F(w) = tap(w) sum_k B_k(w) c_k,   c_k = a g(theta_k),   g(t) = s ln(1 + exp(t / s))

with cubic B-splines, a scale a, and theta normal with covariance
sigma^2 Matern-5/2(l) + 0.3^2 on an axis that is stretched near zero, where spectra rise. The tap
1 - exp(-(w / w0)^2) lets a2F vanish at zero. All lengths are shares of the spectrum's end, so that
energies and temperature scale together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.interpolate import BSpline
from scipy.spatial.distance import cdist
from scipy.special import expit

from gapworks.eliashberg.physics.spectrum import mode_weights

POINTS = 1000
"""Of the grid on which spectra are solved and given."""

# Lengths in units of a hundredth of the end: of a spectrum that ends at 10, they are 0.1.
_INTERVALS = 125
_TAP = 4.0
_LINK = 0.2
# Sizes sigma and correlation lengths l of the hypotheses, and the log-normal prior over them.
_SIZES = (0.5, 1.0, 2.0, 4.0)
_LENGTHS = (0.8, 1.5, 3.0, 6.0, 12.0, 24.0)
_CENTRE = (1.0, 6.0)
_WIDTH = 0.7
_OFFSET = 0.3
# Directions of the prior are dropped below this share of its largest variance.
_NEGLIGIBLE = 1e-7


def link(t: np.ndarray) -> np.ndarray:
    """g(t) > 0, about t above and zero below it."""
    return _LINK * np.logaddexp(0.0, t / _LINK)


def link_slope(t: np.ndarray) -> np.ndarray:
    """g'(t)."""
    return expit(t / _LINK)


def link_curvature(t: np.ndarray) -> np.ndarray:
    """g''(t)."""
    slope = link_slope(t)
    return slope * (1 - slope) / _LINK


def unlink(value: np.ndarray) -> np.ndarray:
    """t of g(t); a value at or below zero is taken for the smallest that numbers tell from it."""
    scaled = np.maximum(np.asarray(value, float) / _LINK, 1e-12)
    return _LINK * (scaled + np.log(-np.expm1(-scaled)))


@dataclass(frozen=True)
class Hypothesis:
    """One prior over theta.

    Attributes
    ----------
    size, length : float
        sigma, and l in hundredths of the end.
    root : ndarray, shape (K, R)
        theta = root @ xi with xi standard normal.
    inverse : ndarray, shape (R, K)
        xi of a theta, by least squares.
    log_prior : float
        Of the hypothesis among all.
    """

    size: float
    length: float
    root: np.ndarray = field(repr=False)
    inverse: np.ndarray = field(repr=False)
    log_prior: float


@dataclass(frozen=True)
class SpectrumModel:
    """The family of spectra that end at one energy.

    Attributes
    ----------
    omega : ndarray, shape (J,)
        meV.
    basis : ndarray, shape (K, J)
        tap B_k: a2F is c @ basis.
    tap : ndarray, shape (J,)
    strengths : ndarray, shape (K, J)
        Those of the Einstein modes of each basis function, w_j tap B_k.
    hypotheses : tuple of Hypothesis
    """

    omega: np.ndarray
    basis: np.ndarray
    tap: np.ndarray
    strengths: np.ndarray
    hypotheses: tuple[Hypothesis, ...]


@lru_cache(maxsize=4)
def spectrum_model(end: float) -> SpectrumModel:
    """The family of spectra up to an energy `end`, meV."""
    unit = end / 100
    omega = end / POINTS * np.arange(1, POINTS + 1)
    inner = np.linspace(0, end, _INTERVALS + 1)
    knots = np.concatenate([np.full(3, inner[0]), inner, np.full(3, inner[-1])])
    tap = -np.expm1(-((omega / (_TAP * unit)) ** 2))
    basis = BSpline.design_matrix(omega, knots, 3).toarray().T * tap
    # Greville's abscissae: where a coefficient has its place.
    place = (knots[1:-3] + knots[2:-2] + knots[3:-1]) / 3 / unit
    axis = place + 12 * np.log1p(place / 3) - 6 * np.log1p((100 + 0.8 - place) / 3)
    hypotheses = []
    for size in _SIZES:
        for length in _LENGTHS:
            log_prior = -0.5 * sum(
                (np.log(value / centre) / _WIDTH) ** 2
                for value, centre in zip((size, length), _CENTRE, strict=True)
            )
            hypotheses.append(Hypothesis(size, length, *_roots(axis, size, length), log_prior))
    return SpectrumModel(omega, basis, tap, basis * mode_weights(omega), tuple(hypotheses))


def _roots(axis, size, length):
    """A root of the prior's covariance, and its pseudo-inverse."""
    r = np.sqrt(5) * cdist(axis[:, None], axis[:, None]) / length
    covariance = size**2 * (1 + r + r * r / 3) * np.exp(-r) + _OFFSET**2
    variance, directions = np.linalg.eigh(covariance)
    kept = variance > _NEGLIGIBLE * variance[-1]
    scale = np.sqrt(variance[kept])
    return directions[:, kept] * scale, (directions[:, kept] / scale).T
