"""The eliashberg study's forward solvers: time per spectrum and core, accuracy, the paper's data.

Anderson's method against the paper's (Broyden) and plain iteration on both axes, the equations on
the line against Pade approximants, and all 11800 samples made as the workflow makes them. Same
spectra, same process, the methods taking turns, one BLAS thread: ratios are per core.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

import measure

BIN = Path(sys.executable).parent


class Sizes(NamedTuple):
    """Spectra of a batch, repeats, spectra whose T_c is sought, share of the data sets made."""

    batch: int = 256
    repeats: int = 7
    transitions: int = 16
    share: float = 1.0


QUICK = Sizes(batch=64, repeats=2, transitions=4, share=0.05)

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
    sizes, results = measure.begin("eliashberg", __doc__, Sizes(), QUICK)
    start_up(results)
    solvers(results, sizes)
    results.listen()
    with tempfile.TemporaryDirectory(prefix="gapworks-bench-") as folder:
        data_sets(results, sizes, Path(folder))
    results.finish()


def start_up(results: measure.Results) -> None:
    """Import and first call of a new process, with what numba has kept on disk."""
    measure.say("start-up")
    measure.fresh(START)
    outcomes = [measure.fresh(START) for _ in range(3)]
    for key in ("import", "first call", "second call", "wall", "peak_mb"):
        what = {"wall": "whole process", "peak_mb": "peak memory"}.get(key, key)
        unit = "MB" if key == "peak_mb" else "s"
        results.add("start-up", "one spectrum", what, unit, [outcome[key] for outcome in outcomes])


def settings_of(name: str):
    """The resolved settings of one of the study's data sets."""
    planned = measure.plan("eliashberg")
    return planned.simulation(name), planned.samples(name)


def superconductors(count: int):
    """The first spectra of the complex data set that superconduct; the grids of both axes."""
    import numpy as np

    from gapworks.eliashberg.data.dataset import draw
    from gapworks.eliashberg.data.fields import boson_grid, real_energies
    from gapworks.eliashberg.physics.matsubara import solve_matsubara
    from gapworks.factory.seeds import sample_generator

    settings, _ = settings_of("complex")
    streams = (
        sample_generator(settings.seed, "eliashberg", settings.stream, index)
        for index in range(2 * count)
    )
    omega = boson_grid(settings.physics)
    a2f = np.array([draw(settings, rng) for rng in streams])
    found = np.flatnonzero(solve_matsubara(omega, a2f).superconducting)[:count]
    return omega, a2f[found], real_energies(settings.physics)


def solvers(results: measure.Results, sizes: Sizes) -> None:
    """Each solver on the same batch; errors of Delta against a finer grid, tolerance 1e-11."""
    import numpy as np

    from gapworks.eliashberg import (
        back_projection,
        continue_to_real_axis,
        critical_temperature,
        pade,
        solve_matsubara,
    )

    omega, a2f, x = superconductors(sizes.batch)
    m = solve_matsubara(omega, a2f)
    methods = ("anderson", "broyden", "plain")

    measure.say("imaginary axis")
    calls = {name: partial(solve_matsubara, omega, a2f, method=name) for name in methods}
    calls["anderson, sums with their tail"] = partial(solve_matsubara, omega, a2f, tail=True)
    times = measure.race(calls, sizes.repeats)
    ends = solve_matsubara(omega, a2f, tolerance=1e-14)
    goes_on = solve_matsubara(omega, a2f, tolerance=1e-14, tail=True)
    for name, values in times.items():
        s = calls[name]()
        exact = goes_on if s.tail else ends
        scale = np.abs(exact.delta[exact.superconducting]).max(1)
        error = np.abs(s.delta - exact.delta)[exact.superconducting].max(1) / scale
        note = f"{s.iterations.mean():.1f} iterations, {(~s.converged).sum()} not converged"
        add(results, "imaginary axis", name, len(a2f), values, times["plain"], error, note)

    measure.say("real axis")
    exact = continue_to_real_axis(m, x, step=0.01, tolerance=1e-11)
    scale = np.abs(exact.delta).max(1)
    line = partial(continue_to_real_axis, m, x, estimate=False)
    calls = {name: partial(line, method=name) for name in methods} | {
        "anderson, default: with the estimate of its error": partial(continue_to_real_axis, m, x),
        "anderson, step 0.04": partial(line, step=0.04),
        "anderson, step 0.02, to 1e-8": partial(line, step=0.02, tolerance=1e-8),
        "Pade, 351 points": partial(pade, m, x),
    }
    times = measure.race(calls, sizes.repeats)
    for name, values in times.items():
        r = calls[name]()
        error = np.abs(r.delta - exact.delta).max(1) / scale
        note = "no equation solved"
        if np.isfinite(r.residual).all():
            back = back_projection(m, r).max()
            note = f"{r.iterations.mean():.1f} iterations, back to i omega_0 {back:.0e}"
        add(results, "real axis", name, len(a2f), values, times["plain"], error, note)

    measure.say("critical temperature")
    few = a2f[: sizes.transitions]
    calls = {"linearised equations": partial(critical_temperature, omega, few)}
    for name, values in measure.race(calls, sizes.repeats).items():
        add(results, "critical temperature", name, len(few), values)


