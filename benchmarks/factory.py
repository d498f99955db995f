"""The factory: what shards, gathering and the workflow add to the time of the simulation.

Shards of the chain study at the paper's size against the same arrays written by h5py and by numpy
with nothing around it; gathering; Snakemake's time per job, on a temporary copy of this checkout.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import measure

OWN_SCALE = "bench"
SHARDS = 1000


class Sizes(NamedTuple):
    """What a run measures: repeats of each part, and shards gathered at once."""

    shards: int = 7
    gathers: int = 5
    gathered: int = 16
    runs: int = 3
    dry_runs: int = 3


QUICK = Sizes(shards=2, gathers=2, gathered=4, runs=1, dry_runs=1)


def main() -> None:
    sizes, results = measure.begin("factory", __doc__, Sizes(), QUICK)
    with tempfile.TemporaryDirectory(prefix="gapworks-bench-") as folder:
        shards(results, sizes, Path(folder))
        results.listen()
        workflow(results, sizes, Path(folder))
        results.finish()


def shards(results: measure.Results, sizes: Sizes, folder: Path) -> None:
    """Simulate, write, verify, read and gather shards of the paper's training set."""
    from gapworks.chain.data import dataset as study
    from gapworks.factory.gather import gather
    from gapworks.factory.reading import read, verify
    from gapworks.factory.shards import shard_name, simulate_shard

    planned = measure.plan("chain")
    settings, size = planned.simulation("train"), planned.scale.config.shard_size
    step = study.block(settings)
    blocks = [(first, min(first + step, size)) for first in range(0, size, step)]

    def simulate():
        return [study.simulate(settings, first, last, 1) for first, last in blocks]

    measure.say(f"shards: simulating {size} samples")
    study.simulate(settings, 0, 1, 1)  # compiled here, not in what is timed
    pieces = simulate()
    arrays = {name: joined([piece[name] for piece in pieces], name) for name in pieces[0]}
    ready = ready_made(study, arrays)
    path = folder / "shard" / "first.h5"
    shard = partial(simulate_shard, ready, settings, 0, size, path, 1)
    shard()
    calls = {
        "simulate": simulate,
        "shard: write and verify": shard,
        "bare h5py": partial(bare_h5py, folder / "bare.h5", arrays, False),
        "bare h5py, fsync": partial(bare_h5py, folder / "bare.h5", arrays, True),
        "numpy.save": partial(numpy_save, folder, arrays, False),
        "numpy.save, fsync": partial(numpy_save, folder, arrays, True),
        "verify": partial(verify, path),
        "read": partial(read, path),
    }
    measure.say("shards: writing, verifying, reading")
    times = measure.race(calls, sizes.shards, floor=0)
    megabytes = sum(array.nbytes for array in arrays.values()) / 1e6
    case = f"{size} samples, {megabytes:.1f} MB"
    simulated = min(times["simulate"])
    for name, values in times.items():
        share = {"of simulate": f"{min(values) / simulated:.1%}"}
        add(results, "shard", case, name, values, **{"MB/s": megabytes / min(values)}, **share)

    many = folder / "many"
    for first in range(0, sizes.gathered * size, size):
        measure.say(f"gather: shard {first // size + 1} of {sizes.gathered}")
        output = many / shard_name(first, first + size)
        simulate_shard(ready, settings, first, first + size, output, 1)
    samples = sizes.gathered * size
    call = partial(gather, ready, settings, many, samples, size, folder / "all.h5")
    measure.say("gather: verifying and copying")
    values = measure.race({"gather": call}, sizes.gathers, floor=0)["gather"]
    megabytes *= sizes.gathered
    case = f"{sizes.gathered} shards, {megabytes:.0f} MB"
    add(results, "gather", case, "gather", values, **{"MB/s": megabytes / min(values)})


def add(results, section, case, method, values, **more) -> None:
    """A row in milliseconds."""
    results.add(section, case, method, "ms", [1e3 * value for value in values], **more)


def joined(pieces, name):
    """Pieces of an array of a shard, in the type in which it is stored."""
    import numpy as np

    from gapworks.chain.data.dataset import VARIABLES

    return np.concatenate(pieces).astype(VARIABLES[name].dtype)


