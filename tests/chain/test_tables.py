"""Tables of the chain study: the right number of the right evaluation under each heading."""

import numpy as np
import pytest

from gapworks.chain.evaluation.agreement import STATEMENTS
from gapworks.chain.evaluation.scores import SCORES
from gapworks.chain.paper import tables
from gapworks.chain.paper.metrics import timing
from gapworks.chain.paper.tables import COMPARED
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting import table
from gapworks.reproduction import read_claims
from tests.conftest import ROOT
from tests.support.chain_evaluations import METHODS, MSE, SECONDS, known, of_methods
from tests.support.exhibits import tabled

NETWORKS = ("window-r8-n4", "surrogate")


def made(name):
    """A table of what the workflow makes it of."""
    return tabled("chain", name, known)


def test_a_table_is_written_for_programs_and_for_papers(tmp_path):
    table.save(made("disorder"), [tmp_path / "t.csv", tmp_path / "t.tex"])
    assert (tmp_path / "t.csv").read_text().splitlines()[1].startswith("0,3,0,")
    assert r"\toprule" in (tmp_path / "t.tex").read_text()


def test_disorder_has_the_test_sets_statistics_by_strength():
    data = known("test-bdg")
    columns = {
        "V0 [t]": "strength",
        "rings": "realizations",
        "rings that failed": "failed",
        "mean Delta [t]": "mean_delta",
        "mean Delta, lower [t]": "mean_delta_lower",
        "mean Delta, upper [t]": "mean_delta_upper",
        "standard deviation of Delta over sites [t]": "std_delta",
        "smallest Delta [t]": "min_delta",
        "mean excitation gap [t]": "mean_gap",
        "mean iterations": "mean_iterations",
    }
    found = made("disorder")
    assert list(found) == list(columns)
    for column, array in columns.items():
        np.testing.assert_array_equal(found[column], data[array])
    assert list(found["rings that failed"]) == [0, 1, 0, 0, 0]


def test_errors_stand_beside_the_constant_and_the_windows_floor():
    found = made("errors")
    assert len(found) == 2 * (5 + 1)
    for name in NETWORKS:
        data, floor = known(f"test-{name}"), known("floor")
        own = found[found["network"] == name]
        assert list(own["V0 [t]"]) == ["0", "0.1", "0.25", "0.5", "0.75", "all"]
        by_strength, of_all = own.iloc[:-1], own.iloc[-1]
        for column, array in (
            ("mean squared error [t^2]", "mse"),
            ("mean squared error, lower [t^2]", "mse_lower"),
            ("mean squared error, upper [t^2]", "mse_upper"),
            ("mean squared error of a constant [t^2]", "baseline_mse"),
        ):
            np.testing.assert_array_equal(by_strength[column], data[array])
        score = dict(zip(SCORES, data["pooled"], strict=True))
        pooled = [score[one] for one in ("mse", "baseline_mse", "r2")]
        error = "mean squared error"
        assert (
            list(of_all[[f"{error} [t^2]", f"{error} of a constant [t^2]", "R squared"]]) == pooled
        )
        ends = [data[f"pooled_{end}"][SCORES.index("mse")] for end in ("lower", "upper")]
        assert list(of_all[[f"{error}, lower [t^2]", f"{error}, upper [t^2]"]]) == ends
        # The window of R = 8 is the floor's second cut-off; no window bounds the surrogate.
        wanted = [*floor["floor_by_strength"][1], floor["floor"][1]]
        floors = own["irreducible error of the window [t^2]"]
        np.testing.assert_array_equal(floors, wanted if name != "surrogate" else [np.nan] * 6)


def test_errors_of_the_correlation_stand_in_both_normalisations():
    found = made("correlations")
    for name, dataset in zip(NETWORKS, ("surrogate", "test"), strict=True):
        own, data = found[found["network"] == name], known(f"{dataset}-{name}")
        solved = known(f"{dataset}-bdg")
        for row, (over, curve) in enumerate(
            (("mean square", "correlation"), ("squared mean", "correlation_over_mean"))
        ):
            here, reach = own[own["C(r) over"] == over], data.attributes["window"] - 1
            deviation = np.abs(data[curve] - solved[curve])
            near = here["largest error at r < 2 R"]
            np.testing.assert_allclose(near, deviation[:, :reach].max(1), atol=1e-12)
            if reach < deviation.shape[1]:
                far = deviation[:, reach:].max(1)
                np.testing.assert_allclose(here["largest error at r >= 2 R"], far, atol=1e-12)
            of_near = here["largest error at r < 2 R, standard error"]
            np.testing.assert_array_equal(of_near, data["correlation_near_error"][row])
            np.testing.assert_array_equal(here["V0 [t]"], data["strength"])


