"""The most probable spectrum under each prior, for measurements linearised about a spectrum.

Unknown are the coefficients c = a g(theta) of a spectrum, and a few numbers beside it (mu*, the
slope of a measured curve) that enter linearly. The link g is kept as it is: what is linearised is
the measurement alone, so that a coefficient that the data push to zero stays a number above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from gapworks.eliashberg.inference.inversion.model import (
    Hypothesis,
    link,
    link_curvature,
    link_slope,
    unlink,
)

# Newton's method ends where the cost falls by less; no step of theta is longer.
_MOVED = 1e-2
_MOST = 40
_LONGEST = 3.0
# chi^2 of a change as large as the coefficients themselves, below which data do not see it.
_UNSEEN = 1e-6


@dataclass(frozen=True)
class Linearised:
    """Data about a point: chi^2 = chi2 - 2 gradient . d + d . curvature d, d = p - point.

    Attributes
    ----------
    point : ndarray, shape (P,)
        Coefficients of the spectrum, and the numbers beside it.
    chi2 : float
        There.
    gradient : ndarray, shape (P,)
    curvature : ndarray, shape (P, P)
        J^T J over the variance of the noise.
    seen : ndarray, shape (M, P)
        seen^T seen is the curvature in the directions that the data see.
    """

    point: np.ndarray
    chi2: float
    gradient: np.ndarray
    curvature: np.ndarray
    seen: np.ndarray

    @classmethod
    def of(cls, point: np.ndarray, residual: np.ndarray, jacobian: np.ndarray) -> Linearised:
        """Of a residual (N,) and a Jacobian (N, P), both over the standard deviation."""
        curvature = jacobian.T @ jacobian
        size, directions = np.linalg.eigh(curvature)
        kept = size > _UNSEEN / np.mean(point**2)
        seen = np.sqrt(size[kept])[:, None] * directions[:, kept].T
        gradient = jacobian.T @ residual
        return cls(point, float(residual @ residual), gradient, curvature, seen)

    def at(self, point: np.ndarray) -> float:
        """chi^2 of the linearised measurement."""
        d = point - self.point
        return float(self.chi2 - 2 * self.gradient @ d + d @ self.curvature @ d)


@dataclass(frozen=True)
class Family:
    """How the unknowns xi, standard normal beforehand, make the parameters.

    Attributes
    ----------
    scale : float
        a.
    hypothesis : Hypothesis
    beside : ndarray, shape (B,)
        Standard deviations of the numbers beside the spectrum.
    centre : ndarray, shape (B,)
        Their means.
    """

    scale: float
    hypothesis: Hypothesis
    beside: np.ndarray
    centre: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """Of the coefficients at g = 1, shape (K,)."""
        return self.scale * self.hypothesis.rise

    @property
    def rank(self) -> int:
        """Unknowns that make the spectrum; the numbers beside it follow."""
        return self.hypothesis.root.shape[1]

    def theta(self, xi: np.ndarray) -> np.ndarray:
        """theta, shape (K,)."""
        return self.hypothesis.mean + self.hypothesis.root @ xi[: self.rank]

    def parameters(self, xi: np.ndarray) -> np.ndarray:
        """Coefficients, then the numbers beside them, shape (P,)."""
        rest = self.centre + self.beside * xi[self.rank :]
        return np.concatenate([self.sizes * link(self.theta(xi)), rest])

    def slope(self, xi: np.ndarray) -> np.ndarray:
        """d parameters / d xi, shape (P, R + B)."""
        top = (self.sizes * link_slope(self.theta(xi)))[:, None] * self.hypothesis.root
        count = self.beside.size
        result = np.zeros((len(top) + count, top.shape[1] + count))
        result[: len(top), : top.shape[1]] = top
        result[len(top) :, top.shape[1] :] = np.diag(self.beside)
        return result

    def nearest(self, c: np.ndarray, beside: np.ndarray) -> np.ndarray:
        """xi of coefficients and of numbers beside them."""
        rest = (beside - self.centre) / self.beside
        theta = unlink(c / self.sizes)
        return np.concatenate([self.hypothesis.inverse @ (theta - self.hypothesis.mean), rest])


@dataclass(frozen=True)
class Optimum:
    """The most probable unknowns under one hypothesis.

    Attributes
    ----------
    family : Family
    xi : ndarray, shape (R + B,)
    parameters : ndarray, shape (P,)
    covariance_root : ndarray, shape (R + B, R + B)
        S with S S^T the covariance of xi, by Laplace.
    evidence : float
        Logarithm, up to what all hypotheses share.
    """

    family: Family
    xi: np.ndarray
    parameters: np.ndarray
    covariance_root: np.ndarray
    evidence: float


def optimum(
    data: Linearised,
    family: Family,
    xi: np.ndarray,
    temper: float = 1.0,
    other: np.ndarray | None = None,
) -> Optimum:
    """The most probable xi.

    Parameters
    ----------
    data : Linearised
    family : Family
    xi : ndarray, shape (R + B,)
        To start from.
    temper : float
        The noise counts as so many times larger.
    other : ndarray, shape (R + B,), optional
        The start if it is better.
    """
    share = 1 / temper**2

    def cost(xi):
        return 0.5 * share * data.at(family.parameters(xi)) + 0.5 * xi @ xi

    value = cost(xi)
    if other is not None and (better := cost(other)) < value:
        xi, value = other, better
    for _ in range(_MOST):
        slope = family.slope(xi)
        pull = data.gradient - data.curvature @ (family.parameters(xi) - data.point)
        gradient = xi - share * (slope.T @ pull)
        step = -cho_solve(_factor(data, family, xi, slope, pull, share), gradient)
        moved = np.abs(family.hypothesis.root @ step[: family.rank]).max()
        step *= min(1.0, _LONGEST / moved) if moved else 1.0
        size, new = 1.0, cost(xi + step)
        while not new <= value + 1e-4 * size * (gradient @ step) and size > 1e-4:
            size *= 0.4
            new = cost(xi + size * step)
        if not new < value:
            break
        xi, gain, value = xi + size * step, value - new, new
        if gain < _MOVED:
            break
    slope = family.slope(xi)
    hessian = _hessian(data, slope, share)
    root = np.linalg.cholesky(hessian)
    evidence = -value - np.log(np.diag(root)).sum() + family.hypothesis.log_prior
    # hessian = root root^T, so that its inverse is S S^T with S the inverse of root^T.
    covariance_root = np.linalg.solve(root.T, np.eye(xi.size))
    return Optimum(family, xi, family.parameters(xi), covariance_root, evidence)


def _hessian(data, slope, share):
    """Of the cost, without the link's curvature."""
    rows = data.seen @ slope
    return np.eye(rows.shape[1]) + share * rows.T @ rows


def _factor(data, family, xi, slope, pull, share):
    """Cholesky factor of the Hessian; of that without the link's curvature where it has none."""
    hessian = _hessian(data, slope, share)
    theta = family.theta(xi)
    bend = -share * family.sizes * link_curvature(theta) * pull[: theta.size]
    root = family.hypothesis.root
    full = hessian.copy()
    full[: family.rank, : family.rank] += root.T @ (bend[:, None] * root)
    try:
        return cho_factor(full)
    except np.linalg.LinAlgError:
        return cho_factor(hessian)


def weights(optima: Sequence[Optimum]) -> np.ndarray:
    """Probabilities of hypotheses by their evidence."""
    evidence = np.array([one.evidence for one in optima])
    share = np.exp(evidence - evidence.max())
    return share / share.sum()
