"""Training, evaluation and prediction on small gathered data sets."""

import json
import shutil
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Given, read_evaluation
from gapworks.factory.reading import verify
from gapworks.factory.seal import sealed, to_text
from gapworks.learning.package import load_package, save_package
from gapworks.qpi import steps
from gapworks.qpi.evaluation.network import evaluate
from gapworks.qpi.learning.features import has_u_gap, stored_maps, windows
from gapworks.qpi.learning.maps import View, opposite, with_noise, within_disc
from gapworks.qpi.learning.network import TwoHeads
from gapworks.qpi.learning.trained import Network
from gapworks.qpi.learning.training import Drawing, symmetry_copies
from gapworks.qpi.learning.training import loss as loss_of_batch
from gapworks.qpi.physics.point_group import group
from tests.support.qpi_study import TEST, TRAINING, silent, train_network, train_settings


def evaluated(network, dataset):
    """The evaluation of a network on a data set."""
    given = Given({"test": dataset}, {"small-converged": network})
    return evaluate(steps.NetworkTest.model_validate(TEST), given, 1, silent)


class Broken(Exception):
    """What ends a training from outside."""


@pytest.fixture
def broken(data, tmp_path):
    """The weights that a training which broke off after its second epoch has not written."""
    output = tmp_path / "small-converged.safetensors"

    def stop(line):
        if line.startswith("epoch 3/"):
            raise Broken

    with pytest.raises(Broken):
        train_network(train_settings(), data["train"], data["validation"], output, stop)
    assert not output.exists()
    return output


def test_a_training_that_broke_off_goes_on_to_the_same_weights(data, trained, broken):
    lines = []
    train_network(train_settings(), data["train"], data["validation"], broken, lines.append)
    assert lines[0].startswith("going on after epoch 2")
    assert broken.read_bytes() == trained.read_bytes()


def test_the_card_says_what_was_trained_on_what(data, trained):
    network = Network.load(trained)
    card = network.card
    assert card["training_data"]["dataset"] == "train"
    assert card["training_data"]["samples"] <= 20
    assert card["training_data"]["sha256"] == verify(data["train"]).sha256
    assert len(card["history"]) == card["epochs"] == 4
    assert card["parameters"] == sum(p.numel() for p in network.model.parameters())


def test_every_use_of_a_sample_has_another_impurity_and_noise_and_a_copy_of_it(data):
    chosen = train_settings()
    header = verify(data["train"])
    view = View.of(chosen.inputs, chosen.condition)
    arrays = windows(data["train"], header, [0.0, 1.0], view)
    batch = tuple(tensor[:10] for tensor in arrays.values())
    draw = Drawing(chosen.inputs, view, [20, 300], [0.0] * 4, [1.0] * 4)
    one, again, other = (draw(batch, np.random.default_rng(seed)) for seed in (1, 1, 2))
    for first, second in zip(one, again, strict=True):
        assert torch.equal(first, second)
    assert not torch.equal(one[0], other[0])
    assert torch.equal(one[2], batch[2])
    theta, targets = batch[3].double(), one[3].double()
    angle = 0.5 * torch.atan2(targets[:, 0], targets[:, 1])
    moved = [
        [(sign * t + shift - a) % np.pi for _, sign, shift in group()]
        for t, a in zip(theta.tolist(), angle.tolist(), strict=True)
    ]
    distance = np.minimum(np.array(moved), np.pi - np.array(moved))
    one_dimensional = batch[2].numpy() < 3
    assert (distance.min(1) < 1e-5).all()
    assert (distance[one_dimensional, 0] < 1e-5).all()


def test_data_that_do_not_fit_are_refused_with_the_key_to_change(data, tmp_path):
    output = tmp_path / "x.safetensors"
    paths = data["train"], data["validation"], output
    with pytest.raises(DataError, match=r"holds 20 samples, 50 are asked for"):
        train_network(train_settings(per_class=10), *paths)
    with pytest.raises(DataError, match=r"has energies \[0.0, 1.0\] meV, not \[0.5\]"):
        condition = TRAINING["condition"] | {"energies": [0.5]}
        train_network(train_settings(condition=condition), *paths)
    with pytest.raises(DataError, match="reaches beyond windows of 32"):
        train_network(train_settings(inputs=TRAINING["inputs"] | {"radius": 20.0}), *paths)
    with pytest.raises(DataError, match="it validates nothing"):
        train_network(train_settings(), data["train"], data["train"], output)
    assert not output.exists()


def test_an_evaluation_counts_every_test_sample_once(data, trained, tmp_path):
    made = evaluated(trained, data["test"])
    made.write(tmp_path / "e.h5", "qpi", TEST)
    read = read_evaluation(tmp_path / "e.h5", "qpi")
    assert read["samples"].sum() <= 15
    assert np.array_equal(read["confusion"].sum(-1), np.tile(read["samples"], (3, 1)))
    hit = read["confusion"][:, range(5), range(5)] / read["samples"]
    assert np.allclose(read["hit"], hit)
    assert (read["hit_lower"] <= read["hit"]).all() and (read["hit"] <= read["hit_upper"]).all()
    assert np.isnan(read["mae"][:, 1, 1]).all()
    assert np.isfinite(np.delete(read["mae"].reshape(3, 15), 4, axis=1)).all()
    again = evaluated(trained, data["test"])
    assert all(np.array_equal(made.arrays[n], again.arrays[n], equal_nan=True) for n in made.arrays)


def test_a_network_is_not_tested_on_what_it_learned(data, trained):
    with pytest.raises(DataError, match="no test of it"):
        evaluated(trained, data["train"])


