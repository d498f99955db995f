"""The eliashberg study's samples as arrays of a shard.

A sample is a spectral function alpha^2 F that superconducts, and its solution on both axes. One
that does not superconduct is drawn again, from the sample's own stream, and the draws are counted.
Data of the path "as_printed" are continued as the paper does it, and what fails the paper's test is
drawn again, too.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from gapworks.eliashberg.config import Physics, Solver
from gapworks.eliashberg.data.as_printed import solve_as_printed
from gapworks.eliashberg.data.draw import draw_complex, draw_simple
from gapworks.eliashberg.data.fields import Split, boson_grid, real_energies
from gapworks.eliashberg.physics.matsubara import solve_matsubara
from gapworks.eliashberg.physics.real_axis import back_projection, continue_to_real_axis, line_step
from gapworks.eliashberg.physics.solution import MatsubaraSolution, RealAxisSolution
from gapworks.eliashberg.physics.spectrum import coupling_constant, logarithmic_frequency
from gapworks.eliashberg.steps import Simulate as Settings
from gapworks.factory.container import VALID, Coordinate, Variable, coded
from gapworks.factory.seeds import sample_generator

__all__ = ["VARIABLES", "Settings", "block", "coordinates", "simulate"]

DRAW = {"simple": draw_simple, "complex": draw_complex}
"""By the kind of the spectra."""


class Reason(IntEnum):
    """How a sample ended."""

    CONVERGED = 0
    MATSUBARA = 1
    LINE = 2
    BACK_PROJECTION = 3
    NORMAL = 4


SAID = (
    "draws that the test of the continuation dropped",
    "frequencies omega_n > 0 that were needed",
    "largest |Delta - phi / Z| over the largest |Delta|",
)
"""Along the dimension `said` of data as printed."""

VARIABLES = {
    "a2f": Variable(("sample", "omega"), "1", "electron-boson spectral function alpha^2 F"),
    "matsubara_delta": Variable(("sample", "matsubara"), "meV", "gap function Delta(i omega_n)"),
    "matsubara_z": Variable(("sample", "matsubara"), "1", "renormalisation Z(i omega_n)"),
    "delta_real": Variable(("sample", "energy"), "meV", "Re Delta(x + i Gamma)"),
    "delta_imag": Variable(("sample", "energy"), "meV", "Im Delta(x + i Gamma)"),
    "z_real": Variable(("sample", "energy"), "1", "Re Z(x + i Gamma)"),
    "z_imag": Variable(("sample", "energy"), "1", "Im Z(x + i Gamma)"),
    "coupling": Variable(("sample",), "1", "lambda = 2 int a2F / omega"),
    "omega_log": Variable(("sample",), "meV", "logarithmic mean frequency"),
    "residual": Variable(("sample",), "meV", "largest residual on the imaginary axis"),
    "line_residual": Variable(("sample",), "meV", "largest residual on the line x + i Gamma"),
    "back_projection": Variable(
        ("sample",), "1", "relative error of Delta(i omega_0) taken back from the line"
    ),
    "redraws": Variable(("sample",), "1", "draws that did not superconduct", "int32"),
    "continuation": Variable(
        ("sample", "said"), "1", "what the paper's own way to the real axis says of the sample"
    ),
    "split": coded("what the sample is for", Split),
    "reason": coded("how the sample ended", Reason),
    "valid": VALID,
}


def block(settings: Settings) -> int:
    """Samples solved between two signs of progress; a Ctrl-C waits for so many."""
    return 64


def coordinates(settings: Settings) -> dict[str, Coordinate]:
    """The dimensions `omega`, `matsubara` and `energy`; `said` of data as printed."""
    kept = np.arange(settings.solver.kept_frequencies)
    said = {"said": Coordinate(np.arange(len(SAID)), "1", ", ".join(SAID))}
    return (said if settings.as_printed else {}) | {
        "omega": Coordinate(boson_grid(settings.physics), "meV", "boson energy"),
        "matsubara": Coordinate(kept, "1", "n of omega_n = (2 n + 1) pi k_B T"),
        "energy": Coordinate(real_energies(settings.physics), "meV", "real part of the energy"),
    }


def draw(settings: Settings, rng: np.random.Generator) -> np.ndarray:
    """The next spectrum of a sample's stream, shape (points,)."""
    return DRAW[settings.kind](rng, settings.physics.points, settings.spectra)


