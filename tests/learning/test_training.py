"""A training is a function of its settings, data and seed: interrupted or not, the same weights."""

import hashlib
import os
import signal

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from gapworks.learning.intervals import bootstrap_ratio
from gapworks.learning.loop import TrainingError, reproducible, train, training_key
from gapworks.learning.settings import Training

SETTINGS = Training(
    epochs=6,
    batch_size=8,
    learning_rate=1e-2,
    final_learning_rate=1e-4,
    schedule="plateau",
    patience=2,
)


def fresh():
    torch.manual_seed(3)
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))


def fresh_with_dropout():
    torch.manual_seed(3)
    layers = [torch.nn.Linear(4, 8), torch.nn.Dropout(0.3), torch.nn.Linear(8, 1)]
    return torch.nn.Sequential(*layers)


def data(n=50, seed=1):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 4, generator=generator)
    return x, x.square().sum(dim=1, keepdim=True)


def loss(model, batch):
    x, y = batch
    return (model(x) - y).square().mean()


def run(folder, settings=SETTINGS, key="a", report=lambda line: None, tensors=None, augment=None):
    with reproducible(1, 3):
        return train(
            fresh(),
            tensors or data(),
            data(20, seed=2),
            loss,
            settings,
            7,
            folder / "checkpoint.safetensors",
            key,
            augment=augment,
            report=report,
        )


def digest(trained):
    content = b"".join(t.numpy().tobytes() for _, t in sorted(trained.weights.items()))
    return hashlib.sha256(content).hexdigest()


class Killed(Exception):
    """Stands for a kill at a chosen epoch."""


@pytest.mark.parametrize("schedule", ["plateau", "cosine"])
@pytest.mark.parametrize("after", [1, 3, 5])
def test_a_training_that_broke_off_ends_with_the_same_weights(tmp_path, schedule, after):
    settings = SETTINGS.model_copy(update={"schedule": schedule})
    undisturbed = run(tmp_path / "a", settings)
    epochs = 0

    def die(line):
        nonlocal epochs
        epochs += "epoch" in line
        if epochs > after:
            raise Killed  # before the checkpoint of this epoch is written

    with pytest.raises(Killed):
        run(tmp_path / "b", settings, report=die)
    lines = []
    resumed = run(tmp_path / "b", settings, report=lines.append)
    assert f"going on after epoch {after}" in lines[0]
    assert digest(resumed) == digest(undisturbed)
    assert resumed.history == undisturbed.history


def test_augmentation_is_repeated_on_resume(tmp_path):
    def noisy(batch, rng):
        x, y = batch
        return x + torch.from_numpy(rng.normal(0, 0.1, x.shape)).float(), y

    undisturbed = run(tmp_path / "a", augment=noisy)
    count = 0

    def die(line):
        nonlocal count
        count += 1
        if count > 2:
            raise Killed

    with pytest.raises(Killed):
        run(tmp_path / "b", augment=noisy, report=die)
    assert digest(run(tmp_path / "b", augment=noisy)) == digest(undisturbed)


@pytest.mark.parametrize("batches", [1, 9, 17])
def test_a_signal_stops_within_the_epoch_and_the_rest_of_it_is_as_if_nothing_had_been(
    tmp_path, monkeypatch, batches
):
    """As before a job's time limit; dropout and noise go on where they were."""
    monkeypatch.setitem(globals(), "fresh", fresh_with_dropout)
    seen = 0

    def noisy(batch, rng):
        nonlocal seen
        seen += 1
        if seen == batches and signalled:
            signal.raise_signal(signal.SIGINT)
        x, y = batch
        return x + torch.from_numpy(rng.normal(0, 0.1, x.shape)).float(), y

    signalled = False
    undisturbed = run(tmp_path / "a", augment=noisy)
    signalled, seen, lines = True, 0, []
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "b", augment=noisy, report=lines.append)
    assert seen == batches  # the batch at hand was the last
    assert lines[-1].startswith(f"stopped in epoch {(batches - 1) // 7 + 1}; ")
    lines = []
    resumed = run(tmp_path / "b", augment=noisy, report=lines.append)
    assert "samples of the next" in lines[0] or batches % 7 == 0
    assert digest(resumed) == digest(undisturbed)
    assert resumed.history == undisturbed.history


