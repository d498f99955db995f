"""Figures of curves: each one is the array of the evaluation that its label and panel name."""

import numpy as np
import pytest

from tests.support.curves import curve, grid, is_curve, named, written
from tests.support.eliashberg_evaluations import PASSED, evaluated

SPECTRUM = r"$\alpha^2F(\omega)$"


def is_gap(lines, data, gap):
    """Two curves are Re Delta and Im Delta, of rows that hold both."""
    is_curve(lines[0], data["energy"], gap[: len(data["energy"])])
    is_curve(lines[1], data["energy"], gap[len(data["energy"]) :])


@pytest.mark.parametrize(
    ("name", "evaluation", "rows"),
    [("fig3", "simple-sl-simple-gap", 2), ("fig4", "complex-sl-complex-gap", 1)],
)
def test_predictions_stand_on_the_labels_of_the_same_samples(shown, name, evaluation, rows):
    data, figure = evaluated(evaluation), shown(name)
    panels = grid(figure, 3)
    assert len(panels) == rows
    assert written(figure) == ["true", "prediction"]
    assert panels[0, 0].get_ylabel() == SPECTRUM
    for sample, axes in enumerate(panels[0]):
        assert axes.get_title(loc="right") == f"test sample {data['example'][sample]}"
        assert axes.get_xlabel() == r"$\omega$ [meV]"
        is_curve(curve(axes, "true"), data["omega"], data["example_true"][sample])
        is_curve(curve(axes, "prediction"), data["omega"], data["example_found"][sample])


def test_below_simple_spectra_stand_the_gap_functions_that_they_were_inferred_from(shown):
    data, panels = evaluated("simple-sl-simple-gap"), grid(shown("fig3"), 3)
    assert panels[1, 0].get_ylabel() == r"$\Delta$ [meV]"
    for sample, axes in enumerate(panels[1]):
        parts = [curve(axes, label) for label in (r"Re $\Delta$", r"Im $\Delta$")]
        is_gap(parts, data, data["solved_gap_true"][sample])
        assert axes.get_xlabel() == "energy [meV]"
    assert [one.get_text() for one in panels[1, 0].get_legend().get_texts()] == named(panels[1, 0])


def test_each_autoencoder_shows_what_it_makes_of_the_first_sample(shown):
    figure = shown("fig6")
    assert written(figure) == ["original", "reconstructed"]
    for latent, axes in zip((1, 2, 4, 8), figure.axes, strict=True):
        data = evaluated(f"complex-ae-joint-gap-{latent}")
        number = np.arange(1, 18)
        is_curve(curve(axes, "original"), number, data["example_true"][0])
        is_curve(curve(axes, "reconstructed"), number, data["example_found"][0])
        a2f, gap = data["r2_test"]
        said = rf"$d_L = {latent}$, $R^2$: {a2f:.3f} and {gap:.3f}"
        assert axes.get_title(loc="right") == said
        assert axes.lines[2].get_xdata() == [5.5, 5.5]  # the a2F ends, the gap function begins


def test_a_predicted_spectrum_and_the_true_one_are_solved_side_by_side(shown):
    data, panels = evaluated("complex-sl-complex-gap"), grid(shown("fig7"), 3)
    for row, which, said in zip(panels, ("found", "true"), ("predicted", "true"), strict=True):
        spectrum, gap, z = row
        assert spectrum.get_ylabel() == f"{said} {SPECTRUM}"
        assert gap.get_ylabel() == r"$\Delta$ [meV]"
        assert z.get_ylabel() == r"Re $Z$"
        is_curve(spectrum.lines[0], data["omega"], data[f"solved_{which}"][0])
        parts = [curve(gap, label) for label in (r"Re $\Delta$", r"Im $\Delta$")]
        is_gap(parts, data, data[f"solved_gap_{which}"][0])
        is_curve(z.lines[0], data["energy"], data[f"solved_z_{which}"][0])
    titles = [axes.get_title(loc="right") for axes in panels[0]]
    assert titles[0] == rf"$\alpha^2F$ off by {100 * data['a2f_error'][0]:.0f} %"
    assert titles[1] == rf"$\Delta$ off by {100 * data['gap_residual'][0]:.1f} %"


FIELD_LABELS = [r"$\alpha^2F$", "gap", "DOS", r"gap and $Z$", "fine DOS"]


def test_a_data_set_is_shown_by_its_samples_their_numbers_and_its_components(shown):
    panels = grid(shown("spectra"), 4)
    for row, dataset in zip(panels, ("simple", "complex"), strict=True):
        data = evaluated(f"{dataset}-data")
        spectra, gaps, numbers, components = row
        assert spectra.get_ylabel() == rf"{dataset} {SPECTRUM}"
        assert gaps.get_ylabel() == r"Re $\Delta$, Im $\Delta$ (dotted) [meV]"
        assert len(spectra.lines) == 3
        for sample, line in enumerate(spectra.lines):
            is_curve(line, data["omega"], data["example_a2f"][sample])
            parts = gaps.lines[2 * sample : 2 * sample + 2]
            is_gap(parts, data, data["example_gap"][sample])
            assert [one.get_linestyle() for one in parts] == ["-", ":"]
            assert {one.get_color() for one in parts} == {line.get_color()}
        assert numbers.get_ylabel() == r"$\Delta(i\omega_0)$ [meV]"
        is_curve(numbers.lines[0], data["coupling"], data["delta_0"])
        assert components.get_ylabel() == "variance left"
        for field, label in enumerate(FIELD_LABELS):
            is_curve(curve(components, label), np.arange(1, 9), 1 - data["variance"][field])
    names = [axes.get_xlabel() for axes in panels[1]]
    assert names == [r"$\omega$ [meV]", "energy [meV]", r"$\lambda$", "components"]
    texts = [text.get_text() for text in panels[0, 3].get_legend().get_texts()]
    assert texts == FIELD_LABELS


def test_pade_approximants_stand_against_the_line_and_the_papers_test(shown):
    example, errors, passed = shown("pade").axes
    data = evaluated("complex-pade")
    is_curve(curve(example, "equations on the line"), data["energy"], data["example_line"])
    is_curve(curve(example, "Padé"), data["energy"], data["example_pade"])
    for dataset, count in PASSED.items():
        error = evaluated(f"{dataset}-pade")["pade_error"]
        share = [(error <= one).mean() for one in np.sort(error)]
        is_curve(curve(errors, dataset), np.sort(error), share)
        is_curve(curve(passed, dataset), [0.01, 0.1, 0.5], 100 * np.array(count) / 7)
        assert curve(errors, dataset).get_color() == curve(passed, dataset).get_color()
    assert example.get_ylabel() == r"Re $\Delta$ [meV]"
    assert errors.get_xlabel() == "relative error of Padé"
    assert passed.get_ylabel() == "samples that pass [%]"
