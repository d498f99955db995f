"""Networks, generated data, evaluations, figures, tables and metrics on a small real study."""

import dataclasses
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import yaml

from gapworks.eliashberg.data.fields import (
    Split,
    as_numbers,
    gap_function,
    joined,
    part,
    rows_of,
)
from gapworks.eliashberg.evaluation import supervised
from gapworks.eliashberg.evaluation.readings import family, latent, moment_difference, portions
from gapworks.eliashberg.learning.features import seen
from gapworks.eliashberg.learning.generation import generate
from gapworks.eliashberg.learning.trained import Network
from gapworks.eliashberg.learning.training import task
from gapworks.eliashberg.paper.metrics import metrics
from gapworks.eliashberg.steps import Evaluate, Generate
from gapworks.eliashberg.study import STUDY
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Given
from gapworks.factory.reading import read
from gapworks.learning.intervals import Measured
from gapworks.learning.task import train_network
from gapworks.plotting import style
from tests.conftest import ROOT
from tests.support.config import plan
from tests.support.eliashberg_study import LATENT, SAMPLES
from tests.support.exhibits import drawn, evaluations_of, tabled

SMOKE = plan("eliashberg").scale
MADE = {room: STUDY.made(room, SMOKE) for room in ("figures", "tables")}
"""Those that the smallest scale makes: the rest is drawn of more networks of the same kinds."""


@pytest.mark.parametrize("name", [*MADE["figures"], "fig4_as_printed"])
def test_a_figure_is_drawn_with_its_axes_named(study, name, tmp_path):
    figure = drawn("eliashberg", name, study.evaluated, study.plan)
    style.save(figure, [tmp_path / "a.pdf", tmp_path / "a.png"])
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    plots = [axes for axes in figure.axes if axes.axison]
    assert not plots or any(axes.get_ylabel() for axes in plots)
    assert not plots or any(axes.get_xlabel() for axes in plots)
    marks = sum(len(axes.lines) + len(axes.texts) + len(axes.patches) for axes in figure.axes)
    assert marks >= 3


@pytest.mark.parametrize(("r2", "said"), [(0.99, "yes"), (0.9, "no")])
def test_the_flow_chart_takes_the_decision_that_the_numbers_take(study, r2, said):
    def evaluated(name):
        found = study.evaluated(name)
        if name != "simple-sl-simple-gap":
            return found
        score = np.array([r2, *found["score"][1:]])
        return dataclasses.replace(found, arrays={**found.arrays, "score": score})

    figure = drawn("eliashberg", "fig1", evaluated, study.plan)
    simple = [text.get_text() for text in figure.axes[0].texts]
    assert f"$R^2 \\geq 0.97$: {said}" in simple
    assert ("2  machine for prediction" in simple) == (said == "yes")
    plt.close("all")


@pytest.mark.parametrize("name", MADE["tables"])
def test_a_table_has_a_row_for_everything_it_is_made_of(study, name):
    given = evaluations_of("eliashberg", "tables", name, study.plan)
    made = tabled("eliashberg", name, study.evaluated, study.plan)
    rows = {
        "table1": len(LATENT),
        "table2": len(LATENT),
        "reconstruction": len(given),
        "learning": len(given),
        "bases": 4,
        "dimensions": 4 * len(LATENT),
        "thresholds": 8,
        "repeats": len(LATENT),
        "statements": 10,
        "pade": 2 * 6,
    }
    assert len(made) == rows.get(name, len(made))
    assert not made.empty
    assert made.columns.is_unique


def test_the_papers_numbers_stand_beside_ours(study):
    made = tabled("eliashberg", "table2", study.evaluated, study.plan).set_index(
        "latent dimension d_L"
    )
    assert made.loc[1, "portion covered, the paper's"] == 0.6371
    assert made.loc[2, "loss, the paper's"] == 0.0001
    assert (made["portion covered"] >= made["portion covered, by the 99 % quantile"]).all()


