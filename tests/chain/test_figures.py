"""Figures show what their legends, titles and axes say: the right evaluation, row and column."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gapworks.chain.paper import figures
from gapworks.chain.study import STUDY
from gapworks.cli.paper import bound
from gapworks.factory.errors import DataError
from gapworks.plotting import style
from tests.support.chain_evaluations import HIDDEN, METHODS, MSE, SECONDS, known
from tests.support.config import plan
from tests.support.curves import bars, is_band, is_curve, legend, looks, with_errors
from tests.support.exhibits import drawn, evaluations_of

COMPARED = {
    "BdG": "test-bdg",
    "network, $R = 8$": "test-window-r8-n4",
    "surrogate": "test-surrogate",
}
"""What is compared in Figs 3 to 5: legend and evaluation."""


@pytest.mark.parametrize("name", STUDY.figures)
def test_a_figure_is_drawn_and_saved_in_both_formats(name, tmp_path):
    figure = drawn("chain", name, known)
    with style.house_style():
        style.save(figure, [tmp_path / "a.pdf", tmp_path / "a.png"])
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    plots = [axes for axes in figure.axes if axes.axison]
    assert all(axes.get_ylabel() for axes in plots)
    assert any(axes.get_xlabel() for axes in plots)


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        with style.house_style():
            style.save(figures.fig3(known("test-bdg"), []), [tmp_path / f"{name}.pdf"])
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_fig1_has_the_training_datas_histograms():
    data = known("train-bdg")
    left, right, _ = drawn("chain", "fig1", known).axes
    ((V, density, _),) = bars(left)
    np.testing.assert_allclose(V, data["V_bin"], atol=1e-12)
    np.testing.assert_allclose(density, data["V_histogram"], atol=1e-12)
    assert "V_i" in left.get_xlabel() and "P(V_i)" in left.get_ylabel()
    ((delta, density, _),) = bars(right)
    pooled = np.average(data["delta_histogram"], axis=0, weights=data["realizations"])
    np.testing.assert_allclose(delta, data["delta_bin"], atol=1e-12)
    np.testing.assert_allclose(density, pooled, atol=1e-12)
    assert r"\Delta_i" in right.get_xlabel() and r"P(\Delta_i)" in right.get_ylabel()
    assert legend(right.get_legend()).keys() == {"clean ring"}
    np.testing.assert_allclose(right.lines[0].get_xdata(), 2 * [data["mean_delta"][0]])
    (cut,) = right.texts
    assert cut.get_text() == f"to {pooled.max():.0f}"
    assert cut.xy[0] == data["delta_bin"][pooled.argmax()]


def test_panels_are_lettered_from_left_to_right():
    for name, letters in (("fig1", ["a", "b", "c"]), ("fig6", ["a", "b"])):
        axes = drawn("chain", name, known).axes
        assert [one.get_title(loc="left") for one in axes] == letters


def test_fig1_sketches_the_network_on_all_training_data():
    axes = drawn("chain", "fig1", known).axes[2]
    widths = {text.xy[0]: text.get_text() for text in axes.texts if text.get_text().isdigit()}
    assert [widths[x] for x in sorted(widths)] == [str(n) for n in (17, *HIDDEN, 1)]
    parameters = known("test-window-r8-n4").attributes["parameters"]
    assert f"ReLU, {parameters:,} parameters" in [text.get_text() for text in axes.texts]
    ends = {text.get_text(): text.xy[0] for text in axes.texts}
    assert ends[r"$V_{i-R}\,...\,V_{i+R}$"] == 0 and ends[r"$\Delta_i$"] == len(HIDDEN) + 1


def test_fig2_has_a_curve_for_each_size_of_the_training_data_above_the_floor():
    names = evaluations_of("chain", "figures", "fig2", plan("chain", "paper"))
    with style.house_style():
        (axes,) = figures.fig2(known(names[0]), [known(name) for name in names[1:]]).axes
    shown = with_errors(axes)
    assert list(shown) == [rf"{n} rings per $V_0$" for n in (10, 40, 220)]
    cutoffs = [1, 2, 3, 4, 6, 8, 12, 16, 24]
    for n, points in zip((10, 40, 220), shown.values(), strict=True):
        found = [known(f"test-window-r{cutoff}-n{n}") for cutoff in cutoffs]
        is_curve(points, cutoffs, [one["pooled"][0] for one in found])
        np.testing.assert_allclose(points.lower, [one["pooled_lower"][0] for one in found])
        np.testing.assert_allclose(points.upper, [one["pooled_upper"][0] for one in found])
    others = {line.get_label(): line for line in axes.lines}
    floor = known("floor")
    is_curve(others["floor of a window"], floor["cutoff"], floor["floor"])
    is_band(axes, -1, floor["cutoff"], floor["floor_lower"], floor["floor_upper"])
    assert set(others["paper's threshold"].get_ydata()) == {1e-3}
    is_curve(others["paper, below it from $R = 8$"], [8], [1e-3])
    constant = known("test-window-r8-n220")["pooled"][2]
    np.testing.assert_allclose(others[r"constant per $V_0$"].get_ydata(), constant)
    assert "R$" in axes.get_xlabel() and "error" in axes.get_ylabel()


def test_fig2_does_not_mind_the_order_of_the_scan():
    names = evaluations_of("chain", "figures", "fig2")
    assert names == ["floor", "test-window-r2-n4", "test-window-r8-n4"]
    with style.house_style():
        (axes,) = figures.fig2(known(names[0]), [known(name) for name in names[:0:-1]]).axes
    (points,) = with_errors(axes).values()
    is_curve(points, [2, 8], [known(name)["pooled"][0] for name in names[1:]])


def mean_against_strength(axes, expected):
    """A panel shows mean Delta of these evaluations under these labels, and of no others."""
    shown = with_errors(axes)
    assert list(shown) == list(expected)
    for label, name in expected.items():
        data, points = known(name), shown[label]
        is_curve(points, data["strength"], data["mean_delta"])
        np.testing.assert_allclose(points.lower, data["mean_delta_lower"], rtol=1e-12)
        np.testing.assert_allclose(points.upper, data["mean_delta_upper"], rtol=1e-12)
    assert [one for one in legend(axes.get_legend()) if "paper" not in one] == list(expected)
    assert "V_0" in axes.get_xlabel() and r"\Delta" in axes.get_ylabel()


def test_fig3_has_mean_delta_as_solved_and_as_each_network_predicts_it():
    (axes,) = drawn("chain", "fig3", known).axes
    mean_against_strength(axes, COMPARED)
    (stated,) = (line for line in axes.lines if line.get_label().startswith("paper, Sec. 2"))
    # At the paper's filling the Fermi energy is 2 - 2 cos(0.425 pi) = 1.533 t.
    np.testing.assert_allclose(stated.get_xydata(), [[0, 0.1533]], atol=1e-4)


def test_fig7_has_mean_delta_under_each_reading_of_the_hartree_term():
    (axes,) = drawn("chain", "fig7", known).axes
    readings = {
        r"$-g\langle n_i\rangle/2$ (used)": "test-bdg",
        "no Hartree term": "hartree_none-bdg",
        r"$+g\langle n_i\rangle/2$ (as printed)": "hartree_literal-bdg",
    }
    mean_against_strength(axes, readings)


def test_fig4_has_profiles_on_the_left_and_distributions_on_the_right():
    figure = drawn("chain", "fig4", known)
    panels = np.array(figure.axes).reshape(4, 2)
    for (profile, distribution), V0 in zip(panels, (0.1, 0.25, 0.5, 0.75), strict=True):
        assert profile.get_title(loc="right") == rf"$V_0 = {V0:g}\,t$"
        for panel in (profile, distribution):
            assert [line.get_label() for line in panel.lines] == list(COMPARED)
        for number, name in enumerate(COMPARED.values()):
            data = known(name)
            (row,) = np.flatnonzero(data["strength"] == V0)
            is_curve(profile.lines[number], data["site"], data["profile_delta"][row])
            is_curve(distribution.lines[number], data["delta_bin"], data["delta_histogram"][row])
            assert looks(profile.lines[number]) == looks(distribution.lines[number])
        assert "P(" not in profile.get_ylabel() and "P(" in distribution.get_ylabel()
    assert list(legend(panels[0, 0].get_legend())) == list(COMPARED)
    assert "site" in panels[-1, 0].get_xlabel() and r"\Delta" in panels[-1, 1].get_xlabel()


def test_fig5_tells_strengths_by_colour_and_methods_by_line():
    (axes,) = drawn("chain", "fig5", known).axes
    strengths = (0.1, 0.25, 0.5, 0.75)
    methods = legend(axes.get_legend())
    stated = methods.pop("paper, $2R - 1$")
    assert list(methods) == list(COMPARED)
    (by_colour,) = (one for one in axes.artists if one is not axes.get_legend())
    colours = {text: to_hex(line.get_color()) for text, line in legend(by_colour).items()}
    assert list(colours) == [rf"$V_0 = {V0:g}\,t$" for V0 in strengths]
    *_, mark, at = axes.lines
    assert at.get_label() == "paper, $2R - 1$" and looks(at) == looks(stated)
    assert list(at.get_xdata()) == [15] and set(mark.get_xdata()) == {15}
    curves = axes.lines[:-2]
    assert len(curves) == len({looks(line) for line in curves}) == 12
    by_looks = {looks(line): line for line in curves}
    for number, V0 in enumerate(strengths):
        for label, name in COMPARED.items():
            data = known(name)
            (row,) = np.flatnonzero(data["strength"] == V0)
            _, *method = looks(methods[label])
            line = by_looks[(colours[rf"$V_0 = {V0:g}\,t$"], *method)]
            is_curve(line, np.arange(41), data["correlation"][row][:41])
            if name == "test-bdg":
                lower, upper = (data[f"correlation_{end}"][row][:41] for end in ("lower", "upper"))
                is_band(axes, number, np.arange(41), lower, upper)
                band = to_hex(axes.collections[number].get_facecolor()[0])
                assert band == colours[rf"$V_0 = {V0:g}\,t$"]
    assert len(axes.collections) == len(strengths)
    assert "r =" in axes.get_xlabel() and r"\Delta_j" in axes.get_ylabel()


def test_fig6_has_time_on_the_left_and_error_against_time_on_the_right():
    figure = drawn("chain", "fig6", known)
    left, right = figure.axes
    named = legend(figure)
    labels = ["dense", "exact", r"exact, stopped at $10^{-3}$", "network, $R = 8$", "surrogate"]
    assert list(named) == labels
    assert len({looks(handle) for handle in named.values()}) == len(METHODS)
    length = np.array([256, 512])
    for row, label in enumerate(labels):
        (of_time,) = (line for line in left.lines if looks(line) == looks(named[label]))
        (of_error,) = (line for line in right.lines if looks(line) == looks(named[label]))
        is_curve(of_time, length, SECONDS[row])
        is_curve(of_error, 1e6 * SECONDS[row] / length, MSE[row])
    assert "L$" in left.get_xlabel() and "time for a ring" in left.get_ylabel()
    assert "time for a site" in right.get_xlabel() and "error" in right.get_ylabel()


def test_fig6_is_not_drawn_of_errors_without_times():
    with pytest.raises(DataError, match="fig6: is made of errors, times, each given as NAME=FILE"):
        bound(figures.fig6, "fig6", {"errors": [known("cost")]})
    with pytest.raises(DataError, match="fig6: times is one evaluation; given: 2"):
        bound(figures.fig6, "fig6", {"errors": [known("cost")], "times": [known("timing")] * 2})


@pytest.mark.parametrize("name", ["fig3", "fig4", "fig5"])
def test_a_networks_curve_joins_the_solved_dots(name):
    settings = {
        "fig4": {"profile_strengths": [0.25, 0.5]},
        "fig5": {"correlation_strengths": [0.25, 0.5], "correlation_distance": 10},
    }.get(name, {})
    draw, solved = getattr(figures, name), known("test-bdg")
    with style.house_style():
        one = draw(solved, [], **settings)
        two = draw(solved, [known("test-window-r8-n4")], **settings)
    for panels in zip(one.axes, two.axes, strict=True):
        alone, joined = (
            [line for line in axes.lines if not line.get_label().startswith("paper")]
            for axes in panels
        )
        assert len(joined) == 2 * len(alone)
        assert joined[-1].get_linestyle() == "-"


def test_no_two_known_evaluations_and_no_two_rows_of_one_agree():
    """What would be confused can be told apart: else the tests above could not fail."""
    names = {
        one
        for figure in STUDY.figures
        for scale in ("smoke", "paper")
        for one in evaluations_of("chain", "figures", figure, plan("chain", scale))
    } - {"floor", "cost", "timing"}
    rows = [
        known(name)[array][row].tobytes()
        for name in sorted(names)
        for array in ("correlation", "profile_delta", "delta_histogram")
        for row in range(1, 5)
    ]
    assert len(set(rows)) == len(rows)
