"""What the version before the house was redrawn left: read as it is, or refused with its cure.

tests/golden/previous holds files of its commit b647366: rings of 16 sites, a network of 29 numbers.
"""

import gzip
import json
import shutil

import pytest
import yaml

from gapworks.chain.data import dataset
from gapworks.config import ConfigError, load
from gapworks.factory.errors import DataError
from gapworks.factory.gather import gather
from gapworks.factory.reading import read, verify
from gapworks.factory.recipe import differences
from gapworks.factory.shards import simulate_shard
from gapworks.learning.cards import read_card
from gapworks.products.statement import statement
from tests.conftest import ROOT
from tests.support.command import gapworks_here

PREVIOUS = ROOT / "tests/golden/previous"


@pytest.fixture
def previous(tmp_path):
    """A folder with its files."""
    for path in PREVIOUS.iterdir():
        if path.suffix == ".gz":
            (tmp_path / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        else:
            shutil.copy(path, tmp_path)
    return tmp_path


def test_its_shards_are_gathered_with_those_of_today(previous):
    old = verify(previous / "0-4.h5")
    settings = dataset.Settings.model_validate(old.attributes["settings"])
    assert settings.identity == old.attributes["identity"]
    today = previous / "today"
    new = simulate_shard(dataset, settings, 0, 4, today / "0-4.h5", threads=1)
    assert new.checksums["V"] == old.checksums["V"]
    simulate_shard(dataset, settings, 4, 8, previous / "4-8.h5", threads=1)
    mixed = {"mixed_code": True}
    header = gather(dataset, settings, previous, 8, 4, previous / "train.h5", **mixed)
    assert header.attributes["identity"] == old.attributes["identity"]
    gathered, kept = read(previous / "train.h5", ["delta"]), read(previous / "0-4.h5", ["delta"])
    assert (gathered["delta"][:4] == kept["delta"]).all()


def test_without_leave_its_shards_stand_beside_no_others_and_the_cure_is_named(previous):
    settings = dataset.Settings.model_validate(verify(previous / "0-4.h5").attributes["settings"])
    simulate_shard(dataset, settings, 4, 8, previous / "4-8.h5", threads=1)
    with pytest.raises(
        DataError, match="(?s)different code.*snakemake.*mixed_code: true"
    ) as refused:
        gather(dataset, settings, previous, 8, 4, previous / "train.h5")
    assert "unknown" in str(refused.value)


def test_its_evaluations_are_whole_and_a_run_makes_them_again(previous):
    ran = gapworks_here("verify", previous / "train-bdg.h5")
    assert ran.returncode == 0 and "evaluation of chain/train" in ran.stdout
    said = statement(previous / "train-bdg.h5")
    wanted = {"product": "results/laptop/chain/data/evaluation/train-bdg"}
    assert differences(said.facts, wanted) == [
        "it does not say what it was made of (by hand, or by an older gapworks)"
    ]


def test_its_networks_are_refused_and_the_command_that_trains_again_is_named(previous):
    weights = previous / "window-r2-n2.safetensors"
    with pytest.raises(DataError, match="package version 1.*reads 2.*train it again.*snakemake"):
        read_card(weights)
    (previous / "V.csv").write_text("0,0,0,0\n")
    command = ("predict", "chain", "--network", weights, "--input", previous / "V.csv")
    ran = gapworks_here(*command, "--output", previous / "delta.csv")
    assert ran.returncode == 1 and "train it again" in ran.stderr
    assert not (previous / "delta.csv").exists()


def test_its_config_is_refused_with_what_is_missing_and_what_to_do(previous):
    with pytest.raises(ConfigError) as refused:
        load(yaml.safe_load((previous / "config.yaml").read_text()))
    lines = str(refused.value).splitlines()
    assert "chain.datasets.common: missing" in lines
    assert "config.yaml of an older gapworks" in lines[-1] and "under `scales:`" in lines[-1]


def test_one_key_left_out_is_no_sign_of_an_older_version():
    raw = yaml.safe_load((ROOT / "config.yaml").read_text())
    del raw["chain"]["shard_size"]
    with pytest.raises(ConfigError) as refused:
        load(raw)
    assert "older" not in str(refused.value)


def test_the_files_of_the_version_are_small_and_are_what_it_wrote(previous):
    assert sum(path.stat().st_size for path in PREVIOUS.iterdir()) < 50_000
    card = json.loads((previous / "window-r2-n2.json").read_text())
    assert card["provenance"]["commit"].startswith("b647366")
