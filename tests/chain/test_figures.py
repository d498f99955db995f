"""Figures and tables draw every evaluation they are given."""

import numpy as np
import pytest

from gapworks.chain.config import Evaluation
from gapworks.chain.evaluation.scores import constants, score
from gapworks.chain.evaluation.statistics import evaluate
from gapworks.chain.paper.figures import FIGURES
from gapworks.chain.paper.metrics import timing
from gapworks.chain.paper.tables import TABLES
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting import style, table
from gapworks.reproduction import read_claims
from tests.chain.test_statistics import LENGTH, arrays
from tests.conftest import ROOT

SETTINGS = {
    "fig4": {"profile_strengths": [0.25, 0.5]},
    "fig5": {"correlation_strengths": [0.25, 0.5], "correlation_distance": 10},
}


NETWORK = {
    "window": 17,
    "parameters": 32_201,
    "architecture": {"kind": "window", "hidden": [100, 100, 100, 100]},
    "settings_of_network": {"realizations": 4},
}


def evaluated(method="bdg", dataset="test", shift=0.0, window=17):
    delta = shift + np.random.default_rng(1).gamma(2, 0.05, (12, LENGTH))
    data = arrays(delta, np.tile([0.0, 0.25, 0.5], 4))
    settings = Evaluation(V_bins=10, delta_bins=10, resamples=50, confidence=0.9)
    coordinates, statistics = evaluate(data, settings, seed=1)
    values = {name: coordinate.values for name, coordinate in coordinates.items()} | statistics
    attributes = {"dataset": dataset, "method": method}
    if method != "bdg":
        values |= score(data, delta + 0.01, constants(data), settings, seed=1)
        attributes |= NETWORK | {"window": window}
    return Evaluated(attributes, values)


def floor():
    values = {
        "cutoff": np.array([2, 8]),
        "floor": np.array([1e-3, 1e-4]),
        "floor_lower": np.array([0.9e-3, 0.9e-4]),
        "floor_upper": np.array([1.1e-3, 1.1e-4]),
        "floor_by_strength": np.full((2, 3), 1e-4),
    }
    return Evaluated({"dataset": "floor", "method": "floor"}, values)


METHODS = ["dense", "exact", "exact 1e-03", "window-r8-n220", "surrogate"]
SECONDS = np.array([[1.0, np.nan], [1e-3, 2e-3], [5e-4, 1e-3], [1e-4, 8e-4], [1e-3, 1e-3]])


def of_methods(name, **arrays):
    """The evaluation of errors, or that of wall times."""
    attributes = {"dataset": name, "method": name, "methods": METHODS}
    return Evaluated(attributes, {"length": np.array([256, 512]), **arrays})


def costs():
    mse = np.array([[1e-23, np.nan], [1e-22] * 2, [1e-8, 2e-8], [1e-3] * 2, [1e-5] * 2])
    return [of_methods("cost", mse=mse), of_methods("timing", seconds=SECONDS)]


def inputs(name):
    """What the workflow draws a figure from."""
    compared = [evaluated(), evaluated("window-r8-n4"), evaluated("surrogate")]
    return {
        "fig1": [evaluated(dataset="train"), evaluated("window-r8-n4")],
        "fig2": [floor(), evaluated("window-r2-n4", window=5), evaluated("window-r8-n4")],
        "fig6": costs(),
        "fig7": [evaluated(dataset=d) for d in ("test", "hartree_none", "hartree_literal")],
    }.get(name, compared)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_and_saved_in_both_formats(name, tmp_path):
    with style.house_style():
        figure = FIGURES[name](inputs(name), **SETTINGS.get(name, {}))
        style.save(figure, [tmp_path / "a.pdf", tmp_path / "a.png"])
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    plots = [axes for axes in figure.axes if axes.axison]
    assert all(axes.get_ylabel() for axes in plots)
    assert any(axes.get_xlabel() for axes in plots)


@pytest.mark.parametrize("name", ["fig3", "fig4", "fig5"])
def test_a_networks_curve_joins_the_solved_dots(name):
    with style.house_style():
        one = FIGURES[name]([evaluated()], **SETTINGS.get(name, {}))
        two = FIGURES[name]([evaluated(), evaluated("window", shift=0.1)], **SETTINGS.get(name, {}))
    for alone, joined in zip(one.axes, two.axes, strict=True):
        assert len(joined.lines) == 2 * len(alone.lines)
        assert joined.lines[-1].get_linestyle() == "-"


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        with style.house_style():
            style.save(FIGURES["fig3"]([evaluated()]), [tmp_path / f"{name}.pdf"])
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_table_is_written_for_programs_and_for_papers(tmp_path):
    made = TABLES["disorder"]([evaluated()])
    table.save(made, [tmp_path / "t.csv", tmp_path / "t.tex"])
    assert (tmp_path / "t.csv").read_text().splitlines()[1].startswith("0,4,0,")
    assert r"\toprule" in (tmp_path / "t.tex").read_text()


def test_errors_stand_beside_the_constant_and_the_windows_floor():
    made = TABLES["errors"]([evaluated("window-r8-n4"), evaluated("surrogate"), floor()])
    of_all = made[made["V0"] == "all"].set_index("network")
    assert of_all.loc["window-r8-n4", "MSE"] == pytest.approx(1e-4)
    assert of_all.loc["window-r8-n4", "floor"] == pytest.approx(1e-4)
    assert np.isnan(of_all.loc["surrogate", "floor"])
    assert len(made) == 2 * (3 + 1)


def test_deviations_of_the_correlation_are_split_at_the_windows_reach():
    made = TABLES["correlations"]([evaluated(), evaluated("window-r8-n4", shift=0.1)])
    assert {"r < 16", "r >= 16"} <= set(made.columns)
    assert (made["r >= 16"] > 0.05).all()


def test_costs_that_were_not_measured_are_left_out():
    made = TABLES["cost"](costs())
    assert len(made) == 9
    row = made[(made["method"] == "exact 1e-03") & (made["L"] == 512)]
    assert row[["seconds", "MSE"]].to_numpy().tolist() == [[1e-3, 2e-8]]


def test_an_evaluation_of_old_holds_times_and_errors():
    errors, times = costs()
    both = of_methods("cost", **{**errors.arrays, **times.arrays})
    assert TABLES["cost"]([both]).equals(TABLES["cost"](costs()))


def test_times_and_errors_of_other_methods_are_not_put_together():
    errors, times = costs()
    other = Evaluated({**times.attributes, "methods": METHODS[::-1]}, times.arrays)
    with pytest.raises(DataError, match="timing and cost do not belong together"):
        TABLES["cost"]([errors, other])
    with pytest.raises(DataError, match=r"no evaluation with seconds among cost"):
        FIGURES["fig6"]([errors])


def test_the_metrics_of_wall_times_are_those_that_claims_call_timing():
    measured = timing(costs()[1:])
    assert measured["dense_over_exact"] == pytest.approx(1000)
    assert measured["window_growth"] == pytest.approx(4)
    assert measured["stopped_over_window"] == pytest.approx((5 + 1.25) / 2)
    claims = [one for one in read_claims(ROOT / "docs/claims.yaml") if one.study == "chain"]
    assert {c.metric for c in claims if c.timing} == {c.metric for c in claims} & set(measured)
    assert any(claim.timing for claim in claims)
