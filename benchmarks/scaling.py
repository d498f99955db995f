"""What a scale costs: storage, core hours and jobs, from costs measured here, in docs/scaling.md.

Simulates small shards of every data set and trains large networks for a few epochs, with the
workflow's own commands and settings, plans the whole scale without running it, and adds up. What is
measured here, and what follows from it for other machines and for more cores, is told apart; the
text stands in scaling_page.py.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import measure
from scaling_records import MPI_SAMPLES, STRONG, Cost, Dataset, Measured, Plan, Training, Used

BIN = Path(sys.executable).parent
TRAININGS = (
    ("chain", "surrogate", "surrogate", "validation", 320, 3),
    ("eliashberg", "sl-complex-gap", "complex", "complex", 200, 60),
    ("eliashberg", "ae-joint-gap-64", "complex", "complex", 200, 60),
    ("qpi", "vgg16-converged", "train", "validation", 20, 2),
)
"""Study, network, its data, its validation data; how many samples and epochs it is timed with."""
TIMED = {"chain": 6400, "eliashberg": 120, "qpi": 25}
"""Samples of a study that take some CPU seconds: the difference from FEW tells what one takes."""
FEW = 5
MANY = 112
"""Rings in a shard that cut a million of them into some ten thousand jobs."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="campaign", help="the scale to cost (campaign)")
    parser.add_argument("--output", type=Path, default=measure.ROOT / "docs/scaling.md")
    args = parser.parse_args()
    measure.prepare()
    import scaling_page

    about = measure.provenance()
    scale = args.scale
    before = os.getloadavg()[0]
    shard = measure.plan("chain", scale).shards("surrogate")[0]
    many = json.dumps({args.scale: {"chain": {"shard_size": MANY}}})
    measure.say("planning the whole scale")
    plans = [plan(args.scale), plan(args.scale, f"scales={many}")]
    job_cpu = plan(args.scale, target=shard).used.cpu
    measure.say("strong scaling on this machine")
    scaling, ranks = strong(scale), mpi(scale)
    text = scaling_page.page(
        Measured(
            args.scale,
            about,
            datasets(scale),
            [trained(scale, *one) for one in TRAININGS],
            plans,
            job_cpu,
            scaling,
            ranks,
            (before, os.getloadavg()[0]),
        )
    )
    args.output.write_text(text)
    print(args.output)


