"""`solve_matsubara`: the Migdal-Eliashberg equations on the imaginary axis (eqs 6-8)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from gapworks.eliashberg.physics.constants import PAPER_TERMS
from gapworks.eliashberg.physics.coulomb import check_coulomb, effective_coulomb
from gapworks.eliashberg.physics.fixed_point import (
    SLOTS,
    check_iteration,
    in_chunks,
    relax,
    thread_count,
)
from gapworks.eliashberg.physics.matsubara_system import (
    MatsubaraSystem,
    frequencies,
    interaction_table,
    tail_table,
)
from gapworks.eliashberg.physics.solution import MatsubaraSolution
from gapworks.eliashberg.physics.spectrum import check_spectrum, modes
from gapworks.numerics.checks import positive_number, whole_number

_FREQUENCIES = PAPER_TERMS // 2
# Where the default frequencies end below so many times the spectrum's end, their sums go on.
_ENDS = 20.0
# And there are as many as reach this many times the end: nearer to it mu* cannot be brought down.
_LEAST_ENDS = 8.0

# A gap below this share of pi T is the normal state, or what an iteration left of it.
_VANISHED = 1e-6
# Size at which the normal state is tried for its stability, units of pi T, and how often.
_PROBE = 1e-4
_PROBE_STEPS = 40
_BISECTIONS = 24
# Growth by linear response that counts as an instability: above the nonlinearity at _PROBE.
_GROWTH = 1e-7


def solve_matsubara(
    omega: ArrayLike,
    a2f: ArrayLike,
    temperature: float = 1.16,
    mu_star: float = 0.1,
    n_matsubara: int | None = None,
    cutoff: float | None = None,
    *,
    method: str = "anderson",
    tolerance: float = 1e-12,
    max_iterations: int = 2000,
    tail: bool | None = None,
    threads: int | None = 1,
) -> MatsubaraSolution:
    """Gap function and renormalisation on the imaginary axis, eqs 6-8 of the paper.

    The result for a spectrum is the same bits whatever the batch, its order and the number of
    threads.

    Parameters
    ----------
    omega : array_like, shape (J,)
        Boson energies, meV, increasing, from 0 or above.
    a2f : array_like, shape (..., J)
        Spectral functions alpha^2 F >= 0.
    temperature : float
        K.
    mu_star : float
        Coulomb pseudopotential mu* >= 0, acting below `cutoff`.
    n_matsubara : int, optional
        Frequencies omega_n > 0 that are kept; the sums run over both signs. By default 351, and
        more where these end below 8 times the end of the grid: mu* cannot be brought down to
        frequencies within the spectrum (Delta(i omega_0) was up to a fifth too large).
    cutoff : float, optional
        Of mu*, meV; by default `gapworks.eliashberg.default_cutoff`, 220.45 meV for grids to 10 meV
        and in proportion beyond (zeros at the end of a grid count), whatever the temperature and
        n_matsubara. If it is above all frequencies kept, mu* is
        brought down to them, 1 / mu' = 1 / mu + ln(cutoff / cutoff').
    method : {"anderson", "broyden", "plain"}
        Iteration: Anderson's of depth 5, the paper's (eqs C1-C3), or x -> G(x).
    tolerance : float
        Largest |G(Delta) - Delta|, meV.
    max_iterations : int
        Evaluations of G for a spectrum.
    tail : bool, optional
        Go on with the sums above the last frequency, see `matsubara_system`, instead of
        ending them there as the paper does: at 351 frequencies the error of Delta(i omega_0) falls
        by three orders of magnitude, for a third more time. By default where n_matsubara is not
        given and 351 frequencies end below 20 times the end of the grid: at weak coupling sums that
        end there put T_c up by 0.3 %, at 4.5 times by 3 %, and with their tail by 0.5 %.
    threads : int, optional
        None for as many as there are cores.

    Returns
    -------
    MatsubaraSolution
        Where nothing superconducts, delta is zero and `superconducting` False; where the tolerance
        was not met, `converged` is False. Neither raises.

    Raises
    ------
    ValueError
        If an argument is outside its range; the message names it.
    """
    omega, a2f = check_spectrum(omega, a2f)
    temperature = positive_number("temperature", temperature, "in K, e.g. 1.16")
    mu_star, cutoff = check_coulomb(omega, mu_star, cutoff)
    if tail is None:
        last = frequencies(temperature, _FREQUENCIES)[-1]
        tail = n_matsubara is None and last < _ENDS * omega[-1]
    if n_matsubara is None:
        first = frequencies(temperature, 1)[0]
        n_matsubara = max(_FREQUENCIES, int(np.ceil(_LEAST_ENDS * omega[-1] / (2 * first))))
    n_matsubara = whole_number("n_matsubara", n_matsubara)
    check_iteration(method, tolerance, max_iterations)
    threads = thread_count(threads)
    omega_n = frequencies(temperature, n_matsubara)
    used = omega[np.flatnonzero(a2f.reshape(-1, omega.size).any(0))] if a2f.size else omega[:0]
    if used.size and used[-1] > omega_n[-1]:
        raise ValueError(
            f"n_matsubara={n_matsubara}: the last frequency, {omega_n[-1]:.4g} meV, is below the "
            f"end of the spectrum, {used[-1]:.4g} meV; give at least "
            f"{int(used[-1] / (2 * omega_n[0])) + 1}, better ten times as many"
        )
    energies, strengths = modes(omega, a2f.reshape(-1, omega.size))
    count = len(strengths)
    tables = _tables(energies.tobytes(), temperature, n_matsubara, bool(tail))
    coulomb = effective_coulomb(mu_star, cutoff, temperature, n_matsubara)
    delta, z = np.empty((count, n_matsubara)), np.empty((count, n_matsubara))
    residual, iterations = np.empty(count), np.empty(count, np.int64)
    superconducting = np.empty(count, bool)

    def work(first, last):
        part = slice(first, last)
        (
            delta[part],
            z[part],
            residual[part],
            iterations[part],
            superconducting[part],
        ) = _solve(omega_n, coulomb, tables, strengths[part], method, tolerance, max_iterations)

    in_chunks(count, threads, work)
    shape = a2f.shape[:-1]
    return MatsubaraSolution(
        omega=omega,
        a2f=a2f,
        temperature=temperature,
        mu_star=mu_star,
        cutoff=cutoff,
        frequencies=omega_n,
        delta=delta.reshape(*shape, n_matsubara),
        z=z.reshape(*shape, n_matsubara),
        residual=residual.reshape(shape),
        iterations=iterations.reshape(shape),
        converged=(residual <= tolerance).reshape(shape),
        superconducting=superconducting.reshape(shape),
        tail=bool(tail),
    )


def double_until_converged(
    omega: ArrayLike,
    a2f: ArrayLike,
    *,
    change: float = 1e-3,
    n_matsubara: int = 351,
    temperature: float = 1.16,
    mu_star: float = 0.1,
    cutoff: float | None = None,
    max_doublings: int = 6,
) -> tuple[MatsubaraSolution, np.ndarray]:
    """Double n_matsubara at a fixed cut-off of mu* until no Delta(i omega_0) moves any more.

    Parameters
    ----------
    omega, a2f, temperature, mu_star, cutoff
        As in `solve_matsubara`.
    change : float
        Largest move of Delta(i omega_0) by the last doubling, meV.
    n_matsubara : int
        To start from.
    max_doublings : int
        At least 1.

    Returns
    -------
    solution : MatsubaraSolution
        With the last n_matsubara; `converged` is False where the last doubling still moved more.
    moved : ndarray, shape (...)
        |move| of Delta(i omega_0) by the last doubling, meV.

    Raises
    ------
    ValueError
        As `solve_matsubara`.
    """
    change = positive_number("change", change, "in meV, e.g. 1e-3")
    max_doublings = whole_number("max_doublings", max_doublings)
    given = omega, a2f, temperature, mu_star
    s = solve_matsubara(*given, n_matsubara, cutoff=cutoff)
    for _ in range(max_doublings):
        n_matsubara *= 2
        before, s = s, solve_matsubara(*given, n_matsubara, cutoff=cutoff)
        moved = np.abs(s.delta[..., 0] - before.delta[..., 0])
        if (moved <= change).all():
            break
    return replace(s, converged=s.converged & (moved <= change)), moved


@lru_cache(maxsize=4)
def _tables(energies: bytes, temperature: float, count: int, tail: bool):
    """The tables that a `MatsubaraSystem` takes: lambda, and the tail's or None."""
    modes = np.frombuffer(energies)
    table = interaction_table(modes, temperature, 2 * count)
    return table, tail_table(modes, temperature, count) if tail else None


