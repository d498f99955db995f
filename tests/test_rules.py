"""Promises of the rules and of the Slurm profile that can be read off their text."""

from __future__ import annotations

import re

import pytest
import yaml

from gapworks.study import STUDIES, names_in
from tests.conftest import ROOT
from tests.support.config import plan

FILES = sorted((ROOT / "workflow/rules").glob("*.smk"))
PROFILE = (ROOT / "profiles/slurm/config.yaml").read_text()
RULES = {
    name
    for file in FILES
    for name in re.findall(r"^(?:rule|use rule \w+ as) (\w+)\b", file.read_text(), re.MULTILINE)
}
COMMANDS = [
    (file.name, command)
    for file in FILES
    for command in re.findall(r'shell:\n((?:\s+".*"\n)+)', file.read_text())
]
MPI = {"simulate_qpi_mpi"}


def uncommented(text):
    """The profile with every line that a user may uncomment: those that are YAML."""
    return re.sub(r"^( *)# ( *[\w-]+:(?: [\w, ]*\w)?)(?=$|  +#)", r"\1\2", text, flags=re.MULTILINE)


def test_there_are_commands():
    assert len(COMMANDS) > 10


@pytest.mark.parametrize(("file", "command"), COMMANDS)
def test_a_command_stands_in_the_place_of_its_shell(file, command):
    words = "".join(re.findall(r'"(.*)"', command)).split()
    while re.fullmatch(r"[A-Z_]+=\S+", words[0]):
        words.pop(0)
    assert words[0] == "exec", file
    assert words[1] in ("gapworks", "{resources.mpi}"), file


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_code_of_a_step_is_looked_at_only_when_a_job_needs_it(file):
    """All rules are read before every Slurm job; digests of all steps' code took half that time."""
    calls = re.findall(r".*\bcode_digest\(.*", file.read_text())
    assert all(re.search(r"lambda [a-z, ]*wildcards:", line) for line in calls)


@pytest.mark.parametrize("text", [PROFILE, uncommented(PROFILE)], ids=["as is", "uncommented"])
def test_the_profile_names_rules_that_exist(text):
    profile = yaml.safe_load(text)
    arrays = set(filter(None, profile.get("slurm-array-jobs", "").split(", ")))
    named = arrays.union(
        *(profile.get(key, ()) for key in ("set-resources", "set-threads", "groups"))
    )
    assert named <= RULES
    assert not arrays & MPI


def test_lines_for_a_gpu_are_ready_to_be_uncommented():
    trains = yaml.safe_load(uncommented(PROFILE))["set-resources"]["train_qpi"]
    asked = {"slurm_partition": "gpu", "gpu": 1}
    assert trains == {"slurm_extra": "--signal=TERM@120", **asked}


@pytest.mark.parametrize("scale", ["smoke", "laptop", "paper"])
@pytest.mark.parametrize("study", STUDIES)
def test_an_evaluation_is_made_by_one_step_alone(study, scale):
    """Steps of different costs have rules of their own, and no file may have two."""
    planned = plan(study, scale)
    for name in planned.study.evaluations_of(planned.scale):
        steps = [one for one in planned.study.evaluations if re.fullmatch(one, name)]
        assert len(steps) == 1, name


@pytest.mark.parametrize("scale", ["smoke", "laptop", "paper"])
@pytest.mark.parametrize("study", STUDIES)
def test_a_figure_of_solved_data_comes_first(study, scale):
    """It needs no network, and no other figure that needs none has fewer samples to wait for."""
    planned = plan(study, scale)
    (figure,) = planned.earliest & set(planned.study.figures)

    def needs(name):
        evaluations = names_in(planned.study.figures[name].of(planned.scale))
        given = [planned.inputs(one) for one in evaluations]
        return given, {one for inputs in given for one in inputs.data.values()}

    def size(data):
        return sum(map(planned.samples, data))

    given, data = needs(figure)
    assert data and data < planned.earliest and not any(one.networks for one in given)
    for other in planned.study.figures:
        given, others = needs(other)
        if others and not any(one.networks or one.evaluations for one in given):
            assert size(data) <= size(others)