def test_statements_stand_per_strength_with_their_errors():
    found = made("agreement")
    own, data = found[found["network"] == "surrogate"], known("test-surrogate")
    assert COMPARED.keys() == STATEMENTS.keys()
    for name, (title, unit) in COMPARED.items():
        assert unit.strip(" []") == STATEMENTS[name][0].removeprefix("1")
        np.testing.assert_array_equal(own[f"{title}{unit}"], data[name])
        errors = own[f"{title}, standard error{unit}"]
        np.testing.assert_array_equal(errors, data[f"{name}_error"])


def test_at_fixed_mu_the_floor_stands_above_the_networks():
    found = made("fixed-mu")
    assert list(found["error of"].unique()) == ["irreducible, R = 8", "window-r8-n4-fixed"]
    data = known("fixed_test-window-r8-n4-fixed")
    own = found[found["error of"] == data.method]
    np.testing.assert_array_equal(own["mean squared error [t^2]"], data["mse"])
    error = "mean squared error, standard error [t^2]"
    np.testing.assert_array_equal(own[error], data["mse_error"])
    assert (found[error][:5] > 0).all()


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("suppression", 2, [0.25, 0.03, 0.005, 6]),
        ("bands", 3, ["correlated", 0.25, 4, 0.0, 0.91, 0.01, 2e-3, 0.85, 0.02, 36.0, 5.0, 0.1]),
        ("peaks", 1, ["clean", 0.99, 0.01, 0.2, 1.0]),
        ("iterations", 1, [0.5, 2, 1, 200, 250, 300]),
        ("finite-size", 4, [0.5, 256, 0.08, 0.01, 0.003, 0.2, 0.04, 0, 91 / 256]),
        ("diagonalisation", 1, [512, 0.25, 0.2, 0.3]),
    ],
)
def test_a_statement_has_its_evaluations_numbers(name, row, expected):
    assert made(name).iloc[row].tolist()[: len(expected)] == expected


def test_costs_that_were_not_measured_are_left_out():
    rows = [
        [method, length, SECONDS[row, column], MSE[row, column]]
        for row, method in enumerate(METHODS)
        for column, length in enumerate((256, 512))
        if (method, length) != ("dense", 512)
    ]
    found = made("cost")
    assert list(found) == [
        "method",
        "length L [sites]",
        "time for a ring [s]",
        "mean squared error [t^2]",
    ]
    assert found.to_numpy().tolist() == rows


def test_an_evaluation_of_old_holds_times_and_errors():
    both = of_methods("cost", mse=MSE, seconds=SECONDS)
    assert tables.cost(both, both).equals(made("cost"))


def test_times_and_errors_of_other_methods_are_not_put_together():
    errors, times = known("cost"), known("timing")
    other = Evaluated({**times.attributes, "methods": METHODS[::-1]}, times.arrays)
    with pytest.raises(DataError, match="timing and cost do not belong together"):
        tables.cost(errors, other)


def test_the_metrics_of_wall_times_are_those_that_claims_call_timing():
    measured = timing([known("timing"), known("diagonalisation")])
    assert measured["dense_over_exact"].value == pytest.approx(1000)
    assert measured["dense_over_exact"].error == pytest.approx(1000 * 0.1 * 2**0.5)
    assert measured["window_growth"].value == pytest.approx(4)
    assert measured["stopped_over_window"].value == pytest.approx(1.5)
    assert measured["diagonalisation_exponent"].value == pytest.approx(2.83, abs=0.01)
    claims = [one for one in read_claims(ROOT / "docs/claims.yaml") if one.study == "chain"]
    assert {c.metric for c in claims if c.timing} == {c.metric for c in claims} & set(measured)
    assert any(claim.timing for claim in claims)