@pytest.mark.parametrize("batches", [1, 3, 5])
def test_a_signal_during_validation_keeps_the_epoch_that_was_trained(
    tmp_path, monkeypatch, batches
):
    """A long epoch must not be lost because its validation was under way."""
    monkeypatch.setitem(globals(), "fresh", fresh_with_dropout)
    undisturbed = run(tmp_path / "a")
    whole_loss, validated, trained = loss, 0, 0

    def counting(model, batch):
        nonlocal validated, trained
        validated += not model.training
        trained += model.training
        if validated == batches and not model.training:
            signal.raise_signal(signal.SIGTERM)
        return whole_loss(model, batch)

    def terminated(*_):
        raise KeyboardInterrupt  # as in cli.main

    monkeypatch.setitem(globals(), "loss", counting)
    before = signal.signal(signal.SIGTERM, terminated)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "b")
    finally:
        signal.signal(signal.SIGTERM, before)
    trained_before, trained, lines = trained, 0, []
    resumed = run(tmp_path / "b", report=lines.append)
    assert lines[0].startswith("going on after epoch ")
    assert trained_before + trained == 7 * SETTINGS.epochs  # no batch twice
    assert digest(resumed) == digest(undisturbed)
    assert resumed.history == undisturbed.history


def test_a_checkpoint_of_another_training_is_not_used(tmp_path):
    run(tmp_path, key="a")
    lines = []
    run(tmp_path, key="b", report=lines.append)
    assert lines[0].startswith("starting anew: ")
    assert "epoch 1/6" in lines[1]
    assert training_key(seed=1, rate=0.1) != training_key(seed=2, rate=0.1)


def interrupted(folder):
    """A checkpoint after two epochs; gives its place."""

    def die(line):
        if line.startswith("epoch 3/"):
            raise Killed

    with pytest.raises(Killed):
        run(folder, report=die)
    return folder / "checkpoint.safetensors"


def rewritten(path, change):
    """Change what a checkpoint says in words, as somebody who edits it would."""
    with safe_open(path, framework="pt") as file:
        metadata = dict(file.metadata())
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    change(metadata)
    save_file(tensors, path, metadata)


def damage_at(share):
    def flip(path):
        content = bytearray(path.read_bytes())
        content[int(share * (len(content) - 1))] ^= 1
        path.write_bytes(content)

    return flip


def other_rate(metadata):
    metadata["progress"] = metadata["progress"].replace('"rate": 0.01', '"rate": 0.02')


def folder_in_its_place(path):
    path.unlink()
    path.mkdir()
    (path / "kept.txt").write_text("somebody's")


def pipe_in_its_place(path):
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil",
    [
        *(pytest.param(damage_at(n / 12), id=f"bit flipped at {n}/12") for n in range(13)),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:200]), id="cut"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: rewritten(path, other_rate), id="another rate"),
        pytest.param(lambda path: rewritten(path, lambda m: m.pop("progress")), id="no progress"),
        pytest.param(lambda path: rewritten(path, lambda m: m.update(progress="{")), id="no JSON"),
        pytest.param(lambda path: rewritten(path, lambda m: m.pop("sha256")), id="no digest"),
        pytest.param(folder_in_its_place, id="a folder"),
        pytest.param(pipe_in_its_place, id="a pipe"),
    ],
)
def test_a_checkpoint_that_does_not_fit_means_a_fresh_start(tmp_path, spoil):
    undisturbed = run(tmp_path / "undisturbed")
    spoil(interrupted(tmp_path))
    lines = []
    assert digest(run(tmp_path, report=lines.append)) == digest(undisturbed)
    assert lines[0].startswith("starting anew: ")
    for kept in tmp_path.glob("checkpoint*/kept.txt"):
        assert kept.read_text() == "somebody's"


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_checkpoint(tmp_path):
    def poison(batch, rng):
        x, y = batch
        return (x * float("nan"), y) if poisoned else batch

    poisoned = False

    def watch(line):
        nonlocal poisoned
        if line.startswith("epoch 3/"):
            poisoned = True

    with pytest.raises(TrainingError, match=r"nan in epoch 4, samples 0-8; the last checkpoint is"):
        run(tmp_path, augment=poison, report=watch)
    poisoned = False
    lines = []
    run(tmp_path, augment=poison, report=lines.append)
    assert "going on after epoch 3" in lines[0]
    assert lines[-1].startswith("epoch 6/6")


def test_a_plateau_lowers_the_rate_and_ends_the_training(tmp_path):
    settings = SETTINGS.model_copy(update={"epochs": 500, "patience": 1})
    trained = run(tmp_path, settings)
    rates = [entry["rate"] for entry in trained.history]
    assert trained.epochs < 500
    assert rates[0] == pytest.approx(1e-2)
    assert rates[-1] == pytest.approx(1e-4)
    assert all(b <= a for a, b in zip(rates, rates[1:], strict=False))
    best = min(trained.history, key=lambda entry: entry["validation"])
    assert trained.best_epoch == best["epoch"]


def test_the_bootstrap_interval_covers_a_ratio_of_means():
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(300):
        x, y = rng.gamma(4, 1, 60), rng.gamma(4, 2, 60)
        estimate = bootstrap_ratio(x, y, rng, resamples=400)
        covered += estimate.lower <= 0.5 <= estimate.upper
    assert 0.9 <= covered / 300 <= 0.985