def run(command: list[Any], folder: Path = measure.ROOT) -> Used:
    """Run a command to its end; ours, so that an error ends the benchmark.

    Its processes are this one's children and their children: CPU time is that of all of them, once
    they were waited for.
    """
    with tempfile.TemporaryFile("w+") as output:
        words = [str(word) for word in command]
        process = subprocess.Popen(words, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if status:
        sys.exit(f"failed: {' '.join(words[:4])} ...\n{said}")
    return Used(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)


def simulate(study: str, settings: str, start: int, stop: int, folder: Path) -> Used:
    """One simulate command; few samples need not be as good as a thousand."""
    command = [BIN / "gapworks", "simulate", study, "--settings", settings, "--threads", 1]
    command += ["--max-failed-share", "0.99", "--start", start, "--stop", stop]
    return run([*command, "--output", folder / f"{start}-{stop}.h5"])


def datasets(scale: str) -> list[Dataset]:
    """Every data set of the scale; those that differ in their draws alone are measured once."""
    from gapworks.factory.shards import shard_ranges

    known: dict[str, Cost] = {}
    found = []
    for study in TIMED:
        section = measure.plan(study, scale).scale.config
        for name in type(section.datasets).model_fields:
            samples = section.samples(name)
            settings = measure.plan(study, scale).simulation(name)
            kind = settings.model_copy(update={"dataset": "", "stream": 0}).canonical_json()
            if kind not in known:
                measure.say(f"samples of {study}/{name}")
                known[kind] = measured_cost(study, settings.canonical_json())
            jobs = len(shard_ranges(samples, section.shard_size))
            found.append(Dataset(f"{study}/{name}", samples, jobs, known[kind]))
    return found


def measured_cost(study: str, settings: str) -> Cost:
    """From two shards: a small one, and one that takes seconds longer."""
    many = TIMED[study]
    with tempfile.TemporaryDirectory(prefix="gapworks-scaling-") as folder:
        where = Path(folder)
        simulate(study, settings, 0, FEW, where)  # compiles
        few = simulate(study, settings, FEW, 2 * FEW, where)
        more = simulate(study, settings, 1000, 1000 + many, where)
        size = (where / f"1000-{1000 + many}.h5").stat().st_size
    sample = (more.cpu - few.cpu) / (many - FEW)
    return Cost(max(few.cpu - FEW * sample, 0.0), sample, size / many, more.megabytes)


def trained(
    scale: str, study: str, network: str, data: str, validation: str, samples: int, epochs: int
) -> Training:
    """What a training takes, from two with few samples: one epoch, and some more."""
    measure.say(f"training {study}/{network}")
    section = measure.plan(study, scale).scale.config
    settings = json.loads(measure.plan(study, scale).training(network)["settings"])
    all_epochs = settings["network"]["training"]["epochs"]
    # Of how many realizations or superconductors a class there are: 16 V0, 5 classes.
    settings |= {"realizations": samples // 16} if study == "chain" else {}
    settings |= {"per_class": samples // 5} if study == "qpi" else {}
    used = {}
    with tempfile.TemporaryDirectory(prefix="gapworks-scaling-") as folder:
        for name in {data, validation}:
            gathered(
                measure.plan(study, scale).simulation(name), study, samples, Path(folder) / name
            )
        for number in (1, epochs):
            settings["network"]["training"]["epochs"] = number
            command = [BIN / "gapworks", "train", study, "--settings", json.dumps(settings)]
            command += ["--data", f"{folder}/{data}.h5", "--threads", 1]
            command += ["--validation", f"{folder}/{validation}.h5"]
            used[number] = run([*command, "--output", f"{folder}/{number}.safetensors"]).cpu
    each = (used[epochs] - used[1]) / (epochs - 1) / samples
    whole = section.samples(data)
    return Training(f"{study}/{network}", whole, all_epochs, each * whole * all_epochs)


def gathered(settings, study: str, samples: int, place: Path) -> None:
    """A small data set."""
    given = settings.canonical_json()
    simulate(study, given, 0, samples, place)
    command = [BIN / "gapworks", "gather", study, "--settings", given, "--folder", place]
    run([*command, "--samples", samples, "--shard-size", samples, "--output", f"{place}.h5"])


def plan(scale: str, *config: str, target: str = "all") -> Plan:
    """A dry run of a target of a scale."""
    command = ["snakemake", "-n", "--quiet", "rules", "--config", f"scale={scale}", *config]
    used = run([BIN / command[0], *command[1:], "--", target])
    rows = re.findall(r"^(\w+) +(\d+)$", used.said, re.MULTILINE)
    shown = " ".join(command[:2] + [f"'{one}'" if "{" in one else one for one in command[4:]])
    return Plan(shown, {rule: int(n) for rule, n in rows if rule != "total"}, used)


def strong(scale: str) -> list[tuple[int, float, float]]:
    """Shards at a time, and the seconds and CPU seconds that a fixed set of them takes."""
    settings = measure.plan("chain", scale).simulation("surrogate").canonical_json()
    number, size = STRONG
    found = []
    for workers in range(1, (os.cpu_count() or 1) + 1):
        with (
            tempfile.TemporaryDirectory(prefix="gapworks-scaling-") as folder,
            ThreadPoolExecutor(workers) as pool,
        ):
            bounds = [(size * i, size * (i + 1), Path(folder)) for i in range(number)]
            began = time.perf_counter()
            used = list(pool.map(lambda b: simulate("chain", settings, *b), bounds))
            found.append((workers, time.perf_counter() - began, sum(one.cpu for one in used)))
    return found


def mpi(scale: str) -> list[tuple[int, float, float]]:
    """MPI ranks, and the seconds and CPU seconds that one shard of the qpi study takes."""
    if not (BIN / "mpiexec").exists():
        return []
    given = measure.plan("qpi", scale).simulation("train").canonical_json()
    found = []
    for ranks in range(1, (os.cpu_count() or 1) + 1):
        with tempfile.TemporaryDirectory(prefix="gapworks-scaling-") as folder:
            command = [BIN / "mpiexec", "-n", ranks, BIN / "gapworks", "simulate", "qpi"]
            command += ["--ranks", ranks, "--settings", given, "--threads", 1]
            command += ["--max-failed-share", "0.99", "--start", 0, "--stop", MPI_SAMPLES]
            began = time.perf_counter()
            used = run([*command, "--output", f"{folder}/0-{MPI_SAMPLES}.h5"])
            found.append((ranks, time.perf_counter() - began, used.cpu))
    return found


if __name__ == "__main__":
    measure.run(main)
