"""The images of `image` on torch's devices: the same blocks, by array operations."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import DTypeLike
from torch import Tensor

from gapworks.qpi.physics.hamiltonian import DEGREE
from gapworks.qpi.physics.parameters import Parameters
from gapworks.qpi.physics.spin_blocks import Block, angles, independent_blocks
from gapworks.qpi.physics.t_matrix import local_green, pair_weights, t_matrix

_COMPLEX = {np.dtype(np.float32): torch.complex64, np.dtype(np.float64): torch.complex128}


def image_on_device(
    p: Parameters, N: int, observable: str, dtype: DTypeLike, device: str
) -> np.ndarray:
    """`image` on a device of torch; Green functions in double precision.

    Parameters
    ----------
    p, N, observable, dtype
        As in `gapworks.qpi.image`, checked.
    device : str
        As torch calls it: "cuda", "cpu".

    Returns
    -------
    ndarray of dtype, shape (N, N)
        1 / meV per cell, q = 0 at [0, 0].

    Raises
    ------
    ValueError
        If torch has no such device here.
    """
    try:
        where = torch.device(device)
        torch.empty(0, device=where)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device={device!r}: torch cannot use it here ({reason})") from None
    charge = _charge(p, N, _COMPLEX[np.dtype(dtype)], where)
    if observable == "eq12":
        made = torch.fft.fft2(torch.complex(charge.imag, charge.real)).real
    else:
        made = torch.fft.fft2(charge.imag).real
    return (made * (-1 / np.pi)).cpu().numpy()


def _charge(p: Parameters, N: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Tr_e[A(r) T A(-r)] on the periodic lattice, shape (N, N), r = 0 at [0, 0]."""
    blocks = independent_blocks(p)
    parts, sums = [], []
    for block in blocks:
        G = (_full_green if block.full else _pair_green)(block, p.z, N, device)
        sums.append(G.mean((1, 2)).cpu().numpy())
        # The holes among themselves reach no electron.
        kept = G[: len(G) * 3 // 4].to(dtype)
        parts.append(torch.fft.ifft2(kept))
    T, _ = t_matrix(local_green(sums, blocks[0].full, p.odd), p)
    charge = torch.zeros((N, N), dtype=dtype, device=device)
    if blocks[0].full:
        A, B = parts[0].unflatten(0, (3, 2, 2)), _mirrored(parts[0]).unflatten(0, (3, 2, 2))
        left, right = torch.cat([A[0], A[1]], 1), torch.cat([B[0], B[2]], 0)
        for spin, a, b in np.ndindex(2, 4, 4):
            charge += complex(T[a, b]) * left[spin, a] * right[b, spin]
        return charge
    for A, (P, Q) in zip(parts, pair_weights(T, len(blocks), p.odd), strict=True):
        B = _mirrored(A)
        for here, there, W in ((A, B, P), (B, A, Q)):
            left, right = (here[0], here[1]), (there[0], there[2])
            for a, b in np.ndindex(2, 2):
                charge += complex(W[a, b]) * left[a] * right[b]
    return charge


def _mirrored(A: Tensor) -> Tensor:
    """A(-r) on the periodic lattice."""
    return torch.roll(A.flip(-2, -1), (1, 1), (-2, -1))


def _fields(block: Block, N: int, device: torch.device) -> Tensor:
    """The block's fields on the grid of k, shape (fields, N, N), meV."""
    u = torch.from_numpy(angles(N)).to(device)
    m, n = torch.arange(DEGREE + 1).to(u), torch.arange(-DEGREE, DEGREE + 1).to(u)
    coefficients = torch.from_numpy(block.coefficients).to(device)
    rows = torch.exp(1j * u[:, None] * n) @ coefficients.mT
    return (rows @ torch.exp(1j * m[:, None] * u)).real


def _pair_green(block: Block, z: complex, N: int, device: torch.device) -> Tensor:
    """ee, eh, he, hh of a 2 x 2 block (see `green`), shape (4, N, N), 1 / meV."""
    xi, shift, real, imaginary = _fields(block, N, device)
    z, D = z - shift, torch.complex(real, imaginary)
    determinant = z * z - xi * xi - real * real - imaginary * imaginary
    return torch.stack([z + xi, D, D.conj(), z - xi]) / determinant


def _full_green(block: Block, z: complex, N: int, device: torch.device) -> Tensor:
    """ee, eh, he, hh, of each the four spin entries, shape (16, N, N), 1 / meV."""
    h, L, x, y, *gap = _fields(block, N, device)
    H = torch.zeros((N, N, 4, 4), dtype=torch.complex128, device=device)
    flip = torch.complex(x, y)
    # The holes' block is -H_e^T(-k): the band is even in k, all spin-orbit terms are odd.
    for place, energy in enumerate((h + L, h - L, L - h, -L - h)):
        H[..., place, place] = energy.to(H.dtype)
    H[..., 1, 0], H[..., 0, 1] = flip, flip.conj()
    H[..., 2, 3], H[..., 3, 2] = flip, flip.conj()
    for (electron, hole), real, imaginary in zip(
        ((0, 2), (1, 3)) if block.odd else ((0, 3), (1, 2)), gap[::2], gap[1::2], strict=True
    ):
        D = torch.complex(real, imaginary)
        H[..., electron, hole], H[..., hole, electron] = D, D.conj()
    one = torch.eye(4, dtype=H.dtype, device=device)
    G = torch.linalg.inv(z * one - H).unflatten(-1, (2, 2)).unflatten(-3, (2, 2))
    return G.permute(2, 4, 3, 5, 0, 1).flatten(0, 3)