def test_every_metric_that_a_claim_names_is_measured(study):
    measured = metrics(study.every(), **STUDY.metrics(study.plan.scale))
    claims = yaml.safe_load((ROOT / "docs/claims.yaml").read_text())["claims"]
    ours = [one for one in claims if one["id"].startswith("eliashberg-")]
    named = {one[key] for one in ours for key in ("metric", "own_method") if key in one}
    assert named
    assert named <= measured.keys()
    known = [one for one in measured.values() if one is not None]
    assert all(math.isfinite(one.value if isinstance(one, Measured) else one) for one in known)
    judged = [measured[name] for name in named if measured[name] is not None]
    assert all(isinstance(one, Measured) for one in judged)


def test_the_paper_sees_300_or_400_numbers_of_the_same_range():
    energies = np.arange(1, 201) * 0.175
    rows = np.concatenate([energies**2, -energies])[None]
    assert seen(rows, 200, 200) is rows
    few = seen(rows, 150, 200)
    assert few.shape == (1, 300)
    grid = np.arange(1, 151) * 35 / 150
    np.testing.assert_allclose(few[0, 150:], -grid, atol=1e-12)
    np.testing.assert_allclose(few[0, :150], grid**2, atol=0.01)


@pytest.mark.parametrize(
    ("name", "inputs", "hidden", "outputs"),
    [
        ("sl-complex-gap", 400, [500, 800], 1000),
        ("sl-complex-gap-few", 300, [500, 800], 1000),
        ("sl-complex-dos", 200, [500, 800], 1000),
        ("reversed-complex-gap", 1000, [500, 800], 400),
    ],
)
def test_a_supervised_network_has_the_papers_layers(study, name, inputs, hidden, outputs):
    card = Network.load(study.network(name)).card
    made = card["architecture"]
    assert (made["inputs"], made["hidden"], made["outputs"]) == (inputs, hidden, outputs)
    widths = [inputs, *hidden, outputs]
    count = sum(a * b + b for a, b in zip(widths, widths[1:], strict=False))
    assert card["parameters"] == count


def test_an_autoencoder_passes_everything_through_its_bottleneck(study, arrays):
    network = Network.load(study.network("ae-joint-gap-2"))
    rows = torch.from_numpy(joined(arrays, ["a2f", "gap"], 0.05)).float()
    with torch.no_grad():
        held = network.model.encoder(rows)
        again = network.model.decoder(held)
    assert held.shape == (40, 2)
    np.testing.assert_allclose(network.predict(arrays), again.numpy(), rtol=1e-5, atol=1e-6)


def test_inputs_are_standardised_over_the_training_samples_only(study, arrays):
    network = Network.load(study.network("sl-complex-gap"))
    training = as_numbers(gap_function(rows_of(arrays, part(arrays, Split.TRAIN))))
    np.testing.assert_allclose(network.model.input_mean, training.mean(0), atol=1e-5)
    everything = as_numbers(gap_function(arrays)).mean(0)
    assert np.abs(network.model.input_mean.numpy() - everything).max() > 1e-3


def test_failed_samples_train_nothing_and_test_nothing(arrays):
    spoilt = {**arrays, "valid": arrays["valid"].copy()}
    test = part(arrays, Split.TEST)
    spoilt["valid"][test[0]] = 0
    assert set(part(spoilt, Split.TEST)) == set(test[1:])


def test_generated_data_are_the_autoencoders_and_keep_the_split(study, arrays):
    made = read(study.data("generated/joint-gap-2"))
    network = Network.load(study.network("ae-joint-gap-2"))
    expected = network.predict(arrays)
    np.testing.assert_array_equal(made["a2f"], expected[:, :1000])
    np.testing.assert_array_equal(made["gap"], expected[:, 1000:])
    np.testing.assert_array_equal(made["split"], arrays["split"])
    np.testing.assert_array_equal(made["valid"], arrays["valid"])


def test_separate_autoencoders_generate_each_field_by_itself(study, arrays):
    made = read(study.data("generated/separate-gap-1"))
    alone = Network.load(study.network("ae-gap-1"))
    np.testing.assert_array_equal(made["gap"], alone.predict(arrays))


def test_the_chosen_dimension_is_the_one_that_validation_data_chose(study):
    chosen = study.evaluated("complex-dimensions-gap").attributes["chosen"]
    made = read(study.data("generated/joint-gap-chosen"))
    same = read(study.data(f"generated/joint-gap-{chosen}"))
    np.testing.assert_array_equal(made["a2f"], same["a2f"])