def add(results, section, method, count, values, reference=None, error=None, note="") -> None:
    """A row in milliseconds per spectrum and core; errors are relative to the largest |Delta|."""
    import numpy as np

    each = 1e3 / count
    more = {}
    if error is not None:
        more = {"median error": f"{np.median(error):.0e}", "max error": f"{error.max():.0e}"}
    reference = [each * seconds for seconds in reference] if reference else None
    values = [each * seconds for seconds in values]
    case = f"{count} spectra"
    results.add(section, case, method, "ms", values, reference=reference, **more, note=note)


def data_sets(results: measure.Results, sizes: Sizes, folder: Path) -> None:
    """All samples drawn, solved, checked and written by `gapworks simulate`, start-up included.

    Two processes side by side are what `snakemake -c2` does with two shards.
    """
    wanted = {}
    for name in ("complex", "simple"):
        settings, samples = settings_of(name)
        wanted[name] = settings.canonical_json(), max(40, round(sizes.share * samples))
    total = sum(samples for _, samples in wanted.values())
    one = None
    for processes in [1, 2] if (os.cpu_count() or 1) > 1 else [1]:
        measure.say(f"data sets: {processes} at a time")
        took = measure.seconds(partial(make, wanted, processes, folder / str(processes)))
        one = one or took
        each = {"ms per sample and core": 1e3 * processes * took / total}
        case, method = f"{total} samples", f"{processes} at a time"
        note = quality(folder / str(processes))
        results.add("data sets", case, method, "s", [took], reference=[one], **each, note=note)


def make(wanted, processes: int, folder: Path) -> None:
    """Every data set in as many shards as there are processes, one after the other."""
    for name, (settings, samples) in wanted.items():
        cuts = [samples * i // processes for i in range(processes + 1)]
        running = [
            subprocess.Popen(
                [BIN / "gapworks", "simulate", "eliashberg", "--settings", settings]
                + ["--max-failed-share", "0.01", "--start", str(start), "--stop", str(stop)]
                + ["--output", folder / name / f"{start}-{stop}.h5"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for start, stop in zip(cuts, cuts[1:], strict=False)
        ]
        codes = [process.wait() for process in running]
        if any(codes):
            sys.exit(f"{name}: a simulation failed")


def quality(folder: Path) -> str:
    """Failures, redraws and the worst back-projection of the shards in a folder."""
    import numpy as np

    from gapworks.factory.reading import read

    names = ("valid", "redraws", "back_projection")
    shards = [read(path, names) for path in sorted(folder.rglob("*.h5"))]
    valid, redraws, back = (np.concatenate([one[name] for one in shards]) for name in names)
    return (
        f"{(valid == 0).sum()} failed, {redraws.sum()} drawn again, back-projection "
        f"{back[valid == 1].max():.0e} at worst"
    )


if __name__ == "__main__":
    measure.run(main)
