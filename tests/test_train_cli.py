"""`gapworks train` and what works with its networks, as a user meets them."""

import hashlib
import os
import re
import signal
import subprocess

import pytest

from tests.command import GAPWORKS, SETTINGS, arguments, gapworks, gather, simulate

TRAINING = {
    "epochs": 120,
    "batch_size": 4,
    "learning_rate": 1e-3,
    "final_learning_rate": 1e-5,
    "schedule": "cosine",
}
NETWORKS = {
    "window": {"kind": "window", "cutoff": 2, "hidden": [8, 8], "training": TRAINING},
    "surrogate": {
        "kind": "surrogate",
        "channels": 4,
        "kernel": 3,
        "dilations": [1, 2],
        "training": TRAINING,
    },
}


def training_settings(kind, **changes):
    settings = {"name": kind, "seed": 1, "realizations": 8, "network": NETWORKS[kind]}
    return settings | changes


def train_arguments(folder, output, kind="window", **changes):
    return arguments(
        *("train", "chain", "--settings", training_settings(kind, **changes)),
        *("--data", folder / "train.h5", "--validation", folder / "validation.h5"),
        *("--output", output),
    )


def make_data(folder, name, samples, **changes):
    settings = SETTINGS | {"dataset": name} | changes
    shards = folder / f"shards-{name}"
    assert simulate(shards / f"0-{samples}.h5", 0, samples, settings).returncode == 0
    assert gather(folder / f"{name}.h5", shards, samples, settings).returncode == 0


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with training, validation and test data."""
    folder = tmp_path_factory.mktemp("data")
    make_data(folder, "train", 16, stream=1)
    make_data(folder, "validation", 4, stream=2)
    make_data(folder, "test", 8, stream=3)
    return folder


@pytest.fixture(scope="module")
def undisturbed(data, tmp_path_factory):
    """Each network, trained without a break."""
    folder = tmp_path_factory.mktemp("undisturbed")
    for kind in NETWORKS:
        ran = gapworks(*train_arguments(data, folder / f"{kind}.safetensors", kind))
        assert ran.returncode == 0, ran.stderr
    return folder


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---- Breaking off --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("window", signal.SIGKILL, -signal.SIGKILL),
        ("surrogate", signal.SIGKILL, -signal.SIGKILL),
        ("window", signal.SIGINT, 130),
        ("window", signal.SIGTERM, 130),
    ],
)
def test_a_training_that_was_stopped_goes_on_to_the_weights_of_an_undisturbed_one(
    data, undisturbed, tmp_path, kind, number, code
):
    output = tmp_path / f"{kind}.safetensors"
    command = train_arguments(data, output, kind)
    with subprocess.Popen(
        [GAPWORKS, *command], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as run:
        for line in run.stderr:
            if line.startswith("epoch 4/"):
                os.kill(run.pid, number)
                break
        rest = run.stderr.read()
    assert run.returncode == code
    assert "Traceback (most recent call last)" not in rest
    assert f"epoch {TRAINING['epochs']}/" not in rest
    checkpoint = tmp_path / f".{kind}.checkpoint.safetensors"
    assert checkpoint.exists()
    assert not output.exists()

    again = gapworks(*command)

    assert again.returncode == 0, again.stderr
    reached = re.search(r"going on after epoch (\d+), from (\S+)", again.stderr)
    assert int(reached[1]) >= 3
    assert reached[2] == str(checkpoint)
    assert sha256(output) == sha256(undisturbed / output.name)
    # Neither the checkpoint nor what a kill in the middle of writing it may leave.
    assert sorted(os.listdir(tmp_path)) == [f"{kind}.json", f"{kind}.safetensors"]
