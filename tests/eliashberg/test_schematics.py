"""Schematics: the flow's decisions and the networks' layers, at the places that name them."""

import dataclasses

import numpy as np
import pytest

from tests.support.eliashberg_evaluations import DECISIONS, evaluated

INFINITE = r"\infty"


def boxes(axes):
    """The texts of a chart from top to bottom, and what its first arrow says."""
    found = sorted(axes.texts, key=lambda text: -text.get_position()[1])
    texts = [one.get_text() for one in found if one.get_bbox_patch()]
    (answer,) = [one.get_text() for one in found if one.get_text().startswith("$R^2 ")]
    return texts, answer


def score(name):
    return f"$R^2 = {evaluated(name)['score'][0]:.3f}$ (test)"


def test_the_flow_chart_of_simple_data_ends_with_the_first_network(shown):
    axes = shown("fig1").axes[0]
    assert axes.get_title() == "simple data, from the gap function"
    texts, answer = boxes(axes)
    assert texts == [
        f"1  supervised network\n{score('simple-sl-simple-gap')}",
        "change the hyper-parameters",
    ]
    assert answer == r"$R^2 \geq 0.6$: no"


@pytest.mark.parametrize(
    ("column", "source", "title", "comparison", "answer"),
    [
        (1, "gap", "gap function", r"$d_{Lo} = \infty > d_{Li} = 2$", "no"),
        (2, "dos", "DOS", r"$d_{Lo} = 4$, $d_{Li} = 8$", "yes; gone on all the same"),
    ],
)
def test_the_flow_chart_of_complex_data_says_each_inputs_own_numbers(
    shown, column, source, title, comparison, answer
):
    axes = shown("fig1").axes[column]
    assert axes.get_title() == f"complex data, from the {title}"
    after = f"complex-sl-joint-{source}-chosen"
    residual = sorted(evaluated(after)["gap_residual"])[4]  # the median of nine
    texts, said = boxes(axes)
    assert texts == [
        f"1  supervised network\n{score(f'complex-sl-complex-{source}')}",
        f"3  complexity by autoencoders\n{comparison}",
        f"4  new data with $d_L = {DECISIONS[source]['chosen']}$\n(chosen)",
        f"5  supervised network on them\n{score(after)}",
        f"6  machine for prediction\ngap off by {100 * residual:.1f} % (median)",
    ]
    assert said == rf"$R^2 \geq 0.6$: {answer}"


@pytest.mark.parametrize(("r2", "said"), [(0.61, "yes"), (0.59, "no")])
def test_the_flow_chart_takes_the_decision_that_the_numbers_take(shown, r2, said):
    def find(name):
        one = evaluated(name)
        if name != "simple-sl-simple-gap":
            return one
        changed = {**one.arrays, "score": np.array([r2, *one["score"][1:]])}
        return dataclasses.replace(one, arrays=changed)

    texts, answer = boxes(shown("fig1", find).axes[0])
    assert answer == rf"$R^2 \geq 0.6$: {said}"
    assert ("2  machine for prediction" in texts) == (said == "yes")


def test_a_dimension_that_none_reached_is_the_best_of_those_tried(shown):
    def find(name):
        one = evaluated(name)
        if name != "complex-dimensions-dos":
            return one
        none = {"required_input": 0, "reduce": 0}
        return dataclasses.replace(one, attributes={**one.attributes, **none})

    texts, _ = boxes(shown("fig1", find).axes[2])
    assert texts[1].endswith(rf"$d_{{Lo}} = 4$, $d_{{Li}} = {INFINITE}$")
    assert texts[2] == "4  new data with $d_L = 8$\n(best of those tried)"
    texts, _ = boxes(shown("fig1", find).axes[1])
    assert texts[2].endswith("(chosen)")


def layers(axes):
    """Width, name and neurons drawn of each layer, from left to right."""
    low = {text.xy[0]: text.get_text() for text in axes.texts if text.xy[1] == -3.8}
    high = {text.xy[0]: text.get_text() for text in axes.texts if text.xy[1] == 3.6}
    neurons = {line.get_xdata()[0]: len(line.get_xdata()) for line in axes.lines if marked(line)}
    assert low.keys() == high.keys() == neurons.keys()
    return [(low[x], high[x], neurons[x]) for x in sorted(low)]


def marked(line):
    return line.get_marker() == "o"


def in_order_of_width(drawn):
    """Wider layers are not drawn with fewer neurons, and the widest with most."""
    counts = [count for _, _, count in sorted(drawn, key=lambda layer: int(layer[0]))]
    return counts == sorted(counts) and counts[-1] == 7


def test_the_supervised_network_is_drawn_as_it_was_trained(shown):
    said, axes = evaluated("complex-sl-complex-gap").attributes, shown("fig2").axes[0]
    made = said["architecture"]
    drawn = layers(axes)
    assert [layer[:2] for layer in drawn] == [
        (str(made["inputs"]), r"$\Delta(\omega)$"),
        (str(made["hidden"][0]), "ReLU"),
        (str(made["hidden"][1]), "ReLU\n(NTO)"),
        (str(made["outputs"]), r"$\alpha^2F(\omega)$"),
    ]
    assert in_order_of_width(drawn)
    assert f"{said['parameters']:,} parameters" in [text.get_text() for text in axes.texts]


def test_the_autoencoder_is_drawn_as_it_was_trained(shown):
    said, axes = evaluated("complex-ae-joint-gap-1").attributes, shown("fig5").axes[0]
    made = said["architecture"]
    first, second = made["hidden"]
    drawn = layers(axes)
    assert [layer[:2] for layer in drawn] == [
        (str(made["inputs"]), r"$[\alpha^2F, \Delta]$"),
        (str(first), "ReLU"),
        (str(second), "ReLU"),
        ("1", "$d_L$"),
        (str(second), "ReLU"),
        (str(first), "ReLU"),
        (str(made["inputs"]), "the same"),
    ]
    assert in_order_of_width(drawn)
    assert f"{said['parameters']:,} parameters" in [text.get_text() for text in axes.texts]
    places = {text.get_text(): text.xy[0] for text in axes.texts}
    assert places["encoder"] < places["$d_L$"] < places["decoder"]
