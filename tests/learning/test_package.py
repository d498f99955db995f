"""A model package: weights and card belong together, and say whose they are."""

import json
import os
import socket
import subprocess

import pytest
import torch

from gapworks.factory.errors import DataError
from gapworks.learning.checkpoint import checkpoint_path
from gapworks.learning.package import card_path, load_package, save_package

WEIGHTS = {"layer.weight": torch.arange(6.0).reshape(2, 3)}


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "net.safetensors"
    save_package(path, WEIGHTS, {"study": "chain", "name": "net"})
    return path


def test_weights_and_card_come_back(package):
    weights, card = load_package(package, "chain")
    torch.testing.assert_close(weights["layer.weight"], WEIGHTS["layer.weight"])
    assert card["name"] == "net"


def test_another_studys_network_is_refused(package):
    with pytest.raises(DataError, match="is a network of chain, not of qpi"):
        load_package(package, "qpi")


def test_an_altered_weights_file_is_refused(package):
    content = bytearray(package.read_bytes())
    content[-1] ^= 1
    package.write_bytes(content)
    with pytest.raises(DataError, match=r"net\.safetensors: is damaged or not the weights"):
        load_package(package, "chain")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '"card"'])
def test_what_is_no_card_is_refused(package, text):
    card_path(package).write_text(text)
    with pytest.raises(DataError, match=r"net\.json: is no card"):
        load_package(package, "chain")


def test_a_card_of_another_version_is_refused(package):
    card = json.loads(card_path(package).read_text())
    card_path(package).write_text(json.dumps(card | {"package_version": 99}))
    with pytest.raises(DataError, match="package version 99"):
        load_package(package, "chain")


def test_a_missing_half_is_named(package):
    package.unlink()
    with pytest.raises(DataError, match=r"net\.safetensors: cannot be read"):
        load_package(package, "chain")


def test_what_a_killed_writer_left_is_removed_and_that_of_a_living_one_is_not(package):
    dead = subprocess.Popen(["true"])
    dead.wait()
    here = socket.gethostname()
    left, kept = (
        package.with_name(f".{package.name}.{here}-{pid}.tmp") for pid in (dead.pid, os.getppid())
    )
    left.touch()
    kept.touch()
    save_package(package, WEIGHTS, {"study": "chain"})
    assert not left.exists()
    assert kept.exists()


def test_a_place_that_is_no_folder_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"file/net\.safetensors: cannot be written: "):
        save_package(tmp_path / "file/net.safetensors", WEIGHTS, {})


def test_weights_of_another_name_are_refused_before_a_training(tmp_path):
    with pytest.raises(DataError, match=r"network.pt: weights are kept as NAME.safetensors"):
        checkpoint_path(tmp_path / "network.pt")
    assert checkpoint_path(tmp_path / "a.safetensors").parent == tmp_path
