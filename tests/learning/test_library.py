"""Networks by name: in the results of the folder one works in, then among installed packages."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from gapworks import chain
from gapworks.factory.errors import DataError
from gapworks.learning.library import find_network
from gapworks.learning.packages.making import make_package, write_package
from tests.support import untrained
from tests.support.chain_networks import affine, affine_delta
from tests.support.command import gapworks_here

V = np.random.default_rng(1).uniform(-0.3, 0.3, (2, 24))


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A surrogate whose answer is known, and its package's files."""
    path = affine("surrogate", tmp_path_factory.mktemp("affine"))
    return path, make_package(untrained.network("surrogate", path.parents[1]))[2]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder that one works in, with a place of its own for installed packages."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAPWORKS_MODELS", str(tmp_path / "installed"))
    np.save("V.npy", V)
    return tmp_path


def put(weights, scale="laptop", study="chain", name="surrogate"):
    folder = f"results/{scale}/{study}/models"
    os.makedirs(folder, exist_ok=True)
    for suffix in (".safetensors", ".json"):
        shutil.copy(weights.with_suffix(suffix), f"{folder}/{name}{suffix}")
    return f"{folder}/{name}.safetensors"


def predict(*more):
    return gapworks_here(
        *("predict", "chain", "--network", "surrogate", "--input", "V.npy", "--output", "d.npy"),
        *more,
    )


def test_a_name_is_enough_in_a_folder_with_results_and_from_python(weights, here):
    put(weights[0])
    ran = predict()
    assert ran.returncode == 0, ran.stderr
    np.testing.assert_allclose(np.load("d.npy"), affine_delta("surrogate", V), atol=1e-6)
    found = chain.load_network("surrogate").predict(V)
    np.testing.assert_array_equal(found, np.load("d.npy"))
    assert repr(chain.load_network("surrogate")).startswith("Network(untrained of chain: ")


def test_the_scale_is_that_of_config_yaml_or_the_one_that_is_named(weights, here):
    path = put(weights[0], "mine")
    with pytest.raises(DataError, match="--scale mine has it"):
        find_network("surrogate", "chain")
    assert str(find_network("surrogate", "chain", "mine")) == path
    (here / "config.yaml").write_text("scale: mine\n")
    assert str(find_network("surrogate", "chain")) == path
    (here / "config.yaml").write_text("[not: yaml\n")
    with pytest.raises(DataError, match="at scale laptop"):
        find_network("surrogate", "chain")


def test_an_installed_package_is_found_where_there_are_no_results(weights, here):
    write_package(here / "p.zip", "surrogate", weights[1])
    ran = gapworks_here("package", "p.zip", "--install")
    assert ran.returncode == 0, ran.stderr
    assert find_network("surrogate", "chain") == here / "installed/chain/surrogate.zip"
    assert find_network("surrogate") == here / "installed/chain/surrogate.zip"
    assert predict("--force").returncode == 0
    put(weights[0])  # what was made here comes first
    assert find_network("surrogate", "chain").suffix == ".safetensors"
    with pytest.raises(DataError):  # and a scale that is asked for is not taken from elsewhere
        find_network("surrogate", "chain", "paper")


def test_what_is_not_there_is_answered_with_what_is_and_how_to_make_it(weights, here):
    put(weights[0])
    ran = gapworks_here(
        *("predict", "chain", "--network", "surogate", "--input", "V.npy", "--output", "d.npy")
    )
    assert ran.returncode == 1
    (line,) = ran.stderr.splitlines()
    assert "there are chain: surrogate; did you mean surrogate?" in line
    assert line.endswith("snakemake -c2 results/laptop/chain/models/surogate.safetensors")
    assert not (here / "d.npy").exists()


def test_a_name_of_two_studies_is_asked_about(weights, here):
    for study in ("chain", "qpi"):
        put(weights[0], study=study)
    with pytest.raises(DataError, match="more than one, .*chain.* and .*qpi.*: say which"):
        find_network("surrogate")


def test_a_path_is_taken_as_it_is(here):
    for path in ("surrogate.safetensors", "./surrogate", "a/surrogate.zip", "surrogate.zip"):
        assert find_network(path, "chain") == Path(path)


def test_a_package_is_not_written_over_the_package_it_is_made_of_or_a_foreign_file(weights, here):
    write_package(here / "p.zip", "surrogate", weights[1])
    (here / "mine.zip").write_bytes(b"thesis")
    before = (here / "p.zip").read_bytes()
    for output, said in (("p.zip", "would be written over"), ("mine.zip", "is no model package")):
        ran = gapworks_here("package", "p.zip", "--output", output)
        assert ran.returncode == 1
        assert said in ran.stderr
    assert (here / "p.zip").read_bytes() == before
    assert (here / "mine.zip").read_bytes() == b"thesis"


def test_a_network_starts_the_solver_by_its_name(weights, here):
    ran = gapworks_here("solve", "chain", "V.npy", "--start", "surrogate", "--output", "d.csv")
    assert ran.returncode == 1
    assert "there is no network of chain with this name" in ran.stderr
    put(weights[0])
    ran = gapworks_here("solve", "chain", "V.npy", "--start", "surrogate", "--output", "d.csv")
    assert ran.returncode == 0, ran.stderr
    assert "started from surrogate" in ran.stderr


def test_verify_and_info_know_packages(weights, here):
    for place in ("p.zip", "p"):
        write_package(here / place, "surrogate", weights[1])
        ran = gapworks_here("verify", place)
        assert ran.stdout == f"ok   {place}: package of the network chain/surrogate\n"
        assert "licence: BSD-3-Clause" in gapworks_here("info", place).stdout
    (here / "p/surrogate.json").unlink()
    ran = gapworks_here("verify", "p")
    assert ran.returncode == 1
    assert "BAD  p: has no surrogate.json in it" in ran.stdout
