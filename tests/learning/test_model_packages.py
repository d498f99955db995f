"""Model packages: they answer as the network does, and what does not fit is refused by name."""

import json
import shutil
import zipfile
from importlib import import_module

import numpy as np
import pytest
import torch

from gapworks.factory.errors import DataError
from gapworks.factory.seal import sealed, to_text
from gapworks.learning.library import open_network
from gapworks.learning.packages.contents import archived, read_package, with_manifest
from gapworks.learning.packages.example import differences
from gapworks.learning.packages.making import make_package, write_package
from gapworks.study import study
from tests.support import untrained
from tests.support.command import gapworks_here


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Weights, name and files of the package of each network, made when asked for."""
    folder, known = tmp_path_factory.mktemp("networks"), {}

    def make(name):
        if name not in known:
            path = untrained.network(name, folder)
            known[name] = path, make_package(path)[2]
        return known[name]

    return make


def kind_of(name):
    return study(untrained.NETWORKS[name]).find("learning.trained:Network")


@pytest.mark.parametrize("name", untrained.NETWORKS)
@pytest.mark.parametrize("suffix", [".zip", ""])
def test_a_network_comes_back_from_its_package_with_the_same_answers(made, tmp_path, name, suffix):
    path, files = made(name)
    place = tmp_path / f"{name}{suffix}"
    write_package(place, name, files)
    packaged = import_module(f"gapworks.{untrained.NETWORKS[name]}.inference.packaged")
    one, other = kind_of(name).load(path), packaged.load_network(place)
    assert one.card == other.card
    given = packaged.example(one).given
    answers = packaged.answers(one, given)
    assert answers
    assert differences(packaged.answers(other, given), answers, 0) == []
    contents = read_package(place)
    assert {f"{name}.safetensors", f"{name}.json", "README.md", "example/answer.json"} < set(
        contents.files
    )
    assert contents.files[f"{name}.safetensors"] == path.read_bytes()


def test_an_example_is_what_predict_takes_and_its_answer_what_it_gives(made, tmp_path):
    for name, suffix in (("surrogate", ".npy"), ("sl-complex-gap", ".csv")):
        of, (_, files) = untrained.NETWORKS[name], made(name)
        place = tmp_path / name
        write_package(place, name, files)
        source = place / f"example/input{suffix}"
        answer = tmp_path / f"answer{suffix}"
        given = ["--network", place, "--input", source, "--output", answer, "--force"]
        ran = gapworks_here("predict", of, *given)
        assert ran.returncode == 0, ran.stderr
        kept = json.loads((place / "example/answer.json").read_text())["answer"]
        if suffix == ".npy":
            np.testing.assert_allclose(np.load(answer), kept["delta"], rtol=1e-9)
        else:
            found = np.loadtxt(answer, delimiter=",", skiprows=1)
            np.testing.assert_allclose(found[:, 1], kept["a2f"], rtol=1e-5, atol=1e-6)


def test_the_card_for_people_says_what_one_asks_first(made):
    for name in untrained.NETWORKS:
        page = made(name)[1]["README.md"].decode()
        assert page.startswith(f"# {name}\n")
        for word in ("Trained on", "How good it is", "not for", "Normalisation", "BSD-3-Clause"):
            assert word in page
        assert "None" not in page and "{" not in page


def test_packaging_twice_gives_the_same_bytes(made, tmp_path):
    path, files = made("sl-complex-gap")
    again = make_package(path)[2]
    assert archived("a", files) == archived("a", again)
    write_package(tmp_path / "a.zip", "sl-complex-gap", files)
    assert make_package(tmp_path / "a.zip")[2] == files


def without(name):
    def change(files):
        del files[name]

    return change


def flipped(name):
    def change(files):
        content = bytearray(files[name])
        content[-5] ^= 1
        files[name] = bytes(content)

    return change


def another_format(files):
    said = json.loads(files["package.json"])
    files["package.json"] = to_text(sealed(said | {"package_format": 99})).encode()


DAMAGES = {
    "a changed weight": (
        flipped("surrogate.safetensors"),
        "surrogate.safetensors in it is damaged",
    ),
    "a changed card": (flipped("surrogate.json"), "surrogate.json in it is damaged"),
    "a changed example": (flipped("example/input.npy"), "example/input.npy in it is damaged"),
    "a changed answer": (flipped("example/answer.json"), "example/answer.json in it is damaged"),
    "a changed list": (flipped("package.json"), "package.json in it was altered"),
    "no weights": (without("surrogate.safetensors"), "has no surrogate.safetensors in it"),
    "no example": (without("example/input.npy"), "has no example/input.npy in it"),
    "no list": (without("package.json"), "is no model package: it has no package.json"),
    "another format": (another_format, "has package format 99, this gapworks reads 1"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("suffix", [".zip", ""])
def test_a_package_that_is_not_as_it_was_written_is_refused(made, tmp_path, damage, suffix):
    files = dict(made("surrogate")[1])
    change, said = DAMAGES[damage]
    change(files)
    place = tmp_path / f"surrogate{suffix}"
    write_package(place, "surrogate", files)
    with pytest.raises(DataError, match=said) as error:
        open_network(kind_of("surrogate"), place if suffix else f"{place}/")
    assert str(place) in str(error.value)
    assert "snakemake" not in str(error.value)


def test_an_archive_that_was_cut_or_is_none_is_refused(made, tmp_path):
    place = tmp_path / "surrogate.zip"
    whole = archived("surrogate", made("surrogate")[1])
    for content in (whole[: len(whole) // 2], b"", b"no archive"):
        place.write_bytes(content)
        with pytest.raises(DataError, match=r"surrogate\.zip: is no archive, or is damaged"):
            open_network(kind_of("surrogate"), place)


@pytest.mark.parametrize("name", ["surrogate", "sl-complex-gap", "small-converged"])
def test_a_network_that_answers_otherwise_is_refused_though_every_digest_fits(made, tmp_path, name):
    """Other weights, their card and list made anew; an example's answer to another input."""
    files = dict(made(name)[1])
    said = json.loads(files["package.json"])
    kept = json.loads(files["example/answer.json"])["answer"]
    first = sorted(kept)[0]
    values = np.array(kept[first])
    scale = np.abs(values).max()
    for factor, refused in ((2e-4, True), (0.5e-4, False)):
        changed = kept | {first: (values + factor * scale).tolist()}
        files["example/answer.json"] = to_text(sealed({"answer": changed})).encode()
        rest = {key: one for key, one in files.items() if key != "package.json"}
        told = {key: one for key, one in said.items() if key not in ("files", "sha256")}
        place = tmp_path / f"{refused}.zip"
        write_package(place, name, with_manifest(told, rest))
        if refused:
            with pytest.raises(DataError, match=f"does not answer the example .* {first} is off"):
                open_network(kind_of(name), place)
        else:
            open_network(kind_of(name), place)


