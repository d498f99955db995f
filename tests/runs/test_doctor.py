"""`gapworks doctor`: each thing that a machine may lack is found, and named with its cure."""

import os
import shutil
import stat

import pytest

from gapworks.runs import doctor
from tests.conftest import ROOT
from tests.support.command import gapworks_here


def program(folder, name, text):
    """A program of that name, first on PATH."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def states(check, folder):
    return [(one.what, one.state) for one in check(folder)]


@pytest.fixture
def first_on_path(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


def test_a_checkout_where_all_is_well_has_no_fault(monkeypatch):
    monkeypatch.chdir(ROOT)
    ran = gapworks_here("doctor")
    assert ran.returncode == 0, ran.stdout
    for word in ("machine", "packages", "config.yaml", "disk", "file locks", "compiled code"):
        assert word in ran.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  coupling: ", "  cuopling: ", "cuopling"),
        ("chain:\n", "chain:\n  - [\n", "line"),
        ("scale: ", "scale: nowhere\nscale: ", "scale"),
    ],
)
def test_a_fault_of_the_configuration_is_named(tmp_path, old, new, said):
    text = (ROOT / "config.yaml").read_text()
    assert old in text
    (tmp_path / "config.yaml").write_text(text.replace(old, new, 1))
    (finding,) = doctor.settings(tmp_path)
    assert finding.state == "fault" and said in finding.said


def test_the_checkouts_configuration_is_good():
    assert states(doctor.settings, ROOT) == [("config.yaml", "good")]


def test_other_versions_than_the_locked_are_named(tmp_path):
    (tmp_path / "envs").mkdir()
    (tmp_path / "envs" / "lock.txt").write_text("# numbers\nnumpy==1.0\nnosuch==2\n")
    (finding,) = doctor.packages(tmp_path)
    assert finding.state == "note" and "numpy" in finding.said and "locked 1.0" in finding.said
    assert "nosuch" not in finding.said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo 1 Open MPI; echo 1 Open MPI", "do not see each other"),
        ("echo no fabric >&2; exit 3", "no fabric"),
        ("sleep 30", "no answer"),
    ],
)
def test_a_launcher_that_is_not_of_this_mpi_is_a_fault(first_on_path, monkeypatch, text, said):
    fake = program(first_on_path, "mpiexec", text)
    monkeypatch.setattr(doctor, "PATIENCE", 2.0)
    monkeypatch.setattr(doctor.sys, "executable", str(fake.with_name("python")))
    (finding,) = doctor.mpi(ROOT)
    assert finding.state == "fault" and said in finding.said and "mpi4py" in finding.cure


@pytest.mark.skipif(shutil.which("mpiexec") is None, reason="there is no mpiexec on PATH")
def test_two_real_ranks_see_each_other():
    assert states(doctor.mpi, ROOT) == [("MPI", "good")]


def test_a_slurm_that_does_not_answer_is_named_and_ends_no_run_here(first_on_path):
    program(first_on_path, "sbatch", "")
    program(first_on_path, "sinfo", "echo slurm_load_partitions: Unable to contact >&2; exit 1")
    (finding,) = doctor.slurm(ROOT)
    assert finding.state == "note" and "Unable to contact" in finding.said
    program(first_on_path, "sinfo", "echo 'debug* up'; echo 'long down'")
    (finding,) = doctor.slurm(ROOT)
    assert finding.state == "good" and finding.said.endswith("debug*")


def test_a_card_that_torch_does_not_see_is_named(first_on_path, monkeypatch):
    program(first_on_path, "nvidia-smi", "echo GPU 0")
    monkeypatch.setattr(doctor, "CARDS", "print(0)")
    (finding,) = doctor.graphics(ROOT)
    assert finding.state == "note" and "CUDA" in finding.cure
    monkeypatch.setattr(doctor, "CARDS", "print(1)")
    assert states(doctor.graphics, ROOT) == [("graphics card", "good")]


def test_a_folder_that_cannot_be_written_or_is_small_is_named(tmp_path, monkeypatch):
    found = {one.what: one for one in doctor.disks(tmp_path / "nowhere")}
    assert found["disk for results"].state == "fault"
    assert found["disk for temporary files"].state == "good"
    monkeypatch.setattr(doctor, "FREE_GIB", dict.fromkeys(doctor.FREE_GIB, 1e9))
    assert {state for _, state in states(doctor.disks, tmp_path)} == {"note"}


def test_a_file_system_without_locks_is_said_to_be_harmless(tmp_path, monkeypatch):
    assert states(doctor.file_locks, tmp_path) == [("file locks", "good")]

    def none(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(doctor.fcntl, "flock", none)
    (finding,) = doctor.file_locks(tmp_path)
    assert finding.state == "note" and "ENOLCK" in finding.said


def test_a_broken_run_is_named_with_the_command_that_goes_on(tmp_path):
    assert not list(doctor.broken_run(tmp_path))
    (tmp_path / ".snakemake" / "locks").mkdir(parents=True)
    (tmp_path / ".snakemake" / "locks" / "0.input.lock").touch()
    (finding,) = doctor.broken_run(tmp_path)
    assert "gapworks resume" in finding.cure
