"""Figures and tables draw every evaluation they are given."""

import re

import numpy as np
import pytest

from gapworks.chain.evaluation import Evaluated, evaluate
from gapworks.chain.figures import FIGURES
from gapworks.chain.settings import Evaluation
from gapworks.chain.tables import TABLES
from gapworks.plotting import style, table
from tests.chain.test_evaluation import LENGTH, arrays
from tests.conftest import ROOT

SETTINGS = {
    "fig4": {"profile_strengths": [0.25, 0.5]},
    "fig5": {"correlation_strengths": [0.25, 0.5], "correlation_distance": 10},
}


def evaluated(method="bdg", dataset="test", shift=0.0):
    delta = shift + np.random.default_rng(1).gamma(2, 0.05, (12, LENGTH))
    data = arrays(delta, np.tile([0.0, 0.25, 0.5], 4))
    settings = Evaluation(V_bins=10, delta_bins=10, resamples=50, confidence=0.9)
    coordinates, statistics = evaluate(data, settings, seed=1)
    values = {name: coordinate.values for name, coordinate in coordinates.items()}
    return Evaluated(dataset, method, values | statistics)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_and_saved_in_both_formats(name, tmp_path):
    readings = ("test", "hartree_none", "hartree_literal")
    evaluations = [evaluated(dataset=dataset) for dataset in readings]
    chosen = evaluations if name == "fig7" else evaluations[:1]
    with style.house_style():
        figure = FIGURES[name](chosen, **SETTINGS.get(name, {}))
        assert all(axes.get_xlabel() or axes.get_shared_x_axes() for axes in figure.axes)
        style.save(figure, [tmp_path / "a.pdf", tmp_path / "a.png"])
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


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


def test_the_workflow_knows_every_figure_and_table_and_each_has_a_caption():
    rules = (ROOT / "workflow/rules/chain.smk").read_text()
    figures = re.search(r"CHAIN_FIGURES = \{(.*?)\n\}", rules, re.DOTALL)[1]
    assert set(re.findall(r'^\s+"(\w+)":', figures, re.MULTILINE)) == set(FIGURES)
    tables = re.search(r"CHAIN_TABLES = \{(.*?)\}", rules)[1]
    assert set(re.findall(r'"(\w+)":', tables)) == set(TABLES)
    captions = (ROOT / "workflow/report/chain-figures.rst").read_text()
    assert set(re.findall(r'^"(\w+)":', captions, re.MULTILINE)) == set(FIGURES)
