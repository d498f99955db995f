"""Networks and what they are asked, by the command line: what does not fit is refused by name."""

import argparse
import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from gapworks.cli.arguments import of_these
from gapworks.factory.errors import DataError
from gapworks.factory.seal import sealed, to_text
from tests.support.command import SETTINGS, STATISTICS, gapworks_here, make_data, refused


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with profiles, good and bad."""
    folder = tmp_path_factory.mktemp("asked")
    V = np.random.default_rng(1).uniform(-0.5, 0.5, (3, 40))
    np.save(folder / "good.npy", V)
    np.save(folder / "short.npy", V[:, :4])
    np.save(folder / "nan.npy", np.where(V > 0.49, np.nan, V))
    np.save(folder / "number.npy", 0.5)
    np.save(folder / "norings.npy", V[:0])
    np.save(folder / "complex.npy", V + 1j)
    np.save(folder / "words.npy", np.array([["a", "b", "c"]]))
    np.savez(folder / "archive", V)
    (folder / "archive.npz").rename(folder / "archive.npy")
    (folder / "cut.npy").write_bytes((folder / "good.npy").read_bytes()[:500])
    for name in ("empty.npy", "empty.csv"):
        (folder / name).touch()
    (folder / "ragged.csv").write_text("0.5,0,0,0,0,0\n0.5,0,0\n")
    (folder / "words.csv").write_text("V1,V2,V3\n0,x,0\n")
    (folder / "good.xyz").write_text("0 0 0 0 0 0\n")
    return folder


def predict(network, source, target):
    return gapworks_here(
        *("predict", "chain", "--network", network, "--input", source, "--output", target)
    )


def test_a_prediction_says_of_which_physics_it_is(networks, files, tmp_path):
    ran = predict(networks / "window.safetensors", files / "good.npy", tmp_path / "a/b.npy")
    assert ran.returncode == 0
    assert ran.stdout == (
        f"{tmp_path}/a/b.npy: Delta for coupling 1.5, filling 0.85, hartree attractive\n"
    )
    assert ran.stderr == ""
    assert np.load(tmp_path / "a/b.npy").shape == (3, 40)


def test_disorder_beyond_the_training_data_is_warned_of(networks, files, tmp_path):
    np.savetxt(tmp_path / "strong.csv", 1.6 * np.load(files / "good.npy"), delimiter=",")
    network = networks / "window.safetensors"
    ran = predict(network, tmp_path / "strong.csv", tmp_path / "delta.csv")
    assert ran.returncode == 0
    assert re.match(
        r"gapworks: \S+strong\.csv: \|V\| up to 0\.\d+ t in .*ring.*; .* at most 0\.5 t\n",
        ran.stderr,
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("short.npy", "a ring of 4 sites is shorter than the network's window of 5; use"),
        ("nan.npy", "V: not finite at ["),
        ("number.npy", "V: shape (); give shape (..., L)"),
        ("norings.npy", "V: shape (0, 40); give at least one ring"),
        ("complex.npy", "V: complex; give real on-site energies"),
        ("words.npy", "V: not an array of real numbers"),
        ("archive.npy", "V: not an array of real numbers"),
        ("cut.npy", ""),
        ("empty.npy", ""),
        ("empty.csv", "is empty, holds no numbers"),
        ("ragged.csv", "line 2: has 3 columns, line 1 has 6"),
        ("words.csv", "line 2: not finite numbers: 0,x,0"),
        ("good.xyz", "must be .npy, .csv, .txt, .dat, .h5, .hdf5 or .nc"),
        ("nowhere.npy", "No such file"),
        ("nowhere.csv", "No such file"),
    ],
)
def test_a_profile_that_cannot_be_predicted_is_named(networks, files, place, name, said):
    ran = predict(networks / "window.safetensors", files / name, place / "delta.npy")
    refused(ran, f"{files}/{name}: ", said, folder=place)


def card_with(**changes):
    def damage(weights, card):
        card.write_text(to_text(sealed(merged(json.loads(card.read_text()), changes))))

    return damage


def merged(below, above):
    return below | {
        k: merged(below[k], v) if isinstance(v, dict) and v and k in below else v
        for k, v in above.items()
    }


def without(key):
    def damage(weights, card):
        said = json.loads(card.read_text())
        del said[key]
        card.write_text(to_text(sealed(said)))

    return damage


def cut(weights, card):
    os.truncate(weights, weights.stat().st_size // 2)


def swapped(weights, card):
    shutil.copy(weights.with_name("surrogate.safetensors"), weights)


WEIGHTS, CARD = "window.safetensors: ", "window.json: "
DAMAGES = {
    "another study": (card_with(study="qpi"), WEIGHTS, "is a network of qpi, not of chain"),
    "another format": (card_with(package_version=99), CARD, "has package version 99"),
    "another cutoff": (card_with(architecture={"cutoff": 3}), CARD, "size mismatch"),
    "another window": (card_with(window=7), CARD, "window is 7, the architecture's 5"),
    "another kind": (card_with(architecture={"kind": "forest"}), CARD, "no 'forest'"),
    "another argument": (card_with(architecture={"depth": 3}), CARD, "depth"),
    "no architecture": (without("architecture"), CARD, "architecture: Field required"),
    "no training data": (without("training_data"), CARD, "training_data: Field required"),
    "no physics": (card_with(training_data={"physics": {}}), CARD, "physics.coupling"),
    "no card": (lambda weights, card: card.unlink(), CARD, "cannot be read: No such file"),
    "no JSON": (lambda weights, card: card.write_text("window\n"), CARD, "is no card"),
    "no object": (lambda weights, card: card.write_text("[1]\n"), CARD, "is no card"),
    "no weights": (lambda weights, card: weights.unlink(), WEIGHTS, "cannot be read: No such"),
    "cut weights": (cut, WEIGHTS, "is damaged or not the weights that window.json describes"),
    "other weights": (swapped, WEIGHTS, "is damaged or not the weights"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_network_that_is_damaged_or_another_is_refused(networks, files, tmp_path, place, damage):
    for path in networks.iterdir():
        shutil.copy(path, tmp_path)
    network = tmp_path / "window.safetensors"
    do, where, said = DAMAGES[damage]
    do(network, network.with_suffix(".json"))
    ran = predict(network, files / "good.npy", place / "delta.npy")
    refused(ran, f"{tmp_path}/{where}", said, folder=place)


def test_the_card_in_the_place_of_the_weights_is_refused(networks, files, place):
    ran = predict(networks / "window.json", files / "good.npy", place / "delta.npy")
    refused(ran, f"{networks}/window.json: give the weights", folder=place)


def evaluate(name, settings, place, *given):
    output = ["--output", place / f"{name}.h5"]
    return gapworks_here("evaluate", "chain", name, "--settings", settings, *given, *output)


@pytest.mark.parametrize("key", ["coupling", "filling", "hartree"])
def test_a_network_is_not_asked_about_other_physics(networks, tmp_path, place, key):
    other = {"coupling": 1.25, "filling": 0.8, "hartree": "none"}[key]
    physics = SETTINGS["physics"] | {key: other}
    network = networks / "window.safetensors"
    said = f"{network}: was trained on other physics: {key} is {SETTINGS['physics'][key]!r}"
    make_data(tmp_path, "test", 4, stream=3, physics=physics)
    test = tmp_path / "test.h5"
    asked = ["--data", f"test={test}", f"training={test}", "--network", f"net={network}"]
    refused(evaluate("test-surrogate", STATISTICS, place, *asked), said, repr(other), folder=place)
    ran = evaluate("cost", COST | {"physics": physics}, place, "--network", f"net={network}")
    refused(ran, said, repr(other), folder=place)


def test_a_network_under_anothers_name_is_not_taken_for_that(networks, chain_data, tmp_path, place):
    for end in ("safetensors", "json"):
        shutil.copy(networks / f"window.{end}", tmp_path / f"surrogate.{end}")
    given = ["--network", f"surrogate={tmp_path}/surrogate.safetensors"]
    ran = evaluate("test-surrogate", STATISTICS, place, *datasets(chain_data / "test.h5"), *given)
    refused(ran, "surrogate.safetensors: is window, under the name of surrogate", folder=place)


def datasets(path):
    """One file as the data that a network is tested on, and as its training data."""
    return ["--data", f"test={path}", f"training={path}"]


COST = {
    "seed": 1,
    "physics": SETTINGS["physics"],
    "cost": {
        "stream": 6,
        "strength": 0.5,
        "lengths": [4, 16],
        "sites": 16,
        "exact_tolerance": 1e-11,
        "truncated_tolerances": [],
        "dense_up_to": 8,
        "repeats": 1,
    },
}


def test_an_evaluation_says_which_of_its_inputs_cannot_be(chain_data, networks, tmp_path, place):
    network = networks / "window.safetensors"
    named = ["--network", f"net={network}"]
    ran = evaluate("cost", COST, place, *named)
    refused(ran, f"{network}: its window of 5 sites", "cost.lengths, 4", folder=place)

    ran = evaluate("test-surrogate", STATISTICS, place, *named, *datasets(chain_data / "train.h5"))
    refused(ran, f"{network}: was trained on the disorder of train", folder=place)

    for wrong in ([], ["--data", f"tests={chain_data}/test.h5"]):
        ran = evaluate("test-surrogate", STATISTICS, place, *named, *wrong)
        refused(ran, "--data test=FILE is missing", folder=place)

    both = datasets(tmp_path / "test.h5")
    ran = evaluate("test-surrogate", STATISTICS, place, *named, *both, f"tset={chain_data}/test.h5")
    refused(ran, "--data tset: is not asked for; known: test, training", folder=place)

    make_data(tmp_path, "test", 4, stream=3, physics=SETTINGS["physics"] | {"length": 4})
    ran = evaluate("test-surrogate", STATISTICS, place, *named, *datasets(tmp_path / "test.h5"))
    refused(ran, f"{tmp_path}/test.h5: a ring of 4 sites is shorter", folder=place)


@pytest.mark.parametrize("error", [AttributeError, IndexError, TypeError, ZeroDivisionError])
def test_an_error_of_the_program_keeps_its_traceback(error):
    given = argparse.Namespace(name="fig3", evaluation=[("floor", Path("floor.h5"))])
    with pytest.raises(error, match="a bug"), of_these(given):
        raise error("a bug")
    for misfit in (KeyError, ValueError):
        with pytest.raises(DataError, match=r"fig3: cannot be made of floor\.h5 "), of_these(given):
            raise misfit("no such array")
