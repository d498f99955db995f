"""Bands of a spectrum from the hypotheses that the data leave.

Under each hypothesis theta is normal about its optimum (Laplace); a value of the spectrum is taken
for normal on the axis t on which theta lives, a2F = a tap g(t), so that no band reaches below zero.
The hypotheses are mixed by their probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from gapworks.eliashberg.inference.inversion.model import SpectrumModel, link, link_slope, unlink
from gapworks.eliashberg.inference.inversion.newton import Optimum

LEVELS = (0.68, 0.95)
# Below this t a value cannot be told from zero: it is g(t) = 1e-3 of the scale.
_ZERO = -1.05
_BISECTIONS = 40


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

    def quantile(level):
        t = _quantile(level, shares, centre, width)
        return np.where(t > _ZERO, scale * model.tap * link(t), 0.0)

    ends = {
        level: tuple(quantile(q) for q in (0.5 - level / 2, 0.5 + level / 2)) for level in LEVELS
    }
    return quantile(0.5), ends


def _width(model, one, t):
    """Standard deviation of t at every energy, shape (J,)."""
    family = one.family
    slope = family.scale * link_slope(family.theta(one.xi))
    root = (slope[:, None] * family.hypothesis.root) @ one.covariance_root[: family.rank]
    spread = np.sqrt(((model.basis.T @ root) ** 2).sum(1))
    return spread / np.maximum(family.scale * model.tap * link_slope(t), 1e-300)


def _quantile(level, shares, centre, width):
    """Of a mixture of normal distributions at every energy, by bisection."""
    low, high = (centre - 6 * width).min(0), (centre + 6 * width).max(0)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        below = shares @ ndtr((middle - centre) / width) < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def moments(
    optima: Sequence[Optimum], shares: np.ndarray, values: np.ndarray, slopes: np.ndarray
) -> tuple[float, float]:
    """Mean and standard deviation of a number of the spectrum by the delta method.

    Parameters
    ----------
    optima, shares
    values : ndarray, shape (H,)
        At each optimum.
    slopes : ndarray, shape (H, P)
        Derivatives with respect to the parameters there.
    """
    variance = np.array(
        [
            (((slope @ one.family.slope(one.xi)) @ one.covariance_root) ** 2).sum()
            for one, slope in zip(optima, slopes, strict=True)
        ]
    )
    mean = shares @ values
    return float(mean), float(np.sqrt(shares @ (variance + (values - mean) ** 2)))
