"""The command line as a user meets it: help, exit codes, messages, and no traceback ever."""

import errno
import json
import os
import re
import shutil
import socket
import subprocess
import sys

import pytest

from gapworks.factory.reading import read
from gapworks.factory.reading import verify as verified
from tests.support.command import GAPWORKS, SETTINGS, STATISTICS, gapworks, gather, simulate


def commands():
    """Names of all commands, as the help lists them."""
    return re.findall(r"^    (\w+) ", gapworks("--help").stdout, re.MULTILINE)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with a shard, a data set and an evaluation."""
    folder = tmp_path_factory.mktemp("files")
    steps = [
        simulate(folder / "shards/0-8.h5"),
        gather(folder / "test.h5", folder / "shards"),
        gapworks(
            *("evaluate", "chain", "test-bdg", "--settings", STATISTICS),
            *("--data", f"test={folder}/test.h5", "--output", folder / "test-bdg.h5"),
        ),
    ]
    for step in steps:
        assert step.returncode == 0, step.stderr
    return folder


# ---- Help ----------------------------------------------------------------------------------------


def test_help_lists_every_command_with_what_it_does():
    helped = gapworks("--help")
    assert helped.returncode == 0
    for name in commands():
        assert re.search(rf"^    {name} +\w+ \w+", helped.stdout, re.MULTILINE)


def test_help_of_a_command_says_what_it_needs():
    needed = {
        "simulate": ["{chain", "--settings JSON", "--start", "--stop", "--output"],
        "gather": ["{chain", "--settings JSON", "--folder", "--samples", "--output"],
        "verify": ["FILE", "exit code"],
        "info": ["FILE", "--checksums"],
        "train": ["{chain", "--settings JSON", "--data", "--validation", "--threads", "--output"],
        "evaluate": ["{chain", "name", "--settings JSON", "--data", "--network", "--output"],
        "predict": ["{chain", "--network", "--input", "--output"],
        "figure": ["{chain", "name", "--settings JSON", "--evaluation NAME=FILE", "--output FILE"],
        "table": ["{chain", "name", "--settings JSON", "--evaluation NAME=FILE", "--output FILE"],
        "schema": ["config.yaml"],
    }
    assert set(needed) <= set(commands())
    for command in commands():
        helped = gapworks(command, "--help")
        assert helped.returncode == 0
        assert helped.stdout.startswith(f"usage: gapworks {command}")
        for word in needed.get(command, []):
            assert word in helped.stdout, f"{command} --help does not say {word}"


def test_a_missing_or_unknown_command_is_refused_with_the_usage():
    for arguments in ([], ["simulat"], ["simulate", "chian"], ["simulate", "chain"]):
        refused = gapworks(*arguments)
        assert refused.returncode == 2
        assert "usage: gapworks" in refused.stderr


def test_the_schema_is_json_that_knows_the_sections():
    said = json.loads(gapworks("schema").stdout)
    assert {"scale", "seed", "chain", "scales"} <= set(said["properties"])


def test_python_m_runs_the_same_command_line():
    ran = subprocess.run(
        [sys.executable, "-m", "gapworks.cli", "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout == gapworks("--version").stdout != ""


# ---- Files ---------------------------------------------------------------------------------------


def test_verify_says_which_files_are_whole_and_which_are_bad(files, tmp_path):
    for name in ("cut", "flipped"):
        shutil.copy(files / "test.h5", tmp_path / f"{name}.h5")
    os.truncate(tmp_path / "cut.h5", 2000)
    with (tmp_path / "flipped.h5").open("r+b") as file:
        file.seek(5000)
        byte = file.read(1)[0]
        file.seek(5000)
        file.write(bytes([byte ^ 4]))
    (tmp_path / "text.h5").write_text("V0 = 0.5\n" * 100)
    (tmp_path / "empty.h5").touch()
    good = [files / "shards/0-8.h5", files / "test.h5", files / "test-bdg.h5"]
    names = ("cut", "flipped", "text", "empty", "nowhere")
    bad = [tmp_path / f"{name}.h5" for name in names]

    ran = gapworks("verify", *good)
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == [
        f"ok   {path}: {kind} of chain/test"
        for path, kind in zip(good, ("shard", "dataset", "evaluation"), strict=True)
    ]
    assert ran.stderr == ""

    ran = gapworks("verify", *bad, *good)
    assert ran.returncode == 1
    lines = ran.stdout.splitlines()
    assert len(lines) == 8
    for line, path, fault in zip(
        lines,
        bad,
        ("is truncated", "was altered", "is no gapworks file", "is truncated", "is missing"),
        strict=False,
    ):
        assert line.startswith(f"BAD  {path}: {fault}"), line
    assert all(line.startswith("ok   ") for line in lines[5:])
    assert "5 of 8 files are bad" in ran.stderr

    assert gapworks("verify", tmp_path).returncode == 1  # a folder


def test_info_tells_settings_versions_units_and_sizes(files):
    ran = gapworks("info", files / "test.h5")
    assert ran.returncode == 0
    for said in (
        r"kind: dataset",
        r"seed: 1$",
        r'settings: .*"coupling": 1\.5',
        r'provenance: .*"numpy": "\d',
        r"identity: [0-9a-f]{32}$",
        r"shards: 1 shards$",
        r"delta\[8, 32\] in t$",
        r"valid\[8\] in 1$",
    ):
        assert re.search(rf"^  {said}", ran.stdout, re.MULTILINE), said


def test_checksums_are_those_of_the_arrays_alone(files, tmp_path):
    ran = gapworks("info", "--checksums", files / "test.h5")
    lines = ran.stdout.splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{64}  \w+", line) for line in lines)
    assert lines == gapworks("info", "--checksums", files / "shards/0-8.h5").stdout.splitlines()
    assert lines == [f"{s}  {n}" for n, s in sorted(verified(files / "test.h5").checksums.items())]
    other = simulate(tmp_path / "0-8.h5", settings=SETTINGS | {"seed": 2})
    assert other.returncode == 0
    assert lines != gapworks("info", "--checksums", tmp_path / "0-8.h5").stdout.splitlines()


def test_info_of_a_bad_file_fails_and_names_it(tmp_path):
    ran = gapworks("info", tmp_path / "nowhere.h5")
    assert ran.returncode == 1
    assert f"gapworks: {tmp_path}/nowhere.h5: is missing" in ran.stderr


def test_output_that_is_cut_off_by_head_is_no_error(files):
    paths = " ".join([f"'{files}/test.h5'"] * 200)
    ran = subprocess.run(
        ["bash", "-c", f"'{GAPWORKS}' info {paths} | head -1"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stdout == f"{files}/test.h5\n"
    assert ran.stderr == ""


# ---- Settings and arguments that cannot be -------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{dataset: test}", "not JSON"),
        ("@nowhere.json", "nowhere.json"),
        (SETTINGS | {"sead": 1, "physics": {"couplng": 1}}, "settings: physics.couplng: "),
        ({k: v for k, v in SETTINGS.items() if k != "seed"}, "settings: seed: "),
        (SETTINGS | {"data_version": 0}, "settings: data_version: "),
        (SETTINGS | {"seed": float("nan")}, "settings: seed: "),
        ([1], "settings: "),
    ],
)
def test_settings_that_cannot_be_are_refused_by_key(tmp_path, settings, said):
    ran = simulate(tmp_path / "0-8.h5", settings=settings)
    assert ran.returncode in (1, 2)
    assert said in ran.stderr
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(("start", "stop"), [(8, 8), (8, 3), (-1, 3)])
def test_a_range_without_samples_is_refused(tmp_path, start, stop):
    ran = simulate(tmp_path / "x.h5", start, stop)
    assert ran.returncode == 1
    assert f"{start} ... {stop}: not a range" in ran.stderr
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--threads", "0"],
        ["--start", "first"],
        ["--max-failed-share", "1"],
        ["--output"],
    ],
)
def test_arguments_that_cannot_be_are_refused_with_the_usage(tmp_path, arguments):
    given = ["--settings", SETTINGS, "--start", 0, "--stop", 8, "--output", tmp_path / "0-8.h5"]
    ran = gapworks("simulate", "chain", *given, *arguments)
    assert ran.returncode == 2
    assert f"argument {arguments[0]}" in ran.stderr
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(("samples", "shard_size"), [(8, 0), (0, 8)])
def test_gathering_nothing_is_refused(files, tmp_path, samples, shard_size):
    ran = gapworks(
        *("gather", "chain", "--settings", SETTINGS, "--folder", files / "shards"),
        *("--samples", samples, "--shard-size", shard_size, "--output", tmp_path / "test.h5"),
    )
    assert ran.returncode in (1, 2)
    assert re.search("samples|shard.size", ran.stderr)
    assert not os.listdir(tmp_path)


def test_a_settings_file_is_as_good_as_text(files, tmp_path):
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    ran = simulate(tmp_path / "0-8.h5", settings=f"@{tmp_path}/settings.json")
    assert ran.returncode == 0
    assert verified(tmp_path / "0-8.h5").checksums == verified(files / "test.h5").checksums


@pytest.mark.parametrize(
    ("name", "settings", "suffix", "said"),
    [
        ("fig99", {}, "pdf", "fig99"),
        ("fig3", {"colour": "red"}, "pdf", "colour"),
        ("fig4", {}, "pdf", "profile_strengths"),
        ("fig3", [], "pdf", "settings"),
        ("fig3", {}, "docx", "docx"),
        ("fig1", {}, "pdf", "fig1: is made of training, network, each given as NAME=FILE"),
        ("fig7", {}, "pdf", "fig7: is made of readings"),
    ],
)
def test_a_figure_that_cannot_be_drawn_says_why(files, tmp_path, name, settings, suffix, said):
    ran = gapworks(
        *("figure", "chain", name, "--settings", settings),
        *("--evaluation", *(f"{key}={files}/test-bdg.h5" for key in ("solved", "predicted"))),
        *("--output", tmp_path / f"a.{suffix}"),
    )
    assert ran.returncode in (1, 2)
    assert said in ran.stderr
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("command", "name", "output"), [("figure", "fig3", "a.pdf"), ("table", "disorder", "a.csv")]
)
def test_a_file_that_is_no_evaluation_is_refused_by_name(files, tmp_path, command, name, output):
    ran = gapworks(
        *(command, "chain", name, "--settings", {}),
        *("--evaluation", f"solved={files}/test.h5", "--output", tmp_path / output),
    )
    assert ran.returncode == 1
    assert f"{files}/test.h5: is a dataset" in ran.stderr
    assert not os.listdir(tmp_path)


def test_statistics_without_a_valid_sample_are_refused(tmp_path):
    # Rings without disorder converge in 7 iterations, the others take more than 9.
    hopeless = SETTINGS | {"solver": {"tolerance": 1e-11, "max_iterations": 9}}
    shard = tmp_path / "shards/0-8.h5"
    refused = simulate(shard, settings=hopeless)
    assert refused.returncode == 1
    assert f"{shard}: 4 of 8 samples failed" in refused.stderr
    assert not shard.exists()
    assert simulate(shard, 0, 8, hopeless, 1, "--max-failed-share", 0.5).returncode == 0
    gathered = gather(tmp_path / "test.h5", shard.parent, settings=hopeless)
    assert gathered.returncode == 0
    assert read(tmp_path / "test.h5", ["valid"])["valid"].tolist() == [1, 0] * 4
    ran = gapworks(
        *("evaluate", "chain", "test-bdg", "--settings", STATISTICS),
        *("--data", f"test={tmp_path}/test.h5", "--output", tmp_path / "test-bdg.h5"),
    )
    assert ran.returncode == 1
    assert "V0 = 0.5" in ran.stderr
    assert not (tmp_path / "test-bdg.h5").exists()


# ---- Places that cannot be written ---------------------------------------------------------------


@pytest.fixture
def small_disk(mount_small, tmp_path):
    """A file system of 256 kB: a shard does not fit."""
    return mount_small(tmp_path / "disk", "size=256k")


def test_a_full_disk_is_said_to_be_full_and_with_room_the_same_command_works(small_disk):
    shard = small_disk / "0-1000.h5"
    ran = simulate(shard, 0, 1000)
    assert ran.returncode == 1
    assert f"gapworks: {shard}: cannot be written: the disk is full" in ran.stderr
    assert not os.listdir(small_disk)
    larger = ["mount", "-o", "remount,size=4m", str(small_disk)]
    subprocess.run(larger, check=True, capture_output=True)
    assert simulate(shard, 0, 1000).returncode == 0
    assert os.listdir(small_disk) == [shard.name]
    verified(shard)


def test_a_place_that_is_no_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    ran = simulate(tmp_path / "file/0-8.h5")
    assert ran.returncode == 1
    assert f"{tmp_path}/file/0-8.h5: cannot be written: " in ran.stderr
    assert os.strerror(errno.EEXIST) in ran.stderr or os.strerror(errno.ENOTDIR) in ran.stderr
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path):
    (tmp_path / "0-8.h5").mkdir()
    ran = simulate(tmp_path / "0-8.h5")
    assert ran.returncode == 1
    assert f"{tmp_path}/0-8.h5: cannot be written: " in ran.stderr
    assert os.listdir(tmp_path) == ["0-8.h5"]


def test_a_temporary_file_of_another_machine_is_left_alone(tmp_path):
    # Its name may begin like ours: node and node-2 write into one folder of a cluster.
    other = tmp_path / f".0-8.h5.{socket.gethostname()}-2-4711.tmp"
    other.touch()
    ran = simulate(tmp_path / "0-8.h5")
    assert ran.returncode == 0, ran.stderr
    assert sorted(os.listdir(tmp_path)) == [other.name, "0-8.h5"]
