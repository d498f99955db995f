"""What is measured of a gap function on the line: itself, or a density of states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from gapworks.eliashberg.inference.inversion.equations import State
from gapworks.eliashberg.physics.real_axis import LINE_STENCIL, line_stencil
from gapworks.eliashberg.physics.real_axis_system import Line
from gapworks.numerics.checks import real_array


class Measurement(Protocol):
    """Data as a function of Delta on the line, and of numbers beside it.

    Attributes
    ----------
    centre, beside : ndarray, shape (B,)
        Means and standard deviations of those numbers before they are measured.
    normal : float
        The data of a normal metal.
    """

    centre: np.ndarray
    beside: np.ndarray
    normal: float

    def predict(self, delta: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Data, shape (N,), of Delta on the line, shape (n,), and of the numbers, shape (B,)."""

    def slope(self, delta: np.ndarray, response: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Their derivative, shape (N, P + B): of Delta's parameters, shape (P, n), then numbers."""

    def curvature(self, delta: np.ndarray, share: float, numbers: np.ndarray) -> np.ndarray:
        """What linearisation leaves out, shape (N,), where Delta is off by a share of itself."""

    def more(
        self, delta: np.ndarray, numbers: np.ndarray, omega: np.ndarray, a2f: np.ndarray
    ) -> dict[str, np.ndarray]:
        """What else could be in the data, shape (N,) each, of a2F on a grid, shapes (J,)."""


@dataclass(frozen=True)
class Data:
    """What was measured.

    Attributes
    ----------
    measurement : Measurement
    values, sigma : ndarray, shape (N,)
        With the standard deviation of their noise.
    mu_star, mu_width : float
        mu*, and its standard deviation beforehand; 0: it is known.
    """

    measurement: Measurement
    values: np.ndarray
    sigma: np.ndarray
    mu_star: float
    mu_width: float = 0.0

    @property
    def free(self) -> int:
        """1 if mu* is a parameter."""
        return int(self.mu_width > 0)

    def residual(self, state: State, numbers: np.ndarray) -> np.ndarray:
        """(data - prediction) / sigma, shape (N,)."""
        return (self.values - self.measurement.predict(state.delta, numbers)) / self.sigma


class Between:
    """Delta at energies between the points of a line, and its derivative.

    Parameters
    ----------
    line : Line
    x : ndarray, shape (X,)
        meV; at -x Delta is the complex conjugate.
    """

    def __init__(self, line: Line, x: np.ndarray) -> None:
        first, weights = line_stencil(line.x, np.abs(x))
        # On the grid from -(half a stencil) on; what lies below zero is the complex conjugate.
        half = LINE_STENCIL // 2
        points = first[:, None] + np.arange(LINE_STENCIL) - half
        self._same, self._mirrored = np.zeros((2, x.size, line.n))
        rows = np.broadcast_to(np.arange(x.size)[:, None], points.shape)
        for matrix, chosen in ((self._same, points >= 0), (self._mirrored, points < 0)):
            np.add.at(matrix, (rows[chosen], np.abs(points[chosen])), weights[chosen])
        self._near = slice(0, half)
        self._below = x < 0

    def __call__(self, delta: np.ndarray) -> np.ndarray:
        """Values (..., n) on the line at x, shape (..., X)."""
        near = self._near
        real = delta.real @ self._same.T + delta.real[..., near] @ self._mirrored[:, near].T
        imag = delta.imag @ self._same.T - delta.imag[..., near] @ self._mirrored[:, near].T
        return real + 1j * np.where(self._below, -imag, imag)


class GapFunction:
    """Re Delta and Im Delta at x + i Gamma, meV: N = 2 X.

    Parameters
    ----------
    line : Line
    x : ndarray, shape (X,)
        meV.
    """

    def __init__(self, line: Line, x: np.ndarray) -> None:
        self._between = Between(line, x)
        self.centre = self.beside = np.zeros(0)
        self.normal = 0.0

    def predict(self, delta: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """See `Measurement`."""
        values = self._between(delta)
        return np.concatenate([values.real, values.imag])

    def slope(self, delta: np.ndarray, response: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """See `Measurement`."""
        values = self._between(response)
        return np.concatenate([values.real, values.imag], axis=1).T

    def curvature(self, delta: np.ndarray, share: float, numbers: np.ndarray) -> np.ndarray:
        """See `Measurement`."""
        return np.zeros(2 * len(self._between(delta)))

    def more(
        self, delta: np.ndarray, numbers: np.ndarray, omega: np.ndarray, a2f: np.ndarray
    ) -> dict[str, np.ndarray]:
        """See `Measurement`; nothing."""
        return {}


class DensityOfStates:
    """N / N_F at x + i Gamma.

    Parameters
    ----------
    line : Line
    x : ndarray, shape (X,)
        meV.
    """

    def __init__(self, line: Line, x: np.ndarray) -> None:
        self._between = Between(line, np.abs(x))
        self._z = np.abs(x) + 1j * line.z[0].imag
        self.centre = self.beside = np.zeros(0)
        self.normal = 1.0

    def predict(self, delta: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """See `Measurement`."""
        return density(self._z, self._between(delta))

    def slope(self, delta: np.ndarray, response: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """See `Measurement`."""
        return density_slope(self._z, self._between(delta), self._between(response)).T

    def curvature(self, delta: np.ndarray, share: float, numbers: np.ndarray) -> np.ndarray:
        """See `Measurement`."""
        return density_curvature(self._z, self._between(delta), share)

    def more(
        self, delta: np.ndarray, numbers: np.ndarray, omega: np.ndarray, a2f: np.ndarray
    ) -> dict[str, np.ndarray]:
        """See `Measurement`; a second gap."""
        now = self.predict(delta, numbers)
        gaps = second_gaps(delta)
        return {name: density(self._z, gap) - now for name, gap in gaps.items()}


def second_gaps(delta: np.ndarray) -> dict[str, np.ndarray]:
    """Gaps that do not depend on energy, shape (1,) each, by what is said of them."""
    sizes = abs(delta[0].real) * np.linspace(0.2, 2.0, 37)
    return {f"a second gap (near {gap:.1g} meV)": np.array([gap + 0j]) for gap in sizes}


def density(z: np.ndarray, delta: np.ndarray) -> np.ndarray:
    """N / N_F = Re[z / sqrt(z^2 - Delta^2)], the retarded root, at z above the real axis."""
    return (z / _root(z, delta)).real


def density_slope(z: np.ndarray, delta: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Change of `density` with Delta, for changes of Delta of shape (P, X)."""
    return (z * delta / _root(z, delta) ** 3 * response).real


def density_curvature(z: np.ndarray, delta: np.ndarray, share: float) -> np.ndarray:
    """What the slope leaves out of `density` where Delta is larger or smaller by a share."""
    here, slope = density(z, delta), density_slope(z, delta, delta)
    off = [np.abs(density(z, (1 + s) * delta) - here - s * slope) for s in (share, -share)]
    return np.maximum(*off)


def _root(z, delta):
    """The retarded root: its phase lies between -pi / 4 and 3 pi / 4."""
    root = np.sqrt(z * z - delta * delta)
    return np.where(root.imag < -root.real, -root, root)


def noise(
    sigma: ArrayLike | None, order: np.ndarray, x: np.ndarray, *parts: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Standard deviations in the order of the energies, and what is to be said of them.

    Parameters
    ----------
    sigma : array_like, shape (X,) or number, optional
        As given; None: found from the data.
    order : ndarray of int, shape (X,)
        That of the energies among those given.
    x : ndarray, shape (X,)
        Energies, in order, meV.
    parts : ndarray, shape (X,)
        Real parts of what is measured, in order.

    Raises
    ------
    ValueError
        If a deviation is not above zero, or none can be found.
    """
    if sigma is not None:
        sigma = np.broadcast_to(real_array("sigma", sigma), x.shape)[order]
        if (sigma <= 0).any():
            raise ValueError("sigma: not above zero; give the noise, or None to estimate it")
        return sigma, ()
    high = np.abs(x) >= 5 / 7 * np.abs(x).max()
    rough = [np.diff(part[high], n=3) / np.sqrt(20) for part in parts]
    found = float(np.sqrt(np.mean(np.concatenate(rough) ** 2)))
    if not found > 0:
        raise ValueError("sigma=None: there is no noise to estimate; give sigma")
    least = _LEAST_NOISE * float(np.sqrt(np.mean(np.concatenate(parts) ** 2)))
    if found < least:
        said = f"noise not seen in third differences; taken as {least:.3g}, as fine as spectra are"
        return np.full(x.shape, least), (said,)
    return np.full(x.shape, found), (f"noise estimated from third differences: {found:.3g}",)


_LEAST_NOISE = 1e-3
"""Of the data's rms: what the family of spectra leaves of a curve without noise, and a margin."""
