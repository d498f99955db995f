"""A(r) = (1 / N^2) sum_k e^{ikr} G(k) on a window of r, from grids as fine as they need be.

G(k) varies fast only near the Fermi surface. With chi_E the cut-off of `gapworks.qpi.physics.green`
and energies E_N that fall as 1 / N, G is a sum of terms

    G = (1 - chi_{E_1}) G + (chi_{E_1} - chi_{E_2}) G + ... + chi_{E_last} G,

each smooth enough for its grid N_1 < N_2 < ... < N_eff and, after the first, zero except near the
Fermi surface: the cost of a grid grows as N, not N^2. The sum is that of the N_eff grid. Points of
the last grid with both indices even make up the grid N_eff / 2, whose difference is the error.

Rows of the grids are independent of each other: `Ladder.sub_grids` lists stretches of them,
`integrate` sums those of one stretch, of all grids, and `assemble` adds the sums in the order of
that list. Whoever shares the list among processes gets the same bits, however many there are.

`Ladder(..., plain=True)` is the last grid alone, without cut-offs, gathered in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import gcd, prod

import numpy as np
from scipy import fft

from gapworks.numerics.checks import real_number, whole_number
from gapworks.qpi.physics.nufft import WIDTH
from gapworks.qpi.physics.parameters import Superconductor
from gapworks.qpi.physics.row_kernels import PADDING, ROWS, gather
from gapworks.qpi.physics.spin_blocks import Block, angles, independent_blocks

# E_N = _SCALE / N, meV: 24 meV on a grid of 512. The band's slope is some 200 meV per rad, so that
# a cut-off of width E spans ten points of its grid.
_SCALE = 12288.0
_COARSEST = 512
_RATIO = 2
# Stretches of u, up to this N_eff; twice as many beyond.
_SHARES = 32
_FINE = 16384
LARGEST = 131072
# What cut-offs and gathering add to the relative error of A(r): twice and more what was seen.
FLOOR = 5e-5
# Exponent of the kernel exp(_BETA (sqrt(1 - x^2) - 1)), for cells twice as dense as the window.
_BETA = 2.30 * WIDTH


def cells_of(size: int) -> int:
    """Width of the grid that points are gathered on, for a window of a size."""
    return max(16, 1 << int(np.ceil(np.log2(2 * size))))


@dataclass(frozen=True)
class SubGrid:
    """The rows of all grids in one stretch of u, for one block of the Hamiltonian.

    Attributes
    ----------
    ladder : Ladder
    block : int
    share : int
        Which of the `Ladder.shares` equal stretches.
    """

    ladder: Ladder
    block: int
    share: int

    @property
    def first(self) -> int:
        """First cell of u that the rows reach."""
        return self.ladder.cells * self.share // self.ladder.shares


@dataclass(frozen=True)
class Ladder:
    """The grids for one superconductor, several energies and a window of r.

    Parameters
    ----------
    p : Superconductor
    omegas : tuple of float
        Energies, meV.
    size : int
        Width of the window, at least 2: r = -(size // 2) ... size // 2 along a1 and a2.
    n_effective : int
        N_eff, a power of two, at least 1024 and 4 size.
    plain : bool
        The grid of N_eff alone, all of it, converged or not; a multiple of 2 `cells` will do.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """

    p: Superconductor
    omegas: tuple[float, ...]
    size: int
    n_effective: int
    plain: bool = False

    def __post_init__(self):
        size = whole_number("size", self.size, 2)
        N = whole_number("n_effective", self.n_effective, 1 if self.plain else 2 * _COARSEST)
        if self.plain:
            if N % (2 * cells_of(size)):
                raise ValueError(f"n_effective={N}: give a multiple of {2 * cells_of(size)}")
        elif N & (N - 1) or N > LARGEST:
            raise ValueError(f"n_effective={N}: give a power of two from 1024 to {LARGEST}")
        elif size > N // 4:
            raise ValueError(
                f"n_effective={N}: too small for a window of {size}; its images would overlap, "
                "give at least 4 size"
            )
        omegas = tuple(real_number("omega", omega) for omega in np.atleast_1d(self.omegas))
        if not omegas:
            raise ValueError("omega: empty; give at least one energy in meV")
        object.__setattr__(self, "omegas", omegas)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "n_effective", N)

    @property
    def half(self) -> int:
        """Largest |r| along a1 and a2."""
        return self.size // 2

    @cached_property
    def cells(self) -> int:
        """Width of the grid that points are gathered on."""
        return cells_of(self.size)

    @cached_property
    def blocks(self) -> list[Block]:
        """The matrices to invert."""
        return independent_blocks(self.p)

    @cached_property
    def grids(self) -> list[tuple[int, float, float]]:
        """(N, near2, far2) of each grid."""
        sizes = [self.n_effective]
        while not self.plain and sizes[0] > max(_COARSEST, 2 * self.cells):
            sizes.insert(0, sizes[0] // _RATIO)
        E2 = [-1.0, *((_SCALE / N) ** 2 for N in sizes[:-1]), -1.0]
        return list(zip(sizes, E2[:-1], E2[1:], strict=True))

    @property
    def shares(self) -> int:
        """Number of stretches of u that the rows are shared among."""
        most = _SHARES if self.n_effective <= _FINE else 2 * _SHARES
        return gcd(most, self.grids[0][0] // ROWS)

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Shapes of the two parts of what `integrate` gives, 1 / meV.

        Sums on cells, shape (2, lines, numbers, cells + PADDING): of N_eff and of N_eff / 2; lines
        are cells of u, from the first that the rows reach; numbers are the real and imaginary parts
        of ee, eh and he of each energy, without he where that is eh. Sums of hh over all points,
        shape (2, energies x components x 2).
        """
        block, energies = self.blocks[0], len(self.omegas)
        lines = -(-self.cells // self.shares) + WIDTH
        numbers = 2 * energies * block.spread
        holes = 2 * energies * block.components // 4
        return (2, lines, numbers, self.cells + PADDING), (2, holes)

    def split(self, part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Views of what `integrate` gives, in these shapes."""
        cells, holes = self.shapes
        return part[: prod(cells)].reshape(cells), part[prod(cells) :].reshape(holes)

    def sub_grids(self) -> Iterable[SubGrid]:
        """All there is to integrate, in the order in which `assemble` takes it."""
        for block in range(len(self.blocks)):
            for share in range(self.shares):
                yield SubGrid(self, block, share)


def integrate(sub_grid: SubGrid) -> np.ndarray:
    """The share of some rows in A(r), gathered on cells.

    Returns
    -------
    ndarray, flat
        1 / meV. Both parts of `Ladder.shapes`, one after the other.
    """
    ladder = sub_grid.ladder
    block = ladder.blocks[sub_grid.block]
    part = np.zeros(sum(map(prod, ladder.shapes)))
    gather(
        block.model,
        block.bounds,
        np.array(ladder.omegas),
        ladder.p.broadening,
        *_tables(tuple(ladder.grids), ladder.cells),
        sub_grid.share,
        ladder.shares,
        *ladder.split(part),
    )
    return part


def assemble(ladder: Ladder, parts: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """A(r) from the results of `integrate` for all of `ladder.sub_grids()`, in that order.

    Returns
    -------
    A, A_half : ndarray, shape (blocks, energies, components, 2 half + 1, 2 half + 1), complex
        1 / meV, on the grids N_eff and N_eff / 2; axes along a1 and a2, r = 0 in the middle. Of hh
        only r = 0 is there, the rest is zero.
    """
    n, half, energies = ladder.cells, ladder.half, len(ladder.omegas)
    block, (one, corner) = ladder.blocks[0], ladder.shapes
    # A share that ends within a cell has one line more than it has cells.
    cells = np.zeros((len(ladder.blocks), one[0], n + one[1], *one[2:]))
    holes = np.zeros((len(ladder.blocks), *corner))
    for sub_grid, part in zip(ladder.sub_grids(), parts, strict=True):
        sums, corner = ladder.split(part)
        cells[sub_grid.block, :, sub_grid.first : sub_grid.first + sums.shape[1]] += sums
        holes[sub_grid.block] += corner
    A = _transformed(cells, n, half)
    # [block, set, energy x component, u, v] -> [block, set, energy, component, u, v].
    A = A.reshape(*A.shape[:2], energies, -1, *A.shape[3:])
    hh = np.zeros((*A.shape[:3], block.components // 4, *A.shape[4:]), complex)
    hh[..., half, half] = holes.view(complex).reshape(hh.shape[:4])
    A = np.concatenate([A, A[:, :, :, 1:], hh] if block.real else [A, hh], axis=3)
    return A[:, 0], A[:, 1]


def _transformed(cells: np.ndarray, n: int, half: int) -> np.ndarray:
    """A(r) from sums on cells, shape (blocks, sets, > n, 2 x components, n + PADDING).

    Cells beyond the ring of n belong to its other end. The sums are real: so are their transforms
    F(-r) = F(r)*, of which half is computed, truncated as soon as it can be.

    Returns
    -------
    ndarray, shape (blocks, sets, components, 2 half + 1, 2 half + 1), complex
    """
    beyond = cells.shape[2] - n
    cells[:, :, :beyond] += cells[:, :, n:]
    cells[:, :, :n, :, :PADDING] += cells[:, :, :n, :, n:]
    correction = _correction(n, half)
    # FFT's sign is the other one: F is at -r.
    F = fft.rfft(cells[:, :, :n, :, :n])[..., : half + 1] * correction[half::-1]
    F = fft.fft(F, axis=2)[:, :, np.arange(-half, half + 1)] * correction[::-1, None, None]
    F = F.swapaxes(2, 3)
    A = np.empty((*F.shape[:2], F.shape[2] // 2, 2 * half + 1, 2 * half + 1), complex)
    re, im = F[:, :, ::2], F[:, :, 1::2]
    A[..., half:] = re.conj() + 1j * im.conj()
    A[..., :half] = (re + 1j * im)[..., ::-1, :0:-1]
    return A


@lru_cache(maxsize=8)
def _tables(grids, cells):
    """What `gather` takes of the grids: sizes, cuts, circles and kernels."""
    sizes = np.array([N for N, _, _ in grids])
    v = [angles(N) for N in sizes]
    circles = np.concatenate([part for angle in v for part in (np.cos(angle), np.sin(angle))])
    kernels = np.concatenate([_kernel(N // cells) for N in sizes])
    return sizes, np.array([cuts for _, *cuts in grids]), circles, kernels


def _bump(x):
    """The kernel over its half width, x in [-1, 1]."""
    return np.exp(_BETA * (np.sqrt(np.maximum(1 - x * x, 0)) - 1))


def _kernel(rate):
    """Weights of the WIDTH cells around each of `rate` places in a cell, flat."""
    place = np.arange(rate)[:, None] / rate
    cell = np.arange(WIDTH)[None, :] - (WIDTH // 2 - 1)
    return _bump((cell - place) / (WIDTH / 2)).ravel()


@lru_cache(maxsize=8)
def _correction(cells, half):
    """Inverse Fourier transform of the kernel, and the phase of its first cell, for each r."""
    x, weight = np.polynomial.legendre.leggauss(64)
    r = np.arange(-half, half + 1)
    t = x * WIDTH / 2
    transform = (WIDTH / 2) * np.cos(2 * np.pi * np.outer(r, t) / cells) @ (weight * _bump(x))
    return np.exp(-2j * np.pi * r * (WIDTH // 2 - 1) / cells) / transform
