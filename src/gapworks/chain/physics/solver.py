"""`solve`: batches of rings, spread over threads; and the single map for benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import config
from numpy.typing import ArrayLike

from gapworks.chain.physics.model import Model, check_disorder, starting_point
from gapworks.chain.physics.self_consistency import TRIES, plain_try, relax
from gapworks.chain.physics.solution import Solution, assemble
from gapworks.chain.physics.transfer_map import map_once
from gapworks.chain.physics.zolotarev import ladder
from gapworks.numerics.checks import check_finite, float_array, real_number, whole_number

# Realizations a thread takes at a time; no result depends on it.
_CHUNK = 8
# The sign function's error may be this share of the tolerance.
_POLE_SHARE = 0.05


def solve(
    V: ArrayLike,
    coupling: float = 1.5,
    filling: float = 0.85,
    tolerance: float = 1e-11,
    hartree: str = "attractive",
    *,
    mu: ArrayLike | None = None,
    mixing: float | None = None,
    start: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    max_iterations: int = 400,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Solution:
    """Self-consistent pairing potential, density and mu of disordered rings, in O(L).

    Solves eqs 2-4 of the paper at T = 0 by the sign-function identity, see `green_sweep`.
    The result for a realization is the same bits whatever the batch, its order and the number of
    threads.

    Parameters
    ----------
    V : array_like, shape (..., L)
        Disorder potential, units of t; L >= 3.
    coupling : float
        g > 0, units of t.
    filling : float
        Electrons per site, 0 < n < 2; mu is tuned to it, or only the start where mu is held.
    tolerance : float
        Largest residual |G(x) - x| of Delta_i, n_i and mu.
    hartree : {"attractive", "literal", "none"}
        Level shift -g n_i / 2, +g n_i / 2 (eq. 4 as printed), none.
    mu : array_like, shape () or (...), optional
        Chemical potential of all rings or of each, units of t, held instead of tuned: the mean
        density then is what it comes to.
    mixing : float, optional
        Plain iteration x <- x + mixing (G(x) - x), 0 < mixing <= 1, in one try; Anderson mixing in
        up to five tries by default.
    start : (delta, density, mu), optional
        Where the first try starts, array_like of shapes (..., L), (..., L), (...): what a network
        says of the rings, for instance. By default, and in all other tries, the clean ring's
        uniform state. The solution is the same within the tolerance, iterations are fewer.
    max_iterations : int
        Evaluations of the map in each try.
    threads : int, optional
        All that numba may use (NUMBA_NUM_THREADS) by default.
    progress : callable, optional
        Called as progress(done, all) after every few realizations.

    Returns
    -------
    Solution
        Realizations that fail a check have converged = False and a reason; none raises.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    """
    V, offset, model, tolerance, max_iterations = check_arguments(
        V, coupling, filling, tolerance, hartree, max_iterations
    )
    tries = TRIES
    if mixing is not None:
        tries = plain_try(check_mixing(mixing), max_iterations)
    held = check_chemical_potential(mu, offset)
    threads = config.NUMBA_NUM_THREADS if threads is None else threads
    if threads < 1:
        raise ValueError(f"threads={threads!r}: give at least 1, or None for all")
    L = V.shape[-1]
    rings = V.reshape(-1, L)
    count = len(rings)
    fields = np.empty((count, 2 * L + 1))
    verdicts = np.empty((count, 5))
    tables = ladder(_POLE_SHARE * tolerance)
    uniform = starting_point(model, L)
    guesses = check_start(start, V.shape, offset)

    def work(first):
        last = min(first + _CHUNK, count)
        relax(
            rings[first:last],
            held[first:last],
            (model.coupling, model.hartree_sign, model.filling),
            tolerance,
            max_iterations,
            tries,
            uniform,
            guesses[first:last],
            tables,
            fields[first:last],
            verdicts[first:last],
        )
        return last

    chunks = range(0, count, _CHUNK)
    with ThreadPoolExecutor(max(1, min(threads, len(chunks)))) as pool:
        # Numbers of one chunk depend on nothing outside it: the threads only share the work.
        finished = map(work, chunks) if threads == 1 else pool.map(work, chunks)
        try:
            for done in finished:
                if progress is not None:
                    progress(done, count)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return assemble(model, V, offset, fields, verdicts, held=mu is not None)


def check_mixing(mixing: float) -> float:
    """A share of the residual, or a ValueError."""
    mixing = real_number("mixing", mixing, finite=False)
    if not 0 < mixing <= 1:
        raise ValueError(f"mixing={mixing!r}: give the share to follow, 0 < mixing <= 1, e.g. 0.5")
    return mixing


def check_chemical_potential(mu: ArrayLike | None, offset: np.ndarray) -> np.ndarray:
    """At which mu each ring is held, less its offset, shape (R,), units of t; NaN: tuned.

    Raises
    ------
    ValueError
        If mu is not finite, or is neither one number nor one for each ring.
    """
    if mu is None:
        return np.full(offset.size, np.nan)
    words = {"numbers": "real chemical potentials", "entries": "rings", "rows": "batches"}
    held = float_array("mu", mu, **words, hint="; give one number, or one for each ring")
    check_finite("mu", held)
    if held.shape not in ((), offset.shape):
        raise ValueError(
            f"mu: shape {held.shape}; give one number, or one for each ring, shape {offset.shape}"
        )
    return (held - offset).ravel()


def check_start(
    start: tuple[ArrayLike, ArrayLike, ArrayLike] | None, shape: tuple[int, ...], offset: np.ndarray
) -> np.ndarray:
    """Delta, n and mu (units of t) to start from, shape (R, 2 L + 1); (0, 2 L + 1) if None.

    Parameters
    ----------
    start : (delta, density, mu), optional
        As in `solve`.
    shape : tuple of int
        Of V.
    offset : ndarray
        Constant of each ring that V is computed without, units of t.

    Raises
    ------
    ValueError
        If there are not three, or one is not finite or of another shape.
    """
    L = shape[-1]
    if start is None:
        return np.empty((0, 2 * L + 1))
    if len(start) != 3:
        raise ValueError(f"start: {len(start)} arrays; give (delta, density, mu)")
    columns = []
    wanted = (("delta", shape), ("density", shape), ("mu", shape[:-1]))
    for (name, its), given in zip(wanted, start, strict=True):
        values = float_array(f"start: {name}", given)
        check_finite(f"start: {name}", values)
        if values.shape != its:
            raise ValueError(f"start: {name}: shape {values.shape}; give {its}, as V has it")
        columns.append(values.reshape(offset.size, -1))
    columns[0] = np.maximum(columns[0], 0.0)  # a negative Delta is no ground state's
    columns[2] = columns[2] - offset.reshape(-1, 1)
    return np.hstack(columns)


def check_arguments(
    V: ArrayLike,
    coupling: float,
    filling: float,
    tolerance: float,
    hartree: str,
    max_iterations: int,
) -> tuple[np.ndarray, np.ndarray, Model, float, int]:
    """Arguments of `solve` as they are computed with.

    A constant in V only moves mu; a large one would eat up the digits that the tolerance needs.

    Parameters
    ----------
    V, coupling, filling, tolerance, hartree, max_iterations
        As in `solve`.

    Returns
    -------
    V : ndarray, shape (..., L)
        Less a constant for each ring, units of t.
    offset : ndarray, shape (...)
        These constants.
    model : Model
    tolerance : float
    max_iterations : int

    Raises
    ------
    ValueError
        Naming the argument that is wrong.
    """
    model = Model(coupling, filling, hartree)
    tolerance = real_number("tolerance", tolerance, finite=False)
    if not 0 < tolerance < 1:
        raise ValueError(
            f"tolerance={tolerance!r}: give the residual to stop at, 0 < tolerance < 1, e.g. 1e-11"
        )
    max_iterations = whole_number("max_iterations", max_iterations)
    V = check_disorder(V)
    # Rounded, so that V keeps its bits; zero for disorder about zero.
    offset = 4 * np.round(V.mean(-1) / 4)
    V = V - offset[..., None]
    widest = np.abs(V).max(initial=0.0)
    if np.spacing(widest) > tolerance:
        raise ValueError(
            f"V: spreads over {widest:.1e} t, too far for a tolerance of {tolerance:.1e} in double "
            "precision; raise the tolerance or look at the units (t)"
        )
    return V, offset, model, tolerance, max_iterations


def fast_map(
    V: ArrayLike,
    delta: ArrayLike,
    density: ArrayLike,
    mu: float,
    coupling: float = 1.5,
    hartree: str = "attractive",
    accuracy: float = 1e-13,
) -> tuple[np.ndarray, np.ndarray]:
    """One evaluation of eq. 4 by the sign function: new Delta and n of a ring, in O(L).

    Parameters
    ----------
    V, delta, density : array_like, shape (L,)
        On-site energies and Delta_i, units of t; electrons per site n_i.
    mu : float
        Chemical potential, units of t.
    coupling : float
        g, units of t.
    hartree : {"attractive", "literal", "none"}
        Level shift -g n_i / 2, +g n_i / 2 (eq. 4 as printed), none.
    accuracy : float
        Largest error of the sign function.

    Returns
    -------
    delta, density : ndarray, shape (L,)
        NaN if the gap is below what the pole tables resolve.

    Raises
    ------
    ValueError
        If V, coupling or hartree is outside its range.
    """
    V = check_disorder(V)
    model = Model(coupling, 1.0, hartree)
    eps = model.levels(V, np.asarray(density, float), float(mu))
    tables = ladder(accuracy)
    new_delta, new_density = np.empty(V.size), np.empty(V.size)
    map_once(eps, np.array(delta, float), coupling, tables, new_delta, new_density)
    return new_delta, new_density
