"""Nothing of a user's is written over: not what a command reads, and nothing foreign."""

import json
import os
import socket

import h5py
import numpy as np
import pytest

from gapworks.factory.reading import verify
from tests.conftest import ROOT
from tests.support.command import SETTINGS, gapworks_here

CASES = {
    "train --data": ("train", ["--data", "USERS", "--validation", "other"], ".safetensors"),
    "train --validation": ("train", ["--data", "other", "--validation", "USERS"], ".safetensors"),
    "evaluate --data": ("evaluate test-bdg", ["--data", "a=other", "test=USERS"], ".h5"),
    "evaluate --network": ("evaluate test-surrogate", ["--network", "net=USERS"], ".safetensors"),
    "generate --data": (
        "generate joint-gap-2",
        ["--data", "a=USERS", "--network", "net=other"],
        ".h5",
    ),
    "generate --network": (
        *("generate joint-gap-2", ["--data", "a=other", "--network", "a=USERS"], ".safetensors"),
    ),
    "predict --input": ("predict", ["--network", "other.safetensors", "--input", "USERS"], ".csv"),
    "predict --network": ("predict", ["--network", "./USERS", "--input", "other"], ".safetensors"),
    "figure --evaluation": (
        "figure fig3",
        ["--evaluation", "solved=other", "b=USERS"],
        ".h5",
    ),
    "table --evaluation": ("table disorder", ["--evaluation", "solved=USERS"], ".h5"),
    "metrics --evaluation": ("metrics", ["--scale", "smoke", "--evaluation", "USERS"], ".h5"),
    "claims --claims": ("claims", ["--claims", "USERS", "--metrics", "other"], ".yaml"),
    "claims --metrics": ("claims", ["--claims", "other", "--metrics", "USERS"], ".json"),
    "gather --folder": ("gather", ["--folder", ".", "--samples", "8", "--shard-size", "8"], ".h5"),
}
"""For each option that names a file to read: the command, and how it is given a user's."""


def run(command, given, output):
    name, *what = command.split()
    if name == "claims":
        return gapworks_here(name, *given, "--output", *output)
    study = "eliashberg" if name == "generate" else "chain"
    settings = [] if name == "predict" else ["--settings", "{}"]
    return gapworks_here(name, study, *what, *settings, *given, "--output", *output)


def aliases(folder, name):
    """Other names of a file: spelt otherwise, linked, linked twice, by a linked folder."""
    (folder / "below").mkdir()
    (folder / "link").symlink_to(name)
    (folder / "again").symlink_to("link")
    os.link(folder / name, folder / "hard")
    (folder / "folder").symlink_to(".")
    names = (name, f"./{name}", f"below/../{name}", "link", "again", "hard", f"folder/{name}")
    return [*names, folder / name]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", CASES)
def test_no_output_is_what_is_read_however_it_is_called(here, case):
    command, given, suffix = CASES[case]
    users = "0-8.h5" if command == "gather" else f"users{suffix}"
    for name in (users, "other"):
        (here / name).write_text(f"all that there is of {name}\n")
    given = [word.replace("USERS", users) for word in given]
    names = aliases(here, users)
    before = sorted(os.listdir(here))
    for name in names:
        ran = run(command, given, [name])
        assert ran.returncode == 1
        (line,) = ran.stderr.splitlines()
        assert str(name).removeprefix("./") in line
        assert users in line
        assert "would be written over" in line
        assert (here / users).read_text() == f"all that there is of {users}\n"
    assert sorted(os.listdir(here)) == before


@pytest.mark.parametrize(
    ("command", "given", "output", "said"),
    [
        ("predict", ["--network", "net.safetensors", "--input", "V.csv"], "net.csv", "net.json"),
        ("predict", ["--network", "net.safetensors", "--input", "V.csv"], "net.json", "net.json"),
        ("predict", ["--network", "net.safetensors", "--input", "V.json"], "V.csv", "V.json"),
        ("evaluate cost", ["--network", "a=net.safetensors"], "net.json", "net.json"),
        ("train", ["--data", "V.json", "--validation", "V.csv"], "V.safetensors", "V.json"),
        ("metrics", ["--scale", "a", "--evaluation", "a.h5"], "set.json", "set.json"),
        ("figure fig3", ["--evaluation", "solved=a.h5"], "set.json", "set.json"),
    ],
)
def test_neither_is_the_json_beside_it_nor_the_card_nor_the_settings(
    here, command, given, output, said
):
    for name in ("net.safetensors", "net.json", "V.csv", "V.json", "a.h5"):
        (here / name).write_text(name)
    (here / "set.json").write_text("{}")
    if output == "set.json":
        given = [*given, "--settings", "@set.json"]
    ran = run(command, given, [output])
    assert ran.returncode == 1
    (line,) = ran.stderr.splitlines()
    assert f"{said} (" in line
    assert "would be written over" in line
    assert all((here / n).read_text() == n for n in ("net.safetensors", "net.json", "V.json"))


