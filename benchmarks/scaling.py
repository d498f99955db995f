"""What a scale costs: storage, core hours and jobs, from costs measured here, in docs/scaling.md.

Simulates small shards of every data set with the workflow's own command and settings, plans the
whole scale without running it, and adds up. Times of this machine are measured; what follows from
them for other machines and for more cores is marked as extrapolated.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import measure

BIN = Path(sys.executable).parent
JOB_SECONDS = 2.0
"""CPU seconds that a Slurm job takes before its command starts: Snakemake's inner step."""


class Cost(NamedTuple):
    """What a data set costs: seconds a job before its first sample, then per sample."""

    start: float
    sample: float
    bytes: float
    memory_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="campaign", help="the scale to cost (campaign)")
    parser.add_argument("--output", type=Path, default=measure.ROOT / "docs/scaling.md")
    args = parser.parse_args()
    measure.prepare()
    from gapworks.factory.provenance import provenance
    from gapworks.factory.shards import shard_ranges

    chosen = configuration(args.scale)
    rows, totals = [], [0.0, 0.0, 0]
    for study, dataset in largest(chosen):
        section = getattr(chosen, study)
        samples = section.samples(dataset)
        jobs = len(shard_ranges(samples, section.shard_size))
        measure.say(f"{study}/{dataset}: {samples} samples in {jobs} jobs")
        cost = measured_cost(section.simulation(dataset, chosen.seed).canonical_json(), study)
        hours = (jobs * (cost.start + JOB_SECONDS) + samples * cost.sample) / 3600
        gigabytes = 2 * samples * cost.bytes / 1e9  # shards, and the gathered copy
        rows.append(
            f"| {study}/{dataset} | {samples:,} | {jobs:,} | {1e3 * cost.sample:.3g} | "
            f"{cost.start:.2g} | {cost.bytes / 1e3:.3g} | {hours:.3g} | {gigabytes:.3g} |"
        )
        totals = [totals[0] + hours, totals[1] + gigabytes, totals[2] + jobs]
    measure.say("planning the whole scale")
    jobs, cpu, memory = plan(args.scale)
    measure.say("strong scaling on this machine")
    text = page(args.scale, rows, totals, (jobs, cpu, memory), strong(chosen), provenance())
    args.output.write_text(text)
    print(args.output)


def configuration(scale: str):
    """The settings of a scale of config.yaml."""
    import yaml

    from gapworks.config import load

    return load(yaml.safe_load((measure.ROOT / "config.yaml").read_text()))[1][scale]


def largest(chosen) -> list[tuple[str, str]]:
    """Every study's data sets that make up nine tenths of its samples and more."""
    found = []
    for study in ("chain", "eliashberg", "qpi"):
        section = getattr(chosen, study, None)
        if section is None:
            continue
        sizes = {name: section.samples(name) for name in type(section.datasets).model_fields}
        found += [
            (study, name) for name, size in sizes.items() if size >= 0.1 * max(sizes.values())
        ]
    return found


def simulate(settings: str, study: str, start: int, stop: int, folder: Path) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of one simulate command."""
    command = [BIN / "gapworks", "simulate", study, "--settings", settings]
    command += ["--max-failed-share", "0.5", "--start", str(start), "--stop", str(stop)]
    process = subprocess.Popen(
        [*command, "--output", folder / f"{start}-{stop}.h5"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(said.decode())
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measured_cost(settings: str, study: str) -> Cost:
    """From two shards: one as small as can be, one that takes seconds."""
    with tempfile.TemporaryDirectory(prefix="gapworks-scaling-") as folder:
        where = Path(folder)
        simulate(settings, study, 0, 1, where)  # compiles
        few, _ = simulate(settings, study, 0, 16, where)
        many = 32
        while True:
            total, memory = simulate(settings, study, 1000, 1000 + many, where)
            if total - few > 4 or many >= 1 << 14:
                break
            many *= 2
        size = (where / f"1000-{1000 + many}.h5").stat().st_size
        sample = (total - few) / (many - 16)
        return Cost(max(few - 16 * sample, 0.0), sample, size / many, memory)


def plan(scale: str) -> tuple[int, float, float]:
    """Jobs of the whole scale, CPU seconds and MB that a dry run of it takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [BIN / "snakemake", "-n", "--quiet", "rules", "--config", f"scale={scale}"],
        cwd=measure.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    (jobs,) = re.findall(r"^total +(\d+)$", done.stdout + done.stderr, re.MULTILINE)[:1]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return int(jobs), cpu, after.ru_maxrss / 1024


def strong(chosen) -> list[tuple[int, float]]:
    """Seconds that a fixed set of shards takes, by the number of shards at a time."""
    settings = chosen.chain.simulation("surrogate", chosen.seed).canonical_json()
    shards = [(1600 * i, 1600 * (i + 1)) for i in range(8)]
    found = []
    for workers in range(1, (os.cpu_count() or 1) + 1):
        with (
            tempfile.TemporaryDirectory(prefix="gapworks-scaling-") as folder,
            ThreadPoolExecutor(workers) as pool,
        ):
            start = time.perf_counter()
            list(pool.map(lambda s: simulate(settings, "chain", *s, Path(folder)), shards))
            found.append((workers, time.perf_counter() - start))
    return found


def page(scale, rows, totals, planned, scaling, about) -> str:
    """docs/scaling.md."""
    hours, gigabytes, jobs = totals
    first = scaling[0][1]
    lines = [
        f"# What the scale `{scale}` costs",
        "",
        f"Made by `python benchmarks/scaling.py --scale {scale}`, commit {about['commit'][:12]}, "
        f"{about['created'][:10]}, {measure._processor()}, {os.cpu_count()} cores shared with other"
        " work: times are good to a few tens of per cent. Edit the script, not this page.",
        "",
        "## Measured per data set, summed over the scale",
        "",
        "CPU time of one core per sample and before the first sample of a job; bytes per sample in",
        f"a shard. Core hours add {JOB_SECONDS:g} s that a Slurm job takes before its command; "
        "storage counts",
        "shards and the gathered copy (shards may be deleted once gathered).",
        "",
        "| data set | samples | jobs | ms a sample | s a job | kB a sample | core hours | GB |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        f"| sum | | {jobs:,} | | | | {hours:.3g} | {gigabytes:.3g} |",
        "",
        "## The plan",
        "",
        f"`snakemake -n --config scale={scale}`: {planned[0]:,} jobs, {planned[1]:.1f} CPU-s, "
        f"{planned[2]:.0f} MB.",
        "",
        "## Load on the scheduler (extrapolated)",
        "",
        "With `jobs: 100` in profiles/slurm the queue never holds more than 100 jobs of a run. On",
        f"100 free cores the data take {60 * hours / 100:.1f} minutes, with {jobs:,} submissions.",
        "One `squeue` asks for all jobs of the run at once. Larger shards (`shard_size`) lower the",
        "number of jobs.",
        "",
        "## Strong scaling on this machine",
        "",
        "Eight shards of 1600 rings, so many at a time (`snakemake -cN`):",
        "",
        "| at a time | seconds | speed-up | efficiency |",
        "|---|---|---|---|",
        *(f"| {n} | {t:.1f} | {first / t:.2f} | {first / t / n:.0%} |" for n, t in scaling),
        "",
        "Shards share nothing but the disk: on a cluster the speed-up continues until jobs are as",
        "short as their start-up (extrapolated, not measured here).",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    measure.run(main)
