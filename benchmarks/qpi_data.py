"""Data of the qpi study: time per sample and core, and what MPI ranks gain.

Ranks are compared with one process, and with as many processes side by side that know nothing of
each other: what those lose, the machine lost. The CPU time of the busiest rank says what a machine
with nothing else to do would give.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import measure

BIN = Path(sys.executable).parent
# A shard made and timed by the ranks themselves: no start of Python, no compiling.
TIMED = """
import sys, time
from pathlib import Path
from gapworks.factory.ranks import world
from gapworks.factory.shards import simulate_shard
from gapworks.qpi.data import dataset
settings = dataset.Settings.model_validate_json(sys.argv[1])
start, stop, share, output = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], Path(sys.argv[5])
with world() as ranks:
    dataset.simulate(settings, 0, 2, 1)
    ranks.finish()
    began, used = time.perf_counter(), time.process_time()
    simulate_shard(dataset, settings, start, stop, output, 1, world=ranks, share=share)
    used = time.process_time() - used
    ranks.finish()
    took = time.perf_counter() - began
    busy = list(ranks.in_order(ranks.size, lambda rank: used))
    if ranks.rank == 0:
        print([took, max(busy)])
"""


class Sizes(NamedTuple):
    """Repeats of each part, samples per shard, and numbers of ranks."""

    samples: int = 5
    runs: int = 5
    shard: int = 80
    ranks: tuple[int, ...] = (2,)


def main() -> None:
    cores = os.cpu_count() or 1
    ranks = tuple(n for n in (2, 4, 8, 16) if n <= cores)
    quick = Sizes(samples=2, runs=2, shard=20, ranks=ranks[:1])
    sizes, results = measure.begin("qpi-data", __doc__, Sizes(ranks=ranks), quick)
    per_sample(results, sizes)
    results.listen()
    if (BIN / "mpiexec").exists():
        with tempfile.TemporaryDirectory(prefix="gapworks-bench-") as folder:
            scaling(results, sizes, Path(folder))
    results.finish()


def settings_of(name: str):
    """The resolved settings of one of the study's data sets."""
    return measure.plan("qpi").simulation(name)


def per_sample(results: measure.Results, sizes: Sizes) -> None:
    """Milliseconds of one sample of each class, on one core, drawing and checks included."""
    from functools import partial

    from gapworks.qpi.data import dataset
    from gapworks.qpi.data.draw import irrep

    for name in ("train", "test", "literal_train", "fidelity"):
        measure.say(f"samples: {name}")
        settings = settings_of(name)
        calls = {
            irrep(index)[0]: partial(dataset.simulate, settings, index, index + 1, 1)
            for index in (0, 1, 2, 3, 4)
        }
        energies = len(settings.physics.energies)
        case = f"{name}: {settings.kind}, N {settings.n_effective}, {energies} energies"
        for method, values in measure.race(calls, sizes.samples, floor=0).items():
            results.add("sample", case, method, "ms", [1e3 * value for value in values])


def scaling(results: measure.Results, sizes: Sizes, folder: Path) -> None:
    """Seconds of one shard of the training set on ranks that share samples, or grids."""
    n = sizes.shard
    for ranks in sizes.ranks:
        times: dict[str, list[list[float]]] = {}
        for run in range(sizes.runs):
            measure.say(f"scaling: {ranks} ranks, run {run + 1} of {sizes.runs}")
            for method, *took in race_of_ranks(folder / f"{ranks}-{run}", n, ranks):
                times.setdefault(method, []).append(took)
        one, one_cpu = zip(*times["one process"], strict=True)
        case = f"{n} samples of train, {ranks} ranks"
        for method, pairs in times.items():
            values, cpu = zip(*pairs, strict=True)
            used = 1 if method == "one process" else ranks
            shares = {
                "efficiency": min(one) / min(values) / used,
                "CPU efficiency": min(one_cpu) / min(cpu) / used,
            }
            results.add("ranks", case, method, "s", values, reference=one, **shares)


def race_of_ranks(folder: Path, n: int, ranks: int):
    """Each way of making a shard once: its name, the seconds and the CPU seconds of its slowest
    process."""
    settings = settings_of("train").canonical_json()

    def start(name, size=0, first=0, last=n, share="samples"):
        launcher = [str(BIN / "mpiexec"), "-n", str(size)] if size else []
        bounds = [str(first), str(last), share, str(folder / name / f"{first}-{last}.h5")]
        command = [*launcher, sys.executable, "-c", TIMED, settings, *bounds]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def waited(method, running):
        said = [process.communicate()[0] for process in running]
        if any(process.returncode for process in running):
            sys.exit(f"{method}: failed")
        took, busy = zip(*map(json.loads, said), strict=True)
        return method, max(took), max(busy)

    cuts = [n * i // ranks for i in range(ranks + 1)]
    yield waited("one process", [start("one")])
    beside = [start("beside", 0, *bounds) for bounds in zip(cuts, cuts[1:], strict=False)]
    yield waited("processes side by side", beside)
    yield waited("ranks share samples", [start("samples", ranks)])
    yield waited("ranks share grids", [start("grids", ranks, share="grids")])


if __name__ == "__main__":
    measure.run(main)
