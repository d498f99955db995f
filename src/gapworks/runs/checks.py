"""What a run checks before its first job: names in a profile, Slurm, job arrays, the disk."""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from gapworks.factory.shards import shard_name, shard_ranges
from gapworks.plan import Plan
from gapworks.runs.leftovers import NO_CLUSTER


def check_braces(*folders: str | Path) -> None:
    """Refuse folders whose names Snakemake would read as patterns."""
    for folder in folders:
        if set("{}") & set(str(folder)):
            raise WorkflowError(
                f"{folder}: Snakemake takes braces in the path of a folder for names of its own;"
                " call the folder something else, then the same command again"
            )


def check_rule_names(workflow: Any) -> None:
    """Refuse settings of unknown rules, which Snakemake ignores without a word."""
    known = {rule.name for rule in workflow.rules}
    settings = workflow.resource_settings
    given = {
        "set-resources": settings.overwrite_resources,
        "set-threads": settings.overwrite_threads,
        "groups": workflow.group_settings.overwrite_groups,
    }
    for key, named in given.items():
        for name in sorted(set(named) - known):
            alike = difflib.get_close_matches(name, known, 1)
            meant = f": did you mean {alike[0]}?" if alike else ""
            raise WorkflowError(
                f"{key} (of the profile, or given) names {name}, and there is no such rule{meant}"
            )


def is_on_slurm(workflow: Any) -> bool:
    """Whether jobs are submitted to Slurm."""
    return getattr(workflow.executor_settings, "status_command", None) is not None


def check_slurm(workflow: Any) -> None:
    """Refuse a run whose every job would fail to be submitted."""
    if not is_on_slurm(workflow):
        return
    said = "there is no sbatch"
    if shutil.which("sbatch") is not None:
        said = subprocess.run(["sinfo", "--noheader"], capture_output=True, text=True).stderr
        if not any(words in said for words in NO_CLUSTER):
            return
    raise WorkflowError(
        "there is no Slurm here: --profile slurm is for a machine from which jobs are submitted to"
        " one (no cluster at hand? make cluster); without it, snakemake runs on this machine."
        f" {said}"
    )


def check_arrays(workflow: Any) -> None:
    """Refuse a run that would hang.

    When not all jobs may be submitted at once, Slurm's plugin puts jobs of an array aside until the
    rest is ready, and forgets them.
    """
    named = getattr(workflow.executor_settings, "array_jobs", None) or ""
    rules_of_arrays = {name.strip() for name in re.split("[,;]", named)}
    waiting = list(workflow.dag.needrun_jobs())
    in_arrays = [job for job in waiting if {"all", job.rule.name} & rules_of_arrays]
    if len(in_arrays) < 2:
        return
    rate = workflow.scheduling_settings.max_jobs_per_timespan
    limits = [workflow.resource_settings.nodes, rate.max_jobs if rate else None]
    limit = min(limit for limit in limits if limit is not None)
    jobs = len(waiting)
    if jobs > limit:
        raise WorkflowError(
            f"{jobs} jobs are to be done and {limit} may be submitted at a time: with job arrays"
            f" the run would hang. Raise the limits (--jobs {jobs} --max-jobs-per-timespan"
            f" {jobs}/1s), or do without arrays (--slurm-array-jobs '')"
        )


def remember_min_job_age(workflow: Any) -> None:
    """Ask Slurm only once for how long squeue shows a job that has ended.

    The plugin (2.8) asks before every look at its jobs. If Slurm's controller is away just then, it
    takes the answer for "not long enough" and turns to sacct, which never answers where Slurm has
    no database: a restart of a few seconds would lose all jobs from sight.
    """
    if not is_on_slurm(workflow):
        return
    import snakemake_executor_plugin_slurm as plugin

    age = plugin.get_min_job_age()
    if age is not None:
        plugin.get_min_job_age = lambda: age


def check_room(plan: Plan, dataset: str, only_say: bool) -> None:
    """Refuse before any job what would not fit: shards yet to be made, and the data set of them.

    Parameters
    ----------
    plan : Plan
        Of a study whose settings know the size of a sample (`sample_bytes`); others need no room.
    dataset : str
    only_say : bool
        As in a dry run: what is planned here may be meant for another disk.

    Raises
    ------
    WorkflowError
        Naming the room that is needed, and the one that is there.
    """
    asked = plan.scale_name, plan.name, dataset
    if not hasattr(plan.scale.config, "sample_bytes") or asked in _looked_at:
        return
    _looked_at.add(asked)
    if problem := _lack_of_room(plan, dataset):
        if not only_say:
            raise WorkflowError(problem)
        logger.warning(problem)


_looked_at: set[tuple[str, str, str]] = set()
"""Data sets whose room this run has looked at: once, whatever is made meanwhile."""


def _lack_of_room(plan: Plan, dataset: str) -> str | None:
    config, folder = plan.scale.config, Path(plan.folder)
    places = shard_ranges(config.samples(dataset), config.shard_size)
    shards = [(folder / "shards" / dataset / shard_name(*bounds), bounds) for bounds in places]
    missing = sum(stop - start for path, (start, stop) in shards if not path.exists())
    gathered = 0 if Path(plan.dataset(dataset)).exists() else config.samples(dataset)
    needed = (missing + gathered) * config.sample_bytes(dataset)
    free = shutil.disk_usage(".").free
    if needed <= free:
        return None
    return (
        f"{plan.name}/{dataset} at scale {plan.scale_name} needs {needed / 1e9:.3g} GB here "
        f"(shards and the data set gathered from them), {free / 1e9:.3g} GB are free: make room, "
        f"or lower {plan.name}.datasets.{dataset}.per_class"
    )
