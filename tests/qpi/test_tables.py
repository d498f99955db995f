"""Tables of the qpi study: the right number of the right evaluation under each heading."""

import numpy as np
import pytest

from gapworks.qpi.config import CLASSES
from gapworks.qpi.paper.tables import table1
from tests.support.exhibits import tabled
from tests.support.qpi_evaluations import (
    CLEAN,
    COUNTS,
    FAITHFUL,
    PINK,
    ROW,
    TESTED,
    WHITE,
    known,
)


def made(name):
    """A table of what the workflow makes it of."""
    return tabled("qpi", name, known)


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
    (title, name), *_ = FAITHFUL.items()
    shown = [(f"{title}, 0 % noise", name, CLEAN), (f"{title}, 30 % noise", name, ROW)]
    shown += [(f"{title}, 30 % noise", name, ROW) for title, name in TESTED.items()]
    for title, name, row in shown:
        data = known(name)
        columns = {
            "hit [%]": 100 * data["hit"][row],
            "samples": COUNTS,
            "ddelta [meV]": data["mae"][row, :, 0],
            "dtheta [rad]": data["mae"][row, :, 1],
            "deps0 [meV]": data["mae"][row, :, 2],
        }
        for column, numbers in columns.items():
            np.testing.assert_allclose(found[f"{column}, {title}"], numbers, rtol=1e-12)
        # A 95 % interval is 2 x 1.96 standard errors wide; shares take two more of each.
        width = data["mae_upper"][row, :, 2] - data["mae_lower"][row, :, 2]
        np.testing.assert_allclose(found[f"error, deps0, {title}"], width / 3.919928, rtol=1e-6)
        likely = (data["confusion"][row].diagonal() + 2) / (np.array(COUNTS) + 4)
        error = 100 * np.sqrt(likely * (1 - likely) / (np.array(COUNTS) + 4))
        np.testing.assert_allclose(found[f"error, hit, {title}"], error, rtol=1e-9)
    assert found.shape == (5, 1 + 4 + 5 * 9)


def test_networks_has_every_level_and_class_of_every_evaluation():
    found = made("networks")
    every = {**TESTED, **FAITHFUL}
    assert len(found) == len(every) * len(WHITE) * len(CLASSES)
    trained = {
        "converged": "train, N = 4096",
        "literal": "literal_train, N = 1024",
        "faithful": "faithful_train, N = 1024",
        "faithful_fewer": "faithful_train, N = 1024",
        "faithful_noiseless": "faithful_train, N = 1024",
    }
    tested = {"test": 8192, "literal_test": 1024, "literal_converged": 16384}
    tested |= {"faithful_test": 1024, "corrected_test": 1024}
    rows = len(WHITE) * len(CLASSES)
    for number, name in enumerate(every.values()):
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
    above, below = found.iloc[: len(said)], found.iloc[len(said) : len(said) + 3]
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
    phase, last = known("phase_test-small-phase"), found.iloc[len(said) + 3 :]
    assert list(last["representation"]) == ["Eg", "Eu"] * 3
    for column, name in (("least", "r2_lower"), ("median", "r2"), ("most", "r2_upper")):
        np.testing.assert_array_equal(last[column], phase[name].ravel())


def test_a_level_that_was_not_tested_is_said():
    data = known("test-small-converged")
    settings = {"evaluation": {"reported": 0.7}}
    other = type(data)({**data.attributes, "settings": settings}, data.arrays)
    with pytest.raises(KeyError, match="test-small-converged: no white noise 0.7"):
        table1([other])