def split(index: np.ndarray) -> np.ndarray:
    """What samples are for: of every hundred, 81 train, 9 validate and 10 test.

    It depends on the index alone, so that a data set that grows moves no sample from one part to
    another; the step of 61 scatters the three evenly, also over fewer than a hundred samples.
    """
    turn = (61 * index) % 100
    return np.select([turn < 81, turn < 90], [Split.TRAIN, Split.VALIDATION], Split.TEST)


def simulate(settings: Settings, start: int, stop: int, threads: int) -> dict[str, np.ndarray]:
    """Draw and solve the samples start ... stop - 1.

    Returns
    -------
    dict of str to ndarray
        The arrays of `VARIABLES`. A sample that failed a check has `valid` 0, says its reason and
        keeps what the solvers last had.
    """
    physics, solver = settings.physics, settings.solver
    if settings.as_printed:
        return _as_printed(settings, start, stop, threads)
    m, redraws = _superconducting(settings, start, stop, threads)
    r = real_axis(physics, m, solver, threads)
    back = back_projection(m, r)[:, 0]
    reason = _reasons(m, r, back, solver.back_projection)
    return _kept(settings, start, m.a2f, (m.delta, m.z), (r.delta, r.z), reason) | {
        "residual": m.residual,
        "line_residual": r.residual,
        "back_projection": back,
        "redraws": redraws,
    }


def _kept(
    settings: Settings,
    start: int,
    a2f: np.ndarray,
    imaginary: tuple[np.ndarray, np.ndarray],
    real: tuple[np.ndarray, np.ndarray],
    reason: np.ndarray,
) -> dict[str, np.ndarray]:
    """What is kept of spectra, of (Delta, Z) on both axes and of the checks, of any data."""
    omega, kept = boson_grid(settings.physics), slice(0, settings.solver.kept_frequencies)
    functions = {
        f"{name}_{part}": getattr(values, part)
        for name, values in zip(("delta", "z"), real, strict=True)
        for part in ("real", "imag")
    }
    return {
        "a2f": a2f,
        "matsubara_delta": imaginary[0][:, kept],
        "matsubara_z": imaginary[1][:, kept],
        **functions,
        "coupling": coupling_constant(omega, a2f),
        "omega_log": logarithmic_frequency(omega, a2f),
        "split": split(np.arange(start, start + len(a2f))),
        "reason": reason,
        "valid": reason == Reason.CONVERGED,
    }


def solve_spectra(
    physics: Physics, a2f: np.ndarray, solver: Solver, threads: int
) -> tuple[MatsubaraSolution, RealAxisSolution]:
    """Solutions on both axes of spectral functions on the study's grid, shape (n, points)."""
    m = imaginary_axis(physics, a2f, solver, threads)
    return m, real_axis(physics, m, solver, threads)


def imaginary_axis(
    physics: Physics, a2f: np.ndarray, solver: Solver, threads: int, method: str = "anderson"
) -> MatsubaraSolution:
    """`solve_matsubara` with the study's physics, for spectra of shape (n, points)."""
    return solve_matsubara(
        boson_grid(physics),
        a2f,
        physics.temperature,
        physics.mu_star,
        physics.matsubara,
        physics.mu_star_cutoff,
        method=method,
        tolerance=solver.tolerance,
        max_iterations=solver.max_iterations,
        threads=threads,
    )


