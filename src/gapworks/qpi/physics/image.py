"""`image`: eq. 12 on an N x N grid by the convolution theorem; and the double sum it stands for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import DTypeLike
from scipy import fft

from gapworks.numerics.checks import whole_number
from gapworks.qpi.physics.hamiltonian import bdg_matrix
from gapworks.qpi.physics.parameters import Parameters
from gapworks.qpi.physics.row_kernels import fill
from gapworks.qpi.physics.spin_blocks import Block, angles, independent_blocks, padded
from gapworks.qpi.physics.t_matrix import (
    full_charge,
    local_green,
    pair_charge,
    pair_weights,
    t_matrix,
)

OBSERVABLES = ("eq12", "ldos")
_COMPLEX = {np.dtype(np.float32): np.complex64, np.dtype(np.float64): np.complex128}
# Rows of the grid that a thread takes at a time; no result depends on it.
_ROWS = 64


def image(
    p: Parameters,
    n_k: int = 64,
    observable: str = "eq12",
    *,
    dtype: DTypeLike = np.float64,
    threads: int = 1,
    device: str | None = None,
) -> np.ndarray:
    """Quasiparticle interference image of a single impurity.

    With A(r) = (1 / N^2) sum_k e^{ikr} G(k), "eq12" is eq. 12 with its trace over the electron
    components, rho(q) = -Im FFT_r Tr_e[A(-r) T A(r)] / pi; "ldos" is the real part of the Fourier
    transform of the density of states, -Im Tr_e[A(r) T A(-r)] / pi. They are equal
    where that is even in r: for the g gaps with a scalar impurity and no Rashba coupling.

    Parameters
    ----------
    p : Parameters
        Superconductor, impurity and energy.
    n_k : int
        N, points of the grid in each direction, at least 2.
    observable : {"eq12", "ldos"}
        Which of the two.
    dtype : {float64, float32}
        Precision of the Fourier transforms and of the result.
    threads : int
        The result does not depend on it.
    device : str, optional
        Of torch, as "cuda": computed there, and by torch's threads on "cpu". The
        default is this module's compiled code. Results agree to the precision of `dtype`.

    Returns
    -------
    ndarray, shape (n_k, n_k)
        1 / meV per cell; q = (i / N) b1 + (j / N) b2, q = 0 at [0, 0].

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    N = whole_number("n_k", n_k, 2)
    threads = whole_number("threads", threads, 1)
    check_observable(observable)
    if np.dtype(dtype) not in _COMPLEX:
        raise ValueError(f"dtype={dtype!r}: choose float64 or float32")
    if device is not None:
        from gapworks.qpi.physics.image_torch import image_on_device  # torch takes a second to load

        return image_on_device(p, N, observable, dtype, device)
    charge = charge_on_lattice(p, N, _COMPLEX[np.dtype(dtype)], threads)
    even = not p.odd and not p.rashba and p.impurity_kind == "scalar"
    if observable == "eq12" and not even:
        # Im FFT of the charge at -r; the real part of a number i x is Im of x.
        swapped = charge.imag + 1j * charge.real
        return fft.fft2(swapped, workers=threads, overwrite_x=True).real * (-1 / np.pi)
    half = fft.rfft2(charge.imag, workers=threads).real * (-1 / np.pi)
    # A real function has Re F(-q) = Re F(q).
    whole = np.empty((N, N), half.dtype)
    kept = half.shape[1]
    whole[:, :kept] = half
    mirrored = half[:, N - kept : 0 : -1]
    whole[0, kept:] = mirrored[0]
    whole[1:, kept:] = mirrored[:0:-1]
    return whole