def _solve(omega_n, coulomb, tables, strengths, method, tolerance, max_iterations):
    """Delta, Z, residual, iterations and whether it superconducts, for rows of spectra."""
    pi_t = omega_n[0]
    start = np.full(len(strengths), 3 * pi_t)
    table, tail = tables
    system = MatsubaraSystem(omega_n, coulomb, table, strengths, start, tail)
    residual, iterations = relax(system, len(start), method, tolerance, max_iterations)
    delta, z, normal_z = system.delta, system.z, system.normal_z
    # The equations are odd in Delta: the sign is a gauge.
    delta *= np.where(delta[:, :1] < 0, -1.0, 1.0)
    superconducting = delta[:, 0] > _VANISHED * pi_t
    vanished = np.flatnonzero(~superconducting & np.isfinite(residual))
    if vanished.size:
        # Delta = 0 always solves the equations, and a fast iteration may fall into it although it
        # is unstable: there, follow the instability to where it saturates, and start again.
        guess, unstable = _instability(
            omega_n, coulomb, tables, strengths[vanished], normal_z[vanished]
        )
        normal, back = vanished[~unstable], vanished[unstable]
        delta[normal], z[normal], residual[normal] = 0.0, normal_z[normal], 0.0
        guess = guess[unstable]
        for again in (method, "plain"):
            if back.size == 0:
                break
            system = MatsubaraSystem(omega_n, coulomb, table, strengths[back], guess, tail)
            residual[back], more = relax(system, len(back), again, tolerance, max_iterations)
            iterations[back] += more
            delta[back] = system.delta * np.where(system.delta[:, :1] < 0, -1.0, 1.0)
            z[back] = system.z
            superconducting[back] = delta[back, 0] > _VANISHED * pi_t
            lost = ~superconducting[back]
            back, guess = back[lost], guess[lost]
    return delta, z, residual, iterations, superconducting


