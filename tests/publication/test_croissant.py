"""Gathered data in Croissant: what is said of files and arrays; its own library takes it."""

import hashlib
import json

import h5py
import numpy as np
import pytest

from gapworks.factory.container import VALID, Coordinate, Variable, named
from tests.conftest import ROOT
from tests.support import scale
from tests.support.command import gapworks_here
from tests.support.extras import validator

WINDOWS = {
    "green": Variable(("sample", "component", "row"), "1/meV", "propagator", "complex64"),
    "valid": VALID,
}
ALONG = {
    "component": named(["ee", "eh"], "entry"),
    "row": Coordinate(np.arange(4), "a", "row"),
}


@pytest.fixture
def data(tmp_path):
    return [
        scale.dataset(tmp_path / f"{name}.h5", count) for name, count in (("train", 6), ("test", 3))
    ]


def describe(study, *paths, output=None):
    output = output or paths[0].parent / "croissant.json"
    command = ("croissant", study, "--scale", "tiny", "--data", *paths, "--workflow", ROOT)
    return gapworks_here(*command, "--output", output), output


def test_each_file_is_described_with_size_and_checksum_and_licence(data):
    ran, output = describe("chain", *data)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(output.read_text())
    assert said["license"] == "https://spdx.org/licenses/BSD-3-Clause"
    assert "Neverov" in said["citeAs"] and said["creator"] and said["datePublished"]
    files = {one["contentUrl"]: one for one in said["distribution"]}
    assert files.keys() == {"train.h5", "test.h5"}
    for path in data:
        content = path.read_bytes()
        assert files[path.name]["sha256"] == hashlib.sha256(content).hexdigest()
        assert files[path.name]["contentSize"] == f"{len(content)} B"
        assert files[path.name]["encodingFormat"] == "application/x-hdf5"


@pytest.mark.parametrize(
    "study, variables, along", [("chain", scale.VARIABLES, scale.SITES), ("qpi", WINDOWS, ALONG)]
)
def test_every_array_is_a_record_as_the_file_has_it(study, variables, along, tmp_path):
    path = scale.dataset(tmp_path / "train.h5", 5, variables, along, study)
    ran, output = describe(study, path)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(output.read_text())
    (table,) = said["recordSet"]
    rows = {one["arrays/array"]: one for one in table["data"]}
    with h5py.File(path, locking=False) as file:
        assert rows.keys() == set(file)
        for name, array in file.items():
            assert rows[name]["arrays/shape"] == " ".join(map(str, array.shape))
            assert rows[name]["arrays/type"] == array.dtype.name
            assert rows[name]["arrays/unit"] == array.attrs["units"]
            sha256 = hashlib.sha256(np.ascontiguousarray(array[()]).tobytes()).hexdigest()
            assert rows[name]["arrays/sha256"] == sha256
    for name, variable in variables.items():
        assert rows[name]["arrays/dimensions"] == " ".join(variable.dimensions)
    assert rows["valid"]["arrays/codes"] == "0: failed, 1: valid"
    units = {one["name"]: one["unitText"] for one in said["variableMeasured"]}
    assert units == {name: one.units for name, one in variables.items()} | {"sample": "1"}


def test_its_own_library_finds_no_fault_and_reads_the_records(data):
    _, output = describe("chain", *data)
    ran = validator("mlcroissant", "validate", "--jsonld", output)
    assert ran.returncode == 0 and "Done." in ran.stderr, ran.stderr
    assert "WARNING" not in ran.stderr and "error" not in ran.stderr
    ran = validator(
        *("mlcroissant", "load", "--jsonld", output, "--record_set", "arrays", "--num_records", 20)
    )
    assert "'arrays/array': 'delta'" in ran.stdout + ran.stderr


def test_what_is_no_data_set_of_the_study_or_lies_elsewhere_is_refused(data, tmp_path):
    for study, paths, output, said in (
        ("qpi", data, None, "is a dataset of chain, not a data set of qpi"),
        ("chain", data, tmp_path / "other/croissant.json", "names of files begin at its folder"),
        ("chain", [data[0], data[0]], None, "train: given twice"),
    ):
        ran, place = describe(study, *paths, output=output)
        assert ran.returncode == 1 and said in ran.stderr, ran.stderr
        assert not place.exists()
