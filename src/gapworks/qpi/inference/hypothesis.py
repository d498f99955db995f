"""What a map is compared with: an irrep, its continuous parameters and their LDOS on a disc.

A hypothesis is a vector of numbers that a fit may change freely: the logarithms of Delta and of the
broadening, eps_0, 1 / v (through zero, where the impurity is unitary and changes sign), and what
the irrep adds: theta, or for a complex mixture of Eg and Eu the two numbers S_1 = cos 2 theta and
S_2 = sin 2 theta cos phi within the unit disc. An image depends on phi through S_1, S_2 and
S_3^2 = 1 - S_1^2 - S_2^2 alone, and smoothly; the sign of S_3 is invisible.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gapworks.qpi.physics.ldos import GreenWindow, green_window, ldos_from_window
from gapworks.qpi.physics.parameters import Impurity, Superconductor

MIXED = ("A1g", "A2g", "Eg", "Eu")
"""Irreps with a mixing angle."""
IRREPS = ("A1g", "A2g", "Eg", "A2u", "Eu")
"""Those that are told apart."""
TWO_COMPONENTS = ("Eg", "Eu")
_REAL = 1e-9
"""Mixtures this near to the edge of the disc are real."""
_WEAKEST = 1e-4
"""1 / v is kept this far from zero, 1 / meV: beyond v = 10 eV nothing changes any more."""


@dataclass(frozen=True)
class Form:
    """What is free in a hypothesis.

    Attributes
    ----------
    irrep : {"A1g", "A2g", "Eg", "A2u", "Eu"}
        A2u stands for A1u, too.
    complex : bool
        Whether the components of Eg or Eu may have a relative phase.
    """

    irrep: str
    complex: bool = False

    @property
    def angles(self) -> int:
        """Numbers that stand before log Delta, eps_0, log broadening and 1 / v."""
        if self.complex:
            return 2
        return 1 if self.irrep in MIXED else 0

    @property
    def size(self) -> int:
        """Length of a vector."""
        return self.angles + 4

    def superconductor(self, vector: np.ndarray) -> Superconductor:
        """The clean superconductor of a vector, shape (size,)."""
        at = self.angles
        theta = phi = 0.0
        if self.complex:
            theta, phi = mixture(vector[0], vector[1])
        elif at:
            theta = float(vector[0])
        return Superconductor(
            self.irrep,
            theta,
            float(np.exp(vector[at])),
            float(vector[at + 1]),
            broadening=float(np.exp(vector[at + 2])),
            phi=phi,
        )

    def impurity(self, vector: np.ndarray) -> Impurity:
        """The impurity of a vector."""
        return Impurity(impurity=strength(vector[-1]))


def strength(inverse: float) -> float:
    """v, meV, of 1 / v."""
    sign = -1.0 if inverse < 0 else 1.0
    return sign / max(abs(float(inverse)), _WEAKEST)


def mixture(s1: float, s2: float) -> tuple[float, float]:
    """theta in [0, pi) and phi in [0, pi / 2] of S_1 and S_2, drawn into the unit disc."""
    length = np.hypot(s1, s2)
    if length > 1 - _REAL:
        s1, s2 = s1 / length, s2 / length
    s3 = 0.0 if length > 1 - _REAL else np.sqrt(1 - s1 * s1 - s2 * s2)
    theta = 0.5 * np.arctan2(np.hypot(s2, s3), s1)
    phi = 0.0 if length > 1 - _REAL else float(np.arctan2(s3, abs(s2)))
    return float((np.pi - theta if s2 < 0 else theta) % np.pi), phi


def of_mixture(theta: float, phi: float) -> tuple[float, float]:
    """S_1 and S_2 of theta and phi."""
    return float(np.cos(2 * theta)), float(np.sin(2 * theta) * np.cos(phi))


@dataclass(frozen=True)
class Disc:
    """The cells of a window that are compared.

    Attributes
    ----------
    size : int
        Width of the window, r = 0 at [size // 2, size // 2].
    inner, outer : float
        inner <= |r| <= outer, lattice constants.
    """

    size: int
    inner: float
    outer: float

    def of(self, maps: np.ndarray) -> np.ndarray:
        """Cells of maps, shape (..., n, n) with n at least size, the same r = 0: (..., cells)."""
        first = maps.shape[-1] // 2 - self.size // 2
        cut = maps[..., first : first + self.size, first : first + self.size]
        return cut.reshape(*cut.shape[:-2], -1)[..., cells(self)]


@lru_cache
def cells(disc: Disc) -> np.ndarray:
    """Indices of a disc's cells in a flat window."""
    i = np.arange(disc.size) - disc.size // 2
    i, j = i[:, None], i[None, :]
    r = np.sqrt(i * i + i * j + j * j).ravel()
    return np.flatnonzero((r >= disc.inner) & (r <= disc.outer))


def window(
    form: Form, vector: np.ndarray, energies: tuple[float, ...], size: int, n_effective: int
) -> GreenWindow:
    """Green functions of a vector; arguments as of `green_window`."""
    return green_window(form.superconductor(vector), energies, size, n_effective)[0]


def ldos(found: GreenWindow, inverse: float, disc: Disc) -> np.ndarray:
    """LDOS that an impurity of 1 / v adds on a disc, shape (energies, cells), 1 / meV."""
    maps = ldos_from_window(found, Impurity(impurity=strength(inverse)))
    return disc.of(maps[..., : disc.size, : disc.size])
