"""A(r) by averaging over shifted grids (twisted boundary conditions): slow and simple."""

from __future__ import annotations

import numpy as np
from scipy import fft

from gapworks.numerics.checks import whole_number
from gapworks.qpi.physics.image import green_on_grid
from gapworks.qpi.physics.parameters import Superconductor
from gapworks.qpi.physics.spin_blocks import independent_blocks


def twisted_green(p: Superconductor, omega: float, half: int, n_effective: int) -> np.ndarray:
    """A(r) at one energy, meV, on the window |r| <= half along a1 and a2.

    Returns
    -------
    ndarray, shape (blocks, 1, components, 2 half + 1, 2 half + 1), complex
        ee, eh, he, hh of each block, 1 / meV. Of hh only r = 0 is computed, the rest is zero.

    Raises
    ------
    ValueError
        If n_effective is no multiple of the power of two above 2 half + 1.
    """
    N = 1 << int(np.ceil(np.log2(2 * half + 1)))
    n_effective = whole_number("n_effective", n_effective, N)
    if n_effective % N:
        raise ValueError(f"n_effective={n_effective}: give a multiple of {N}")
    shifts = n_effective // N
    r = np.arange(-half, half + 1)
    blocks, z = independent_blocks(p), complex(omega, p.broadening)
    A = np.zeros((len(blocks), 1, blocks[0].components, len(r), len(r)), complex)
    for block, out in zip(blocks, A[:, 0], strict=True):
        step = 4 if block.full else 1
        for i in range(shifts):
            for j in range(shifts):
                shift = i / shifts, j / shifts
                G, sums = green_on_grid(block, z, N, complex, shift)
                if len(G) == 2:
                    G = np.concatenate([G, G[1:]])
                G = fft.ifft2(G, axes=(1, 2), overwrite_x=True)[:, r[:, None], r]
                phase = np.exp(2j * np.pi * np.add.outer(r * shift[0], r * shift[1]) / N)
                out[: 3 * step] += phase * G / shifts**2
                out[3 * step :, half, half] += sums[3 * step :] / shifts**2
    return A
