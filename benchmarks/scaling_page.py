"""The text of docs/scaling.md: scaling.py measures, this adds up and says what is extrapolated."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from typing import Any

import measure
import yaml
from scaling_records import MPI_SAMPLES, STRONG, Dataset, Measured, Plan, Training

from gapworks.config import load
from gapworks.costs.records import kept_records
from gapworks.costs.scales import section

PROFILE = measure.ROOT / "profiles/slurm/config.yaml"
ARRAYS = ("simulate",)
"""Rules whose jobs go out as job arrays, where the profile names none."""
CORES = 100
"""Of a cluster, for an example."""
BUSY = 0.8
"""Of a core: with less, one process does not tell how fast one core is."""


SCALES = """
## Every scale

Extrapolated, all of it, from single jobs that were recorded; from nothing, on cores that do nothing
else. Jobs that were never recorded count only in the last column: the rest is without them.
"""


def page(measured: Measured) -> str:
    """All of docs/scaling.md."""
    about = measured.about
    before, after = measured.load
    head = f"""# What the scale `{measured.scale}` costs

Made by `python benchmarks/scaling.py --scale {measured.scale}` (commit {about["commit"][:12]},
{about["created"][:10]}; {about["processor"]}, {os.cpu_count()} cores, shared with other
work: load average {before:.1f} before, {after:.1f} after). Edit the script, not this page.

**Measured** is what the commands of the workflow took here, at the papers' settings: CPU time of
one core, which other work disturbs less than time on the clock, but disturbs. **Extrapolated** is
what follows from that by multiplication; nothing of it was run.
"""
    parts = [
        head,
        _data(measured.datasets, measured.job_cpu),
        _training(measured.trainings),
        _plans(measured.plans),
        _scheduler(measured),
        _strong(measured),
        _scales(),
    ]
    return "\n".join(parts)


def _scales() -> str:
    """The table that `gapworks cost` makes, and keeps up to date between its marks."""
    config = yaml.safe_load((measure.ROOT / "config.yaml").read_text())
    return f"{SCALES}\n{section(load(config)[1], kept_records())}\n"


def hours(dataset: Dataset, job_cpu: float) -> float:
    """Core hours of a data set, as Slurm jobs."""
    cost = dataset.cost
    return (dataset.jobs * (cost.start + job_cpu) + dataset.samples * cost.sample) / 3600


def _job(dataset: Dataset) -> float:
    """CPU seconds that a shard takes, with nothing of Snakemake's."""
    return dataset.cost.start + dataset.cost.sample * dataset.samples / dataset.jobs


def gigabytes(dataset: Dataset) -> float:
    """Shards and the data set that is gathered of them."""
    return 2 * dataset.samples * dataset.cost.bytes / 1e9


def _data(datasets: list[Dataset], job_cpu: float) -> str:
    rows = []
    for one in datasets:
        cost = one.cost
        rows.append(
            (one.name, f"{one.samples:,}", f"{one.jobs:,}", _short(1e3 * cost.sample))
            + (_short(cost.start), f"{cost.megabytes:.0f}", _short(cost.bytes / 1e3))
            + (_short(_job(one)), _short(hours(one, job_cpu)), _short(gigabytes(one)))
        )
    jobs = f"{sum(one.jobs for one in datasets):,}"
    core = _short(sum(hours(one, job_cpu) for one in datasets))
    disk = _short(sum(gigabytes(one) for one in datasets))
    rows.append(("all", "", jobs, "", "", "", "", "", core, disk))
    names = ("data set", "samples", "jobs", "ms a sample", "s to start", "peak MB")
    names += ("kB a sample", "s a job", "core hours", "GB")
    return f"""## Data

Measured: milliseconds a sample, seconds until the first, peak memory, bytes in a shard (data sets
that differ in their draws alone are measured once). Extrapolated: the last three columns. Core
hours count {job_cpu:.1f} s more a job, for what Snakemake does inside a Slurm job before its
command (measured: a dry run of one shard). Storage counts shards and the gathered copy; the shards
may be deleted once that is there, which halves it. (qpi/fidelity is counted, but made on request
only: no figure needs it.)

{_table(names, rows)}"""


def _training(trainings: list[Training]) -> str:
    rows = [
        (
            one.name,
            f"{one.samples:,}",
            one.epochs,
            _short(1e3 * one.seconds / one.samples / one.epochs),
        )
        + (_short(one.seconds / 3600),)
        for one in trainings
    ]
    names = ("network", "samples", "epochs", "ms a sample and epoch", "core hours")
    return f"""## Networks

Networks that learn from the scale's largest data sets, one of each kind. Measured on few samples
and few epochs: milliseconds. Extrapolated: core hours of one training with all of its epochs, on
one core; where those are days, the training wants a graphics card (profiles/slurm). The evaluations
of networks were not measured.

{_table(names, rows)}"""


