"""Tables of the qpi study: the right number of the right evaluation under each heading."""

import numpy as np
import pytest

from gapworks.qpi.settings import CLASSES
from gapworks.qpi.tables import TABLES
from tests.support.exhibits import evaluations_of
from tests.support.qpi_evaluations import COUNTS, PINK, ROW, TESTED, WHITE, known


def made(name):
    """A table of what the workflow makes it of."""
    return TABLES[name]([known(one) for one in evaluations_of("qpi", "tables", name)])


def test_table1_has_each_evaluation_beside_the_papers_numbers():
    found = made("table1")
    assert list(found["class"]) == list(CLASSES)
    paper = {
        "hit [%], paper": [86, 94, 98, 98, 96],
        "dDelta [meV], paper": [0.01] * 5,
        "dtheta [rad], paper": [0.30, np.nan, 0.06, 0.01, 0.05],
        "deps0 [eV], paper": [0.07, 0.01, 0.02, 0.01, 0.01],
    }
    for column, numbers in paper.items():
        np.testing.assert_array_equal(found[column], numbers)
    for title, name in TESTED.items():
        data = known(name)
        columns = {
            "hit [%]": 100 * data["hit"][ROW],
            "lower": 100 * data["hit_lower"][ROW],
            "upper": 100 * data["hit_upper"][ROW],
            "samples": COUNTS,
            "ddelta [meV]": data["mae"][ROW, :, 0],
            "dtheta [rad]": data["mae"][ROW, :, 1],
            "deps0 [meV]": data["mae"][ROW, :, 2],
        }
        for column, numbers in columns.items():
            np.testing.assert_array_equal(found[f"{column}, {title}"], numbers)
    assert found.shape == (5, 1 + 4 + 3 * 7)


def test_networks_has_every_level_and_class_of_every_evaluation():
    found = made("networks")
    assert len(found) == len(TESTED) * len(WHITE) * len(CLASSES)
    trained = {"converged": "train, N = 4096", "literal": "literal_train, N = 1024"}
    tested = {"test": 8192, "literal_test": 1024, "literal_converged": 16384}
    rows = len(WHITE) * len(CLASSES)
    for number, name in enumerate(TESTED.values()):
        part = found.iloc[number * rows : (number + 1) * rows]
        data, (dataset, _, network) = known(name), name.partition("-")
        assert set(part["network"]) == {network}
        assert set(part["trained on"]) == {trained[network.removeprefix("small-")]}
        assert set(part["tested on"]) == {f"{dataset}, N = {tested[dataset]}"}
        np.testing.assert_array_equal(part["white noise"], np.repeat(WHITE, 5))
        np.testing.assert_array_equal(part["1/f noise"], np.repeat(PINK, 5))
        assert list(part["class"]) == list(CLASSES) * len(WHITE)
        assert list(part["samples"]) == list(COUNTS) * len(WHITE)
        for column, array in (("hit [%]", "hit"), ("lower", "hit_lower"), ("upper", "hit_upper")):
            np.testing.assert_array_equal(part[column], 100 * data[array].ravel())
        for column, parameter in enumerate(("dDelta [meV]", "dtheta [rad]", "deps0 [meV]")):
            for end in ("", "lower", "upper"):
                numbers = data[f"mae_{end}".strip("_")][:, :, column].ravel()
                np.testing.assert_array_equal(part[f"{parameter} {end}".strip()], numbers)


def test_degeneracy_has_every_statement_and_what_symmetry_tells_apart():
    found = made("degeneracy")
    data, symmetry = known("statements"), known("symmetry")
    said = data.attributes["statements"]
    above, below = found.iloc[: len(said)], found.iloc[len(said) :]
    columns = {
        "statement": "about",
        "representation": "irrep",
        "compared": "change",
        "impurity": "impurity",
        "omega / Delta": "omega",
        "Rashba [meV]": "rashba",
    }
    for column, key in columns.items():
        assert list(above[column]) == [one[key] for one in said]
    for column, of in (("least", np.min), ("median", np.median), ("most", np.max)):
        np.testing.assert_array_equal(above[column], of(data["difference"], axis=1))
    assert [text.split(", ")[1] for text in below["statement"]] == [
        "0 % noise",
        "30 % noise",
        "100 % noise",
    ]
    np.testing.assert_array_equal(below["least"], symmetry["hit"][:, 0])
    np.testing.assert_array_equal(below["median"], symmetry["accuracy"])
    np.testing.assert_array_equal(below["most"], symmetry["hit"][:, 1])
    assert set(below["compared"]) == {"share recognised: A12u, mean, Eu"}


def test_a_level_that_was_not_tested_is_said():
    data = known("test-small-converged")
    settings = {"evaluation": {"reported": 0.7}}
    other = type(data)({**data.attributes, "settings": settings}, data.arrays)
    with pytest.raises(KeyError, match="test-small-converged: no white noise 0.7"):
        TABLES["table1"]([other])
