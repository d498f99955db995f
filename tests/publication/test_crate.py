"""A made scale as an RO-Crate: what the files say, in the form that its profile asks for."""

import hashlib
import json
import shutil

import pytest

from tests.conftest import ROOT
from tests.support import scale
from tests.support.command import gapworks_here
from tests.support.extras import validator

READ = """
import json, sys
from rocrate.rocrate import ROCrate
crate = ROCrate(sys.argv[1])
(drawn,) = (one for one in crate.get_by_type("CreateAction") if "fig3" in one.id)
said = {"main": crate.mainEntity.id, "licence": crate.license.id}
said["format"] = crate.dereference("chain/figures/fig3.pdf")["encodingFormat"]
print(json.dumps(said | {"read": [one.id for one in drawn["object"]]}))
"""
"""What a user of the library does with a crate."""


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    return scale.make(tmp_path_factory.mktemp("once") / "results")


@pytest.fixture
def made(once, tmp_path):
    return shutil.copytree(once, tmp_path / "results/tiny")


def described(made, *more):
    """The entities of the crate of a scale, by @id."""
    command = ("crate", made, "--workflow", ROOT, "--logs", made.parent / "logs", *more)
    ran = gapworks_here(*command)
    assert ran.returncode == 0, ran.stderr
    graph = json.loads((made / "ro-crate-metadata.json").read_text())["@graph"]
    assert len({one["@id"] for one in graph}) == len(graph)
    return {one["@id"]: one for one in graph}


def ids(entities):
    return [one["@id"] for one in ([entities] if isinstance(entities, dict) else entities)]


def actions(graph):
    return [one for one in graph.values() if one["@type"] == "CreateAction"]


def test_every_file_is_in_it_with_its_size_and_its_checksum(made):
    graph = described(made)
    files = {
        path.relative_to(made).as_posix(): path.read_bytes()
        for path in made.rglob("*")
        if path.is_file() and path.name != "ro-crate-metadata.json"
    }
    assert set(ids(graph["./"]["hasPart"])) == files.keys()
    for name, content in files.items():
        assert graph[name]["sha256"] == hashlib.sha256(content).hexdigest()
        assert graph[name]["contentSize"] == str(len(content))


def test_every_job_says_what_it_read_and_made_by_what_code_with_what_settings(made):
    graph = described(made)
    trained = graph["#chain-models-net"]
    assert ids(trained["result"]) == ["chain/models/net.json", "chain/models/net.safetensors"]
    assert "chain/data/train.h5" in ids(trained["object"])
    assert json.loads(graph["#chain-models-net-settings"]["value"]) == {"epochs": 1}
    assert graph["#chain-models-net-seed"]["value"] == "7"
    tool = graph[ids(trained["instrument"])[0]]
    assert tool["identifier"] == "code digest c0de1"
    assert any("numpy" in one for one in ids(tool["softwareRequirements"]))
    drawn = graph["#chain-figures-fig3"]
    assert set(ids(drawn["result"])) == {f"chain/figures/fig3.{end}" for end in ("pdf", "png")}
    assert "chain/data/evaluation/train-net.h5" in ids(drawn["object"])
    digest = graph["#chain-figures-fig3-settings-digest"]
    assert digest["name"] == "settings digest" and len(digest["value"]) == 64
    assert "of 1 shards" in graph["#chain-data-train"]["description"]
    order = [one["@id"] for one in actions(graph)]
    assert order.index("#chain-data-train") < order.index("#chain-models-net")
    assert order.index("#chain-models-net") < order.index("#chain-data-evaluation-train-net")
    assert order.index("#chain-data-evaluation-train-net") < order.index("#chain-figures-fig3")


def test_what_jobs_took_comes_from_their_benchmarks(made):
    scale.benchmarks(made.parent / "logs")
    graph = described(made)
    used = {
        graph[one]["name"]: graph[one] for one in ids(graph["#chain-data-train"]["resourceUsage"])
    }
    assert float(used["wall time"]["value"]) == 4.0
    assert float(used["processor time"]["value"]) == 3.0
    assert float(used["largest resident memory"]["value"]) == 150.5
    assert "resourceUsage" not in graph["#chain-models-net"]