def _plans(plans: list[Plan]) -> str:
    rows = [
        (f"`{one.command}`", f"{sum(one.jobs.values()):,}", f"{one.used.cpu:.1f}")
        + (f"{one.used.megabytes:.0f}",)
        for one in plans
    ]
    return f"""## The plan

Measured: dry runs of the whole scale, and of the same cut into some ten thousand jobs.

{_table(("command", "jobs", "CPU s", "peak MB"), rows)}"""


def _scheduler(measured: Measured) -> str:
    profile = yaml.safe_load(PROFILE.read_text())
    jobs = {rule: n for rule, n in measured.plans[0].jobs.items() if rule != "all"}
    arrays = _arrays(profile, jobs)
    limit, at_once = int(profile.get("slurm-array-limit", 1000)), profile["jobs"]
    total = sum(jobs.values())
    in_arrays = sum(n for rule, n in jobs.items() if rule in arrays)
    calls = sum(math.ceil(n / limit) for rule, n in jobs.items() if rule in arrays)
    core = sum(hours(one, measured.job_cpu) for one in measured.datasets)
    longest = max(_job(one) for one in measured.datasets)
    minutes = max(60 * core / CORES, longest / 60)
    data = sum(one.jobs for one in measured.datasets)
    asked = 60 / profile["slurm-init-seconds-before-status-checks"]
    said = ", ".join(f"`{rule}`" for rule in sorted(arrays & set(jobs)))
    enough = "" if total < at_once else f" With job arrays it has to be raised (`--jobs {total}`)."
    return f"""## Load on the scheduler

Extrapolated from the above and profiles/slurm:

- Jobs: {total:,}, of them {data:,} for the data. Inside of them Snakemake takes
  {total * measured.job_cpu / 3600:.2g} core hours.
- Submissions (`sbatch`): {total:,} one by one; {total - in_arrays + calls:,} with job arrays of
  {said}: {in_arrays:,} jobs in arrays of up to {limit:,}.
  Each job of a group is counted.
- In the queue at a time: at most {at_once:,} (`jobs`).{enough}
- Questions: one `squeue` for all jobs of the run, {asked:.0f} a minute at most, while jobs end; one
  every three minutes while none does; one `scontrol show config` when the run begins. Every job
  starts one step in itself (`srun`).
- On {CORES} free cores the data take {_short(minutes)} minutes: {_short(data / minutes)} jobs
  begin and end a minute.
- Larger shards (`shard_size`) mean fewer and longer jobs.
"""


def _arrays(profile: Mapping[str, Any], jobs: Iterable[str]) -> set[str]:
    """Rules whose jobs are submitted as arrays."""
    named = profile.get("slurm-array-jobs") or ",".join(ARRAYS)
    rules = {rule.strip() for rule in named.replace(";", ",").split(",")}
    return set(jobs) - {"all"} if "all" in rules else rules


def _strong(measured: Measured) -> str:
    number, size = STRONG
    parts = [
        f"""## Strong scaling on this machine

Measured: {number} shards of {size:,} rings, N of them at a time (as by `snakemake -cN`). What
they lose in time and not in CPU time was lost to the machine's other work.

{_table(("at a time", "s", "speed-up", "efficiency", "CPU s"), _efficiencies(measured.strong))}"""
    ]
    _, took, cpu = measured.strong[0]
    if cpu < BUSY * took:
        parts.append(
            f"""The machine was busy: one shard at a time had {cpu / took:.0%} of a core. The
speed-ups here and below tell what share of busy cores so many processes were given, and not how the
program scales; the CPU seconds do. Run again when nothing else runs.
"""
        )
    if measured.ranks:
        names = ("MPI ranks", "s", "speed-up", "efficiency", "CPU s")
        parts.append(
            f"""One shard of {MPI_SAMPLES} samples of qpi/train, start and compiled code included:

{_table(names, _efficiencies(measured.ranks))}"""
        )
    parts.append(
        """Extrapolated: shards share nothing but the disk, so on a cluster the speed-up goes on
until jobs are as short as their start, or the disk is the limit. How far ranks carry was not
measured beyond this machine's cores.
"""
    )
    return "\n".join(parts)


def _efficiencies(times: list[tuple[int, float, float]]) -> list[tuple[object, ...]]:
    first = times[0][1]
    return [
        (n, f"{took:.1f}", f"{first / took:.2f}", f"{first / took / n:.0%}", f"{cpu:.1f}")
        for n, took, cpu in times
    ]


def _table(names: Iterable[str], rows: Iterable[tuple[object, ...]]) -> str:
    names = list(names)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _short(value: float) -> str:
    """Three digits, never an exponent."""
    digits = max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:,.{min(digits, 4)}f}"
