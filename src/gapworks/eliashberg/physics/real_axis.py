"""From the imaginary axis to the line x + i Gamma, and back."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from gapworks.eliashberg.physics.coulomb import effective_coulomb
from gapworks.eliashberg.physics.fixed_point import check_iteration, in_chunks, relax, thread_count
from gapworks.eliashberg.physics.matsubara_system import frequencies
from gapworks.eliashberg.physics.real_axis_system import Line, LineSystem
from gapworks.eliashberg.physics.solution import (
    MatsubaraSolution,
    RealAxisSolution,
    check_line,
)
from gapworks.eliashberg.physics.spectrum import modes
from gapworks.numerics.checks import positive_number, whole_number

# The gap's singularities lie Gamma below the line, the Fermi function's poles pi T - Gamma above:
# this share of the nearer resolves smooth spectra to some 1e-6.
_STEP = 0.6
# Largest error of the default, over the largest |Delta|, and how often the step is halved for it.
_ERROR = 5e-5
_HALVINGS = 2
# Of the iteration, meV and over Delta(i omega_0).
_TOLERANCE = 1e-6
_RELATIVE_TOLERANCE = 1e-5
LINE_STENCIL = 12
"""Points of the interpolating polynomial: like the grid, it need not be better than 1e-5."""


def continue_to_real_axis(
    m: MatsubaraSolution,
    x: ArrayLike,
    broadening: float = 0.05,
    *,
    step: float | None = None,
    method: str = "anderson",
    tolerance: float | None = None,
    max_iterations: int = 500,
    estimate: bool = True,
    threads: int | None = 1,
) -> RealAxisSolution:
    """Delta and Z at x + i Gamma from the equations there, see `real_axis_system`.

    No analytic continuation of numbers, which would be ill-posed: the equations of Marsiglio,
    Schossmann and Carbotte are solved with the Matsubara data as input. The result for a spectrum
    is the same bits whatever the batch, its order and the number of threads.

    Parameters
    ----------
    m : MatsubaraSolution
        What is continued.
    x : array_like, shape (X,)
        Real parts, meV; of either sign, in any order.
    broadening : float
        Gamma, meV, 0 < Gamma < pi k_B T.
    step : float, optional
        Of the solver's grid, meV. Errors fall exponentially with it: on smooth spectra 0.8 Gamma
        is good to 1e-4 of the largest |Delta|, 0.4 Gamma to 1e-6; single modes, and grids of omega
        coarser than the step, need half of that. By default `line_step`, and where the estimate of
        a spectrum's error is above 5e-5 of its largest |Delta|, a half or a quarter of it.
    method : {"anderson", "broyden", "plain"}
        As in `solve_matsubara`.
    tolerance : float, optional
        Largest |G(Delta) - Delta| on the grid, meV; by default 1e-6, or 1e-5 Delta(i omega_0) where
        that is less.
    max_iterations : int
        On each grid.
    estimate : bool
        False leaves `error` NaN and saves its time, about a third of all; no step is halved then.
    threads : int, optional
        None for as many as there are cores.

    Returns
    -------
    RealAxisSolution
        `converged` is False where m or the iteration on the line did not converge. `error` is what
        the equations leave of Delta on a grid of half the step: grid, iteration and interpolation
        between its points, anywhere from 0 to the largest |x|.

    Raises
    ------
    ValueError
        If an argument is outside its range; the message names it.
    """
    x, broadening = check_line(m, x, broadening)
    halvings = _HALVINGS if step is None and estimate else 0
    if step is None:
        step = line_step(m.temperature, broadening)
    step = positive_number("step", step, "in meV, or None for 0.6 broadening")
    if step > 2 * broadening:
        raise ValueError(
            f"step={step!r}: too coarse for broadening={broadening!r} meV; give at most "
            f"{2 * broadening:g}, better {_STEP * broadening:g}"
        )
    energies, strengths = modes(m.omega, m.a2f.reshape(-1, m.omega.size))
    delta, z = (field.reshape(-1, m.frequencies.size) for field in (m.delta, m.z))
    count, reach = len(strengths), np.abs(x).max(initial=0.0)
    check_iteration(method, _TOLERANCE if tolerance is None else tolerance, max_iterations)
    if tolerance is None:
        relative = _RELATIVE_TOLERANCE * delta[:, 0]
        tolerance = np.where(relative > 0, np.minimum(_TOLERANCE, relative), _TOLERANCE)
    tolerance = np.broadcast_to(tolerance, count)
    threads = thread_count(threads)
    if m.sampling is None:
        coulomb = effective_coulomb(m.mu_star, m.cutoff, m.temperature, m.frequencies.size)
        weights = np.ones(m.frequencies.size)
    else:
        coulomb, weights = m.sampling.coulomb, m.sampling.weights
    sums = m.frequencies.tobytes(), weights.tobytes()
    where = energies.tobytes(), sums, m.temperature, broadening, step, float(reach)
    line = _line(*where, 0)
    out, out_z = (np.empty((count, x.size), complex) for _ in range(2))
    line_delta = np.empty((count, line.n), complex)
    residual, error = np.empty(count), np.full(count, np.nan)
    iterations = np.zeros(count, np.int64)

    def system_of(grid, rows, start=None):
        return LineSystem(
            grid, strengths[rows], delta[rows], z[rows], m.frequencies, coulomb, m.tail, start
        )

    def work(begin, end):
        rows, start = np.arange(begin, end), None
        for halved in range(halvings + 1):
            grid = _line(*where, halved)
            system = system_of(grid, rows, start)
            residual[rows], more = relax(system, rows.size, method, tolerance[rows], max_iterations)
            iterations[rows] += more
            line_delta[rows] = system.delta[:, :: 2**halved]
            first, weights = line_stencil(grid.x, np.abs(x))
            out[rows] = _interpolate(system.delta, first, weights)
            out_z[rows] = _interpolate(system.z, first, weights)
            if not estimate:
                return
            finer = _line(*where, halved + 1)
            start = [_halved(values) for values in (system.delta, system.z)]
            error[rows] = system_of(finer, rows, start).defects()
            again = error[rows] > _ERROR * np.abs(out[rows]).max(1, initial=0.0)
            if not again.any():
                return
            rows, start = rows[again], [values[again] for values in start]

    in_chunks(count, threads, work)
    below = x < 0
    for values in (out, out_z):
        values[:, below] = values[:, below].conj()
    shape = m.converged.shape
    return RealAxisSolution(
        x=x,
        broadening=broadening,
        delta=out.reshape(*shape, x.size),
        z=out_z.reshape(*shape, x.size),
        residual=residual.reshape(shape),
        iterations=iterations.reshape(shape),
        converged=(residual <= tolerance).reshape(shape) & m.converged,
        error=error.reshape(shape),
        line=line.x,
        line_delta=line_delta.reshape(*shape, line.n),
    )


def line_step(temperature: float, broadening: float) -> float:
    """Step of the line that resolves smooth spectra, meV: 0.6 min(Gamma, pi k_B T - Gamma)."""
    return _STEP * min(broadening, frequencies(temperature, 1)[0] - broadening)


def back_projection(m: MatsubaraSolution, r: RealAxisSolution, count: int = 1) -> np.ndarray:
    """Delta(i omega_n), n < count, by Cauchy's integral over the line: a check of the continuation.

    Delta is analytic above the line, so that Delta(i omega_n) is the integral of Delta(z) g(z) /
    (2 pi i) for any g that is analytic there but for a pole of residue 1 at i omega_n. Here g =
    [(i omega_n + i b) / (z + i b)]^p / (z - i omega_n), which falls off so fast that the line need
    not be continued beyond its grid.

    Parameters
    ----------
    m : MatsubaraSolution
    r : RealAxisSolution
        Continuation of m, of `continue_to_real_axis`.
    count : int
        Frequencies from omega_0 on; they should be well below the end of the line.

    Returns
    -------
    ndarray, shape (..., count)
        Relative error |integral / Delta(i omega_n) - 1| of each; NaN in the normal state.

    Raises
    ------
    ValueError
        If r is no continuation of m, or count no number of its frequencies.
    """
    if np.isnan(r.residual).all() and r.iterations.size and not r.iterations.any():
        raise ValueError("r: was not solved on a line (pade?); give one of continue_to_real_axis")
    if r.line_delta.shape[:-1] != m.delta.shape[:-1]:
        raise ValueError(
            f"r: batch {r.line_delta.shape[:-1]} is not that of m, {m.delta.shape[:-1]}; give the "
            "continuation of m"
        )
    count = min(whole_number("count", count), m.frequencies.size)
    z = r.line + 1j * r.broadening
    step = r.line[1]
    errors = np.empty((*m.delta.shape[:-1], count))
    for n, omega_n in enumerate(m.frequencies[:count]):
        b = _SHIFT * r.line[-1]
        g = ((1j * omega_n + 1j * b) / (z + 1j * b)) ** _POWER / (z - 1j * omega_n)
        # x and -x are conjugate up to the factor i: twice the imaginary part, half of it at 0.
        weights = step / np.pi * g
        weights[0] /= 2
        value = (r.line_delta.real * weights.imag + r.line_delta.imag * weights.real).sum(-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            errors[..., n] = np.abs(value / m.delta[..., n] - 1)
    return errors


@lru_cache(maxsize=4)
def _line(energies: bytes, sums, temperature, broadening, step, reach, halvings) -> Line:
    omega_n, weights = (np.frombuffer(values) for values in sums)
    grid = temperature, broadening, step, reach, halvings
    return Line(np.frombuffer(energies), omega_n, weights, *grid)


# Pole -i b and order of the Cauchy kernel: b is this share of the line's length.
_SHIFT = 0.15
_POWER = 12


def line_stencil(grid: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First points, counted from -(half a stencil), and Lagrange weights for x >= 0.

    Parameters
    ----------
    grid : ndarray, shape (n,)
        0, h, 2h ..., meV.
    x : ndarray, shape (X,)
        meV.

    Returns
    -------
    first : ndarray of int, shape (X,)
    weights : ndarray, shape (X, LINE_STENCIL)
    """
    step, half = grid[1], LINE_STENCIL // 2
    position = x / step
    first = np.floor(position).astype(int) - half + 1
    offset = position - first
    nodes = np.arange(LINE_STENCIL)
    weights = np.ones((x.size, LINE_STENCIL))
    for k in nodes:
        for other in nodes[nodes != k]:
            weights[:, k] *= (offset - other) / (k - other)
    return first + half, weights


def _interpolate(values, first, weights):
    """Values (B, n) on the half line at the points of a stencil, shape (B, X)."""
    half = LINE_STENCIL // 2
    both = np.concatenate([values[:, half:0:-1].conj(), values], axis=1)
    points = first[:, None] + np.arange(LINE_STENCIL)
    return np.einsum("bxk,xk->bx", both[:, points], weights)


def _halved(values):
    """Values (B, n) on the half line on a grid of half the step, shape (B, 2 n - 1)."""
    half, n = LINE_STENCIL // 2, values.shape[1]
    _, weights = line_stencil(np.arange(2.0), np.array([0.5]))
    # What is made up beyond the end of the line reaches nothing that is asked for.
    ends = values[:, half - 1 : 0 : -1].conj(), values, np.repeat(values[:, -1:], half, axis=1)
    both = np.concatenate(ends, axis=1)
    result = np.empty((len(values), 2 * n - 1), complex)
    result[:, ::2] = values
    result[:, 1::2] = sum(weight * both[:, k : k + n - 1] for k, weight in enumerate(weights[0]))
    return result
