"""Training an eliashberg network: stopped, it goes on to the same weights, unless it is another."""

import json
import signal

import pytest

from gapworks.eliashberg.learning.training import task
from gapworks.learning.task import train_network

NAME = "ae-a2f-1"


@pytest.fixture
def settings(study):
    return study.training(NAME)


@pytest.fixture
def stopped(study, settings, tmp_path):
    """Where a training was told to end during its second epoch."""
    output = tmp_path / f"{NAME}.safetensors"

    def stop(line):
        if line.startswith("epoch 1/"):
            signal.raise_signal(signal.SIGINT)

    data = study.data("complex")
    with pytest.raises(KeyboardInterrupt):
        train_network(task, settings, data, data, output, 1, stop)
    assert not output.exists()
    return output


def go_on(study, settings, output):
    """Finish; gives the lines of its report."""
    said, data = [], study.data("complex")
    train_network(task, settings, data, data, output, 1, said.append)
    return said


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(study, settings, stopped):
    said = go_on(study, settings, stopped)
    assert said[0].startswith("going on after epoch 1")
    whole = study.network(NAME)
    assert stopped.read_bytes() == whole.read_bytes()
    ours, theirs = (json.loads(path.with_suffix(".json").read_text()) for path in (stopped, whole))
    assert ours["history"] == theirs["history"]
    assert [path.name for path in stopped.parent.iterdir() if "checkpoint" in path.name] == []


def test_a_checkpoint_of_other_code_is_not_gone_on_from(study, settings, stopped, monkeypatch):
    monkeypatch.setattr("gapworks.learning.task.code_digest", lambda _: "edited")
    said = go_on(study, settings, stopped)
    assert said[0].startswith("starting anew")
    assert said[1].startswith("epoch 1/")


def test_a_checkpoint_of_another_rate_is_not_gone_on_from(study, settings, stopped):
    changed = settings.model_dump(mode="json")
    changed["network"]["training"]["learning_rate"] *= 2
    said = go_on(study, type(settings).model_validate(changed), stopped)
    assert said[0].startswith("starting anew")
