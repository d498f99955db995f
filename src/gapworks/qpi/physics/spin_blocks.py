"""Which matrix is inverted: a 2 x 2 block for one electron spin, or all four components.

The other spin's block is a mirror image of the first, unless a u gap is complex:

    even gaps   G_dn(k) = s G_up(-k) s, s = diag(1, -1)      in (e dn, h up) against (e up, h dn)
    real u gaps G_dn(k) = G_up(-k)^T                         in (e dn, h dn) against (e up, h up)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from gapworks.qpi.physics.green import STRETCH
from gapworks.qpi.physics.hamiltonian import (
    DEGREE,
    band,
    gap_matrix,
    harmonics,
    ising,
    on_grid,
    rashba,
)
from gapworks.qpi.physics.parameters import Superconductor

# Points in each direction at which slopes are sampled.
_SAMPLES = 64
# cos n theta as a polynomial of p = cos theta, sin n theta as one of p times sin theta.
_COSINES = [Chebyshev.basis(n).convert(kind=Polynomial).coef for n in range(DEGREE + 1)]
_SINES = [Chebyshev.basis(n).deriv().convert(kind=Polynomial).coef / n for n in (1, 2, 3, 4)]


def _waves(n: np.ndarray) -> np.ndarray:
    """e^{i n theta} in 1, p ... p^4, q, q p ... q p^3, shape (len(n), 9), complex."""
    waves = np.zeros((len(n), 2 * DEGREE + 1), complex)
    for wave, order in zip(waves, n, strict=True):
        wave[: abs(order) + 1] = _COSINES[abs(order)]
        if order:
            sine = _SINES[abs(order) - 1]
            wave[DEGREE + 1 : DEGREE + 1 + len(sine)] = 1j * np.sign(order) * sine
    return waves


# Of u and of v in the coefficients of a block.
_WAVES_U, _WAVES_V = _waves(np.arange(-DEGREE, DEGREE + 1)), _waves(np.arange(DEGREE + 1))


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
    def spread(self) -> int:
        """How many of them differ and reach an electron: all but hh, and but he where it is eh."""
        return 12 if self.full else 2 if self.real else 3

    @cached_property
    def real(self) -> bool:
        """Whether D is real, so that G_eh = G_he in the 2 x 2 form."""
        return not self.full and not np.abs(self.coefficients[3]).max()

    @cached_property
    def bounds(self) -> tuple[float, float, float]:
        """Largest slopes in v and u of the distance from the poles, meV per rad; largest gap, meV.

        The distance is that of `row_kernels.gather`, which leaves the gap out of the 4 x 4 form.
        """
        m, n = np.arange(DEGREE + 1), np.arange(-DEGREE, DEGREE + 1)
        # Between samples a polynomial of this degree exceeds its largest sample by no more.
        excess = 1 / np.cos(np.pi * DEGREE / _SAMPLES) ** 2

        def largest(factor):
            values = on_grid(factor * self.coefficients, _SAMPLES)
            return excess * np.abs(values).max((1, 2))

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

    @cached_property
    def form(self) -> np.ndarray:
        """The fields as polynomials of p = cos and q = sin of both angles, meV.

        Of shape (fields, 9, 16): powers of u's, then those of v's, each 1, p ... p^4, q, q p ...
        q p^3; the rest are zeros. So a row takes no trigonometric function but those of its angle.
        """
        form = np.zeros((len(self.coefficients), 2 * DEGREE + 1, STRETCH))
        rows = self.coefficients @ _WAVES_U
        form[..., : 2 * DEGREE + 1] = (rows.swapaxes(1, 2) @ _WAVES_V).real
        return form

    @cached_property
    def model(self) -> tuple[np.ndarray, np.ndarray, bool, bool, bool]:
        """What kernels take: `form`; which fields are of degree 2 at most in v; full, odd, real."""
        size = np.abs(self.coefficients).max((1, 2))
        # To rounding.
        short = np.abs(self.coefficients[:, 3:]).max((1, 2)) <= 1e-13 * size
        return self.form, short, self.full, self.odd, self.real


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
    return harmonics(lambda u, v: np.stack(np.broadcast_arrays(*field(u, v)[:count])))


def angles(N: int, shift: float = 0.0) -> np.ndarray:
    """2 pi (i + shift) / N for i = 0 ... N - 1, rad; less 2 pi where that is above pi."""
    i = np.arange(N) + shift
    return 2 * np.pi * np.where(i > N / 2, i - N, i) / N


def padded(v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine of v, rad, shape (N,), filled up to whole stretches of `green.STRETCH`."""
    v = np.concatenate([v, np.zeros(-len(v) % STRETCH)])
    return np.cos(v), np.sin(v)
