# The configuration, and the functions that rules ask; no rules. What is made of what stands in each
# study's study.py, and gapworks.plan reads it there.
import hashlib
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

try:
    from gapworks.config import ConfigError, check_no_key_twice, load
    from gapworks.factory.provenance import code_digest
    from gapworks.plan import Plan, any_of, generated_pattern, pattern
    from gapworks.runs.checks import check_room
    from gapworks.study import STUDIES, study
except ModuleNotFoundError as error:
    raise WorkflowError(f"{error}: set up with `make setup`, then use .venv/bin/snakemake")

# An unactivated .venv/bin/snakemake leaves PATH alone: `gapworks` (and mpiexec) must be this one's.
os.environ.update(
    PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
)

try:
    for file in workflow.configfiles:
        check_no_key_twice(Path(file).read_text())
    DEFAULT_SCALE, SCALES = load(config)
except ConfigError as error:
    raise WorkflowError(f"config.yaml (or --config) is wrong:\n{error}")

CLAIMS = str(Path(workflow.basedir) / "docs/claims.yaml")


def scale(wildcards):
    """The settings of the scale that the target's path names."""
    if wildcards.scale not in SCALES:
        raise WorkflowError(
            f"there is no scale {wildcards.scale!r} in config.yaml; scales: {', '.join(SCALES)}"
        )
    return SCALES[wildcards.scale]


def plan(wildcards):
    """The files of the study and the scale that the target's path names."""
    return Plan(wildcards.scale, scale(wildcards), wildcards.study)


def planned(what):
    """A function of a rule, from one of a plan; an unknown name in a target is said in a line."""

    def found(wildcards):
        try:
            return what(plan(wildcards), wildcards)
        except ValueError as error:
            raise WorkflowError(str(error))

    return found


def labelled(room, file, **more):
    """Labels of a figure or a table in Snakemake's report: what it shows, before its file's name."""

    @planned
    def labels(plan, wildcards):
        name = file.format(**wildcards)
        return {"title": plan.title(room, name), "file": name, **more, "scale": plan.scale_name}

    return labels


def exhibits(study):
    """Every figure and table of a study at the default scale."""
    return Plan(DEFAULT_SCALE, SCALES[DEFAULT_SCALE], study).exhibits()


def digest(path):
    """What a file says, in short: a parameter that reruns a rule when the file's text changes."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def code_of(module):
    """The digest of a step's code, a parameter that reruns its rule when the code changes.

    It is found when a job needs it: every Slurm job reads all of the rules, and runs one.
    """
    return planned(lambda plan, wildcards: code_digest(module(plan, wildcards)))


def urgent(base):
    """A priority: the first figure of solved data, and what it is made of, before all else."""

    @planned
    def found(plan, wildcards):
        made = {wildcards.get(kind) for kind in ("dataset", "evaluation", "figure")}
        return base + 10 * bool(made & plan.earliest)

    return found


def growing(base):
    """A resource that grows with every attempt."""
    return lambda wildcards, attempt: base * attempt


@planned
def simulation_settings(plan, wildcards):
    """The resolved settings of a data set, for a job that needs room on the disk."""
    settings = plan.simulation(wildcards.dataset).canonical_json()
    check_room(plan, wildcards.dataset, only_say=workflow.dryrun)
    return settings


def ranks(wildcards):
    """MPI ranks of a simulate job."""
    return plan(wildcards).ranks


def wants_ranks(name):
    """Whether data of a scale are simulated by several ranks."""
    return any(Plan(name, SCALES[name], study).ranks > 1 for study in STUDIES)


# Studies whose simulations and trainings have rules of their own, and all others.
LARGE = "|".join(name for name in STUDIES if study(name).ranks is not None)
OTHERS = "|".join(name for name in STUDIES if study(name).ranks is None)