def test_it_has_what_its_profiles_ask_for(made):
    """The musts of RO-Crate 1.1 and of the profiles Process, Workflow and Provenance Run Crate."""
    graph = described(made)
    descriptor, root = graph["ro-crate-metadata.json"], graph["./"]
    assert "https://w3id.org/ro/crate/1.1" in ids(descriptor["conformsTo"])
    for key in ("name", "description", "datePublished", "license", "author", "citation"):
        assert root[key], key
    for profile in ("process", "workflow", "provenance"):
        assert f"https://w3id.org/ro/wfrun/{profile}/0.5" in ids(root["conformsTo"])
    main = graph[root["mainEntity"]["@id"]]
    assert {"File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"} <= set(main["@type"])
    assert graph[main["programmingLanguage"]["@id"]]["@type"] == "ComputerLanguage"
    every = actions(graph)
    (run,) = (one for one in every if one["instrument"]["@id"] == main["@id"])
    assert run["@id"] in ids(root["mentions"])
    for one in every:
        assert one["result"] and graph[one["instrument"]["@id"]]
        if one is not run:
            assert one["instrument"]["@id"] in ids(main["hasPart"])
    steps = ids(main["step"])
    for name in steps:
        assert graph[name]["@type"] == "HowToStep"
        assert set(ids(graph[name]["workExample"])) <= set(ids(main["hasPart"]))
    (engine,) = (one for one in graph.values() if one["@type"] == "OrganizeAction")
    assert engine["result"]["@id"] == run["@id"]
    for name in ids(engine["object"]):
        control = graph[name]
        assert control["@type"] == "ControlAction" and control["instrument"]["@id"] in steps
        assert graph[control["object"]["@id"]]["@type"] == "CreateAction"


def test_all_that_it_refers_to_is_described_in_it(made):
    graph = described(made)

    def references(value):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield one["@id"]

    elsewhere = {
        "https://w3id.org/ro/crate/1.1",
        "https://doi.org/10.1093/bioinformatics/bts480",
        "https://snakemake.github.io",
    }
    for entity in graph.values():
        for key, value in entity.items():
            for one in references(value):
                assert one in graph or one in elsewhere, f"{entity['@id']}: {key}: {one}"


def test_the_library_of_ro_crate_reads_it(made):
    described(made)
    ran = validator("python", "-c", READ, made)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert said["main"] == "code/Snakefile"
    assert said["licence"] == "https://spdx.org/licenses/BSD-3-Clause"
    assert said["format"] == "application/pdf"
    assert "chain/data/evaluation/train-net.h5" in said["read"]


def test_data_may_have_a_licence_of_their_own(made):
    graph = described(made, "--licence", "CC-BY-4.0")
    assert graph["./"]["license"]["@id"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert graph["code/Snakefile"]["license"]["@id"].endswith("BSD-3-Clause")
    ran = gapworks_here("crate", made, "--workflow", ROOT, "--licence", "as you like")
    assert ran.returncode == 1 and "'as you like': is no SPDX identifier" in ran.stderr


def test_the_same_scale_gives_the_same_crate_but_for_the_date(made, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first = described(made)
    assert described(made) == first
    assert first["./"]["datePublished"] == "2023-11-14"


def test_files_that_are_damaged_or_contradict_each_other_are_not_described(made):
    scale.dataset(made / "chain/data/train.h5", 4)
    ran = gapworks_here("crate", made, "--workflow", ROOT)
    assert ran.returncode == 1
    assert "was made of another chain/data/train.h5 than the one beside it" in ran.stderr
    for name in ("data/train.h5", "figures/fig3.png"):
        path = made / "chain" / name
        path.write_bytes(path.read_bytes()[:-3])
    ran = gapworks_here("crate", made, "--workflow", ROOT)
    assert ran.returncode == 1
    assert "train.h5: is truncated" in ran.stderr and "fig3.png: is truncated" in ran.stderr
    assert not (made / "ro-crate-metadata.json").exists()


def test_a_folder_that_is_no_scale_and_a_place_that_is_no_checkout_are_named(made, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = gapworks_here("crate", tmp_path / "empty", "--workflow", ROOT)
    assert ran.returncode == 1 and "holds nothing that a study made" in ran.stderr
    ran = gapworks_here("crate", made, "--workflow", tmp_path)
    assert ran.returncode == 2 and "Snakefile: is missing" in ran.stderr
    elsewhere = tmp_path / "elsewhere.json"
    ran = gapworks_here("crate", made, "--workflow", ROOT, "--output", elsewhere)
    assert ran.returncode == 1 and "names of files in a crate begin at its folder" in ran.stderr
