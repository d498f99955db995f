"""A(r) = (1 / N^2) sum_k e^{ikr} G(k) on a window of r, from grids as fine as they need be.

G(k) varies fast only near the Fermi surface. With chi_E the cut-off of `gapworks.qpi.physics.green`
and energies E_N that fall as 1 / N, G is a sum of terms

    G = (1 - chi_{E_1}) G + (chi_{E_1} - chi_{E_2}) G + ... + chi_{E_last} G,

each smooth enough for its grid N_1 < N_2 < ... < N_eff and, after the first, zero except near the
Fermi surface: the cost of a grid grows as N, not N^2. The sum is that of the N_eff grid. Points of
the last grid with both indices even make up the grid N_eff / 2, whose difference is the error.

Rows of the grids are independent of each other: `Ladder.sub_grids` lists them in blocks,
`integrate` sums one block, and `assemble` adds the sums in the order of that list. Whoever shares
the list among processes gets the same bits, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy import fft

from gapworks.numerics.checks import real_number, whole_number
from gapworks.qpi.physics.nufft import WIDTH
from gapworks.qpi.physics.parameters import Superconductor
from gapworks.qpi.physics.row_kernels import gather
from gapworks.qpi.physics.spin_blocks import Block, angles, independent_blocks

# E_N = _SCALE / N, meV: 24 meV on a grid of 512. The band's slope is some 200 meV per rad, so that
# a cut-off of width E spans ten points of its grid.
_SCALE = 12288.0
_COARSEST = 512
_RATIO = 2
# Blocks of rows in a grid.
_SHARES = 16
LARGEST = 131072
# What cut-offs and gathering add to the relative error of A(r): twice and more what was seen.
FLOOR = 5e-5
# Exponent of the kernel exp(_BETA (sqrt(1 - x^2) - 1)), for cells twice as dense as the window.
_BETA = 2.30 * WIDTH


@dataclass(frozen=True)
class SubGrid:
    """Rows first ... last - 1 of a grid of N x N wave vectors, for one block of the Hamiltonian.

    Attributes
    ----------
    ladder : Ladder
    block, N, first, last : int
    near2, far2 : float
        The weight is chi(near2) - chi(far2), meV^2; negative where there is no such term.
    """

    ladder: Ladder
    block: int
    N: int
    first: int
    last: int
    near2: float
    far2: float


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
        N_eff, a power of two, at least 1024.

    Raises
    ------
    ValueError
        If an argument is not as above, or N_eff is too small for the window.
    """

    p: Superconductor
    omegas: tuple[float, ...]
    size: int
    n_effective: int

    def __post_init__(self):
        size = whole_number("size", self.size, 2)
        N = whole_number("n_effective", self.n_effective, 2 * _COARSEST)
        if N & (N - 1) or N > LARGEST:
            raise ValueError(f"n_effective={N}: give a power of two from 1024 to {LARGEST}")
        if size > N // 4:
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

    @property
    def cells(self) -> int:
        """Width of the grid that points are gathered on."""
        return max(16, 1 << int(np.ceil(np.log2(2 * self.size))))

    @cached_property
    def blocks(self) -> list[Block]:
        """The matrices to invert."""
        return independent_blocks(self.p)

    def grids(self) -> list[tuple[int, float, float]]:
        """(N, near2, far2) of each grid."""
        coarsest = max(_COARSEST, self.cells)
        sizes = []
        N = self.n_effective
        while coarsest < N:
            sizes.append(N)
            N //= _RATIO
        sizes = [coarsest, *reversed(sizes)]
        E2 = [-1.0, *((_SCALE / N) ** 2 for N in sizes[:-1]), -1.0]
        return list(zip(sizes, E2[:-1], E2[1:], strict=True))

    def sub_grids(self) -> Iterable[SubGrid]:
        """All there is to integrate, in the order in which `assemble` takes it."""
        for block in range(len(self.blocks)):
            for N, near2, far2 in self.grids():
                rows = N // _SHARES
                for first in range(0, N, rows):
                    yield SubGrid(self, block, N, first, first + rows, near2, far2)


def integrate(sub_grid: SubGrid) -> np.ndarray:
    """The share of some rows in A(r), gathered on cells.

    Returns
    -------
    ndarray, shape (sets, lines, cells, energies x components x 2)
        1 / meV. Set 1, on the last grid only, is of the points with both indices even. Lines are
        the cells that the rows reach.
    """
    ladder, N = sub_grid.ladder, sub_grid.N
    block = ladder.blocks[sub_grid.block]
    rate = N // ladder.cells
    lowest = sub_grid.first // rate
    lines = (sub_grid.last - 1) // rate - lowest + WIDTH
    last_level = ladder.n_effective == N
    parts = 2 * block.components * len(ladder.omegas)
    out = np.zeros((2 if last_level else 1, lines, ladder.cells, parts))
    u = angles(N)[sub_grid.first : sub_grid.last]
    gather(
        block.rows(u),
        block.active,
        block.full,
        block.odd,
        block.bounds,
        *_circle(N),
        np.array(ladder.omegas),
        ladder.p.broadening,
        sub_grid.near2,
        sub_grid.far2,
        _kernel(rate),
        sub_grid.first,
        lowest,
        out,
    )
    out[0] /= N**2
    if last_level:
        # The coarser grid's mean less the finer's: what to add to get A of N_eff / 2.
        out[1] /= (N // 2) ** 2
        out[1] -= out[0]
    return out


def assemble(ladder: Ladder, parts: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """A(r) from the results of `integrate` for all of `ladder.sub_grids()`, in that order.

    Returns
    -------
    A, A_half : ndarray, shape (blocks, energies, components, 2 half + 1, 2 half + 1), complex
        1 / meV, on the grids N_eff and N_eff / 2; axes along a1 and a2, r = 0 in the middle.
    """
    cells, half = ladder.cells, ladder.half
    width = 2 * ladder.blocks[0].components * len(ladder.omegas)
    total = np.zeros((len(ladder.blocks), 2, cells, cells, width))
    for sub_grid, part in zip(ladder.sub_grids(), parts, strict=True):
        rate = sub_grid.N // cells
        lines = np.arange(part.shape[1]) + sub_grid.first // rate
        for k, line in enumerate(lines % cells):
            total[sub_grid.block, : len(part), line] += part[:, k]
    r = np.arange(-half, half + 1)
    A = total.view(complex)
    # Truncated after the first axis: most of the second transform is not needed.
    A = fft.ifft(A, axis=2, norm="forward")[:, :, r]
    A = fft.ifft(A, axis=3, norm="forward")[:, :, :, r]
    correction = _correction(cells, half)
    A *= (correction[:, None] * correction)[..., None]
    # [block, set, u, v, energy x component] -> [block, set, energy, component, u, v].
    A = A.reshape(*A.shape[:4], len(ladder.omegas), -1).transpose(0, 1, 4, 5, 2, 3)
    return A[:, 0], A[:, 0] + A[:, 1]


@lru_cache(maxsize=8)
def _circle(N):
    v = angles(N)
    return np.cos(v), np.sin(v)


def _bump(x):
    """The kernel over its half width, x in [-1, 1]."""
    return np.exp(_BETA * (np.sqrt(np.maximum(1 - x * x, 0)) - 1))


@lru_cache(maxsize=16)
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
