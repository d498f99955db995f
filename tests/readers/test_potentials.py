"""Potentials on rings as people have them: every layout the same numbers, or a question."""

import h5py
import numpy as np
import pytest

from gapworks.factory.errors import Refused
from gapworks.readers.potentials import read_potential
from gapworks.readers.text import ReadError

V = np.random.default_rng(2).uniform(-0.5, 0.5, (3, 12))


def text(path, rows, head=None, separator=",", index=None, comma=False, quote=""):
    """A table of text; `index` is the first number of a column that counts."""
    lines = [head] if head else []
    for k, row in enumerate(rows):
        cells = [f"{value:.9f}" for value in row]
        cells = [cell.replace(".", ",") for cell in cells] if comma else cells
        cells = ([str(k + index)] if index is not None else []) + cells
        lines.append(separator.join(f"{quote}{cell}{quote}" for cell in cells))
    path.write_text("\n".join(lines) + "\n")
    return path


ASKED_FOR = {
    "rows": (V, {}, "row"),
    "columns": (V.T, {}, "column"),
    "columns, a header of words": (V.T, {"head": "first,second,third"}, "column"),
    "columns, an index without a name": (V.T, {"index": 0}, "column"),
    "rows, decimal commas": (V, {"separator": ";", "comma": True}, "row"),
    "rows, quoted decimal commas": (V, {"comma": True, "quote": '"'}, "row"),
    "rows, blanks": (V, {"separator": "  "}, "row"),
}
TELLING = {
    "sites down": (V.T, {"head": "site,a,b,c", "index": 0}, "column"),
    "sites down from 1, decimal commas": (
        *(V.T, {"head": "Site;a;b;c", "index": 1, "separator": ";", "comma": True}),
        "column",
    ),
    "rings down": (V, {"head": "ring," + ",".join("abcdefghijkl"), "index": 1}, "row"),
    "one ring across": (V[:1], {}, "row"),
    "one ring down": (V[:1].T, {}, "column"),
    "one ring down, counted": (V[:1].T, {"index": 0, "quote": '"'}, "column"),
    "two rings down": (V[:2].T, {}, "column"),
}


@pytest.mark.parametrize("name", ASKED_FOR)
def test_a_table_that_may_be_read_in_two_ways_is_asked_for(tmp_path, name):
    rows, how, axis = ASKED_FOR[name]
    path = text(tmp_path / "v.csv", rows, **how)
    with pytest.raises(Refused, match="--axis row, or --axis column"):
        read_potential(path)
    found = read_potential(path, axis)
    np.testing.assert_allclose(found.values, V, atol=1e-9)
    assert found.turned_back(found.values).shape == rows.shape
    assert read_potential(path, usual="row").asked


@pytest.mark.parametrize("name", TELLING)
def test_what_leaves_no_doubt_is_read_and_said(tmp_path, name):
    rows, how, axis = TELLING[name]
    found = read_potential(text(tmp_path / "v.csv", rows, **how))
    assert (found.axis, found.asked) == (axis, False)
    np.testing.assert_allclose(found.values, V[: min(rows.shape)], atol=1e-9)
    assert ("column 1 counts the rows and was left out" in found.notes) == ("index" in how)
    # And told the other way, it is the other way.
    other = {"row": "column", "column": "row"}[axis]
    assert read_potential(tmp_path / "v.csv", other).values.shape == found.values.T.shape


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("0,1,2,3\n0.1,0.2,0.3,0.4\n", "numbers of the columns, or data?"),
        ("0,5,-0,3,0,2\n", "decimal commas"),
        ("0.1,0.2,,0.4\n0.1,0.2,0.3,0.4\n", "an empty cell"),
        ("0.1,nan,0.3\n", "not finite numbers"),
        ("V\n", "holds no numbers"),
        ("V (a.u.)\n0.1\n0.2\n0.3\n", "a.u."),
    ],
)
def test_what_cannot_be_read_for_sure_is_an_error(tmp_path, content, said):
    (tmp_path / "v.csv").write_text(content)
    with pytest.raises(ReadError, match=said.replace("?", r"\?")):
        read_potential(tmp_path / "v.csv", "row")


def test_a_unit_in_the_header_is_handed_on(tmp_path):
    path = text(tmp_path / "v.csv", V[:1].T, head="V (meV)")
    assert read_potential(path).unit == "meV"


def test_arrays_have_their_sites_on_the_last_axis(tmp_path):
    for shape in ((12,), (3, 1, 12)):
        np.save(tmp_path / "v.npy", V[:1].reshape(12) if len(shape) == 1 else V.reshape(shape))
        found = read_potential(tmp_path / "v.npy")
        assert found.values.shape == shape
    with pytest.raises(ReadError, match="more than two axes"):
        read_potential(tmp_path / "v.npy", "column")
    np.save(tmp_path / "v.npy", V)
    with pytest.raises(Refused, match="--axis"):
        read_potential(tmp_path / "v.npy")


def test_hdf5_is_read_by_the_names_of_its_dimensions(tmp_path):
    path = tmp_path / "v.h5"
    with h5py.File(path, "w") as file:
        file["V"] = V.T
        file["V"].dims[0].label = "site"
        file["other/mu"] = np.arange(3.0)
    found = read_potential(path)
    assert found.axis == "column"
    assert np.array_equal(found.values, V)
    assert "read from V" in found.notes
    with pytest.raises(ReadError, match=r"no array W; arrays of numbers: V, other/mu"):
        read_potential(path, dataset="W")
    assert np.array_equal(read_potential(path, dataset="other/mu").values, np.arange(3.0))


def test_an_array_among_several_is_to_be_named(tmp_path):
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file["a"], file["b"] = V, V
    with pytest.raises(ReadError, match="--dataset NAME; arrays of numbers: a, b"):
        read_potential(tmp_path / "v.h5")
    (tmp_path / "v.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(50))
    with pytest.raises(ReadError, match="cannot be read as HDF5"):
        read_potential(tmp_path / "v.h5")
