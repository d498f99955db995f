"""Figures show what their legends, titles and axes say: the right evaluation, row and class."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gapworks.qpi.paper.figures import curves
from tests.support.curves import bars, is_curve, legend, looks, with_errors
from tests.support.qpi_evaluations import (
    CLEAN,
    FAITHFUL,
    REPORTED,
    ROW,
    TESTED,
    WHITE,
    known,
)
from tests.support.qpi_panels import CLASSES, figure, is_image, titles


def test_examples_has_the_papers_grid_above_and_the_converged_image_below():
    data = known("examples")
    panels = np.array(figure("examples").axes[:10]).reshape(2, 5)
    for column, name in enumerate(CLASSES):
        above, below = panels[:, column]
        is_image(above, data["image"][column, 0])
        is_image(below, data["image"][column, 1])
        assert above.get_title() == rf"{name}, $\Delta = {data['delta'][column]:.2f}$ meV"
        low, _, high = 100 * data["error_quantiles"][column]
        said = f"differ by {100 * data['error'][column]:.0f} %"
        many = f"({low:.0f} to {high:.0f} % of {data['samples'][column]})"
        assert below.get_xlabel().splitlines() == [said, many]
    assert panels[0, 0].get_ylabel() == "one grid, $N = 1024$"
    assert panels[1, 0].get_ylabel() == "converged, $N = 16384$"


def test_confusion_has_true_classes_as_rows_and_answers_as_columns():
    panels = figure("confusion").axes
    for axes, (title, name), letter in zip(panels, TESTED.items(), "abc", strict=True):
        data = known(name)
        counts = data["confusion"][ROW]
        share = counts / data["samples"][:, None]
        (image,) = axes.images
        np.testing.assert_allclose(image.get_array(), share, rtol=1e-12)
        for text in axes.texts:
            column, row = text.get_position()
            assert text.get_text() == f"{100 * share[row, column]:.1f}"
        assert len(axes.texts) == np.count_nonzero(counts)
        for ticks in (axes.get_xticklabels(), axes.get_yticklabels()):
            assert [text.get_text() for text in ticks] == CLASSES
        assert axes.get_title() == f"{title}\n{100 * data['hit'][ROW].mean():.1f} %"
        assert axes.get_xlabel() == "network's answer"
        assert titles(axes)["left"] == letter
    assert panels[0].get_ylabel() == "true class [%]"


def test_hits_has_each_evaluation_beside_the_papers_table_and_against_the_gap():
    whole = figure("hits")
    left, right = whole.axes
    main = dict(list(FAITHFUL.items())[:1])
    assert list(legend(whole)) == ["paper, Table I", *main, *TESTED]
    is_curve(left.lines[0], np.arange(5), [86, 94, 98, 98, 96])
    assert left.lines[0].get_label() == "paper, Table I"
    assert [text.get_text() for text in left.get_xticklabels()] == CLASSES
    shown = with_errors(left)
    every = {**main, **TESTED}
    assert list(shown) == list(every)
    for title, name in every.items():
        points, data = shown[title], known(name)
        row = CLEAN if title in main else ROW
        assert (np.abs(points.x - left.get_xticks()) < 0.5).all()
        np.testing.assert_allclose(points.y, 100 * data["hit"][row])
        np.testing.assert_allclose(points.lower, 100 * data["hit_lower"][row])
        np.testing.assert_allclose(points.upper, 100 * data["hit_upper"][row])
    assert len({points.color for points in shown.values()}) == len(every)
    ours = known("test-small-converged")
    assert [line.get_label() for line in right.lines] == list(legend(right.get_legend())) == CLASSES
    for label, line in enumerate(right.lines):
        is_curve(line, ours["gap"], 100 * ours["gap_hit"][ROW, label])
    bins = ["0.2-0.5", "0.5-1", "1-1.5", "1.5-2", "> 2"]
    assert [text.get_text() for text in right.get_xticklabels()] == bins
    assert titles(left)["left"] == "a" and titles(right)["left"] == "b"
    assert left.get_ylabel() == right.get_ylabel() == "hits [%]"


def test_noise_has_white_noise_on_the_left_and_pink_noise_on_the_right():
    data = known("test-small-converged")
    whole = figure("noise")
    left, right = whole.axes
    assert list(legend(whole)) == ["in training", "reported", *CLASSES]
    # Rows of the evaluation by growing noise of one kind, none of the other.
    rows = {"white": [1, 3, 0, 2], "pink": [1, 5, 4]}
    levels = {"white": [0, 10, 30, 100], "pink": [0, 10, 50]}
    trained = {"white": (5, 40), "pink": (2, 10)}
    for axes, kind in ((left, "white"), (right, "pink")):
        shown = with_errors(axes)
        assert list(shown) == CLASSES
        for label, points in enumerate(shown.values()):
            is_curve(points, levels[kind], 100 * data["hit"][rows[kind], label])
            for end in ("lower", "upper"):
                wanted = 100 * data[f"hit_{end}"][rows[kind], label]
                np.testing.assert_allclose(getattr(points, end), wanted)
        (band,) = axes.patches
        ends = band.get_x(), band.get_x() + band.get_width()
        assert ends == pytest.approx(trained[kind]) and band.get_label() == "in training"
    assert left.get_xlabel().startswith("white noise [%")
    assert right.get_xlabel().startswith("1/f noise [%")
    of_left, of_right = with_errors(left), with_errors(right)
    assert all(of_left[name].color == of_right[name].color for name in CLASSES)
    (reported,) = (line for line in left.lines if line.get_label() == "reported")
    assert set(reported.get_xdata()) == {100 * REPORTED} and WHITE[ROW] == REPORTED


def test_curves_has_training_dashed_validation_solid_and_the_epoch_that_is_kept():
    (axes,) = figure("curves").axes
    trained = dict([*list(TESTED.items())[:2], *list(FAITHFUL.items())[:3]])
    assert len(axes.lines) == 3 * len(trained)
    named = legend(axes.get_legend())
    assert list(named) == [*trained, "training", "validation", "kept"]
    for title, name in trained.items():
        said, colour = known(name).attributes, to_hex(named[title].get_color())
        own = {looks(line)[1:]: line for line in axes.lines if looks(line)[0] == colour}
        assert len(own) == 3
        epochs = np.arange(1, 8)
        for role in ("training", "validation"):
            values = [one[{"training": "train"}.get(role, role)] for one in said["history"]]
            is_curve(own[looks(named[role])[1:]], epochs, values)
        kept = own[looks(named["kept"])[1:]]
        best = min(one["validation"] for one in said["history"])
        is_curve(kept, [said["best_epoch"]], [best])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss, eq. 16")


def test_curves_begin_at_the_epoch_that_is_asked_for():
    (axes,) = curves([known("test-small-converged")], training_from=4).axes
    for line in axes.lines[:2]:
        np.testing.assert_array_equal(line.get_xdata(), [4, 5, 6, 7])


WORDS = {
    "A1u, A2u": r"$A_1^u, A_2^u$",
    "theta, theta + pi": r"$\theta, \theta + \pi$",
    "theta, -theta": r"$\theta, -\theta$",
    "phi, 0": r"$\varphi, 0$",
    "phi, -phi": r"$\varphi, -\varphi$",
    "T as printed, T": r"$T$ as printed, $T$",
}
IRREPS = dict(zip(("A1g", "A12u", "A2g", "Eg", "Eu"), CLASSES, strict=True))


def written(one):
    """How a statement is written at its tick."""
    if one["rashba"]:
        return f"{WORDS['A1u, A2u']}; Rashba {one['rashba']:g} meV"
    if one["about"] == "degeneracy":
        return rf"{WORDS['A1u, A2u']}; $\omega = {one['omega']:g}\,\Delta$"
    return f"{IRREPS[one['irrep']]}: {WORDS[one['change']]}"


def test_degeneracy_has_each_statements_differences_at_its_tick_and_in_its_colour():
    whole = figure("degeneracy")
    left = whole.axes[0]
    data, named = known("statements"), legend(whole)
    kinds = {"scalar": "scalar impurity", "sz": "along z", "sx": "along x"}
    assert list(named) == list(kinds.values())
    ticks = dict(zip(left.get_yticks(), left.get_yticklabels(), strict=True))
    said = data.attributes["statements"]
    dots = {tuple(line.get_xdata()): line for line in left.lines}
    assert len(dots) == len(said) > 30
    for one, difference in zip(said, data["difference"], strict=True):
        line = dots[tuple(difference)]
        (place,) = set(line.get_ydata())
        assert ticks[round(place)].get_text() == written(one)
        assert looks(line)[0] == to_hex(named[kinds[one["impurity"]]].get_color())
    assert "difference" in left.get_xlabel() and titles(left)["left"] == "a"


def test_degeneracy_has_the_threefold_odd_share_of_both_u_classes():
    right = figure("degeneracy").axes[1]
    data, named = known("symmetry"), legend(right.get_legend())
    assert list(named) == [CLASSES[1], CLASSES[4]]
    for row, (place, count, drawn_bars) in enumerate(bars(right)):
        np.testing.assert_allclose(place, data["bin"])
        np.testing.assert_array_equal(count, data["histogram"][row])
        handle = named[drawn_bars.get_label()]
        assert list(named)[row] == drawn_bars.get_label()
        assert handle.get_facecolor() == drawn_bars[0].get_facecolor()
    told = 100 * data["accuracy"][1]
    assert titles(right) == {
        "left": "b",
        "center": "",
        "right": f"30 % noise: {told:.1f} % told apart",
    }
    assert "C_3" in right.get_xlabel() and right.get_ylabel() == "test samples"


def test_no_two_known_evaluations_and_no_two_rows_of_one_agree():
    """What would be confused can be told apart: else the tests above could not fail."""
    rows = [
        known(name)[array][level].tobytes()
        for name in TESTED.values()
        for array in ("hit", "hit_lower", "hit_upper", "confusion", "gap_hit", "mae")
        for level in range(len(WHITE))
    ]
    assert len(set(rows)) == len(rows)
    for name in TESTED.values():
        hits = known(name)["hit"]
        assert all(len(set(level)) == len(level) for level in hits)