def real_axis(
    physics: Physics,
    m: MatsubaraSolution,
    solver: Solver,
    threads: int,
    x: np.ndarray | None = None,
) -> RealAxisSolution:
    """`continue_to_real_axis` at the study's energies, or at others, with the study's own step.

    The step is that for smooth spectra, and half of it where the grid of the spectra is coarser
    than it: no sample's step depends on an estimate.
    """
    step = line_step(physics.temperature, physics.broadening)
    if physics.cutoff / physics.points > step:
        step /= 2
    return continue_to_real_axis(
        m,
        real_energies(physics) if x is None else x,
        physics.broadening,
        step=step,
        tolerance=solver.line_tolerance,
        max_iterations=solver.max_iterations,
        estimate=False,
        threads=threads,
    )


def _as_printed(settings, start, stop, threads):
    """Samples the paper's way: drawn until they superconduct and pass the test.

    Of the line's residual the files hold |Delta - phi / Z|, meV; Delta(i omega_0) is a point that
    the approximants go through, so nothing has to be taken back.
    """
    physics, solver = settings.physics, settings.solver
    streams = _streams(settings, start, stop)
    a2f = np.stack([draw(settings, rng) for rng in streams])
    normal, dropped = np.zeros(len(a2f), int), np.zeros(len(a2f), int)
    s = solve_as_printed(physics, a2f, solver, settings.as_printed, threads)
    while True:
        bad = np.flatnonzero(~s.passed)
        again = bad[normal[bad] + dropped[bad] + 1 < solver.max_draws]
        if not again.size:
            break
        superconducts = s.superconducting[again]
        normal[again] += ~superconducts
        dropped[again] += superconducts
        for row in again:
            a2f[row] = draw(settings, streams[row])
        solved = solve_as_printed(physics, a2f[again], solver, settings.as_printed, threads)
        for name, values in vars(solved).items():
            getattr(s, name)[again] = values
    failed = [
        (~s.settled | (s.residual > solver.tolerance), Reason.MATSUBARA),
        (~s.superconducting, Reason.NORMAL),
        (~s.passed, Reason.LINE),
    ]
    reason = np.select([where for where, _ in failed], [why for _, why in failed], Reason.CONVERGED)
    on_matsubara = s.matsubara_delta, s.matsubara_z
    return _kept(settings, start, a2f, on_matsubara, (s.delta, s.z), reason) | {
        "residual": s.residual,
        "line_residual": np.where(s.superconducting, s.disagreement, np.nan)  # else not continued
        * np.abs(s.delta).max(1),
        "back_projection": np.zeros(len(a2f)),
        "redraws": normal,
        "continuation": np.stack([dropped, s.frequencies, s.disagreement], axis=1),
    }


def _streams(settings, start, stop):
    """The streams of random numbers of the samples, each its own."""
    return [
        sample_generator(settings.seed, "eliashberg", settings.stream, index)
        for index in range(start, stop)
    ]


def _superconducting(settings, start, stop, threads):
    """Spectra that superconduct, solved on the imaginary axis, and how many were drawn in vain."""
    physics, solver = settings.physics, settings.solver
    streams = _streams(settings, start, stop)
    a2f = np.stack([draw(settings, rng) for rng in streams])
    redraws = np.zeros(len(a2f), int)
    m = imaginary_axis(physics, a2f, solver, threads)
    normal = np.flatnonzero(~m.superconducting)
    while (again := normal[redraws[normal] + 1 < solver.max_draws]).size:
        redraws[again] += 1
        for row in again:
            a2f[row] = draw(settings, streams[row])
        solved = imaginary_axis(physics, a2f[again], solver, threads)
        normal = again[~solved.superconducting]
    return (imaginary_axis(physics, a2f, solver, threads) if redraws.any() else m), redraws


def _reasons(m, r, back, largest):
    """The first check that a sample failed."""
    failed = [
        (~m.converged, Reason.MATSUBARA),
        (~m.superconducting | (m.delta[:, 0] <= 0), Reason.NORMAL),
        (~r.converged, Reason.LINE),
        (~(back <= largest), Reason.BACK_PROJECTION),
    ]
    return np.select([where for where, _ in failed], [why for _, why in failed], Reason.CONVERGED)