class Oracle(nn.Module):
    """Answers the angle of the copy that it is shown, as a perfect network does."""

    def __init__(self, theta, label):
        super().__init__()
        self.theta, self.label = theta, label
        self.register_buffer("target_mean", torch.zeros(4))
        self.register_buffer("target_scale", torch.ones(4))
        self.calls = 0

    def forward(self, channels, scalars):
        _, sign, shift = group()[self.calls % 6]
        self.calls += 1
        moves = self.label >= 3
        theta = torch.where(moves, sign * self.theta + shift, self.theta)
        values = torch.stack(
            [(2 * theta).sin(), (2 * theta).cos(), 0 * theta + 1, 0 * theta + 2], 1
        )
        logits = nn.functional.one_hot(self.label, 5).float()
        return logits, values[:, None].expand(-1, 5, -1)


@pytest.mark.parametrize("label", range(5))
def test_answers_for_the_six_copies_are_turned_back_before_they_are_averaged(trained, label):
    loaded = Network.load(trained)
    theta = torch.linspace(0.05, 3.0, 7)
    labels = torch.full((7,), label)
    network = Network(Oracle(theta, labels), loaded.card, loaded.settings)
    answers = network.answer(torch.randn(7, 2, 32, 32))
    assert (answers.label == label).all()
    assert np.allclose(answers.theta, theta, atol=1e-5)
    assert np.allclose(answers.eps0, 1) and np.allclose(answers.delta, 2)


def test_an_answer_does_not_depend_on_which_copy_is_asked(data, trained):
    network = Network.load(trained)
    arrays = windows(data["test"], verify(data["test"]), [0.0, 1.0], network.view)
    maps = within_disc(stored_maps(arrays), network.view)
    noise = torch.full((len(maps),), 0.3)
    maps = with_noise(maps, noise, 0 * noise, torch.Generator().manual_seed(1))
    one = network.answer(maps)
    for number in range(1, 6):
        copies, _ = symmetry_copies(
            maps, arrays["theta"], arrays["label"], np.full(len(maps), number)
        )
        other = network.answer(copies)
        assert np.allclose(one.probability, other.probability, atol=1e-4)
        assert np.allclose(one.delta, other.delta, atol=1e-3)


def test_which_valley_is_k_changes_no_answer(data, trained):
    network = Network.load(trained)
    arrays = windows(data["test"], verify(data["test"]), [0.0, 1.0], network.view)
    maps = within_disc(stored_maps(arrays), network.view)
    one, half_turned = network.answer(maps), network.answer(opposite(maps))
    u = has_u_gap(arrays["label"])
    assert u.any() and not torch.allclose(maps[u], opposite(maps)[u], rtol=1e-3)
    for name in ("probability", "theta", "delta"):
        away = getattr(one, name) - getattr(half_turned, name)
        assert np.abs(away).max() < 1e-3


def test_a_network_of_other_scalars_is_refused(trained, tmp_path):
    path = tmp_path / trained.name
    weights, card = load_package(trained, "qpi")
    card["architecture"]["scalars"] += 2
    layer = weights["aggregation.0.weight"]
    weights["aggregation.0.weight"] = torch.nn.functional.pad(layer, (0, 2))
    save_package(path, weights, {k: v for k, v in card.items() if k != "weights_sha256"})
    with pytest.raises(DataError, match=r"takes 54 scalars, here 52 are made.*train it again"):
        Network.load(path)


def test_a_few_steps_on_drawn_samples_lower_the_loss(data):
    chosen = train_settings()
    view = View(pixels=32, radius=13.0)
    arrays = windows(data["train"], verify(data["train"]), [0.0, 1.0], view)
    draw = Drawing(chosen.inputs, view, [20, 300], [0.0, 0.0, -100.0, 1.0], [1.0, 1.0, 100.0, 1.0])
    kept = draw.validation(arrays, 1)
    torch.manual_seed(1)
    model = TwoHeads(
        "small", 6, view.scalar_count(2), 32, True, [0.0] * 4, [1.0] * 4, [8, 8, 12, 12, 16, 16]
    )
    loss = partial(loss_of_batch, weights=(1.0, 0.1), device="cpu")
    with torch.no_grad():
        before = float(loss(model, kept))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    after = []
    for step in range(90):
        batch = draw(tuple(arrays.values()), np.random.default_rng(step))
        value = loss(model, batch)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        after.append(float(value.detach()))
    # Of one batch it is the noise that is drawn with it: .5 to .8 after 30 steps, by seed.
    assert np.mean(after[-5:]) < 0.55 * before


def test_a_card_that_does_not_describe_its_network_is_refused(trained, tmp_path):
    path = tmp_path / trained.name
    shutil.copy(trained, path)
    card = json.loads(trained.with_suffix(".json").read_text())
    for wrong in (
        {"architecture": card["architecture"] | {"aggregation": 7}},
        {"architecture": {"backbone": "small"}},
        {"settings": {}},
    ):
        path.with_suffix(".json").write_text(to_text(sealed(card | wrong)))
        with pytest.raises(DataError, match="does not describe the network") as refused:
            Network.load(path)
        assert "\n" not in str(refused.value)


def test_a_checkpoint_of_other_code_is_not_gone_on_from(data, broken, monkeypatch):
    said = []
    monkeypatch.setattr("gapworks.learning.task.code_digest", lambda module: "edited")
    train_network(train_settings(), data["train"], data["validation"], broken, said.append)
    assert said[0].startswith("starting anew")
    assert said[1].startswith("epoch 1/")
