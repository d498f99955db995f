"""Many self-consistent problems side by side: a fixed number of slots, refilled as rows converge.

Batched linear algebra and FFTs give other bits for other batch shapes. So a row's work never
depends on its neighbours: constants come from blocks of a fixed size, padded, transforms run over
rows that do not mix, and each slot has its own history and stops when it alone has converged.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from gapworks.eliashberg.physics.broyden import MIXERS, History, mix
from gapworks.numerics.checks import positive_number, whole_number

SLOTS = 16
"""Problems that are relaxed at a time."""

CHUNK = 64
"""Problems that a thread takes at a time; no result depends on it."""

# Rows that the FFT takes at a time are padded to a multiple of this: its vector code has so many
# lanes at most, and what is left over would be done by other code.
_LANES = 4
# Rows and columns of matrix products come in multiples of these.
_BLOCK = 32
_TILE = 64


class System(Protocol):
    """Fixed-point problems x = G(x), all with the same number of real unknowns."""

    unknowns: int

    def load(self, slot: int, index: int, x: np.ndarray) -> None:
        """Put problem `index` into a slot and write its start into x, shape (unknowns,)."""

    def evaluate(self, order: np.ndarray, x: np.ndarray, f: np.ndarray, size: np.ndarray) -> None:
        """f = G(x) - x and its largest magnitude for the slots in `order`, rows of x and f."""

    def store(self, slot: int, index: int, x: np.ndarray) -> None:
        """Take the result of problem `index` out of a slot."""


def padded(rows: int) -> int:
    """Rows of a batched transform that holds `rows` of interest."""
    return -(-rows // _LANES) * _LANES


def in_tiles(matrix: np.ndarray) -> np.ndarray:
    """A matrix for `in_blocks`, with columns of zeros up to a multiple of the tiles of BLAS.

    Columns at an incomplete tile's edge would come out with other bits in other rows.
    """
    columns = -(-matrix.shape[1] // _TILE) * _TILE
    result = np.zeros((matrix.shape[0], columns))
    result[:, : matrix.shape[1]] = matrix
    result.flags.writeable = False
    return result


def in_blocks(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """rows @ matrix, the same bits for a row whatever rows are around it.

    Parameters
    ----------
    rows : ndarray, shape (B, J)
    matrix : ndarray, shape (J, K)
        From `in_tiles`.

    Returns
    -------
    ndarray, shape (B, K)
    """
    result = np.empty((len(rows), matrix.shape[1]))
    block = np.zeros((_BLOCK, rows.shape[1]))
    for first in range(0, len(rows), _BLOCK):
        part = rows[first : first + _BLOCK]
        block[: len(part)] = part
        result[first : first + _BLOCK] = (block @ matrix)[: len(part)]
    return result


def relax(
    system: System, count: int, method: str, tolerance: float | np.ndarray, max_iterations: int
) -> tuple[np.ndarray, np.ndarray]:
    """Relax the problems 0 ... count - 1 of a system.

    Parameters
    ----------
    system : System
    count : int
    method : str
        A key of `MIXERS`.
    tolerance : float or ndarray, shape (count,)
        Largest |G(x) - x| of a converged problem.
    max_iterations : int
        Evaluations of G for each problem.

    Returns
    -------
    residual : ndarray, shape (count,)
        NaN where the iteration left the finite numbers.
    iterations : ndarray of int, shape (count,)
    """
    slots = min(SLOTS, count)
    n = system.unknowns
    tolerance = np.broadcast_to(tolerance, count)
    x, f, size = np.zeros((slots, n)), np.zeros((slots, n)), np.zeros(slots)
    history = History(slots, n, MIXERS[method][1])
    residual, iterations = np.full(count, np.nan), np.zeros(count, np.int64)
    held = np.arange(slots)
    active = np.ones(slots, bool)
    waiting = slots
    for slot in range(slots):
        system.load(slot, slot, x[slot])
    while active.any():
        order = np.flatnonzero(active)
        system.evaluate(order, x, f, size)
        iterations[held[order]] += 1
        # A NaN ends a row, too.
        more = (size[order] > tolerance[held[order]]) & (iterations[held[order]] < max_iterations)
        more &= np.isfinite(size[order])
        if more.all():
            mix(method, x, f, active, history)
            continue
        mix(method, x, f, active & _spread(order[more], slots), history)
        for slot in order[~more]:
            index = held[slot]
            residual[index] = size[slot]
            system.store(slot, index, x[slot])
            if waiting < count:
                held[slot] = waiting
                history.forget(slot)
                system.load(slot, waiting, x[slot])
                waiting += 1
            else:
                active[slot] = False
    return residual, iterations


def _spread(chosen: np.ndarray, size: int) -> np.ndarray:
    """Indices as a mask."""
    mask = np.zeros(size, bool)
    mask[chosen] = True
    return mask


def in_chunks(count: int, threads: int, work: Callable[[int, int], None]) -> None:
    """work(first, last) over all of 0 ... count, CHUNK problems at a time, spread over threads."""
    pieces = [(first, min(first + CHUNK, count)) for first in range(0, count, CHUNK)]
    if threads == 1 or len(pieces) < 2:
        for piece in pieces:
            work(*piece)
        return
    with ThreadPoolExecutor(min(threads, len(pieces))) as pool:
        try:
            for _ in pool.map(lambda piece: work(*piece), pieces):
                pass
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def check_iteration(method: str, tolerance: float | np.ndarray, max_iterations: int) -> None:
    """ValueError if the arguments of an iteration are not what they should be."""
    if not (isinstance(method, str) and method in MIXERS):
        raise ValueError(f"method={method!r}: choose one of {', '.join(MIXERS)}")
    positive_number("tolerance", tolerance, "in meV, e.g. 1e-12")
    whole_number("max_iterations", max_iterations)


def thread_count(threads: int | None) -> int:
    """Threads to use; None means all cores that the process may use.

    Raises
    ------
    ValueError
        If it is neither None nor a whole number, at least 1.
    """
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return whole_number("threads", threads)
