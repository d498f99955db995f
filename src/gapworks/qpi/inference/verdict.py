"""From fits of all irreps to probabilities, a set, intervals, and why there may be none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from gapworks.qpi.config import CLASSES
from gapworks.qpi.inference.fit import BOUNDS, Fit
from gapworks.qpi.inference.hypothesis import mixture
from gapworks.qpi.inference.residual import Left
from gapworks.qpi.inference.search import KEPT, Found

_REACH = 1.645
"""Standard deviations that nine in ten are within."""
_INSIDE = 0.98
"""Complex mixtures nearer to the edge of the disc may be real: there angles are not smooth."""
DRAWS = 2000
"""Vectors that intervals are taken from."""
# Ranges of what is uniform before the maps are seen: pi of an angle, log 10 of Delta and of the
# broadening, meV of eps_0, 1 / meV of 1 / v. Of a complex mixture, the area of the unit disc.
_PRIOR = (np.log(10.0), 400.0, np.log(10.0), 0.1)
_DISC_SIDE = float(np.sqrt(np.pi))
GAIN = 120.0
"""Least gain in chi^2 of the best fit over none at all: fits of noise gain less."""
EVEN, MISFIT = 5.0, 0.02
"""The even part of a residual is misfit beyond so many deviations and this share of the model."""
DOUBTFUL = 2.0
"""From so many deviations on more is tried before the best fit is taken for it."""
PEAK, WAVE, SHARE = 7.5, 40.0, 0.005
"""Cells and waves of a residual that stand out, and are this share of the model's power."""


@dataclass(frozen=True)
class Calibration:
    """What validation samples say of the doubt.

    Attributes
    ----------
    temperature : float
        Log evidences are divided by it.
    floor : float
        Share of the probability that is spread over all classes: of best fits that were missed.
    threshold : float
        Classes at least so probable are in the 90 % set.
    inflation : dict of str to float
        Standard deviations of theta, delta, eps0 and phi that a 90 % interval reaches to either
        side.
    least : dict of str to float
        Least standard deviations: rad, relative, meV.
    samples : int
        That it was made of.
    """

    temperature: float
    floor: float
    threshold: float
    inflation: dict[str, float]
    least: dict[str, float]
    samples: int


@cache
def calibration() -> Calibration:
    """The one that is shipped."""
    text = files("gapworks.qpi.inference").joinpath("calibration.json").read_text()
    return Calibration(**json.loads(text))


def log_evidences(found: Found, left: Left) -> dict[str, float]:
    """Log evidence of each class relative to the best fit's; of those given up, the most it can be.

    Student's form of an unknown noise: -n / 2 log of the residual's power, of n independent
    numbers, times Laplace's volume of what fits as well.

    Parameters
    ----------
    found : Found
    left : Left
        Of the best fit.
    """
    best = found.fits[0]
    energies = len(best.residual)
    count = np.count_nonzero(best.residual) / energies / left.repeated
    base = (best.residual**2).sum(1)
    evidence = {}
    for fit in found.fits:
        worse = np.log((fit.residual**2).sum(1) / base).sum()
        evidence[class_of(fit)] = -0.5 * count * float(worse) + _occam(fit, left)
    top = max(evidence.values())
    for irrep, worse in found.given_up.items():
        evidence["A12u" if irrep == "A2u" else irrep] = top - 0.5 * min(worse, KEPT) / left.repeated
    return {name: evidence[name] - top for name in CLASSES}


def probabilities(evidence: dict[str, float], known: Calibration) -> dict[str, float]:
    """Of log evidences, tempered."""
    values = np.array([evidence[name] for name in CLASSES]) / known.temperature
    share = np.exp(values - values.max())
    share = (1 - known.floor) * share / share.sum() + known.floor / len(CLASSES)
    return dict(zip(CLASSES, map(float, share), strict=True))


def members(probability: dict[str, float], known: Calibration) -> tuple[str, ...]:
    """Irreps of the 90 % set: the best class, and all that are probable enough."""
    best = max(probability, key=lambda name: probability[name])
    names = [name for name in CLASSES if name == best or probability[name] >= known.threshold]
    names.sort(key=lambda name: -probability[name])
    return tuple(one for name in names for one in (("A1u", "A2u") if name == "A12u" else (name,)))


def intervals(
    fit: Fit, left: Left, known: Calibration
) -> dict[str, tuple[float, float, float] | None]:
    """Value, lower and upper end of 90 % intervals of theta, delta, eps0 and phi.

    An angle that has no effect is None. Ends of theta go on beyond 0 and pi, where the interval
    does.
    """
    return {
        name: _interval(fit, left, name, reach, known.least)
        for name, reach in known.inflation.items()
    }


def floors(fit: Fit, left: Left) -> dict[str, float | None]:
    """Half widths of 90 % intervals that no unbiased estimate from these maps can beat.

    Cramer and Rao's bound, of white noise as strong as the residual; what is unknown beside, the
    unit included, is. None of what has no effect, or where the bound does not hold: real mixtures
    are at the edge of the complex ones.

    Parameters
    ----------
    fit : Fit
        The best one.
    left : Left
        What it leaves.
    """
    information = fit.curvature / float(left.noise.mean()) + np.diag(12 / _sides(fit) ** 2)
    covariance = np.linalg.inv(information)
    at = fit.form.angles
    slopes = {
        "delta": np.exp(fit.vector[at]) * np.eye(fit.form.size)[at],
        "eps0": np.eye(fit.form.size)[at + 1],
        "theta": None,
        "phi": None,
    }
    if fit.form.complex:
        if np.hypot(*fit.vector[:2]) < _INSIDE:
            for k, name in enumerate(("theta", "phi")):
                slopes[name] = _slope(fit, k)
    elif at:
        slopes["theta"] = np.eye(fit.form.size)[0]
    return {
        name: None if slope is None else float(_REACH * np.sqrt(slope @ covariance @ slope))
        for name, slope in slopes.items()
    }