def ready_made(study, arrays):
    """A study whose samples are there already: its shards cost what the factory adds."""
    size = len(arrays["valid"])

    def simulate(settings, start, stop, threads):
        return {name: values[start % size :][: stop - start] for name, values in arrays.items()}

    return SimpleNamespace(
        Settings=study.Settings,
        VARIABLES=study.VARIABLES,
        block=study.block,
        coordinates=study.coordinates,
        simulate=simulate,
    )


def bare_h5py(path, arrays, synced) -> None:
    """The same arrays in an HDF5 file, with nothing said about them and nothing checked."""
    import h5py

    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file.create_dataset(name, data=values)
    if synced:
        sync(path)


def numpy_save(folder, arrays, synced) -> None:
    """The same arrays, a .npy file each."""
    import numpy as np

    for name, values in arrays.items():
        path = folder / f"{name}.npy"
        np.save(path, values)
        if synced:
            sync(path)


def sync(path) -> None:
    """Wait until a file is on the disk, as a shard does."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def workflow(results: measure.Results, sizes: Sizes, folder: Path) -> None:
    """Snakemake's own time: per job of a run of the smoke scale, and to plan many shards."""
    copy = folder / "checkout"
    measure.copy_checkout(copy)
    add_scale(copy / "config.yaml")
    # Not the whole study: training has time limits of its own.
    smoke = [f"results/smoke/chain/data/{name}.h5" for name in data_sets(copy / "config.yaml")]
    walls, owns, plans = [], [], []
    for run in range(sizes.runs):
        measure.say(f"workflow: smoke scale, one core, run {run + 1} of {sizes.runs}")
        for made in ("results", "logs", ".snakemake"):
            shutil.rmtree(copy / made, ignore_errors=True)
        plans.append(snakemake(copy, *smoke, "-n", "--quiet", "all"))
        walls.append(snakemake(copy, *smoke))
        own = own_seconds(copy / "logs")
        owns.append(sum(own))
    rest = zip(walls, owns, plans, strict=True)
    each = [(wall - in_jobs - plan) / len(own) for wall, in_jobs, plan in rest]
    fresh = [
        measure.fresh("import gapworks.chain.data.dataset")["wall"] for _ in range(sizes.runs + 1)
    ]
    section, case = "workflow", f"smoke, {len(own)} jobs, 1 core"
    results.add(section, case, "wall time", "s", walls)
    results.add(section, case, "jobs' own time, sum", "s", owns)
    results.add(section, case, "dry-run (start and plan)", "s", plans)
    results.add(section, case, "overhead per job", "s", each, note="(wall - own - dry-run) / jobs")
    results.add(section, case, "own time per job", "s", [sum_ / len(own) for sum_ in owns])
    results.add(section, "in own time", "python and imports", "s", fresh[1:])
    measure.say(f"workflow: dry-run of {SHARDS} shards")
    for scale, many in (("smoke", "few"), (OWN_SCALE, SHARDS)):
        target = f"results/{scale}/chain/data/train.h5"
        planned = [snakemake(copy, target, "-n", "--quiet", "all") for _ in range(sizes.dry_runs)]
        results.add("dry-run", f"{many} shards", "snakemake -n", "s", planned)


def data_sets(path: Path) -> list[str]:
    """The chain study's data sets."""
    import yaml

    return list(yaml.safe_load(path.read_text())["chain"]["datasets"])


def add_scale(path: Path) -> None:
    """Add a scale whose training set has `SHARDS` shards of one sample per disorder strength."""
    import yaml

    raw = yaml.safe_load(path.read_text())
    each = len(raw["chain"]["physics"]["disorder_strengths"])
    overlay = {"shard_size": each, "datasets": {"train": {"realizations": SHARDS}}}
    raw["scales"][OWN_SCALE] = {"chain": overlay}
    path.write_text(yaml.safe_dump(raw))


def snakemake(folder: Path, *arguments: str) -> float:
    """Seconds of a run of Snakemake on one core: jobs do not overlap, so their times add up."""
    command = [str(Path(sys.executable).parent / "snakemake"), "-c1", *arguments]
    call = partial(subprocess.run, cwd=folder, check=True, capture_output=True, text=True)
    return measure.seconds(lambda: call(command))


def own_seconds(logs: Path) -> list[float]:
    """Seconds of every job, from the benchmark files of the rules."""
    found = []
    for path in sorted(logs.rglob("*.benchmark.tsv")):
        with path.open() as file:
            found += [float(row["s"]) for row in csv.DictReader(file, delimiter="\t")]
    return found


if __name__ == "__main__":
    measure.run(main)