def pixel_means(image: np.ndarray, pixels: int) -> np.ndarray:
    """An image of fewer pixels: means over blocks of q, each about its own pixel.

    Parameters
    ----------
    image : ndarray, shape (..., N, N)
        q = 0 at [0, 0]; periodic.
    pixels : int
        A divisor of N.

    Returns
    -------
    ndarray, shape (..., pixels, pixels)
        q = 0 at [0, 0]. A block that is an even number of points wide has one more, and both ends
        count half: opposite q stay opposite.
    """
    width = image.shape[-1] // pixels
    for axis in (-2, -1):
        blocks = (*image.shape[:axis], pixels, width, *image.shape[len(image.shape) + axis + 1 :])
        starts = (width // 2, (width - 1) // 2)
        means = [np.roll(image, start, axis).reshape(blocks).mean(axis) for start in starts]
        image = 0.5 * (means[0] + means[1])
    return image


def charge_on_lattice(p: Parameters, N: int, dtype: DTypeLike, threads: int = 1) -> np.ndarray:
    """Tr_e[A(r) T A(-r)] on the periodic lattice.

    Parameters
    ----------
    p : Parameters
        Superconductor, impurity and energy.
    N : int
        Points of the grid in each direction.
    dtype : {complex128, complex64}
        Precision of the Fourier transforms.
    threads : int
        The result does not depend on it.

    Returns
    -------
    ndarray of dtype, shape (N, N)
        1 / meV, r = 0 at [0, 0].
    """
    blocks = independent_blocks(p)
    parts, sums = [], []
    for block in blocks:
        A, total = green_on_grid(block, p.z, N, dtype, threads=threads)
        sums.append(total)
        parts.append(fft.ifft2(A, axes=(-2, -1), workers=threads, overwrite_x=True))
    G0 = local_green(sums, blocks[0].full, p.odd)
    T, _ = t_matrix(G0, p)
    if blocks[0].full:
        A = parts[0]
        return full_charge(A, np.roll(A[:, ::-1, ::-1], 1, (1, 2)), T)
    charge = np.zeros((N, N), dtype)
    for A, (P, Q) in zip(parts, pair_weights(T, len(blocks), p.odd), strict=True):
        # The last component kept: he, or eh where they are the same.
        pair_charge(A[0], A[1], A[-1], P + 0j, Q + 0j, charge)
    return charge


def green_on_grid(
    block: Block,
    z: complex,
    N: int,
    dtype: DTypeLike,
    shift: tuple[float, float] = (0.0, 0.0),
    threads: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """G(k) on a grid, shifted by a fraction of its step.

    Parameters
    ----------
    block : Block
        Which part of the Hamiltonian.
    z : complex
        omega + i broadening, meV.
    N : int
        Points of the grid in each direction.
    dtype : {complex128, complex64}
        Of the result; G is computed in double precision.
    shift : tuple of float
        Along u and v, in steps of the grid.
    threads : int
        The result does not depend on it.

    Returns
    -------
    ndarray, shape (components, N, N)
        ee, eh and he, 1 / meV; he is left out where it equals eh.
    ndarray, shape (4,) or (16,)
        Means of ee, eh, he and hh over the grid.
    """
    kept = np.arange(12) if block.full else np.arange(2 if block.real else 3)
    A = np.empty((len(kept), N, N), dtype)
    numbers = A.view(A.real.dtype).reshape(len(kept), N, N, 2)
    corner = np.empty((N, block.components, 2))
    xu, yu = padded(angles(N, shift[0]))
    x, y = padded(angles(N, shift[1]))

    def work(first):
        rows = slice(first, min(first + _ROWS, N))
        angle = (xu[rows], yu[rows], x, y)
        fill(block.model, *angle, z.real, z.imag, kept, numbers[:, rows], corner[rows])

    with ThreadPoolExecutor(threads) as pool:
        list((map if threads == 1 else pool.map)(work, range(0, N, _ROWS)))
    return A, corner.sum(0) @ np.array([1, 1j]) / N**2


def direct_sum_image(p: Parameters, n_k: int = 16, observable: str = "eq12") -> np.ndarray:
    """`image` by definition, the reference: 4 x 4 matrices, all pairs of k and k + q.

    Its cost grows as N^4: 16 to 48 points in each direction. Arguments, result and errors as
    `image`.
    """
    N = whole_number("n_k", n_k, 2)
    check_observable(observable)
    u = angles(N)
    H = bdg_matrix(p, u[:, None], u[None, :])
    G = np.linalg.inv(p.z * np.eye(4) - H)
    T, _ = t_matrix(G.mean((0, 1)), p)
    left = (G @ T)[:, :, :2, :]
    right = G[:, :, :, :2]
    amplitude = np.empty((N, N), complex)
    for i in range(N):
        for j in range(N):
            scattered = np.roll(right, (-i, -j), (0, 1))
            amplitude[i, j] = np.einsum("xyab,xyba->", left, scattered) / N**2
    if observable == "eq12":
        return -amplitude.imag / np.pi
    # Undo the sum over r, take the imaginary part there, and sum again.
    phase = np.exp(-1j * np.outer(u, np.arange(N)))
    ldos = -(phase.T @ amplitude @ phase).imag / np.pi / N**2
    return (phase @ ldos @ phase.T).real


def check_observable(observable: str) -> None:
    """Raise a ValueError that names what an observable may be."""
    if not (isinstance(observable, str) and observable in OBSERVABLES):
        raise ValueError(f"observable={observable!r}: choose one of {', '.join(OBSERVABLES)}")
