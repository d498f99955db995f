"""A file is whole or absent, explains itself, and notices every altered byte."""

import hashlib
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import xarray
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gapworks.factory.container import Coordinate, Variable, Writer
from gapworks.factory.errors import DataError
from gapworks.factory.reading import read, verify

SITES = {"site": Coordinate(np.arange(5), "a", "site")}
VARIABLES = {
    "V": Variable(("site",), "t", "disorder"),
    "flag": Variable(("site",), "1", "flag", "uint8", {0: "no", 1: "yes"}),
}
ARRAYS = {"V": np.linspace(0, 1, 5), "flag": np.array([0, 1, 0, 1, 1])}


def write(path, arrays=ARRAYS):
    with Writer(path, "evaluation", {"study": "chain"}, SITES, VARIABLES) as writer:
        writer.append(arrays)
    return path


def test_a_file_comes_back_as_written_with_units_and_dimensions(tmp_path):
    path = write(tmp_path / "a.h5")
    header = verify(path)
    assert header.units == {"site": "a", "V": "t", "flag": "1"}
    assert header.attributes["provenance"]["packages"]["numpy"] == np.__version__
    for name, values in ARRAYS.items():
        np.testing.assert_array_equal(read(path)[name], values)
    with xarray.open_dataset(path, engine="h5netcdf") as opened:
        assert opened["V"].dims == ("site",)
        assert opened["V"].units == "t"
        assert opened["flag"].flag_meanings == "no yes"


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_numbers_come_back_as_written(tmp_path, dtype):
    path = tmp_path / "a.h5"
    values = np.exp(1j * np.arange(5)).astype(dtype)
    codes = {"site": Coordinate(np.arange(5), "1", "entry", dict(enumerate("abcde")))}
    variables = {"G": Variable(("site",), "1/meV", "Green function", dtype)}
    with Writer(path, "evaluation", {"study": "qpi"}, codes, variables) as writer:
        writer.append({"G": values[:2]})
        writer.append({"G": values[2:]})
    header = verify(path)
    assert header.checksums["G"] == hashlib.sha256(values.tobytes()).hexdigest()
    np.testing.assert_array_equal(read(path)["G"], values)
    with xarray.open_dataset(path, engine="h5netcdf") as opened:
        assert opened["G"].dtype == dtype
        np.testing.assert_array_equal(opened["G"].values, values)
        assert opened["site"].flag_meanings == "a b c d e"


def test_the_umask_decides_who_may_read(tmp_path):
    before = os.umask(0o027)
    try:
        path = write(tmp_path / "a.h5")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_nothing_and_keeps_the_old_file(tmp_path):
    path = write(tmp_path / "a.h5")
    before = path.read_bytes()
    with (
        pytest.raises(RuntimeError, match="broke"),
        Writer(path, "evaluation", {}, SITES, VARIABLES) as writer,
    ):
        writer.append({"V": ARRAYS["V"]})
        raise RuntimeError("broke")
    assert os.listdir(tmp_path) == ["a.h5"]
    assert path.read_bytes() == before


def test_an_array_that_was_not_filled_is_not_passed_off_as_zeros(tmp_path):
    with pytest.raises(ValueError, match="not filled: flag"):
        write(tmp_path / "a.h5", {"V": ARRAYS["V"]})
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused_by_name(tmp_path, share):
    path = write(tmp_path / "cut.h5")
    os.truncate(path, int(share * path.stat().st_size))
    with pytest.raises(DataError, match=r"cut\.h5: is truncated"):
        verify(path)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed_wherever_it_is(tmp_path, share, bit):
    # HDF5 itself reads for ever on some of these: the stamp must be checked before.
    path = tmp_path / "flipped.h5"
    if not path.exists():
        write(path)
    content = bytearray(path.read_bytes())
    content[int(share * len(content))] ^= 1 << bit
    flipped = tmp_path / "now.h5"
    flipped.write_bytes(content)
    with pytest.raises(DataError, match=r"now\.h5"):
        verify(flipped)


def test_an_edit_is_noticed(tmp_path):
    path = write(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        file["V"].attrs["units"] = "eV"
    with pytest.raises(DataError, match=r"a\.h5: was altered"):
        verify(path)


def test_a_file_that_was_flushed_but_not_finished_is_refused(tmp_path):
    writer = Writer(tmp_path / "a.h5", "evaluation", {}, SITES, VARIABLES)
    with pytest.raises(DataError, match="unfinished"), writer:
        writer.append(ARRAYS)
        writer._file.flush()
        killed = tmp_path / "killed.h5"
        killed.write_bytes(writer._temporary.read_bytes())
        verify(killed)


def test_somebody_elses_hdf5_file_is_said_to_be_none_of_ours(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["V"] = np.zeros(1000)
    with pytest.raises(DataError, match=r"other\.h5: is no gapworks file"):
        verify(tmp_path / "other.h5")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.h5: is missing"):
        verify(tmp_path / "nowhere.h5")


def test_what_a_killed_writer_left_is_removed_and_a_living_one_is_left_alone(tmp_path):
    host = os.uname().nodename
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f".a.h5.{host}-{dead.pid}.tmp"
    nobody_waits = subprocess.Popen(["true"])
    os.waitid(os.P_PID, nobody_waits.pid, os.WEXITED | os.WNOWAIT)
    zombies = tmp_path / f".a.h5.{host}-{nobody_waits.pid}.tmp"
    living = tmp_path / f".a.h5.{host}-{os.getppid()}.tmp"
    elsewhere = tmp_path / ".a.h5.othernode-1.tmp"
    for path in (left, zombies, living, elsewhere):
        path.touch()
    write(tmp_path / "a.h5")
    assert not left.exists()
    assert not zombies.exists()
    nobody_waits.wait()
    assert living.exists()
    assert elsewhere.exists()


def test_a_full_disk_is_said_to_be_full_and_nothing_is_left(small_disk):
    sites = {"site": Coordinate(np.arange(100_000), "a", "site")}
    with (
        pytest.raises(DataError, match=r"big\.h5: cannot be written: the disk is full"),
        Writer(small_disk / "big.h5", "evaluation", {}, sites, VARIABLES) as writer,
    ):
        writer.append({"V": np.random.default_rng(1).random(100_000)})
    assert not os.listdir(small_disk)
    write(small_disk / "small.h5")  # and there is room again


def test_a_disk_that_fills_up_late_is_noticed_before_the_file_is_in_place(small_disk):
    sites = {"site": Coordinate(np.arange(3_000), "a", "site")}
    (small_disk / "ballast").write_bytes(bytes(20_000))
    with (
        pytest.raises(DataError, match="the disk is full"),
        Writer(small_disk / "late.h5", "evaluation", {}, sites, VARIABLES) as writer,
    ):
        writer.append({"V": np.random.default_rng(1).random(3_000), "flag": np.zeros(3_000)})
    assert os.listdir(small_disk) == ["ballast"]
