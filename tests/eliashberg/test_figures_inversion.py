"""What the equations infer from data with noise: figures, table, and the evaluations themselves."""

import numpy as np
import pytest

from gapworks.eliashberg.evaluation.readings import INFERRED, MEASURED
from gapworks.eliashberg.paper.tables_inversion import ERRORS
from tests.support.curves import curve, grid, is_curve, named, with_errors, written
from tests.support.eliashberg_evaluations import LOUDER, evaluated, planned
from tests.support.exhibits import tabled

INVERTED, COUNTED = "complex-inversion", "complex-modes"


def ends_of(collection, place):
    """Lower and upper end of a filled band there."""
    corners = collection.get_paths()[0].vertices
    at = corners[np.isclose(corners[:, 0], place), 1]
    return [at.min(), at.max()]


def test_spectra_stand_by_sample_and_noise_with_their_bands_and_the_networks(shown):
    figure, data = shown("inversion"), evaluated(INVERTED)
    panels = grid(figure, len(LOUDER))
    assert written(figure) == ["95 %", "68 %", "network", "equations", "true"]
    assert [axes.get_title() for axes in panels[0]] == ["noise 0.1 %", "noise 1 %", "noise 10 %"]
    for sample, row in enumerate(panels):
        for level, axes in enumerate(row):
            is_curve(curve(axes, "true"), data["omega"], data["example_true"][sample])
            for label, name in (("equations", "a2f"), ("network", "network")):
                y = data[f"example_{name}"][level, sample]
                is_curve(curve(axes, label), data["omega"], y)
            for band, which in zip(axes.collections, ("95", ""), strict=True):
                for at, place in enumerate(data["omega"][1:-1], 1):
                    both = [data[f"example_{end}{which}"][level, sample, at] for end in ENDS]
                    assert ends_of(band, place) == pytest.approx(sorted(both))


ENDS = ("lower", "upper")


def test_errors_coverage_and_numbers_stand_against_the_noise_in_per_cent(shown):
    errors, held, numbers = shown("coverage").axes
    data, percent = evaluated(INVERTED), 100 * LOUDER
    for label, name in (("equations", "a2f_error"), ("network", "network_a2f_error")):
        is_curve(curve(errors, label), percent, 100 * np.median(data[name], axis=1))
    width = curve(errors, "68 % band")
    is_curve(width, percent, 100 * np.median(data["width"], axis=1))
    for share in (68, 95):
        inside = 100 * data[f"inside{share}"]
        points = with_errors(held)[f"{share} % bands"]
        is_curve(points, percent, inside.mean(1))
        spread = inside.std(axis=1, ddof=1) / np.sqrt(inside.shape[1])
        np.testing.assert_allclose(points.upper - points.y, spread)
        assert any(list(one.get_ydata()) == [share, share] for one in held.lines)
    assert named(numbers) == [r"$\lambda$", r"$\omega_{\log}$", r"$T_c$"]
    dashed = [one for one in numbers.lines if one.get_linestyle() == "--"]
    for at, label in enumerate(named(numbers)):
        true = data["number_true"][at]
        for line, who in ((curve(numbers, label), "found"), (dashed[at], "network")):
            off = np.abs(data[f"number_{who}"][at] - true) / true
            np.testing.assert_allclose(line.get_ydata(), 100 * np.median(off, axis=1))
            assert line.get_color() == curve(numbers, label).get_color()


def test_modes_fall_with_the_noise_of_each_kind_of_data(shown):
    (axes,) = shown("modes").axes
    counts = evaluated(COUNTED)["modes"]
    assert named(axes) == [*MEASURED.values(), "all that there are"]
    assert list(curve(axes, "all that there are").get_ydata()) == [111, 111]
    for kind, label in enumerate(MEASURED.values()):
        is_curve(curve(axes, label), LOUDER, np.median(counts[kind], axis=1))
        for level, place in enumerate(LOUDER):
            wanted = np.quantile(counts[kind, level], (0.16, 0.84))
            assert ends_of(axes.collections[kind], place) == pytest.approx(list(wanted))


def test_the_table_has_medians_and_shares_with_their_errors_at_each_noise():
    rows = tabled("eliashberg", "inversion", evaluated, planned())
    data = evaluated(INVERTED)
    assert list(rows["noise over Delta at the lowest energy"]) == list(LOUDER)
    assert set(rows["samples"]) == {7} and set(rows["samples answered"]) == {6}
    for name, title in ERRORS.items():
        np.testing.assert_allclose(rows[title], np.median(data[name], axis=1))
        assert (rows[f"{title}, standard error"] > 0).all()
    for share in (68, 95):
        inside = data[f"inside{share}"].mean(1)
        np.testing.assert_allclose(rows[f"share of a2F inside {share} %"], inside)
    for at, name in enumerate(INFERRED):
        found, true = data["number_found"][at], data["number_true"][at]
        off = np.abs(found - true)
        of_equations = rows[f"median relative error of {name}, equations"]
        np.testing.assert_allclose(of_equations, np.median(off / true, axis=1))
        within = (off < 2 * data["number_deviation"][at]).mean(1)
        np.testing.assert_allclose(rows[f"share of {name} within 2 standard deviations"], within)


def test_equations_answer_what_a_network_of_little_training_cannot(study):
    data = study.evaluated(INVERTED)
    assert data["answered"].all() and data.attributes["network"] == "sl-complex-noisy-gap"
    first = np.argmin(data["level"])
    assert (data["a2f_error"][first] < 0.2).all()
    assert (data["a2f_error"] < data["network_a2f_error"]).all()
    assert (data["closure"][first] < 0.01).all()
    assert (data["closure"] < data["network_closure"]).all()
    assert (data["chi2"] > 0.5).all() and (data["chi2"] < 1.5).all()
    assert (data["inside95"] > 0.7).all() and (data["inside95"] >= data["inside68"]).all()
    off = np.abs(data["number_found"] - data["number_true"][:, None]) / data["number_true"][:, None]
    assert (off[INFERRED.index("T_c"), first] < 1e-3).all()
    assert (np.diff(data["modes"], axis=0) < 0).all()
    assert (np.diff(data["width"], axis=0) > 0).all()


def test_a_gap_function_tells_most_and_matsubara_data_least(study):
    data = study.evaluated(COUNTED)
    assert (np.diff(data["modes"], axis=1) < 0).all()
    gap, dos, matsubara = data["modes"]
    assert (gap > dos).all() and (dos > matsubara).all() and (matsubara >= 1).all()
