"""Tables of the qpi study: the right number of the right evaluation under each heading."""

import numpy as np
import pytest

from gapworks.qpi.config import CLASSES
from gapworks.qpi.paper.tables import QUANTITIES, table1
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


def test_table1_has_each_evaluation_beside_the_papers_numbers_by_quantity():
    found = made("table1")
    assert list(found["quantity"].unique()) == [*QUANTITIES.values(), "samples of the test"]
    parts = {name: rows.set_index("class") for name, rows in found.groupby("quantity")}
    assert all(list(rows.index) == list(CLASSES) for rows in parts.values())
    paper = {
        "hits [%]": [86, 94, 98, 98, 96],
        "mean error of Delta [meV]": [0.01] * 5,
        "mean error of theta [rad]": [0.30, np.nan, 0.06, 0.01, 0.05],
        "mean error of eps_0 [meV]": [70, 10, 20, 10, 10],
        "samples of the test": [50] * 5,
    }
    for quantity, numbers in paper.items():
        np.testing.assert_allclose(parts[quantity]["paper"], numbers)
    (title, name), *_ = FAITHFUL.items()
    shown = [(f"{title}, 0 % noise", name, CLEAN), (f"{title}, 30 % noise", name, ROW)]
    shown += [(f"{title}, 30 % noise", name, ROW) for title, name in TESTED.items()]
    for title, name, row in shown:
        data = known(name)
        ours = (100 * data["hit"][row], *data["mae"][row].T[:3], COUNTS)
        for quantity, numbers in zip(paper, ours, strict=True):
            np.testing.assert_allclose(parts[quantity][title], numbers, rtol=1e-12)
        # A 95 % interval is 2 x 1.96 standard errors wide; shares take two more of each.
        width = data["mae_upper"][row, :, 2] - data["mae_lower"][row, :, 2]
        errors = parts["mean error of eps_0 [meV]"][f"{title}, standard error"]
        np.testing.assert_allclose(errors, width / 3.919928, rtol=1e-6)
        likely = (data["confusion"][row].diagonal() + 2) / (np.array(COUNTS) + 4)
        error = 100 * np.sqrt(likely * (1 - likely) / (np.array(COUNTS) + 4))
        errors = parts["hits [%]"][f"{title}, standard error"]
        np.testing.assert_allclose(errors, error, rtol=1e-9)
    assert found.shape == (25, 3 + 5 * 2)


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
        np.testing.assert_array_equal(part["white noise [%]"], 100 * np.repeat(WHITE, 5))
        np.testing.assert_array_equal(part["1/f noise [%]"], 100 * np.repeat(PINK, 5))
        assert list(part["class"]) == list(CLASSES) * len(WHITE)
        assert list(part["samples"]) == list(COUNTS) * len(WHITE)
        for column, array in (("", "hit"), (", lower", "hit_lower"), (", upper", "hit_upper")):
            np.testing.assert_array_equal(part[f"hits{column} [%]"], 100 * data[array].ravel())
        for column, (parameter, unit) in enumerate(
            (("Delta", "meV"), ("theta", "rad"), ("eps_0", "meV"))
        ):
            for end in ("", "lower", "upper"):
                numbers = data[f"mae_{end}".strip("_")][:, :, column].ravel()
                title = f"mean error of {parameter}{f', {end}' * bool(end)} [{unit}]"
                np.testing.assert_array_equal(part[title], numbers)


def test_degeneracy_has_every_statement_and_what_symmetry_tells_apart():
    found = made("degeneracy")
    data, symmetry = known("statements"), known("symmetry")
    said = data.attributes["statements"]
    parts = [rows for _, rows in found.groupby("quantity", sort=False)]
    above, below, last = parts
    columns = {
        "statement": "about",
        "representation": "irrep",
        "compared": "change",
        "impurity": "impurity",
        "omega over Delta": "omega",
        "Rashba coupling [meV]": "rashba",
    }
    for column, key in columns.items():
        assert list(above[column]) == [one[key] for one in said]
    for column, of in (("value, lower", np.min), ("value", np.median), ("value, upper", np.max)):
        np.testing.assert_array_equal(above[column], of(data["difference"], axis=1))
    assert list(below["white noise [%]"]) == [0] * 3 + [30] * 3 + [100] * 3
    told = below["value"].to_numpy().reshape(3, 3)
    np.testing.assert_array_equal(told[:, :2], symmetry["hit"])
    np.testing.assert_array_equal(told[:, 2], symmetry["accuracy"])
    assert list(below["representation"]) == ["A12u", "Eu", "A12u and Eu"] * 3
    phase = known("phase_test-small-phase")
    assert list(last["representation"]) == ["Eg", "Eu"] * 3
    ends = (("value, lower", "r2_lower"), ("value", "r2"), ("value, upper", "r2_upper"))
    for column, name in ends:
        np.testing.assert_array_equal(last[column], phase[name].ravel())


def test_a_level_that_was_not_tested_is_said():
    data = known("test-small-converged")
    settings = {"evaluation": {"reported": 0.7}}
    other = type(data)({**data.attributes, "settings": settings}, data.arrays)
    with pytest.raises(KeyError, match="test-small-converged: no white noise 0.7"):
        table1([other])


def test_curves_has_every_epoch_of_every_training_and_one_that_is_kept():
    found = made("curves")
    # Of two tests of a network the first is asked.
    names = [*TESTED.values(), *FAITHFUL.values()][::-1]
    every = {known(name).method: known(name) for name in names}
    assert set(found["network"]) == every.keys()
    for network, rows in found.groupby("network"):
        said = every[network].attributes
        assert list(rows["epoch"]) == [one["epoch"] for one in said["history"]]
        losses = [one["validation"] for one in said["history"]]
        assert list(rows["validation loss"]) == losses
        assert list(rows["epoch"][rows["kept"] == 1]) == [said["best_epoch"]]