def _slope(fit: Fit, k: int) -> np.ndarray:
    """Change of theta (k = 0) or phi (1) with the vector of a complex mixture, shape (size,)."""
    slope, h = np.zeros(fit.form.size), 1e-4
    for axis in (0, 1):
        ends = []
        for side in (1, -1):
            s = np.array(fit.vector[:2])
            s[axis] += side * h
            ends.append(mixture(*s)[k])
        # theta is the same modulo pi.
        slope[axis] = ((ends[0] - ends[1] + np.pi / 2) % np.pi - np.pi / 2) / (2 * h)
    return slope


def deviations(fit: Fit, left: Left, least: dict[str, float]) -> np.ndarray:
    """Covariance of a fit's vector, shape (size, size): the fit's and the model's own."""
    covariance = np.linalg.inv(_precision(fit, left))
    at = fit.form.angles
    floor = [least["theta"] * (2 if fit.form.complex else 1)] * at
    floor += [least["delta"], least["eps0"], least["delta"], 1e-5]
    return covariance + np.diag(np.square(floor))


def out_of_range(fit: Fit) -> str | None:
    """What of a fit lies at the end of what is known, or None."""
    # The broadening and v may well be: deep in a gap both are as a factor, which is free.
    at = fit.form.angles
    for name, value, (low, high) in zip(("Delta", "eps0"), fit.vector[at:], BOUNDS, strict=False):
        if not low + 0.01 * (high - low) < value < high - 0.01 * (high - low):
            return f"the best fit has {name} at the end of its range"
    return None


def misfit(fit: Fit, left: Left) -> str | None:
    """Why the best fit is none, or None."""
    count = np.count_nonzero(fit.residual)
    gain = float((fit.model**2 / left.noise[:, None]).sum()) / left.repeated
    if gain < GAIN:
        return f"no structure: the best fit explains {gain:.0f} of {count} numbers"
    if left.peak > PEAK and left.peak_share > SHARE:
        return "the best fit leaves a peak beside the impurity: a second one, or a defect"
    if left.wave > WAVE and left.wave_share > SHARE:
        return "the best fit leaves a wave over the map: a charge-density wave, hum or a substrate"
    if left.even > EVEN and left.misfit > MISFIT:
        return (
            f"the best fit leaves structure beyond the noise ({left.misfit:.0%} of the map's): "
            "another material or impurity, a tip, a substrate, or the set point"
        )
    return None


def class_of(fit: Fit) -> str:
    """The class of a fit: A12u for A2u, which stands for A1u, too."""
    return "A12u" if fit.form.irrep == "A2u" else fit.form.irrep


def _sides(fit: Fit) -> np.ndarray:
    """Ranges of a vector before the maps are seen."""
    if fit.form.complex:
        return np.array([_DISC_SIDE, _DISC_SIDE, *_PRIOR])
    return np.array([np.pi] * fit.form.angles + list(_PRIOR))


def _precision(fit: Fit, left: Left) -> np.ndarray:
    noise = float(left.noise.mean()) * left.repeated
    return fit.curvature / noise + np.diag(12 / _sides(fit) ** 2)


def _occam(fit: Fit, left: Left) -> float:
    """Log of the share of the ranges that fits as well."""
    sign, log_determinant = np.linalg.slogdet(_precision(fit, left))
    size = fit.form.size
    return 0.5 * (size * np.log(2 * np.pi) - log_determinant) - float(np.log(_sides(fit)).sum())


def _interval(fit, left, name, reach, least):
    """By drawing vectors `reach` / _REACH times as wide as they are believed to be."""
    at = fit.form.angles
    if (name == "theta" and not at) or (name == "phi" and not fit.form.complex):
        return None
    covariance = deviations(fit, left, least)
    if name in ("delta", "eps0"):
        k = at + (name == "eps0")
        value, width = float(fit.vector[k]), reach * float(np.sqrt(covariance[k, k]))
        ends = value, value - width, value + width
        return tuple(map(float, np.exp(ends))) if name == "delta" else ends
    if not fit.form.complex:
        value, width = float(fit.vector[0]), reach * float(np.sqrt(covariance[0, 0]))
        return value, value - min(width, np.pi / 2), value + min(width, np.pi / 2)
    rng = np.random.default_rng(0)
    drawn = rng.multivariate_normal(
        fit.vector[:2], covariance[:2, :2] * (reach / _REACH) ** 2, DRAWS, method="cholesky"
    )
    angles = np.array([mixture(*one) for one in drawn])
    theta, phi = mixture(*fit.vector[:2])
    if name == "phi":
        low, high = np.quantile(angles[:, 1], (0.05, 0.95))
        return phi, float(min(low, phi)), float(max(high, phi))
    # Nearest of the values that are the same up to pi.
    away = (angles[:, 0] - theta + np.pi / 2) % np.pi - np.pi / 2
    low, high = np.quantile(away, (0.05, 0.95))
    return theta, theta + float(min(low, 0)), theta + float(max(high, 0))
