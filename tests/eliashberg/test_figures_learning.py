"""Figures of what networks learn: each point is the number of the network that its place names."""

import numpy as np
import pytest

from gapworks.eliashberg.paper.figures_learning import learning
from gapworks.eliashberg.paper.stated import REQUIRED
from gapworks.plotting import style
from tests.support.curves import curve, grid, is_curve, named, written
from tests.support.eliashberg_evaluations import LATENT, NEURONS, SEEDS, evaluated


def joint(latent):
    return evaluated(f"complex-sl-joint-gap-{latent}")


def test_networks_of_generated_data_are_shown_on_their_own_samples_by_dimension(shown):
    figure = shown("fig8")
    panels = grid(figure, 4)
    assert written(figure) == ["true", "prediction"]
    for index, latent in enumerate(LATENT):
        data = joint(latent)
        for sample in range(2):
            axes = panels[2 * (index // 4) + sample, index % 4]
            is_curve(curve(axes, "true"), data["omega"], data["example_true"][sample])
            is_curve(curve(axes, "prediction"), data["omega"], data["example_found"][sample])
            title = rf"$d_L = {latent}$, MSE {data['score'][1]:.1e}" if sample == 0 else ""
            assert axes.get_title() == title
    assert sum(axes.axison for axes in panels.flat) == 2 * len(LATENT)


def rows():
    """Row of each network of appendix B, by neurons and training."""
    pairs = [(size, training) for size in NEURONS for training in range(1, SEEDS + 1)]
    return dict(zip(pairs, range(len(pairs)), strict=True))


def test_basis_functions_stand_by_training_and_size_and_the_dead_are_grey(shown):
    data, panels = evaluated("simple-bases"), grid(shown("fig9"), len(NEURONS))
    for (size, training), row in rows().items():
        axes = panels[training - 1, NEURONS.index(size)]
        assert len(axes.lines) == size
        for neuron, line in enumerate(axes.lines):
            is_curve(line, data["omega"], data["basis"][row, neuron])
            assert (line.get_color() == "0.75") == (neuron < training - 1)
        said = rf"{size - training + 1} of {size} alive, $R^2 = {data['r2'][row]:.3f}$"
        assert axes.get_title() == said


def test_losses_of_each_size_are_told_apart_by_training(shown):
    data, panels = evaluated("simple-bases"), shown("fig10").axes
    assert [axes.get_title() for axes in panels] == [f"{size} neurons" for size in NEURONS]
    for (size, training), row in rows().items():
        axes = panels[NEURONS.index(size)]
        line = curve(axes, f"seed {training}: {size - training + 1} alive")
        is_curve(line, [1, 2, 3, 4], data["training_loss"][row])
        assert len(axes.lines) == SEEDS


def test_moments_differ_by_mean_and_deviation_over_the_networks_own_data(shown):
    (axes,) = shown("fig11").axes
    names = [text.get_text() for text in axes.get_xticklabels()]
    assert names == [*(str(latent) for latent in LATENT), "p-EBSF"]
    assert list(axes.get_xticks()) == list(range(len(names)))
    several = [*(joint(latent) for latent in LATENT), evaluated("complex-sl-complex-gap")]
    bars = {one.get_label(): one for one in axes.containers}
    assert list(bars) == [f"$p = {p}$" for p in (-1, 0, 1, 2)]
    for moment, container in zip(("m1", "0", "1", "2"), bars.values(), strict=True):
        line, _, (deviations,) = container
        assert list(np.round(line.get_xdata())) == list(range(len(names)))
        for data, mean, (low, high) in zip(
            several, line.get_ydata(), deviations.get_segments(), strict=True
        ):
            true, found = (data[f"moment_{moment}_{which}"] for which in ("true", "found"))
            difference = 100 * (1 - found / true)
            assert mean == pytest.approx(difference.mean())
            ends = difference.mean() + difference.std() * np.array([-1, 1])
            np.testing.assert_allclose([low[1], high[1]], ends)


RECONSTRUCTIONS = {
    r"$\alpha^2F$": {
        "with the gap": ("joint-gap", 0),
        "with the gap, equal weights": ("equal-gap", 0),
        "with the DOS": ("joint-dos", 0),
        "alone": ("a2f", 0),
    },
    "gap function": {
        r"with $\alpha^2F$": ("joint-gap", 1),
        r"with $\alpha^2F$, equal weights": ("equal-gap", 1),
        "alone": ("gap", 0),
    },
    "DOS": {
        r"with $\alpha^2F$": ("joint-dos", 1),
        r"fine, with $\alpha^2F$, equal weights": ("equal-finedos", 1),
        "alone": ("dos", 0),
    },
}
"""Panel, curve: autoencoder, and the row of its fields."""


def test_reconstructions_of_each_field_stand_by_what_it_is_held_with(shown):
    panels = shown("reconstruction").axes
    assert [axes.get_title() for axes in panels] == list(RECONSTRUCTIONS)
    fields = ("a2f", "gap", "dos")
    for axes, field, curves in zip(panels, fields, RECONSTRUCTIONS.values(), strict=True):
        *found, stated = named(axes)
        assert found == list(curves)
        assert list(curve(axes, stated).get_xdata()) == sorted(set(REQUIRED[field]))
        assert stated.startswith("paper, Sec. III B: ")
        for label, (held, row) in curves.items():
            several = [evaluated(f"complex-ae-{held}-{latent}") for latent in LATENT]
            is_curve(curve(axes, label), LATENT, [1 - one["r2_test"][row] for one in several])


LEARNING = {
    "MSE on their own test data": lambda data: data["score"][1],
    r"$\alpha^2F$ error, solved data": lambda data: np.sort(data["a2f_error"])[4],
    "gap residual, solved data": lambda data: np.sort(data["gap_residual"])[4],
}
"""Medians are the fifth of nine."""
FAMILIES = {
    "joint, gap": "sl-joint-gap",
    "joint, DOS": "sl-joint-dos",
    "separate, gap": "sl-separate-gap",
}


def test_what_generated_data_are_worth_is_compared_with_no_autoencoder(shown):
    figure = shown("learning")
    assert [axes.get_ylabel() for axes in figure.axes] == list(LEARNING)
    for axes, value in zip(figure.axes, LEARNING.values(), strict=True):
        for label, family in FAMILIES.items():
            several = [evaluated(f"complex-{family}-{latent}") for latent in LATENT]
            is_curve(curve(axes, label), LATENT, [value(one) for one in several])
        for source, said in (("gap", "gap"), ("dos", "DOS")):
            line = curve(axes, f"no autoencoder, {said}")
            is_curve(line, [0, 1], [value(evaluated(f"complex-sl-complex-{source}"))] * 2)
    assert written(figure) == [*FAMILIES, "no autoencoder, gap", "no autoencoder, DOS"]


@pytest.mark.parametrize("name", ["reconstruction", "learning"])
def test_an_axis_within_a_decade_has_numbers(shown, name):
    figure = shown(name)
    figure.draw_without_rendering()
    axis = figure.axes[0].yaxis
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    assert any(tick.label1.get_text() for tick in ticks)


def test_the_papers_losses_are_scaled_to_ours_at_its_last_dimension():
    networks = [evaluated(f"complex-sl-joint-gap-{d}") for d in (2, 8, 32)]
    with style.house_style():
        panel = learning(networks).axes[0]
    (points,) = (line for line in panel.lines if line.get_label().startswith("paper, Table II"))
    last = networks[-1]["score"][1]
    is_curve(points, [2, 8, 32], [last * loss / 0.029 for loss in (0.0001, 0.015, 0.029)])


def test_noise_is_shown_of_each_training_with_the_limit_of_its_own(shown):
    figure, data = shown("noise"), evaluated("complex-noise")
    said = [r"$\alpha^2F$ error [%]", "gap residual [%]"]
    assert [axes.get_ylabel() for axes in figure.axes] == said
    trainings = ("trained without noise", "trained with noise up to 0.03 meV")
    for axes, name in zip(figure.axes, ("a2f_error", "gap_residual"), strict=True):
        for row, label in enumerate(trainings):
            low, median, high = 100 * np.quantile(data[name][row], [0.16, 0.5, 0.84], axis=-1)
            line = curve(axes, label)
            is_curve(line, [0, 1e-3, 1e-2], median)
            corners = axes.collections[row].get_paths()[0].vertices
            for level, *ends in zip([0, 1e-3, 1e-2], low, high, strict=True):
                at = corners[corners[:, 0] == level, 1]
                assert [at.min(), at.max()] == pytest.approx(ends)
    limits = [one for one in figure.axes[1].lines if one.get_linestyle() == ":"]
    for row, (line, label) in enumerate(zip(limits, trainings, strict=True)):
        assert list(line.get_ydata()) == pytest.approx([100 * data["refused_from"][row]] * 2)
        assert line.get_color() == curve(figure.axes[1], label).get_color()
    assert "refused above (each by its own)" in written(figure)
