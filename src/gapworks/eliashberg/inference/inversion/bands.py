"""Bands of a spectrum from the hypotheses that the data leave.

Under each hypothesis theta is normal about its optimum (Laplace); a value of the spectrum is taken
for normal on the axis t on which theta lives, a2F = a tap g(t), so that no band reaches below zero.
The hypotheses are mixed by their probabilities.

Each hypothesis has one roughness where a spectrum has several: bands are too wide where it is
smooth and too narrow at its sharpest, so that values scatter about the median as of a mixture of
widths. Student's distribution is taken for it, as wide at 95 % as the normal one; its degrees of
freedom were chosen on development spectra (benchmarks/inversion.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtrit

from gapworks.eliashberg.inference.inversion.model import SpectrumModel, link, link_slope, unlink
from gapworks.eliashberg.inference.inversion.newton import Optimum

LEVELS = (0.68, 0.95)
FREEDOM = 6
"""Degrees of freedom of the values' distribution."""
NARROWER = 1.96 / float(stdtrit(FREEDOM, 0.975))
"""Its scale over the standard deviation of the normal one."""
# Median, and ends of the central intervals of 68 and 95 %.
_QUANTILES = (0.5, 0.16, 0.84, 0.025, 0.975)
# Below this t a value cannot be told from zero: it is g(t) = 1e-3 of the scale.
_ZERO = -1.05
_BISECTIONS = 30


@dataclass(frozen=True)
class Known:
    """A number with its errors.

    Attributes
    ----------
    value : float
        Median.
    deviation : float
        Standard deviation.
    lower, upper, lower95, upper95 : float
        Central intervals of 68 and 95 %.
    """

    value: float
    deviation: float
    lower: float
    upper: float
    lower95: float
    upper95: float

    def __str__(self) -> str:
        return f"{self.value:.4g} +- {self.deviation:.2g}"

    @classmethod
    def mixed(cls, shares: np.ndarray, values: np.ndarray, deviations: np.ndarray) -> Known:
        """Of normal distributions, shape (H,) each, by their shares."""
        mean = shares @ values
        ends = (float(quantile(q, shares, values, deviations)) for q in _QUANTILES)
        deviation = float(np.sqrt(shares @ (deviations**2 + (values - mean) ** 2)))
        middle, *rest = ends
        return cls(middle, deviation, *rest)

    @classmethod
    def exact(cls, value: float) -> Known:
        """Without error."""
        return cls(value, 0.0, value, value, value, value)

    def __float__(self) -> float:
        return self.value


def spectra(model: SpectrumModel, optima: Sequence[Optimum]) -> np.ndarray:
    """a2F at each optimum, shape (H, J)."""
    count = len(model.basis)
    return np.array([one.parameters[:count] @ model.basis for one in optima])


def bands(
    model: SpectrumModel, optima: Sequence[Optimum], shares: np.ndarray
) -> tuple[np.ndarray, dict[float, tuple[np.ndarray, np.ndarray]]]:
    """Median of the mixture, and central bands of `LEVELS`.

    Parameters
    ----------
    model : SpectrumModel
    optima : sequence of Optimum
    shares : ndarray, shape (H,)
        Probabilities.

    Returns
    -------
    median : ndarray, shape (J,)
    bands : dict of float to tuple of ndarray, shape (J,) each
        Lower and upper end by level.
    """
    scale = optima[0].family.scale
    found = spectra(model, optima)
    centre = unlink(found / (scale * model.tap))
    width = np.array([_width(model, one, t) for one, t in zip(optima, centre, strict=True)])

    def end(level):
        t = quantile(level, shares, centre, NARROWER * width, student)
        return np.where(t > _ZERO, scale * model.tap * link(t), 0.0)

    ends = {level: tuple(end(q) for q in (0.5 - level / 2, 0.5 + level / 2)) for level in LEVELS}
    return end(0.5), ends


def _width(model, one, t):
    """Standard deviation of t at every energy, shape (J,)."""
    family = one.family
    slope = family.sizes * link_slope(family.theta(one.xi))
    root = (slope[:, None] * family.hypothesis.root) @ one.covariance_root[: family.rank]
    spread = np.sqrt(((model.basis.T @ root) ** 2).sum(1))
    return spread / np.maximum(family.scale * model.tap * link_slope(t), 1e-300)


def student(t: np.ndarray) -> np.ndarray:
    """Distribution function of Student's distribution with `FREEDOM` degrees of freedom, even."""
    sine = t / np.sqrt(FREEDOM + t * t)
    cosine, term, total = 1 - sine * sine, 1.0, 1.0
    for k in range(2, FREEDOM, 2):
        term = term * cosine * (k - 1) / k
        total = total + term
    return 0.5 + 0.5 * sine * total


def quantile(
    level: float,
    shares: np.ndarray,
    centre: np.ndarray,
    width: np.ndarray,
    below: Callable[[np.ndarray], np.ndarray] = ndtr,
) -> np.ndarray:
    """Of mixtures of distributions that differ in centre and width, by bisection.

    Parameters
    ----------
    level : float
    shares : ndarray, shape (H,)
    centre, width : ndarray, shape (H, ...)
    below : function of ndarray
        Distribution function at centre 0 and width 1.
    """
    low, high = (centre - 9 * width).min(0), (centre + 9 * width).max(0)
    width = np.maximum(width, 1e-300)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        less = shares @ below((middle - centre) / width) < level
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    return (low + high) / 2


def deviations(optima: Sequence[Optimum], slopes: np.ndarray) -> np.ndarray:
    """Standard deviations of a number of the spectrum at each optimum, by the delta method.

    Parameters
    ----------
    optima
    slopes : ndarray, shape (H, P)
        Its derivatives with respect to the parameters there.
    """
    rows = [
        (slope @ one.family.slope(one.xi)) @ one.covariance_root
        for one, slope in zip(optima, slopes, strict=True)
    ]
    return np.array([np.linalg.norm(row) for row in rows])


def moved(one: Optimum, jacobian: np.ndarray, change: np.ndarray) -> tuple[np.ndarray, float]:
    """What a change of the prediction does under one hypothesis.

    Parameters
    ----------
    one : Optimum
    jacobian : ndarray, shape (N, P)
        Of the data over sigma.
    change : ndarray, shape (N,)
        Over sigma.

    Returns
    -------
    parameters : ndarray, shape (P,)
        Their change that makes up for it.
    left : float
        chi^2 of what they do not make up for.
    """
    slope = one.family.slope(one.xi)
    columns = jacobian @ slope
    xi = -one.covariance_root @ (one.covariance_root.T @ (columns.T @ change))
    return slope @ xi, float(change @ (change + columns @ xi))


def explained(
    one: Optimum,
    jacobian: np.ndarray,
    residual: np.ndarray,
    others: dict[str, np.ndarray],
    least: float,
) -> str:
    """Which of others, if it was in the data, too, explains most of a misfit; "" if none does.

    Parameters
    ----------
    one, jacobian
        As of `moved`.
    residual : ndarray, shape (N,)
        Over sigma.
    others : dict of str to ndarray, shape (N,)
        Over sigma.
    least : float
        chi^2 that it has to explain.
    """
    name = ""
    for other, column in others.items():
        # The residual is that of the best spectrum, which moves along with what is added.
        strength = column @ residual
        gain = strength**2 / moved(one, jacobian, column)[1]
        if strength > 0 and gain > least:
            least, name = gain, other
    return name