@pytest.mark.parametrize("other", ["a.pdf", "./a.pdf", "link.pdf", "A.pdf", "below/../a.pdf"])
@pytest.mark.parametrize("command", ["figure fig3", "table disorder"])
def test_two_outputs_are_two_files(here, command, other):
    (here / "below").mkdir()
    (here / "link.pdf").symlink_to("a.pdf")
    ran = run(command, ["--evaluation", "solved=a.h5"], ["a.pdf", other])
    assert ran.returncode == 1
    assert "are one file" in ran.stderr
    assert sorted(os.listdir(here)) == ["below", "link.pdf"]


# ---- What is no file -----------------------------------------------------------------------------


def strange(folder, kind):
    """Something that is no file; whoever opened the pipe would wait for ever."""
    place = folder / "strange"
    if kind == "a folder":
        place.mkdir()
    elif kind == "a named pipe":
        os.mkfifo(place)
    elif kind == "a socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(place))
    else:
        place.symlink_to("/dev/zero")
    return place


COMMANDS = {
    "simulate": ["--start", "0", "--stop", "8"],
    "gather": ["--folder", ".", "--samples", "8", "--shard-size", "8"],
    "train": ["--data", "a", "--validation", "b"],
    "generate joint-gap-2": ["--data", "a=a", "--network", "net=b"],
    "evaluate test-bdg": ["--data", "test=a"],
    "predict": ["--network", "a.safetensors", "--input", "b"],
    "figure fig3": ["--evaluation", "solved=a"],
    "table disorder": ["--evaluation", "solved=a"],
    "metrics": ["--scale", "smoke", "--evaluation", "a"],
    "claims": ["--claims", "a", "--metrics", "b"],
}


@pytest.mark.parametrize("kind", ["a folder", "a named pipe", "a socket", "a device"])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_file_is_neither_written_over_nor_waited_for(here, command, kind):
    place = strange(here, kind)
    ran = run(command, COMMANDS[command], [place.name])
    assert ran.returncode == 1
    assert ran.stderr == f"gapworks: strange: cannot be written: it is {kind}, not a file\n"
    assert place.stat().st_mode == os.stat(place).st_mode
    assert os.listdir(here) == ["strange"]


@pytest.mark.parametrize("kind", ["a folder", "a named pipe", "a socket", "a device"])
@pytest.mark.parametrize("case", sorted(set(CASES) - {"gather --folder"}))
def test_what_is_no_file_is_not_read_nor_waited_for(here, case, kind):
    strange(here, kind)
    command, given, _ = CASES[case]
    ran = run(command, [word.replace("USERS", "strange") for word in given], ["out.h5"])
    assert ran.returncode == 1
    assert ran.stderr == f"gapworks: strange: cannot be read: it is {kind}, not a file\n"


def test_a_pipe_in_the_place_of_settings_a_shard_or_a_checked_file_is_not_waited_for(here):
    os.mkfifo(here / "0-8.h5")
    said = "0-8.h5: cannot be read: it is a named pipe, not a file"
    for given in (
        ("verify", "0-8.h5"),
        ("info", "0-8.h5"),
        ("metrics", "chain", "--settings", "@0-8.h5", "--scale", "a", "--evaluation", "a"),
        ("metrics", "chain", "--settings=@0-8.h5", "--scale", "a", "--evaluation", "a"),
    ):
        ran = gapworks_here(*given, *(["--output", "b"] if given[0] == "metrics" else []))
        assert ran.returncode == 1
        assert said in ran.stdout + ran.stderr
    ran = run("gather", ["--folder", ".", "--samples", "8", "--shard-size", "8"], ["all.h5"])
    assert ran.returncode == 1
    assert said in ran.stderr
    assert "rm " not in ran.stderr


# ---- What stands there already -------------------------------------------------------------------


def simulate(output, stop=8):
    return gapworks_here(
        *("simulate", "chain", "--settings", SETTINGS, "--start", 0, "--stop", stop),
        *("--output", output),
    )


