# Functions and settings that the rules of all studies use; no rules.
import hashlib
import json
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path

from snakemake.exceptions import WorkflowError

try:
    from gapworks.config import ConfigError, check_no_key_twice, load
    from gapworks.factory.provenance import code_digest
    from gapworks.factory.shards import shard_name, shard_ranges
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


def simulation_settings(wildcards, study):
    """The resolved settings of a data set, as the simulate and gather commands take them."""
    chosen = scale(wildcards)
    with naming_the_target(wildcards):
        return getattr(chosen, study).simulation(wildcards.dataset, chosen.seed).canonical_json()


def max_failed_share(wildcards):
    """The share of failed samples at which a shard is refused."""
    return getattr(scale(wildcards), wildcards.study).max_failed_share


def samples(wildcards):
    """The size of a data set."""
    with naming_the_target(wildcards):
        return getattr(scale(wildcards), wildcards.study).samples(wildcards.dataset)


def shards(wildcards):
    """The shards of a data set."""
    shard_size = getattr(scale(wildcards), wildcards.study).shard_size
    folder = f"results/{wildcards.scale}/{wildcards.study}/shards/{wildcards.dataset}"
    ranges = shard_ranges(samples(wildcards), shard_size)
    return [f"{folder}/{shard_name(*bounds)}" for bounds in ranges]


@contextmanager
def naming_the_target(wildcards):
    """An unknown data set in a target's path is the user's slip, not a traceback."""
    try:
        yield
    except ValueError as error:
        raise WorkflowError(str(error))


NAMES = {}
"""What each study's figures, tables and networks are made of; <study>-names.smk fill it."""


def any_of(what):
    """A pattern of all studies' figures or tables."""
    return "|".join(sorted({name for study in NAMES.values() for name in study[what]}))


def products(study):
    """Every figure and table of a study at the default scale."""
    folder = f"results/{DEFAULT_SCALE}/{study}"
    names = NAMES[study]
    tables = [*names["tables"], *claims_tables(study)]
    return [
        *(f"{folder}/figures/{name}.{end}" for name in names["figures"] for end in ("pdf", "png")),
        *(f"{folder}/tables/{name}.{end}" for name in tables for end in ("csv", "tex")),
    ]


def claims_tables(study):
    """The tables of the paper's claims; those that wall times decide stand in one of their own."""
    return ["claims", *(["claims-timing"] if "timing" in NAMES[study] else [])]


def known(wildcards, what, name):
    """What a figure or table of a study is made of."""
    names = NAMES[wildcards.study][what]
    if name not in names:
        raise WorkflowError(no_such(wildcards.study, what.removesuffix("s"), name, names))
    return names[name]


def no_such(study, what, name, names):
    return f"{study} has no {what} {name}; it has {', '.join(names)}"


def evaluations(wildcards, what, name):
    """The evaluation files that a figure or table is made of."""
    made = known(wildcards, what, name)["evaluations"](wildcards)
    return [evaluation(wildcards, one) for one in made]


def all_evaluations(wildcards):
    """Those of all figures and tables of a study, each once; with `-timing` those of wall times.

    What comes of wall times differs in every run: nothing else is made of them.
    """
    names = NAMES[wildcards.study]
    timing = names.get("timing", [])
    if wildcards.timing:
        if not timing:
            raise WorkflowError(f"{wildcards.study} times nothing")
        return [evaluation(wildcards, name) for name in timing]
    made = [one for what in ("figures", "tables") for one in names[what].values()]
    found = dict.fromkeys(name for one in made for name in one["evaluations"](wildcards))
    return [evaluation(wildcards, name) for name in found if name not in timing]


def metrics_settings(wildcards):
    """Settings of a study's metrics; those of wall times take none."""
    return as_json({} if wildcards.timing else NAMES[wildcards.study]["metrics"](wildcards))


def evaluation(wildcards, name, study=None):
    """An evaluation file; of the study that the target's path names, if no other is given."""
    study = study or wildcards.study
    return f"results/{wildcards.scale}/{study}/data/evaluation/{name}.h5"


def figure_settings(wildcards):
    """Those settings that a figure uses, so that another figure's do not redraw it."""
    keys = known(wildcards, "figures", wildcards.figure).get("settings", [])
    chosen = getattr(scale(wildcards), wildcards.study).figures.model_dump(mode="json")
    return as_json({key: chosen[key] for key in keys})


def training(wildcards):
    """Settings and data of a training: a mapping with settings, data, validation."""
    with naming_the_target(wildcards):
        return NAMES[wildcards.study]["training"](wildcards)


def evaluation_settings(wildcards, study):
    """The section `evaluation` of a study."""
    return as_json(getattr(scale(wildcards), study).evaluation.model_dump(mode="json"))


def dataset(wildcards, study, name):
    """A gathered data set."""
    return f"results/{wildcards.scale}/{study}/data/{name}.h5"


def as_json(settings):
    """Settings as text that is the same for the same settings: a changed one reruns its rule."""
    return json.dumps(settings, sort_keys=True)


def digest(path):
    """What a file says, in short: a parameter that reruns a rule when the file's text changes."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def code_of(*modules):
    """The digest of a step's code, a parameter that reruns its rule when the code changes.

    It is found when a job needs it: every Slurm job reads all of the rules, and runs one.
    """
    return lambda wildcards: code_digest(*(module.format(**wildcards) for module in modules))


def growing(base):
    """A resource that grows with every attempt."""
    return lambda wildcards, attempt: base * attempt