def test_another_studys_package_is_refused(made, tmp_path):
    place = tmp_path / "surrogate.zip"
    write_package(place, "surrogate", made("surrogate")[1])
    with pytest.raises(DataError, match="is a network of chain, not of qpi"):
        open_network(kind_of("small-converged"), place)


def test_names_that_lead_out_of_a_package_are_refused(made, tmp_path):
    files = {key: one for key, one in made("surrogate")[1].items() if key != "package.json"}
    said = json.loads(made("surrogate")[1]["package.json"])
    told = {key: one for key, one in said.items() if key not in ("files", "sha256")}
    for name in ("../stolen", "/etc/stolen", "a/b/c", ".hidden"):
        place = tmp_path / "bad.zip"
        place.write_bytes(archived("bad", with_manifest(told, files | {name: b"x"})))
        with pytest.raises(DataError, match="is no name of a file in a package"):
            read_package(place)


def test_a_package_unpacked_by_hand_is_the_same_package(made, tmp_path):
    write_package(tmp_path / "surrogate.zip", "surrogate", made("surrogate")[1])
    with zipfile.ZipFile(tmp_path / "surrogate.zip") as archive:
        archive.extractall(tmp_path)
    V = np.linspace(-0.3, 0.3, 24)[None]
    one, other = (
        open_network(kind_of("surrogate"), tmp_path / place)
        for place in ("surrogate", "surrogate.zip")
    )
    assert torch.equal(*(torch.from_numpy(network.answer(V).delta) for network in (one, other)))


def test_a_folder_of_something_else_is_not_written_over(made, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").write_text("years")
    with pytest.raises(DataError, match="stands there already and is no model package"):
        write_package(tmp_path / "mine", "surrogate", made("surrogate")[1])
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]
    place = tmp_path / "surrogate"
    for _ in range(2):  # an earlier package is
        write_package(place, "surrogate", made("surrogate")[1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "surrogate"]
    shutil.rmtree(place)
