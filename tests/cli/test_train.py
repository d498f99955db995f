"""`gapworks train` as a user meets it: stopped, and given what it cannot learn from."""

import copy
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess

import numpy as np
import pytest

from gapworks.chain.data.dataset import VARIABLES
from gapworks.factory.container import Coordinate, Writer
from gapworks.factory.reading import read, verify
from tests.support.command import (
    GAPWORKS,
    NETWORKS,
    SETTINGS,
    TRAINING,
    gapworks,
    gapworks_here,
    make_data,
    refused,
    train_arguments,
)


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
    chain_data, networks, tmp_path, kind, number, code
):
    output = tmp_path / f"{kind}.safetensors"
    command = train_arguments(chain_data, output, kind)
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
    reached = re.search(
        r"going on after epoch (\d+)( and \d+ samples of the next)?, from (\S+)", again.stderr
    )
    assert int(reached[1]) >= 3
    assert reached[3] == str(checkpoint)
    assert sha256(output) == sha256(networks / output.name)
    # Neither the checkpoint nor what a kill in the middle of writing it may leave.
    assert sorted(os.listdir(tmp_path)) == [f"{kind}.json", f"{kind}.safetensors"]


def test_a_checkpoint_of_other_data_is_not_gone_on_from_and_this_is_said(chain_data, tmp_path):
    output = tmp_path / "window.safetensors"
    command = train_arguments(chain_data, output)
    with subprocess.Popen(
        [GAPWORKS, *command], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as run:
        for line in run.stderr:
            if line.startswith("epoch 2/"):
                run.kill()
                break
    make_data(tmp_path, "train", 16, stream=1, seed=2)
    command[command.index("--data") + 1] = str(tmp_path / "train.h5")

    other = gapworks(*command)

    assert other.returncode == 0, other.stderr
    assert f"starting anew: {tmp_path}/.window.checkpoint.safetensors is " in other.stderr
    assert "going on" not in other.stderr
    output.rename(tmp_path / "kept")
    fresh = gapworks(*command)
    assert fresh.returncode == 0
    assert "starting anew" not in fresh.stderr
    assert sha256(output) == sha256(tmp_path / "kept")


# ---- Data that nothing can be learned from -------------------------------------------------------


def rewrite(source, target, **changed):
    """A sound file with other arrays: as no command of ours would write it."""
    header = verify(source)
    arrays = read(source, list(VARIABLES)) | changed
    coordinates = {
        "sample": Coordinate(np.arange(len(arrays["valid"])), "1", "sample"),
        "site": Coordinate(np.arange(arrays["V"].shape[1]), "a", "site"),
    }
    attributes = {k: v for k, v in header.attributes.items() if k not in ("complete", "provenance")}
    with Writer(target, header.attributes["kind"], attributes, coordinates, VARIABLES) as writer:
        writer.append(arrays)


@pytest.mark.parametrize("name", ["train", "validation"])
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"valid": lambda a: 0 * a["valid"]}, "not one of its {n} samples is valid"),
        ({"delta": lambda a: np.where(a["V"] > 0, np.nan, a["delta"])}, "delta of sample 1 is not"),
        ({"V": lambda a: 0 * a["V"]}, "V is the same on every site"),
    ],
)
def test_data_without_anything_to_learn_from_are_refused(
    chain_data, tmp_path, place, name, changed, said
):
    for other in ("train", "validation"):
        shutil.copy(chain_data / f"{other}.h5", tmp_path)
    arrays = read(chain_data / f"{name}.h5", list(VARIABLES))
    new = {key: make(arrays) for key, make in changed.items()}
    rewrite(chain_data / f"{name}.h5", tmp_path / f"{name}.h5", **new)
    ran = gapworks_here(*train_arguments(tmp_path, place / "window.safetensors"))
    refused(ran, tmp_path / f"{name}.h5: ", said.format(n=len(arrays["valid"])), folder=place)


def test_failed_samples_are_left_out_of_a_training(chain_data, tmp_path):
    # The samples that failed hold nothing that is finite; the weights know nothing of them.
    arrays = read(chain_data / "train.h5", list(VARIABLES))
    valid = arrays["valid"].copy()
    valid[3] = 0
    for name, value in (("poor", np.nan), ("poorer", 7.0)):
        (tmp_path / name).mkdir()
        shutil.copy(chain_data / "validation.h5", tmp_path / name)
        delta = np.where(valid[:, None] == 1, arrays["delta"], value)
        rewrite(chain_data / "train.h5", tmp_path / name / "train.h5", delta=delta, valid=valid)
        ran = gapworks_here(*train_arguments(tmp_path / name, tmp_path / f"{name}.safetensors"))
        assert ran.returncode == 0, ran.stderr
    assert sha256(tmp_path / "poor.safetensors") == sha256(tmp_path / "poorer.safetensors")
    assert json.loads((tmp_path / "poor.json").read_text())["training_data"]["samples"] == 15


def test_training_says_which_of_its_inputs_cannot_be(chain_data, tmp_path, place):
    output = place / "window.safetensors"
    swapped = train_arguments(chain_data, output)
    swapped[swapped.index("--validation") + 1] = str(chain_data / "train.h5")
    refused(gapworks_here(*swapped), f"{chain_data}/train.h5: draws the same samples", folder=place)

    ran = gapworks_here(*train_arguments(chain_data, output, realizations=9))
    refused(ran, f"{chain_data}/train.h5: holds 16 samples, 18 are asked for", folder=place)

    for name in ("train", "validation"):
        (tmp_path / name).mkdir()
        for other in ("train", "validation"):
            shutil.copy(chain_data / f"{other}.h5", tmp_path / name)
        shutil.copy(chain_data / "shards-test/0-8.h5", tmp_path / name / f"{name}.h5")
        ran = gapworks_here(*train_arguments(tmp_path / name, output))
        refused(
            ran, f"{name}/{name}.h5: is a shard of chain, not a data set of chain", folder=place
        )

    other = copy.deepcopy(SETTINGS)
    other["physics"]["coupling"] = 1.25
    make_data(tmp_path, "validation", 4, stream=2, physics=other["physics"])
    shutil.copy(chain_data / "train.h5", tmp_path)
    ran = gapworks_here(*train_arguments(tmp_path, output))
    refused(ran, f"{tmp_path}/validation.h5: its physics differs", folder=place)

    ran = gapworks_here(*train_arguments(chain_data, place / "window.h5"))
    refused(ran, f"{place}/window.h5: ", ".safetensors", folder=place)

    wide = NETWORKS["window"] | {"cutoff": 16}
    ran = gapworks_here(*train_arguments(chain_data, output, network=wide))
    refused(ran, "rings of 32 sites", "window of window, 33 sites", "cutoff", folder=place)

    ran = gapworks_here(
        *train_arguments(chain_data, output, "surrogate", network={"kind": "surrogate"})
    )
    assert ran.returncode == 1
    assert "settings: network.surrogate.channels: " in ran.stderr
    assert not os.listdir(place)
