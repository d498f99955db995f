"""Converged density of states around an impurity, on a window of r."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gapworks.numerics.checks import real_number, whole_number
from gapworks.numerics.records import shown
from gapworks.qpi.physics.grid_ladder import FLOOR, Ladder, assemble, integrate
from gapworks.qpi.physics.parameters import Energies, Impurity, Parameters, Superconductor, energies
from gapworks.qpi.physics.t_matrix import (
    full_charge,
    local_green,
    pair_weights,
    t_matrix,
)
from gapworks.qpi.physics.twisted import twisted_green


@shown("p", "omegas", "ee", "n_effective")
@dataclass(frozen=True, repr=False)
class GreenWindow:
    """Green function of the clean superconductor on a window of r.

    Attributes
    ----------
    p : Superconductor
        What it was computed for.
    omegas : tuple of float, length E
        meV.
    ee, eh, he : ndarray, shape (E, S, 2 half + 1, 2 half + 1), complex
        A(r) = (1 / N^2) sum_k e^{ikr} G(k), 1 / meV; r = (i - half) a1 + (j - half) a2. S = 1 where
        one spin determines the other, 2 (up, down) for a complex Eu gap, 4 (up-up, up-down,
        down-up, down-down) with Rashba coupling.
    local : ndarray, shape (E, 4, 4), complex
        G_0 = A(0) in the order (e up, e down, h up, h down), 1 / meV.
    n_effective : int
        N of the grid.
    """

    p: Superconductor
    omegas: tuple[float, ...]
    ee: np.ndarray
    eh: np.ndarray
    he: np.ndarray
    local: np.ndarray
    n_effective: int

    @property
    def half(self) -> int:
        """Largest |r| along a1 and a2."""
        return self.ee.shape[-1] // 2


@shown("values", "n_effective", "error", "converged")
@dataclass(frozen=True, repr=False)
class LdosWindow:
    """Density of states that an impurity adds, and how far it can be trusted.

    Attributes
    ----------
    values : ndarray, shape (size, size)
        -Im Tr_e dG(r, r) / pi, 1 / meV per cell, at r = (i - size // 2) a1 + (j - size // 2) a2.
    n_effective : int
        N of the grid.
    error : float
        Bound of the relative L2 error: the difference between N_eff and N_eff / 2, and 5e-5 for the
        cut-offs. The error itself is some ten times smaller, and more on finer grids.
    converged : bool
        Whether error <= accuracy and the impurity is not at a pole of T.
    regular : bool
        False where 1 - G_0 V is singular to rounding: values are finite, and mean nothing.
    """

    values: np.ndarray
    n_effective: int
    error: float
    converged: bool
    regular: bool


def green_window(
    p: Superconductor, omegas: Energies = None, size: int = 128, n_effective: int = 8192
) -> tuple[GreenWindow, GreenWindow]:
    """Green function on a window of r, and the same from a grid half as fine.

    Parameters
    ----------
    p : Superconductor
    omegas : float or sequence of float, optional
        Energies, meV; that of `Parameters` without it. Several share most of the work.
    size : int
        Width of the window, at least 2.
    n_effective : int
        N_eff, a power of two from 1024 to 131072, at least 4 size.

    Returns
    -------
    fine, coarse : GreenWindow
        At N_eff and N_eff / 2; their difference bounds the error of the first.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    ladder = Ladder(p, energies(p, omegas), size, n_effective)
    return windows(ladder, map(integrate, ladder.sub_grids()))


def windows(ladder: Ladder, parts: Iterable[np.ndarray]) -> tuple[GreenWindow, GreenWindow]:
    """`green_window` from the parts of its sub-grids, whoever integrated them.

    Parameters
    ----------
    ladder : Ladder
        Of one superconductor, several energies and a window.
    parts : iterable of ndarray
        What `grid_ladder.integrate` gives for each of `ladder.sub_grids()`, in their order.

    Returns
    -------
    fine, coarse : GreenWindow
        At N_eff and N_eff / 2.
    """
    fine, coarse = assemble(ladder, parts)
    return (
        _window(ladder.p, ladder.omegas, fine, ladder.n_effective),
        _window(ladder.p, ladder.omegas, coarse, ladder.n_effective // 2),
    )


def _window(p, omegas, A, n_effective) -> GreenWindow:
    """From A, shape (blocks, energies, components, width, width)."""
    full = A.shape[2] == 16
    half = A.shape[-1] // 2
    sums = A[..., half, half]
    local = np.array([local_green(sums[:, o], full, p.odd) for o in range(len(omegas))])
    if full:
        ee, eh, he = (A[0, :, 4 * k : 4 * k + 4] for k in range(3))
    else:
        ee, eh, he = (A[:, :, k].swapaxes(0, 1) for k in range(3))
    ee, eh, he = (np.ascontiguousarray(component) for component in (ee, eh, he))
    return GreenWindow(p, omegas, ee, eh, he, local, n_effective)


def ldos_from_window(window: GreenWindow, impurity: Impurity | None = None) -> np.ndarray:
    """Density of states that an impurity of any strength and kind adds.

    Parameters
    ----------
    window : GreenWindow
        Of the clean superconductor.
    impurity : Impurity, optional
        That of the window's `Parameters` without it.

    Returns
    -------
    ndarray, shape (E, 2 half + 1, 2 half + 1)
        -Im Tr_e dG(r, r) / pi, 1 / meV per cell.
    """
    return _ldos(window, window.p if impurity is None else impurity)[0]


def _ldos(window, impurity) -> tuple[np.ndarray, bool]:
    out = np.empty((len(window.omegas), *window.ee.shape[-2:]))
    regular = True
    for o, G0 in enumerate(window.local):
        T, fine = t_matrix(G0, impurity)
        regular &= fine
        A = np.array([window.ee[o], window.eh[o], window.he[o]])
        back = A[..., ::-1, ::-1]
        blocks = A.shape[1]
        if blocks == 4:
            flat = (12, *A.shape[2:])
            charge = full_charge(A.reshape(flat), back.reshape(flat), T)
        else:
            charge = np.zeros(A.shape[2:], complex)
            for s, (P, Q) in enumerate(pair_weights(T, blocks, window.p.odd)):
                charge += _pair_charge(A[:, s], back[:, s], P)
                charge += _pair_charge(back[:, s], A[:, s], Q)
        out[o] = -charge.imag / np.pi
    return out, regular


def _pair_charge(A, back, P):
    """sum_ab P_ab A_ea(r) A_be(-r)."""
    left = P[0, 0] * back[0] + P[0, 1] * back[2]
    right = P[1, 0] * back[0] + P[1, 1] * back[2]
    return A[0] * left + A[1] * right


def ldos_window(
    p: Parameters, size: int = 128, accuracy: float = 5e-4, *, largest: int = 65536
) -> LdosWindow:
    """Converged density of states around an impurity.

    Parameters
    ----------
    p : Parameters
        Superconductor, impurity and energy.
    size : int
        Width of the window, at least 2.
    accuracy : float
        Relative L2 error to reach.
    largest : int
        Finest grid to try, a power of two up to 131072.

    Returns
    -------
    LdosWindow
        Where the accuracy is out of reach, that of the finest grid, with converged = False.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    """
    size = whole_number("size", size, 2)
    accuracy = real_number("accuracy", accuracy)
    if not 0 < accuracy < 1:
        raise ValueError(f"accuracy={accuracy!r}: give a relative error between 0 and 1")
    Ladder(p, (p.omega,), size, largest)
    N = starting_grid(p.broadening, size, accuracy, largest)
    while True:
        fine, coarse = green_window(p, p.omega, size, N)
        values, regular = _ldos(fine, p)
        crop = slice(0, size)
        values = values[0, crop, crop]
        half = ldos_from_window(coarse, p)[0, crop, crop]
        error = FLOOR + relative_difference(values, half)
        if error <= accuracy or largest < 2 * N:
            converged = bool(error <= accuracy and regular)
            return LdosWindow(values, N, error, converged, regular)
        N *= 2


def starting_grid(broadening: float, size: int, accuracy: float, largest: int) -> int:
    """Grid that will probably do: the error falls tenfold with every 2500 meV of N delta.

    Parameters
    ----------
    broadening : float
        delta, meV.
    size : int
        Width of the window.
    accuracy : float
        Relative L2 error to reach.
    largest : int
        Finest grid, in points in each direction.
    """
    wanted = 2500 * max(-1.2 - np.log10(accuracy), 0.2) / broadening
    least = max(1024, 4 * size)
    N = 1 << int(np.ceil(np.log2(max(wanted, least))))
    return min(N, largest)


def relative_difference(a: np.ndarray, b: np.ndarray) -> float:
    """||a - b|| / ||a||, zero where both vanish."""
    difference, norm = np.linalg.norm(a - b), np.linalg.norm(a)
    return float(difference / norm) if difference else 0.0


def twisted_window(
    p: Superconductor, size: int = 128, n_effective: int = 1024, omegas: Energies = None
) -> GreenWindow:
    """The reference for `green_window`: the whole N_eff grid, as shifted grids one by one.

    Each grid, shifted by a fraction s of its step, gives A(r) as e^{isr} times its inverse Fourier
    transform, whose images lie outside the window. No cut-off, no gathering: the cost is N_eff^2.

    Parameters
    ----------
    p : Superconductor
    size : int
        Width of the window, at least 2.
    n_effective : int
        N_eff: a multiple of M, the least power of two above size.
    omegas : float or sequence of float, optional
        As of `green_window`.

    Returns
    -------
    GreenWindow

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    size = whole_number("size", size, 2)
    omegas = energies(p, omegas)
    A = [twisted_green(p, omega, size // 2, n_effective) for omega in omegas]
    return _window(p, omegas, np.concatenate(A, 1), n_effective)
