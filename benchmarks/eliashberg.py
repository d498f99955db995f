"""The eliashberg study's forward solvers: time per spectrum and core, accuracy, the paper's data.

Anderson's method against the paper's and plain iteration, the real axis at several grids against
Pade approximants, and all 11800 samples with their checks. One BLAS thread: times are per core.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import measure

SEED = 20211108


class Sizes(NamedTuple):
    """What a run measures: spectra of a batch, repeats, and samples of the whole data set."""

    batch: int = 256
    repeats: int = 7
    complex_samples: int = 10000
    simple_samples: int = 1800


QUICK = Sizes(batch=64, repeats=3, complex_samples=500, simple_samples=90)

START = """
import time
start = time.perf_counter()
import numpy as np
from gapworks.eliashberg import continue_to_real_axis, solve_matsubara
result["import"] = time.perf_counter() - start
omega = 0.01 * np.arange(1, 1001)
a2f = np.minimum(omega, 10.01 - omega) / 5
for call in ("first call", "second call"):
    start = time.perf_counter()
    continue_to_real_axis(solve_matsubara(omega, a2f), 0.175 * np.arange(1, 201))
    result[call] = time.perf_counter() - start
"""


def main() -> None:
    quick = measure.arguments(__doc__).quick
    sizes = QUICK if quick else Sizes()
    measure.prepare()
    results = measure.Results("eliashberg", quick)
    results.listen()
    start_up(results)
    solvers(results, sizes)
    results.listen()
    data_set(results, sizes)
    results.finish()


def start_up(results: measure.Results) -> None:
    """Import and first call of a new process, with what numba has kept on disk."""
    measure.say("start-up")
    measure.fresh(START)
    outcomes = [measure.fresh(START) for _ in range(3)]
    for key in ("import", "first call", "second call", "wall", "peak_mb"):
        unit = "MB" if key == "peak_mb" else "s"
        values = [outcome[key] for outcome in outcomes]
        results.add("start-up", "one spectrum", key, unit, values)


def draw(kind: str, first: int, last: int):
    """Spectra first ... last - 1 of a data set on the paper's grid."""
    import numpy as np

    from gapworks.eliashberg.samples import draw_complex, draw_simple
    from gapworks.factory.seeds import sample_generator

    stream, function = {"complex": (1, draw_complex), "simple": (2, draw_simple)}[kind]
    generators = (sample_generator(SEED, "eliashberg", stream, i) for i in range(first, last))
    return np.array([function(rng) for rng in generators])


def solvers(results: measure.Results, sizes: Sizes) -> None:
    """Each solver on the same batch; errors against the finest grid."""
    import numpy as np

    from gapworks.eliashberg import (
        back_projection,
        continue_to_real_axis,
        critical_temperature,
        pade,
        solve_matsubara,
    )

    omega, x = 0.01 * np.arange(1, 1001), 0.175 * np.arange(1, 201)
    a2f = draw("complex", 0, sizes.batch)
    a2f = a2f[solve_matsubara(omega, a2f).delta[:, 0] > 0.1]
    count = len(a2f)
    m = solve_matsubara(omega, a2f)
    ms = 1e3 / count

    measure.say("Matsubara")
    methods = ("anderson", "broyden", "plain")
    calls = {name: partial(solve_matsubara, omega, a2f, method=name) for name in methods}
    for name, times in measure.race(calls, sizes.repeats).items():
        s = calls[name]()
        error = np.abs(s.delta - m.delta).max()
        note = f"{s.iterations.mean():.1f} iterations, {s.converged.mean():.0%} converged"
        add(results, "Matsubara", "to 1e-12 meV", name, times, ms, note, error)

    measure.say("real axis")
    exact = continue_to_real_axis(m, x, step=0.01, tolerance=1e-11)
    scale = np.abs(exact.delta).max(1)
    calls = {
        "step 0.04": partial(continue_to_real_axis, m, x, step=0.04),
        "step 0.03 (default)": partial(continue_to_real_axis, m, x),
        "step 0.02, tolerance 1e-8": partial(
            continue_to_real_axis, m, x, step=0.02, tolerance=1e-8
        ),
        "Pade, 351 points": partial(pade, m, x),
    }
    for name, times in measure.race(calls, sizes.repeats).items():
        r = calls[name]()
        error = np.abs(r.delta - exact.delta).max(1) / scale
        note = f"median {np.median(error):.0e}"
        if np.isfinite(r.residual).all():
            back = back_projection(m, r).max()
            note += f"; {r.iterations.mean():.1f} iterations, back to i omega_0 {back:.0e}"
        add(results, "real axis", "x <= 35 meV, Gamma 0.05", name, times, ms, note, error.max())

    measure.say("critical temperature")
    few = a2f[:16]
    times = measure.race({"T_c": partial(critical_temperature, omega, few)}, sizes.repeats)["T_c"]
    add(results, "T_c", "16 spectra", "eigenvalue", times, 1e3 / len(few), "", None)


def add(results, section, case, method, times, factor, note, error) -> None:
    """A row in milliseconds per spectrum and core."""
    more = {} if error is None else {"max error": f"{error:.1e}"}
    values = [factor * seconds for seconds in times]
    results.add(section, case, method, "ms", values, **more, note=note)


def data_set(results: measure.Results, sizes: Sizes) -> None:
    """Draw, solve, continue and check all samples of the paper, on one thread and on two."""
    import numpy as np

    from gapworks.eliashberg import back_projection, continue_to_real_axis, solve_matsubara

    omega, x = 0.01 * np.arange(1, 1001), 0.175 * np.arange(1, 201)
    wanted = {"complex": sizes.complex_samples, "simple": sizes.simple_samples}
    for threads in (2, 1):
        measure.say(f"all samples on {threads} thread(s)")
        seconds, worst, failed, drawn = 0.0, 0.0, 0, 0
        for kind, count in wanted.items():
            found = tried = 0
            while found < count:
                block = min(512, count - found)
                start = measure.time.perf_counter()
                m = solve_matsubara(omega, draw(kind, tried, tried + block), threads=threads)
                kept = np.flatnonzero(m.superconducting)
                # The normal ones are redrawn, and not continued.
                m = solve_subset(m, kept)
                r = continue_to_real_axis(m, x, threads=threads)
                error = back_projection(m, r)[:, 0]
                seconds += measure.time.perf_counter() - start
                tried, found = tried + block, found + len(kept)
                worst = max(worst, error[m.delta[:, 0] > 0.1].max())
                failed += int((~r.converged).sum())
            drawn += tried
        note = f"{drawn} drawn, {failed} failed, back-projection {worst:.0e} at worst"
        each = {"ms per sample and core": 1e3 * threads * seconds / sum(wanted.values())}
        case = f"{sum(wanted.values())} samples"
        results.add("data set", case, f"{threads} thr.", "s", [seconds], **each, note=note)


def solve_subset(m, rows):
    """The chosen rows of a Matsubara solution."""
    from dataclasses import replace

    names = ("a2f", "delta", "z", "residual", "iterations", "converged", "superconducting")
    return replace(m, **{name: getattr(m, name)[rows] for name in names})


if __name__ == "__main__":
    measure.run(main)
