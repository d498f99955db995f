"""Users' arrays: numbers mapped into memory, anything else refused with a word."""

import os
import pickle

import numpy as np
import pytest

from gapworks.factory.errors import DataError
from gapworks.readers.array import read_array
from gapworks.readers.text import ReadError

V = np.random.default_rng(1).normal(size=(3, 5))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f8", "i1", "u2", "i8", "c16"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_are_read_as_they_were_saved(tmp_path, dtype, order):
    saved = np.asarray(10 * V, order=order).astype(dtype)
    np.save(tmp_path / "v.npy", saved)
    read = read_array(tmp_path / "v.npy", "V")
    assert read.dtype == saved.dtype
    assert np.array_equal(read, saved)


@pytest.mark.parametrize("shape", [(), (0, 4), (1,), (2, 3, 4)])
def test_any_shape_is_read(tmp_path, shape):
    np.save(tmp_path / "v.npy", np.ones(shape))
    assert read_array(tmp_path / "v.npy", "V").shape == shape


class Harmful:
    """What runs when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("harmed",)


def test_nothing_in_a_file_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save(tmp_path / "objects.npy", np.array([Harmful()], dtype=object), allow_pickle=True)
    (tmp_path / "pickle.npy").write_bytes(pickle.dumps(Harmful()))
    for name in ("objects", "pickle"):
        with pytest.raises(ReadError, match="not an array of real numbers"):
            read_array(tmp_path / f"{name}.npy", "V")
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize("size", [0, 3, 40, 100, 150, 247])
def test_a_file_that_ends_early_is_refused(tmp_path, size):
    np.save(tmp_path / "v.npy", V)
    os.truncate(tmp_path / "v.npy", size)
    with pytest.raises(ReadError, match=r"v\.npy: "):
        read_array(tmp_path / "v.npy", "V")


def test_a_second_array_in_a_file_is_not_lost_without_a_word(tmp_path):
    with (tmp_path / "v.npy").open("wb") as file:
        np.save(file, np.ones(4))
        np.save(file, np.ones(4))
    with pytest.raises(ReadError, match="bytes follow the array: more than one array"):
        read_array(tmp_path / "v.npy", "V")


def test_an_array_beyond_the_memory_is_refused_before_it_is_read(tmp_path):
    header = {"descr": "<f8", "fortran_order": False, "shape": (2**20, 2**20)}
    with (tmp_path / "v.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + 2**43)
    with pytest.raises(ReadError, match=r"needs \d+ GiB of memory"):
        read_array(tmp_path / "v.npy", "V")


def test_folders_pipes_and_nothing_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.npy")
    (tmp_path / "folder.npy").mkdir()
    for name in ("pipe", "folder", "nowhere"):
        with pytest.raises(DataError, match=rf"{name}\.npy: "):
            read_array(tmp_path / f"{name}.npy", "V")
