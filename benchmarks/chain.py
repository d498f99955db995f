"""The chain study's fast solver against its reference, dense diagonalisation.

Time per self-consistency map and per realization, the paper's data set, memory, start-up. Same
rings, same process, the solvers taking turns, one BLAS thread: ratios are per core.
"""

from __future__ import annotations

import tempfile
from functools import partial
from typing import NamedTuple

import measure

SEED = 20251230
STRENGTH = 0.5


class Sizes(NamedTuple):
    """What a run measures.

    Attributes
    ----------
    lengths, dense_maps, dense_memory
        L of the rings; where the reference's map, and its memory, are measured.
    dense_seconds : float
        A realization of the reference is measured if it should take no longer than this.
    maps, realizations, batches, memory, cold, warm : int
        Repeats.
    """

    lengths: tuple[int, ...] = (256, 512, 1024, 2048, 4096, 16384, 65536)
    dense_maps: tuple[int, ...] = (256, 512, 1024)
    dense_memory: tuple[int, ...] = (256, 512, 1024)
    dense_seconds: float = 30.0
    maps: int = 9
    realizations: int = 5
    batches: int = 7
    memory: int = 3
    cold: int = 2
    warm: int = 7


QUICK = Sizes(
    lengths=(256, 512, 4096, 65536),
    dense_maps=(256, 512),
    dense_memory=(),
    dense_seconds=5.0,
    maps=3,
    realizations=1,
    batches=1,
    memory=1,
    cold=1,
    warm=2,
)

IMPORT = """
import time
start = time.perf_counter()
import numpy as np
from gapworks.chain import dense_map, fast_map, solve
result["import"] = time.perf_counter() - start
"""
# One ring; or `count` of them, for which a plain list of random numbers will do.
RINGS = IMPORT + "V = 0.5 * (2 * np.random.default_rng(1).random(({count}, {L})) - 1)\n"
CALLS = (
    RINGS.format(count=1, L=256)
    + """
for call in ("first call", "second call"):
    start = time.perf_counter()
    s = solve(V[0], threads=1)
    result[call] = time.perf_counter() - start
"""
)
# Not timed: the map of the ratios, compiled with the rest for those who come after.
MAP = "fast_map(V[0], s.delta, s.density, float(s.mu))"
DENSE = RINGS + "dense_map(V[0], np.full({L}, 0.1), np.full({L}, 0.85), -1.1)"


def main() -> None:
    sizes, results = measure.begin("chain", __doc__, Sizes(), QUICK)
    with measure.fresh_cache():  # the cold start must find none, and the user's survive it
        start_up(results, sizes)
        memory(results, sizes)
        map_seconds = against_length(results, sizes)
        paper(results, sizes, map_seconds)
        results.finish()


def start_up(results: measure.Results, sizes: Sizes) -> None:
    """Import and first call in a new process: nothing compiled yet, and everything compiled."""
    measure.say("start-up, cold: compiling everything")
    runs = {"cold cache": [measure.fresh(CALLS + MAP)], "warm cache": []}
    for _ in range(sizes.cold - 1):
        measure.say("start-up, cold: once more, elsewhere")
        with tempfile.TemporaryDirectory(prefix="gapworks-bench-") as folder:
            runs["cold cache"].append(measure.fresh(CALLS + MAP, NUMBA_CACHE_DIR=folder))
    measure.say("start-up, warm")
    for _ in range(sizes.warm):
        runs["warm cache"].append(measure.fresh(CALLS))
    for case, outcomes in runs.items():
        for key in ("import", "first call", "second call", "wall", "peak_mb"):
            what = {"wall": "whole process", "peak_mb": "peak memory"}.get(key, key)
            unit = "MB" if key == "peak_mb" else "s"
            results.add("start-up", case, what, unit, [outcome[key] for outcome in outcomes])


def memory(results: measure.Results, sizes: Sizes) -> None:
    """Peak memory of new processes."""
    samples = len(disorder_of_the_paper())
    programs = {("nothing solved", "import"): IMPORT}
    for L in (256, 65536):
        program = RINGS.format(count=1, L=L) + "solve(V[0], threads=1)"
        programs[f"one ring, L = {L}", "fast"] = program
    for L in sizes.dense_memory:
        programs[f"one map, L = {L}", "dense"] = DENSE.format(count=1, L=L)
    program = RINGS.format(count=samples, L=256) + "solve(V, threads=2)"
    programs[f"{samples} rings, L = 256, 2 thr.", "fast"] = program
    baseline = None
    for (case, method), program in programs.items():
        measure.say(f"memory: {case}, {method}")
        peaks = [measure.fresh(program)["peak_mb"] for _ in range(sizes.memory)]
        baseline = baseline or min(peaks)
        above = {"above import": min(peaks) - baseline}
        results.add("memory", case, method, "MB", peaks, **above)


