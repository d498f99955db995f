"""The T matrix of one impurity and the charge density of states it leaves behind (eq. 12).

With A(r) = (1 / N^2) sum_k e^{ikr} G(k), the Green function is changed by A(r) T A(-r) at r, where
T = V / (1 - G_0 V) and G_0 = A(0): `charge` is the trace of that over the electron components.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gapworks.qpi.physics.compiled import entry_point
from gapworks.qpi.physics.parameters import Impurity

_SPIN = {"scalar": np.eye(2), "sz": np.diag([1.0, -1.0]), "sx": np.array([[0.0, 1.0], [1.0, 0.0]])}
# Beyond this condition number of 1 - G_0 V the impurity sits on a pole of T, to rounding.
_POLE = 1e10


def impurity_matrix(p: Impurity) -> np.ndarray:
    """V, meV, shape (4, 4), in the order (e up, e dn, h up, h dn): v, and -v^T on holes."""
    v = p.impurity * _SPIN[p.impurity_kind]
    zero = np.zeros((2, 2))
    return np.block([[v, zero], [zero, -v.T]])


def t_matrix(G0: np.ndarray, p: Impurity) -> tuple[np.ndarray, bool]:
    """T = V (1 - G_0 V)^{-1}, meV, and whether it is regular; or V (1 - V G_0)^{-1} as printed.

    V (1 + G_0 V + ...) is what multiple scattering sums to. With the printed order V stands twice
    where there is one: v^2 G_0 in place of V G_0 V, whose anomalous entries have the other sign.

    At a pole of T, where there is no such inverse, the least-squares one is taken: finite, and
    flagged.

    Parameters
    ----------
    G0 : ndarray, shape (4, 4), complex
        1 / meV.
    p : Impurity
        Its strength, kind and `t_order`.

    Returns
    -------
    T : ndarray, shape (4, 4)
        meV.
    regular : bool
    """
    V = impurity_matrix(p)
    M = np.eye(4) - (V @ G0 if p.t_order == "printed" else G0 @ V)
    regular = bool(np.linalg.cond(M) < _POLE)
    return V @ (np.linalg.inv(M) if regular else np.linalg.pinv(M, rcond=1 / _POLE)), regular


def local_green(sums: Sequence[np.ndarray], full: bool, odd: bool) -> np.ndarray:
    """G_0, shape (4, 4), from A(0) of the independent blocks.

    Parameters
    ----------
    sums : sequence of ndarray, shape (4,) or (16,)
        ee, eh, he, hh of each block, 1 / meV.
    full : bool
        One block of all four components.
    odd : bool
        Equal spins pair.
    """
    if full:
        return np.asarray(sums[0]).reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)
    up = np.asarray(sums[0]).reshape(2, 2)
    if len(sums) > 1:
        down = np.asarray(sums[1]).reshape(2, 2)
    else:
        down = up.T if odd else up * np.array([[1, -1], [-1, 1]])
    G0 = np.zeros((4, 4), complex)
    for spin, block in enumerate((up, down)):
        place = pair_indices(spin, odd)
        G0[np.ix_(place, place)] = block
    return G0


def pair_indices(spin: int, odd: bool) -> list[int]:
    """Electron and hole of a 2 x 2 block among (e up, e dn, h up, h dn)."""
    return [spin, 2 + (spin if odd else 1 - spin)]


def pair_weights(T: np.ndarray, blocks: int, odd: bool) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each block (P, Q) with charge(r) = sum_ab (P_ab A_ea(r) A_be(-r) + Q_ab (r -> -r)).

    Where one block stands for both, its mirror image, the other spin, is folded in. Between blocks
    T may scatter (an impurity spin along x does), but no such term reaches the charge.

    Parameters
    ----------
    T : ndarray, shape (4, 4)
        meV.
    blocks : int
        Those that were computed: 1, the up block, or 2.
    odd : bool
        Equal spins pair.

    Returns
    -------
    list of (P, Q), each of shape (2, 2)
        meV.
    """
    up, down = (T[np.ix_(place, place)] for place in (pair_indices(s, odd) for s in (0, 1)))
    zero = np.zeros_like(up)
    if blocks == 2:
        return [(up, zero), (down, zero)]
    if odd:
        return [(up + down.T, zero)]
    down = down * np.array([[1, -1], [-1, 1]])
    # Equal but for rounding, unless the impurity tells the spins apart; exactly equal is faster.
    return [(up, up if np.abs(up - down).max() < 1e-13 * np.abs(up).max() else down)]


@entry_point
def pair_charge(ee, eh, he, P, Q, out):
    """Add the charge of a 2 x 2 block on a periodic lattice.

    Parameters
    ----------
    ee, eh, he : ndarray, shape (N, N), complex
        A(r), r = 0 at [0, 0].
    P, Q : ndarray, shape (2, 2)
        See `pair_weights`.
    out : ndarray, shape (N, N), complex
        Added to.
    """
    N = ee.shape[0]
    straight = P[0, 0] + Q[0, 0]
    even = np.abs(P - Q).max() == 0.0
    for i in range(N):
        k = (N - i) % N
        for j in range(N):
            m = (N - j) % N
            if even and (k < i or (k == i and m < j)):
                out[i, j] = out[k, m]
                continue
            a, b = ee[i, j], ee[k, m]
            total = straight * a * b
            if even:
                total += P[0, 1] * (a * he[k, m] + b * he[i, j])
                total += P[1, 0] * (eh[i, j] * b + eh[k, m] * a)
                total += P[1, 1] * (eh[i, j] * he[k, m] + eh[k, m] * he[i, j])
            else:
                total += P[0, 1] * a * he[k, m] + Q[0, 1] * b * he[i, j]
                total += P[1, 0] * eh[i, j] * b + Q[1, 0] * eh[k, m] * a
                total += P[1, 1] * eh[i, j] * he[k, m] + Q[1, 1] * eh[k, m] * he[i, j]
            out[i, j] += total


def full_charge(A: np.ndarray, mirrored: np.ndarray, T: np.ndarray) -> np.ndarray:
    """Charge from the 4 x 4 form: Tr_e A(r) T A(-r).

    Parameters
    ----------
    A, mirrored : ndarray, shape (12, ...), complex
        ee, eh, he at r and at -r, of each the four spin entries, 1 / meV.
    T : ndarray, shape (4, 4)
        meV.

    Returns
    -------
    ndarray, shape (...)
    """
    ee, eh, _ = A.reshape(3, 2, 2, *A.shape[1:])
    back_ee, _, back_he = mirrored.reshape(3, 2, 2, *A.shape[1:])
    left = np.concatenate([ee, eh], 1)
    right = np.concatenate([back_ee, back_he], 0)
    total = np.zeros(A.shape[1:], A.dtype)
    for spin in range(2):
        for a in range(4):
            for b in range(4):
                if T[a, b]:
                    total += A.dtype.type(T[a, b]) * left[spin, a] * right[b, spin]
    return total
