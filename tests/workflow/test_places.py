"""Where a run is started, and what of its surroundings it needs: folders, HOME, disk, clock."""

import os
import shutil
import subprocess
import time

import pytest

from tests.workflow.conftest import BIN, to_its_end

SHARD = "results/tiny/chain/shards/test/0-4.h5"
DATA = "results/tiny/chain/data/test.h5"
NETWORK = "results/tiny/chain/models/window-r8-n2.safetensors"
TABLE = "results/tiny/chain/tables/disorder.csv"
DAY = 86400


def snakemake(folder, *arguments, **environment):
    """Exit code and what a run in a folder said."""
    ran = to_its_end(["snakemake", "-c2", *arguments], folder, os.environ | environment)
    return ran.returncode, ran.stdout


# ---- Folders -------------------------------------------------------------------------------------


def test_directory_and_snakefile_may_be_elsewhere_and_resume_knows_the_run(
    shared_checkout, tmp_path
):
    code, said = snakemake(shared_checkout.folder, "--directory", tmp_path / "one", SHARD)
    assert code == 0, said
    assert (tmp_path / "one" / SHARD).exists()
    (tmp_path / "two").mkdir()
    snakefile = os.path.relpath(shared_checkout.folder / "Snakefile", tmp_path)
    code, said = snakemake(tmp_path, "-s", snakefile, "-d", "two", "--", SHARD, PWD=str(tmp_path))
    assert code == 0, said
    assert (tmp_path / "two" / SHARD).exists()
    assert not (tmp_path / "results").exists()
    (tmp_path / "two" / SHARD).unlink()
    # From its working folder, and from where it was started.
    for place, more in (("two", ()), (".", ("--", "-c2", "-s", snakefile, "-d", "two", SHARD))):
        (tmp_path / "two" / SHARD).unlink(missing_ok=True)
        ran = subprocess.run(
            [BIN / "gapworks", "resume", *more],
            cwd=tmp_path / place,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert (tmp_path / "two" / SHARD).exists()


def test_a_folder_may_be_called_as_one_likes(shared_checkout, tmp_path):
    folder = tmp_path / """with blank, quo'te "and" $HOME (and) &; more"""
    code, said = snakemake(shared_checkout.folder, "-d", folder, SHARD)
    assert code == 0, said
    assert (folder / SHARD).exists()


@pytest.mark.parametrize("name", ["{}", "a{b}", "half{"])
@pytest.mark.parametrize("what", ["the working folder", "the checkout"])
def test_braces_in_the_path_of_a_folder_are_refused_by_name(checkout, tmp_path, name, what):
    folder = tmp_path / name
    if what == "the checkout":
        checkout.folder.rename(folder)
        checkout.folder = folder
        code, said = snakemake(folder, "-n", SHARD)
    else:
        code, said = snakemake(checkout.folder, "-d", folder, "-n", SHARD)
    assert code == 1
    assert f"{folder}: Snakemake takes braces in the path of a folder for names" in said
    assert "Traceback (most recent call last)" not in said
    assert "Error: " not in said.replace("WorkflowError", "")


# ---- HOME and disk -------------------------------------------------------------------------------


@pytest.mark.parametrize("home", ["not there", "a file", "unset"])
def test_a_run_does_not_need_a_home(shared_checkout, tmp_path, home):
    (tmp_path / "file").touch()
    place = {"not there": "/proc/nobody", "a file": str(tmp_path / "file")}.get(home)
    environment = {"XDG_CACHE_HOME": place} if place else {}
    unset = os.environ.pop("HOME", None)
    try:
        options = ("-n", "-d", tmp_path / "here", SHARD)
        more = {"HOME": place} if place else {}
        code, said = snakemake(shared_checkout.folder, *options, **environment, **more)
    finally:
        if unset is not None:
            os.environ["HOME"] = unset
    assert code == 0, said


# At the first notes, at the lock, at the run's own note, at the note of a finished job.
@pytest.mark.parametrize("options", ["nr_inodes=3", "size=4k", "size=12k", "size=28k"])
def test_a_full_disk_under_snakemakes_notes_is_said_in_a_line(
    shared_checkout, tmp_path, mount_small, options
):
    mount_small(tmp_path / ".snakemake", options)
    code, said = snakemake(shared_checkout.folder, "-d", tmp_path, SHARD)
    assert code == 1
    assert (
        f"Error: Snakemake keeps its notes in {tmp_path}/.snakemake, and that cannot be written: "
        "No space left on device. Make room there"
    ) in said
    assert "Traceback" not in said
    assert not list((tmp_path / ".snakemake").glob("locks/*.lock"))


def test_a_folder_that_cannot_be_written_is_said_in_a_line(shared_checkout, tmp_path):
    (tmp_path / ".snakemake").touch()  # root may write everywhere else
    code, said = snakemake(shared_checkout.folder, "-d", tmp_path, SHARD)
    assert code == 1
    assert f"Error: Snakemake keeps its notes in {tmp_path}/.snakemake, and that cannot" in said
    assert "Traceback" not in said


# ---- Clocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["shards", "data", "shards data models"])
def test_a_clock_that_was_ahead_does_not_keep_a_run_from_its_end(shared_checkout, what):
    """Forty days ahead in a run before: what is made of its files would be older than they."""
    folder = shared_checkout.folder / "results/tiny/chain"
    shared_checkout.make(NETWORK, TABLE)
    before = shared_checkout.checksums(DATA)
    for number, kind in enumerate(what.split()):
        for path in files(folder / kind):
            date = time.time() + 40 * DAY + number
            os.utime(path, (date, date))
    shutil.rmtree(folder / "tables")
    (shared_checkout.folder / NETWORK).unlink()
    ran = shared_checkout.make(NETWORK, TABLE)
    assert "dated in the future" in ran.output
    assert "up to 40 days" in ran.output
    assert "simulate" not in ran.jobs
    again = shared_checkout.make(NETWORK, TABLE)
    assert again.nothing_to_be_done
    assert "future" not in again.output
    assert shared_checkout.checksums(DATA) == before
    assert max(path.stat().st_mtime for path in files(folder)) <= time.time() + 1


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]
