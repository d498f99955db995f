"""Which matrix is inverted: a 2 x 2 block for one electron spin, or all four components.

The other spin's block is a mirror image of the first, unless a u gap is complex:

    even gaps   G_dn(k) = s G_up(-k) s, s = diag(1, -1)      in (e dn, h up) against (e up, h dn)
    real u gaps G_dn(k) = G_up(-k)^T                         in (e dn, h dn) against (e up, h up)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gapworks.qpi.physics.green import STRETCH
from gapworks.qpi.physics.hamiltonian import DEGREE, band, gap_matrix, harmonics, ising, rashba
from gapworks.qpi.physics.parameters import Superconductor
from gapworks.qpi.physics.row_kernels import along_rows

# Points in each direction at which slopes are sampled.
_SAMPLES = 64


@dataclass(frozen=True)
class Block:
    """A matrix to invert, as polynomials of e^{iu} and e^{iv}.

    Attributes
    ----------
    full, odd : bool
        4 x 4 form; gap between equal spins.
    coefficients : ndarray, shape (fields, 5, 9)
        Of the fields of `green.pair_green` or `full_green`, meV.
    """

    full: bool
    odd: bool
    coefficients: np.ndarray

    @property
    def components(self) -> int:
        """Complex components of the Green function: ee, eh, he, hh, of each all spin entries."""
        return 16 if self.full else 4

    @property
    def real(self) -> bool:
        """Whether D is real, so that G_eh = G_he in the 2 x 2 form."""
        return not self.full and not np.abs(self.coefficients[3]).max()

    @property
    def active(self) -> np.ndarray:
        """Indices of the fields that are not zero everywhere."""
        return np.flatnonzero(np.abs(self.coefficients).max((1, 2)))

    @cached_property
    def bounds(self) -> tuple[float, float, float]:
        """Largest slopes in v and u of the distance from the poles, meV per rad; largest gap, meV.

        The distance is that of `row_kernels.gather`, which leaves the gap out of the 4 x 4 form.
        """
        u = 2 * np.pi * np.arange(_SAMPLES) / _SAMPLES
        m, n = np.arange(DEGREE + 1), np.arange(-DEGREE, DEGREE + 1)
        waves = np.exp(1j * np.outer(u, m)), np.exp(1j * np.outer(u, n))
        # Between samples a polynomial of this degree exceeds its largest sample by no more.
        excess = 1 / np.cos(np.pi * DEGREE / _SAMPLES) ** 2

        def largest(factor):
            values = np.einsum("um,fmn,vn->fuv", waves[0], factor * self.coefficients, waves[1])
            return excess * np.abs(values.real).max((1, 2))

        slopes = []
        for factor in (1j * m[:, None], 1j * n):
            s = largest(factor)
            if self.full:
                slopes.append(s[0] + np.hypot(np.hypot(s[1], s[2]), s[3]))
            else:
                slopes.append(np.hypot(np.hypot(s[0], s[2]), s[3]) + s[1])
        s = largest(1.0)
        gap = max(np.hypot(s[4], s[5]), np.hypot(s[6], s[7])) if self.full else 0.0
        return float(slopes[0]), float(slopes[1]), float(gap)

    def rows(self, u: np.ndarray) -> np.ndarray:
        """Polynomials of e^{iv} at fixed u, shape (len(u), fields, 5, 2), meV."""
        phase = np.exp(1j * np.outer(u, np.arange(-DEGREE, DEGREE + 1)))
        c = np.empty((len(u), *self.coefficients.shape[:2], 2))
        along_rows(phase, self.coefficients, c)
        return c


def independent_blocks(p: Superconductor) -> list[Block]:
    """The blocks that determine G: all in one, the up block alone, or up and down."""
    if p.rashba:
        return [_full(p)]
    # A complex u gap gives the spins different gaps; the phase of a singlet or d_z gap does not.
    complex_u = p.irrep == "Eu" and np.sin(p.phi) * np.sin(2 * p.theta) != 0
    return [_pair(p, spin) for spin in range(2 if complex_u else 1)]


def _pair(p: Superconductor, spin: int) -> Block:
    hole = spin if p.odd else 1 - spin
    sign = 1 - 2 * spin

    def field(u, v):
        h, L = band(p, u, v), sign * ising(p, u, v)
        D = gap_matrix(p, u, v)[..., spin, hole]
        return (h, L, D.real, D.imag) if p.odd else (h + L, 0 * L, D.real, D.imag)

    return Block(False, p.odd, _coefficients(field, 4))


def _full(p: Superconductor) -> Block:
    def field(u, v):
        D = gap_matrix(p, u, v)
        a, b = (D[..., 0, 0], D[..., 1, 1]) if p.odd else (D[..., 0, 1], D[..., 1, 0])
        gap = a.real, a.imag, b.real, b.imag
        return band(p, u, v), ising(p, u, v), *rashba(p, u, v), *gap

    return Block(True, p.odd, _coefficients(field, 8))


def _coefficients(field, count) -> np.ndarray:
    return np.array([harmonics(lambda u, v, k=k: field(u, v)[k]) for k in range(count)])


def angles(N: int, shift: float = 0.0) -> np.ndarray:
    """2 pi (i + shift) / N for i = 0 ... N - 1, rad; less 2 pi where that is above pi."""
    i = np.arange(N) + shift
    return 2 * np.pi * np.where(i > N / 2, i - N, i) / N


def padded(v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine of v, rad, shape (N,), filled up to whole stretches of `green.STRETCH`."""
    v = np.concatenate([v, np.zeros(-len(v) % STRETCH)])
    return np.cos(v), np.sin(v)