def against_length(results: measure.Results, sizes: Sizes) -> list[float]:
    """Both solvers against L at V0 = 0.5; gives the seconds of the reference's map, L = 256."""
    import numpy as np

    from gapworks.chain import dense_map, fast_map, solve, solve_dense
    from gapworks.chain.data.draw import draw_disorder

    lengths = sizes.lengths
    realizations = []
    for L in lengths:
        measure.say(f"maps and realizations: L = {L}")
        results.listen()
        V = draw_disorder(SEED, 1, [STRENGTH], L, 0, 1)[0][0]
        s = solve(V, threads=1)
        iterations = int(s.iterations)
        state = (V, s.delta, s.density, float(s.mu))
        fast_map(*state)  # a first call may compile, which would pass for a slow one
        calls = {"dense": partial(dense_map, *state)} if L in sizes.dense_maps else {}
        maps = measure.race({**calls, "fast": partial(fast_map, *state)}, sizes.maps)
        dense = maps.get("dense")
        # Many equal rings in one call, so that what a call costs once does not count.
        batch = np.tile(V, (max(lengths) // L, 1))
        whole = {"fast": partial(solve, V, threads=1)}
        if len(batch) > 1:
            whole["fast, in a batch"] = partial(solve, batch, threads=1)
        measured = dense and min(dense) * iterations < sizes.dense_seconds
        if measured:
            whole["dense"] = partial(solve_dense, V)
        times = measure.race(whole, sizes.realizations, budget=5.0)
        if len(batch) > 1:
            times["fast, in a batch"] = [t / len(batch) for t in times["fast, in a batch"]]
        note = f"{iterations} iterations" + ("" if s.converged else ", NOT CONVERGED")
        notes = dict.fromkeys(times, note)
        if dense and not measured:
            times["dense"] = [seconds * iterations for seconds in dense]
            notes["dense"] = "EXTRAPOLATED: maps x iterations of fast"
        if measured and min(lengths) == L:
            error = abs(solve_dense(V).delta - s.delta).max()
            notes["fast"] += f", max|dDelta| = {error:.0e}"
        loop = times.get("fast, in a batch", times["fast"])
        maps["fast, in the loop"] = [seconds / iterations for seconds in loop]
        for name, values in maps.items():
            add(results, "map", L, name, values, dense)
        realizations.append((L, times, notes))
        if min(lengths) == L:
            of_the_reference = dense
    for L, times, notes in realizations:
        for name in sorted(times):
            add(results, "realization", L, name, times[name], times.get("dense"), notes[name])
    return of_the_reference


def add(results, section, L, method, values, reference, note="") -> None:
    """A row in milliseconds."""
    reference = [1e3 * value for value in reference] if reference else None
    values = [1e3 * value for value in values]
    results.add(section, f"L = {L}", method, "ms", values, reference=reference, note=note)


def disorder_of_the_paper():
    """All rings of the paper's training set: 220 for each of V0 = 0, 0.05, ..., 0.75."""
    from gapworks.chain.data.draw import draw_disorder

    strengths = [index / 20 for index in range(16)]
    return draw_disorder(SEED, 1, strengths, 256, 0, 220 * len(strengths))[0]


def paper(results: measure.Results, sizes: Sizes, map_seconds: list[float]) -> None:
    """The paper's training set, on one and on two threads."""
    from gapworks.chain import solve

    V = disorder_of_the_paper()
    measure.say(f"the paper's {len(V)} realizations")
    s = solve(V, threads=2)
    calls = {f"fast, {threads} thr.": partial(solve, V, threads=threads) for threads in (1, 2)}
    times = measure.race(calls, sizes.batches, budget=20.0)
    dense = [seconds * int(s.iterations.sum()) for seconds in map_seconds]
    case = f"{len(V)} x L = 256"
    ms = 1e3 / len(V)
    column = "ms per realization and core"
    for threads, (name, values) in enumerate(times.items(), start=1):
        failed = int((~s.converged).sum())
        note = f"{s.iterations.mean():.1f} iterations on average, {failed} failed"
        each = {column: min(values) * threads * ms}
        results.add("paper", case, name, "s", values, reference=dense, **each, note=note)
    note = "EXTRAPOLATED: maps x iterations of fast"
    results.add("paper", case, "dense", "s", dense, **{column: min(dense) * ms}, note=note)
    measure.say("drawing the disorder")
    drawing = measure.race({"draw": disorder_of_the_paper}, 3)["draw"]
    results.add("paper", case, "drawing V", "s", drawing, **{column: min(drawing) * ms})


if __name__ == "__main__":
    measure.run(main)
