"""What is known of a spectral function before it is measured: a family, and priors over it.

    a2F(w) = tap(w) sum_k B_k(w) c_k,   c_k = a rise_k g(theta_k),   g(t) = s ln(1 + exp(t / s))

with cubic B-splines, a scale a, and theta normal with covariance
sigma^2 Matern-5/2(l) + 0.3^2 on an axis that is stretched near zero, where spectra rise; or with
mean and covariance of the spectra that the study draws. The tap 1 - exp(-w / w0) lets a2F vanish at
zero as w, with rise_k = 1, or as w^2: data hardly tell which, but lambda hangs on it. All lengths
are shares of the spectrum's end, so that energies and temperature scale together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.interpolate import BSpline
from scipy.spatial.distance import cdist
from scipy.special import expit

from gapworks.eliashberg.config import ComplexSpectra, SimpleSpectra
from gapworks.eliashberg.data.draw import draw_complex, draw_simple
from gapworks.eliashberg.physics.spectrum import mode_weights

POINTS = 1000
"""Of the grid on which spectra are solved and given."""

# Lengths in units of a hundredth of the end: of a spectrum that ends at 10, they are 0.1.
_INTERVALS = 125
_TAP, _SQUARE = 1.0, 4.0
_LINK = 0.2
# Sizes sigma and correlation lengths l of the hypotheses, and the log-normal prior over them.
_SIZES = (0.5, 1.0, 2.0, 4.0)
_LENGTHS = (0.8, 1.5, 3.0, 6.0, 12.0, 24.0)
_CENTRE = (1.0, 6.0)
_WIDTH = 0.7
_OFFSET = 0.3
# Spectra drawn for the learned priors, as config.yaml does; the least theta that is told from
# others there, g(t) = 1e-3 of the scale; sigma and l of what other spectra may add to them; and how
# unlikely they are beforehand, for a spectrum that is measured was not drawn by the study.
_LIBRARIES = {
    "simple": (
        draw_simple,
        SimpleSpectra(
            peaks=(1, 3),
            centre=(0.1, 0.9),
            width=(0.05, 0.15),
            height=(0.1, 1.0),
            amplitude=(0.25, 1.75),
            edge=0.1,
        ),
    ),
    "complex": (
        draw_complex,
        ComplexSpectra(volatility=1.5, window=24, passes=3, amplitude=(0.25, 1.75)),
    ),
}
_DRAWN, _LOWEST = 1500, -1.05
_ROUGH = (0.05, 6.0)
_UNLIKELY = -2.0
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
    name : str
        For people.
    near : tuple of int
        Places among all hypotheses of those that differ by one step.
    rise : ndarray, shape (K,)
        Factor of the coefficients.
    mean : ndarray, shape (K,)
    root : ndarray, shape (K, R)
        theta = mean + root @ xi with xi standard normal.
    inverse : ndarray, shape (R, K)
        xi of a theta less the mean, by least squares.
    log_prior : float
        Of the hypothesis among all.
    """

    name: str
    near: tuple[int, ...]
    rise: np.ndarray = field(repr=False)
    mean: np.ndarray = field(repr=False)
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
    tap = -np.expm1(-omega / (_TAP * unit))
    basis = BSpline.design_matrix(omega, knots, 3).toarray().T * tap
    # Greville's abscissae: where a coefficient has its place.
    place = (knots[1:-3] + knots[2:-2] + knots[3:-1]) / 3 / unit
    axis = place + 12 * np.log1p(place / 3) - 6 * np.log1p((100 + 0.8 - place) / 3)
    hypotheses = (*_grid(place, axis), *_learned(basis, axis))
    return SpectrumModel(omega, basis, tap, basis * mode_weights(omega), hypotheses)


def _grid(place, axis):
    """Hypotheses of every rise, size and length, in this order."""
    low = np.maximum(place, place[1] / 2)
    square = np.expm1(-((low / _SQUARE) ** 2)) / np.expm1(-low / _TAP)
    rises = {"square": square, "linear": np.ones(place.size)}
    shape = len(rises), len(_SIZES), len(_LENGTHS)
    for here in np.ndindex(shape):
        steps = np.vstack([np.eye(3, dtype=int), -np.eye(3, dtype=int)])
        near = [there for there in here + steps if ((there >= 0) & (there < shape)).all()]
        rise, size, length = list(rises)[here[0]], _SIZES[here[1]], _LENGTHS[here[2]]
        log_prior = -0.5 * sum(
            (np.log(value / centre) / _WIDTH) ** 2
            for value, centre in zip((size, length), _CENTRE, strict=True)
        )
        yield Hypothesis(
            f"{rise}, sigma {size:g}, l {length:g}",
            (*(int(np.ravel_multi_index(there, shape)) for there in near),),
            rises[rise],
            np.zeros(place.size),
            *_roots(_matern(axis, size, length)),
            log_prior,
        )


def _learned(basis, axis):
    """Hypotheses with mean and covariance of the spectra that the study draws, of either kind."""
    inverse = np.linalg.pinv(basis)
    rough = _matern(axis, *_ROUGH)
    for name, (drawn, choices) in _LIBRARIES.items():
        rng = np.random.default_rng(0)
        spectra = np.array([drawn(rng, POINTS, choices) for _ in range(_DRAWN)])
        spectra /= np.sqrt(np.mean(spectra**2, axis=1, keepdims=True))
        theta = np.maximum(unlink(spectra @ inverse), _LOWEST)
        yield Hypothesis(
            f"the study's {name} spectra",
            (),
            np.ones(len(basis)),
            theta.mean(0),
            *_roots(np.cov(theta.T) + rough),
            _UNLIKELY,
        )


def _matern(axis, size, length):
    """Covariance of theta, shape (K, K)."""
    r = np.sqrt(5) * cdist(axis[:, None], axis[:, None]) / length
    return size**2 * (1 + r + r * r / 3) * np.exp(-r) + _OFFSET**2


def _roots(covariance):
    """A root of the prior's covariance, and its pseudo-inverse."""
    variance, directions = np.linalg.eigh(covariance)
    kept = variance > _NEGLIGIBLE * variance[-1]
    scale = np.sqrt(variance[kept])
    return directions[:, kept] * scale, (directions[:, kept] / scale).T
