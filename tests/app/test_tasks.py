"""Forms of the page: made of the commands' own parsers, and typed back as these take them."""

import shlex
from pathlib import Path

import pytest

from gapworks.app.desk import Desk, Given, source_of
from gapworks.app.fields import Field
from gapworks.app.tasks import TASKS
from gapworks.cli import _parser
from tests.conftest import ROOT

TITLES = [one.title for one in TASKS]
FILLED = {"text": "1", "several": "1, 2", "yes": True, "file": "other.file"}


@pytest.mark.parametrize("task", TASKS, ids=TITLES)
def test_a_form_that_is_filled_in_is_a_command_with_these_values(task):
    values = {
        one.name: one.choices[-1] if one.kind == "choice" else FILLED[one.kind]
        for one in task.fields
        if one.name != "mu"  # either --filling or --mu
    }
    args = _parser().parse_args(task.words(["-my file.csv"], values))
    for one in task.fields:
        value = getattr(args, one.name)
        if one.kind == "yes":
            assert value is True
        elif one.kind == "choice":
            assert value == one.choices[-1]
        elif one.kind == "several":
            assert value == [1, 2]
        elif one.name != "mu":
            assert str(value) in ("1", "1.0", str(Path("other.file").absolute()))
    read = [getattr(args, name, None) for name in ("files", "file", "input", "like")]
    assert "-my file.csv" in str(next(one for one in read if one))
    for name in task.written:
        assert getattr(args, name).name.startswith("-my file")


@pytest.mark.parametrize("task", TASKS, ids=TITLES)
def test_an_empty_form_leaves_all_to_the_command(task):
    words = task.words(["x"], {one.name: None for one in task.fields})
    flags = {word for word in words if word.startswith("--")}
    assert flags <= {task.file, *(f"--{name}" for name in task.written)}


@pytest.mark.parametrize("task", TASKS, ids=TITLES)
def test_what_is_shown_first_and_what_examples_say_are_options_of_the_command(task):
    known = {one.name: one for one in task.fields}
    assert set(task.first) <= known.keys()
    assert all(one.help for one in task.fields)
    for example in task.examples.values():
        assert example.given.keys() <= known.keys()
        for name, value in example.given.items():
            assert known[name].kind != "choice" or value in known[name].choices


def test_examples_are_those_of_the_documentation():
    for task in TASKS:
        for example in task.examples.values():
            assert example.content() == (ROOT / "docs/examples" / example.place).read_bytes()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (Field("mu", "", "text"), "-0.5", ["--mu=-0.5"]),
        (Field("energies", "", "several"), "-1; 0 ,1", ["--energies", "-1", "0", "1"]),
        (Field("channel", "", "text"), " LI Demod 1 X ", ["--channel", "LI Demod 1 X"]),
        (Field("force", "", "yes"), False, []),
        (Field("unit", "", "choice", ("meV",)), None, []),
    ],
)
def test_values_are_typed_so_that_none_is_taken_for_an_option(field, value, words):
    assert field.words(value) == words


class Uploaded:
    """A file as the browser gives it."""

    def __init__(self, name, contents=b"1 2\n"):
        self.name, self.contents = name, contents


def task(title):
    return next(one for one in TASKS if title in one.title)


def test_an_uploaded_name_leads_nowhere_else():
    given = source_of(task("Gap function"), "Your file", [Uploaded("../../etc/x.csv")], "", None)
    assert given.names == ("x.csv",) and list(given.files) == ["x.csv"]


def test_several_files_go_together_where_the_command_takes_several():
    both = [Uploaded("a.a2f"), Uploaded("b.a2f")]
    assert source_of(task("a2F: T_c"), "Your file", both, "", None).names == ("a.a2f", "b.a2f")
    one = source_of(task("Maps"), "Your file", both, "", None)
    assert one.names == ("a.a2f",) and len(one.files) == 2  # a header's file beside the data


def test_a_path_on_the_machine_is_read_where_it_lies(tmp_path):
    given = source_of(
        task("Maps"), "A file on the machine of gapworks", [], f" {tmp_path}/m ", None
    )
    assert given == Given((f"{tmp_path}/m",))


def test_what_is_missing_is_said_and_nothing_can_be_started():
    desk = Desk()
    desk.ask(task("Maps"), source_of(task("Maps"), "Your file", [], "", None), {})
    assert not desk.ready and "file" in desk.missing
    planned = task("planned")
    desk.ask(planned, source_of(planned, "Your file", [], "", None), {"noise": "0.01"})
    assert desk.ready and desk.line.startswith("gapworks design --noise 0.01 --csv design-answer")


def test_the_line_can_be_copied_into_a_shell():
    desk = Desk()
    given = source_of(task("Maps"), "Your file", [Uploaded("my map's.npy")], "", None)
    desk.ask(task("Maps"), given, {"energies": "0 1"})
    words = shlex.split(desk.line)
    assert words[:5] == ["gapworks", "identify", "my map's.npy", "--energies", "0"]


def test_a_network_that_a_run_has_left_here_is_suggested(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    by_network = task("by a network")
    assert by_network.suggested() == {}
    place = tmp_path / "results/laptop/chain/models/surrogate.safetensors"
    place.parent.mkdir(parents=True)
    place.touch()
    assert by_network.suggested() == {"network": str(place)}