def test_an_autoencoder_of_other_data_generates_nothing(study, tmp_path):
    chosen = Generate(input="gap", transform="joint", latent=2)
    networks = {"ae-joint-gap-2": study.network("ae-joint-gap-2")}
    given = Given({"solved": study.data("simple")}, networks)
    with pytest.raises(DataError, match="was trained on other data"):
        generate(chosen, given, 1, tmp_path / "a.h5")


def test_a_network_is_not_tested_on_data_it_may_have_seen(study):
    networks = {"sl-complex-gap": study.network("sl-complex-gap")}
    simple = study.data("simple")
    given = Given({"own": simple, "solved": simple}, networks)
    with pytest.raises(DataError, match="was trained on other data"):
        supervised.evaluate(Evaluate.of(study.plan.scale), given, 1, print)


def test_training_and_validation_samples_are_in_one_file(study, tmp_path):
    files = study.data("complex"), study.data("simple"), tmp_path / "a.safetensors"
    with pytest.raises(DataError, match="one file holds training and validation"):
        train_network(task, study.training("sl-complex-gap"), *files, threads=1)


def test_a_training_gives_the_same_weights_again(study, tmp_path):
    path = tmp_path / "again.safetensors"
    data = study.data("simple")
    card = train_network(task, study.training("nto-4-1"), data, data, path, threads=1)
    first = Network.load(study.network("nto-4-1")).card
    assert card["weights_sha256"] == first["weights_sha256"]
    other = Network.load(study.network("nto-4-2")).card
    assert other["weights_sha256"] != first["weights_sha256"]
    assert not list(tmp_path.glob(".*checkpoint*"))


def test_a_prediction_is_pushed_forward_with_its_negative_part_counted(study, arrays):
    made = study.evaluated("complex-sl-complex-gap")
    network = Network.load(study.network("sl-complex-gap"))
    test = rows_of(arrays, part(arrays, Split.TEST)[: len(made["pushed"])])
    predicted = network.predict(test)
    negative = -np.minimum(predicted, 0).sum(1) / np.abs(predicted).sum(1)
    np.testing.assert_allclose(made["clipped"], negative, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(made["coupling_true"], test["coupling"], rtol=1e-12)
    omega = arrays["omega"]
    second = 0.01 * (np.clip(predicted, 0, None) * omega**2).sum(1)
    np.testing.assert_allclose(made["moment_2_found"], second, rtol=1e-12)
    expected = 1 - second / (0.01 * (test["a2f"] * omega**2).sum(1))
    np.testing.assert_allclose(moment_difference(made, 2), expected, rtol=1e-9)


def test_the_truth_pushed_forward_has_no_residual(study, arrays):
    from gapworks.eliashberg.learning.forward import push_forward

    network = Network.load(study.network("sl-complex-gap"))
    few = rows_of(arrays, np.arange(3))
    pushed = push_forward(network.physics, few["a2f"], gap_function(few), 1)
    assert pushed.numbers["gap_residual"].max() < 1e-4
    assert pushed.numbers["gap_pcc"].min() > 1 - 1e-7
    assert pushed.numbers["superconducts"].all()


def test_portions_follow_the_nearest_distances(study):
    made = study.evaluated("complex-ae-joint-gap-2")
    generated = read(study.data("generated/joint-gap-2"))["gap"]
    distance = np.abs(generated[:, None] - generated[None]).sum(-1) + np.diag([np.inf] * SAMPLES)
    expected = distance.min(1) / np.abs(generated).sum(1)
    np.testing.assert_allclose(made["own_nearest"], expected, rtol=1e-3, atol=1e-6)
    printed, _ = portions(made)
    assert printed == (made["original_nearest"] <= made["own_nearest"].max()).mean()


def test_the_exact_scaling_of_the_equations(study):
    assert study.evaluated("complex-statements")["scaling_error"].max() < 1e-9


def test_evaluations_of_a_family_know_their_latent_dimension(study):
    names = ("complex-sl-joint-gap-1", "complex-ae-joint-gap-1")
    found = [study.evaluated(name) for name in names]
    assert [latent(one) for one in found] == [1, 1]
    assert {family(one) for one in found} == {"sl-joint-gap", "ae-joint-gap"}