def test_a_file_of_somebody_else_is_not_written_over(here):
    with h5py.File(here / "thesis.h5", "w") as file:
        file["measured"] = np.arange(1000)
    (here / "notes.h5").write_text("remember\n" * 100)
    (here / "theirs.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    (here / "notes.json").write_text('{"remember": "the milk"}')
    (here / "V.csv").write_text("0,0\n")
    contents = {path: path.read_bytes() for path in here.iterdir()}
    data = ["--data", "a", "--validation", "b"]
    asked = ["--network", "net.safetensors", "--input", "gap.csv"]
    for ran, said in (
        (simulate("thesis.h5"), "is no file of gapworks"),
        (simulate("notes.h5"), "is no file of gapworks"),
        (run("evaluate test-bdg", ["--data", "test=a"], ["thesis.h5"]), "is no file of gapworks"),
        (run("train", data, ["theirs.safetensors"]), "has no card beside it"),
        (run("train", data, ["notes.safetensors"]), "notes.json: stands there"),
        (run("metrics", ["--scale", "a", "--evaluation", "b"], ["notes.json"]), "no metric file"),
        (gapworks_here("predict", "eliashberg", *asked, "--output", "notes.csv"), "notes.json: st"),
    ):
        assert ran.returncode == 1
        (line,) = ran.stderr.splitlines()
        assert said in line
        assert "nothing was done" in line
    assert {path: path.read_bytes() for path in here.iterdir()} == contents


def test_an_earlier_file_of_the_same_kind_is_made_again_damaged_or_not(here):
    shard = here / "0-8.h5"
    assert simulate(shard).returncode == 0
    whole = verify(shard).checksums
    content = shard.read_bytes()
    evaluated = run("evaluate test-bdg", ["--data", "test=a"], [shard])
    assert "is a shard, not a evaluation" in evaluated.stderr
    for damaged in (content, content[:2000], content[:100], b"", b"G" + content[1:], bytes(900)):
        shard.write_bytes(damaged)
        assert simulate(shard).returncode == 0
        assert verify(shard).checksums == whole


def test_a_link_gives_way_to_the_file_and_what_it_points_to_stays(here):
    (here / "kept.h5").write_text("somebody's\n" * 100)
    (here / "0-8.h5").symlink_to("kept.h5")
    refused = simulate("0-8.h5")
    assert refused.returncode == 1
    assert "is no file of gapworks" in refused.stderr
    (here / "elsewhere").mkdir()
    assert simulate("elsewhere/0-8.h5").returncode == 0
    kept = (here / "elsewhere/0-8.h5").read_bytes()
    (here / "0-8.h5").unlink()
    (here / "0-8.h5").symlink_to("elsewhere/0-8.h5")
    assert simulate("0-8.h5").returncode == 0
    assert not (here / "0-8.h5").is_symlink()
    assert (here / "elsewhere/0-8.h5").read_bytes() == kept


def test_docs_are_not_made_of_what_they_keep_themselves(here, tmp_path):
    from gapworks.learning.intervals import exact
    from gapworks.products import metric_file

    numbers = metric_file.numbers(
        "chain", "smoke", {"a": exact(1.0)}, [], {"created": "", "machine": "", "packages": {}}
    )
    kept = here / "numbers/smoke-chain.json"
    kept.parent.mkdir()
    kept.write_text(metric_file.to_json(numbers))
    (here / "claims.yaml").write_text(json.dumps({"claims": []}))
    (here / "link.json").symlink_to(kept)
    for name in (kept, "link.json"):
        ran = gapworks_here("record", name, "--docs", here)
        assert ran.returncode == 1
        assert "would be written over" in ran.stderr
    assert kept.read_text() == metric_file.to_json(numbers)


@pytest.mark.parametrize("option", ["--csv", "--json", "--dos"])
def test_a_place_that_cannot_be_written_to_is_told_before_anything_is_computed(
    option, tmp_path, mount_small
):
    spectrum = ROOT / "docs/examples/lead.a2f"
    (tmp_path / "file").write_text("a user's")
    suffix = ".json" if option == "--json" else ".csv"
    read_only = mount_small(tmp_path / "disk", "ro")
    for folder, why in ((tmp_path / "file", "ENOTDIR"), (read_only, "EROFS")):
        place = folder / f"below/answer{suffix}"
        ended = gapworks_here("solve", "eliashberg", str(spectrum), option, str(place))
        assert ended.returncode == 1 and not ended.stdout
        assert f"{place}: cannot be written: {folder}: " in ended.stderr and why in ended.stderr
        assert "left out" not in ended.stderr, "the spectrum was read first"