def _instability(omega_n, coulomb, tables, strengths, normal_z):
    """Where the fastest growing small Delta of each row saturates, and whether it grows at all.

    Power iteration with the map itself at a gap so small that it is linear. The Rayleigh quotient
    in the metric Z / omega_n, in which the linear map is symmetric, is right to second order. It
    falls with the size of Delta, and where it passes one the solution is near.
    """
    n, count = omega_n.size, len(strengths)
    pi_t = omega_n[0]
    table, tail = tables
    start = np.full(count, _PROBE * pi_t)
    system = MatsubaraSystem(omega_n, coulomb, table, strengths, start, tail)
    guess, growth = np.empty((count, n)), np.empty(count)
    for first in range(0, count, SLOTS):
        part = slice(first, min(first + SLOTS, count))
        slots, metric = np.arange(part.stop - first), normal_z[part] / omega_n
        x, f, size = np.zeros((slots.size, n)), np.zeros((slots.size, n)), np.zeros(slots.size)
        for slot in slots:
            system.load(slot, first + slot, x[slot])

        def quotient(x=x, f=f, size=size, slots=slots, metric=metric):
            system.evaluate(slots, x, f, size)
            return 1 + (metric * x * f).sum(1) / (metric * x * x).sum(1)

        for _ in range(_PROBE_STEPS):
            growth[part] = quotient()
            x += f
            x *= _PROBE * pi_t / np.abs(x).max(1, keepdims=True)
        direction = x / (_PROBE * pi_t)
        low, high = np.full(slots.size, np.log(_PROBE)), np.full(slots.size, np.log(1e4))
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            x[:] = np.exp(middle)[:, None] * pi_t * direction
            grows = quotient() > 1
            low, high = np.where(grows, middle, low), np.where(grows, high, middle)
        guess[part] = np.exp(low)[:, None] * pi_t * direction
    return guess, growth > 1 + _GROWTH
