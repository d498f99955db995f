"""What pages say of the workflow: its commands are taken, its worked changes reach the jobs."""

import re
import shlex

import pytest
import yaml

from gapworks.config import load
from tests.conftest import ROOT
from tests.support.pages import blocks, calls, pages
from tests.workflow.conftest import merge

CHANGES = ROOT / "docs/change.md"
TUTORIAL = ROOT / "docs/tutorials/figure.md"
COMMANDS = [line for line in calls("snakemake", *pages()) if "..." not in line]
CONDA = """#!/bin/sh
case "$*" in
    --version) echo conda 25.1.0 ;;
    "info --json") echo '{"conda_prefix": "/opt/conda", "platform": "linux-64"}' ;;
    "config --get channel_priority --json") echo '{"get": {"channel_priority": "strict"}}' ;;
    *) exit 1 ;;
esac
"""
"""What a dry run asks of conda, which this machine need not have."""


def changes():
    """Settings of the page, and the command that stands below them."""
    every = blocks(CHANGES)
    pairs = zip(every, every[1:], strict=False)
    return [
        pytest.param(yaml.safe_load(one.text), *other.commands, id=other.commands[0].split()[-1])
        for one, other in pairs
        if one.language == "yaml"
    ]


def leaves(settings, way=()):
    """Every value of nested settings, with its keys."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from leaves(value, (*way, key))
        else:
            yield (*way, key), value


def planned(checkout, line):
    """A dry run of a command that a page shows."""
    words = shlex.split(line.replace("/scratch/me", str(checkout.folder / "scratch")))[1:]
    words = [word.replace("$PWD", str(checkout.folder)) for word in words]
    (checkout.folder / "scratch/run").mkdir(parents=True, exist_ok=True)
    if not (checkout.folder / "slurm").exists():  # as `make setup` does
        (checkout.folder / "slurm").symlink_to("profiles/slurm")
    dry = [] if "-n" in words or "--dry-run" in words else ["-n"]
    return checkout.snakemake(*words, *dry)


def test_five_changes_are_shown():
    assert len(changes()) == 5


@pytest.mark.parametrize(("settings", "line"), changes())
def test_a_worked_change_reaches_the_jobs_that_it_is_about(checkout, settings, line):
    with checkout.config() as config:
        before = load(config)[1]
        config.update(merge(config, settings))
    after = load(yaml.safe_load((checkout.folder / "config.yaml").read_text()))[1]
    for name in set(after) - set(before):
        for keys, value in leaves(settings["scales"][name]):
            there = after[name].model_dump()
            if keys != ("extends",):
                for key in keys:
                    there = there[key]
                assert there == value
    run = planned(checkout, f"{line} -p")
    assert run.returncode == 0 and run.jobs, run.output
    printed = run.output.replace(" ", "")
    for _, value in leaves(settings):
        if isinstance(value, list):
            value = [float(one) for one in value]
        if not isinstance(value, str):
            assert str(value).replace(" ", "") in printed, value


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_a_page_is_taken(shared_checkout, line):
    if "scale=mine" in line or re.search(r"results/(warm|few|stiff)/", line):
        pytest.skip("with the scale that the page adds, above")
    if "--sdm conda" in line:
        conda = shared_checkout.folder.parent / "foreign/conda"
        conda.write_text(CONDA)
        conda.chmod(0o755)
    run = planned(shared_checkout, line)
    assert run.returncode == 0, run.output
    assert run.jobs or "{" in line


def test_the_tutorial_shows_the_jobs_that_a_dry_run_plans(shared_checkout):
    ((line, printed),) = [block.shown for block in blocks(TUTORIAL) if block.shown]
    rows = dict(re.findall(r"^(\w+) +(\d+)$", printed, re.MULTILINE))
    jobs = planned(shared_checkout, line).jobs
    assert jobs == {rule: int(count) for rule, count in rows.items() if rule != "total"}
