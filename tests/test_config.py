"""config.yaml: every scale is checked merged, and the error names the key."""

import copy
import json
import tomllib

import pytest
import yaml
from pydantic import ValidationError

from gapworks.config import ConfigError, ConfigFile, load
from tests.conftest import ROOT


def raw_config():
    return yaml.safe_load((ROOT / "config.yaml").read_text())


def changed(path, value):
    """config.yaml with one key changed (or added)."""
    raw = raw_config()
    section = raw
    *parents, last = path.split("/")
    for key in parents:
        section = section.setdefault(key, {})
    section[last] = value
    return raw


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("sed", 1, "sed: unknown key (did you mean seed?)"),
        ("chain/shard_sise", 1, "chain.shard_sise: unknown key (did you mean shard_size?)"),
        ("chain/physics/couplng", 1.0, "chain.physics.couplng: unknown key"),
        ("chain/datasets/trian", {}, "chain.datasets.trian: unknown key (did you mean train?)"),
        ("scales/laptop/chain/n_trian", 3, "scales.laptop.chain.n_trian: unknown key"),
        ("scales/mine/chain/physics/length", 2, "scales.mine.chain.physics.length: "),
        ("scales/mine", {"chian": {}}, "scales.mine.chian: unknown key (did you mean chain?)"),
        ("chain/physics/filling", 2, "chain.physics.filling: input should be less than 2, not 2"),
        ("chain/physics/filling", 0.0, "chain.physics.filling: "),
        ("chain/physics/length", 2, "chain.physics.length: "),
        ("chain/physics/length", 25.5, "chain.physics.length: "),
        ("chain/physics/coupling", float("nan"), "chain.physics.coupling: "),
        ("chain/physics/coupling", "strong", "chain.physics.coupling: "),
        ("chain/physics/hartree", "repulsive", "chain.physics.hartree: "),
        ("chain/physics/disorder_strengths", [-0.5, 0.5], "chain.physics.disorder_strengths.0: "),
        ("chain/physics/disorder_strengths", [0.5, 0.5], "disorder_strengths must increase"),
        ("chain/physics/disorder_strengths", [], "chain.physics.disorder_strengths: "),
        ("chain/physics/disorder_strengths", [0, 0.5], "figures.profile_strengths names"),
        ("chain/datasets/test/stream", 1, "must have different streams"),
        ("chain/datasets/test/realizations", 0, "chain.datasets.test.realizations: "),
        ("chain/solver/tolerance", 0, "chain.solver.tolerance: "),
        ("chain/max_failed_share", 1.0, "chain.max_failed_share: "),
        ("chain/figures/correlation_distance", 129, "more than half the ring"),
        ("scale", "labtop", "scale: 'labtop' is none of smoke, laptop"),
        ("seed", -1, "seed: "),
        ("chain/physics", None, "chain.physics: "),
        ("eliashberg/datasets/simple/stream", 2, "simple and complex must have different streams"),
        ("eliashberg/physics/temperature", 0, "eliashberg.physics.temperature: "),
        ("eliashberg/networks/autoencoder/latent", [2, 1], "latent must increase"),
        ("eliashberg/networks/supervised/points", 300, "more points than physics.energies"),
        ("eliashberg/datasets/simple/samples", 20, "eliashberg.datasets.simple.samples: "),
    ],
)
def test_what_cannot_be_is_an_error_that_names_the_key(path, value, message):
    with pytest.raises(ConfigError) as caught:
        load(changed(path, value))
    assert message in str(caught.value)


def test_a_missing_key_is_named():
    raw = raw_config()
    del raw["chain"]["physics"]["filling"]
    with pytest.raises(ConfigError, match=r"chain\.physics\.filling: missing"):
        load(raw)


def test_all_mistakes_are_told_at_once():
    raw = changed("chain/physics/filling", 3)
    raw["chain"]["physics"]["length"] = 1
    with pytest.raises(ConfigError) as caught:
        load(raw)
    assert len(str(caught.value).splitlines()) == 2


def test_the_papers_values_are_in_the_file():
    _, scales = load(raw_config())
    chain = scales["paper"].chain
    assert chain.physics.coupling == 1.5
    assert chain.physics.filling == 0.85
    assert chain.physics.length == 256
    assert len(chain.physics.disorder_strengths) == 16
    assert chain.physics.disorder_strengths[-1] == 0.75
    assert chain.datasets.train.realizations > 200
    assert chain.datasets.test.realizations > 20
    assert chain.samples("test") * chain.physics.length > 50_000


def test_the_values_of_the_eliashberg_paper_are_in_the_file():
    _, scales = load(raw_config())
    eliashberg = scales["paper"].eliashberg
    assert (eliashberg.physics.temperature, eliashberg.physics.mu_star) == (1.16, 0.1)
    assert 2 * eliashberg.physics.matsubara == 702
    assert (eliashberg.physics.cutoff, eliashberg.physics.points) == (10.0, 1000)
    assert (eliashberg.samples("simple"), eliashberg.samples("complex")) == (1800, 10_000)
    assert eliashberg.networks.supervised.hidden == [500, 800]
    assert 2 * eliashberg.networks.supervised.paper_points == 300
    assert {1, 2, 4, 8, 16, 24, 32, 64} == set(eliashberg.networks.autoencoder.latent)
    assert eliashberg.networks.bases.neurons == [4, 6, 8]


def test_the_scales_that_ship_change_sizes_only():
    _, scales = load(raw_config())
    assert list(scales) == ["smoke", "laptop", "workstation", "paper"]
    for scale in scales.values():
        assert scale.seed == scales["paper"].seed
        for dataset in type(scale.chain.datasets).model_fields:
            ours = scale.chain.simulation(dataset, scale.seed)
            papers = scales["paper"].chain.simulation(dataset, scale.seed)
            assert ours.identity == papers.identity
        assert scale.chain.figures == scales["paper"].chain.figures
        assert scale.chain.max_failed_share == scales["paper"].chain.max_failed_share
        for dataset in type(scale.eliashberg.datasets).model_fields:
            ours = scale.eliashberg.simulation(dataset, scale.seed)
            papers = scales["paper"].eliashberg.simulation(dataset, scale.seed)
            assert ours.identity == papers.identity
        assert scale.eliashberg.networks.supervised.hidden == [500, 800]
        assert scale.eliashberg.flow == scales["paper"].eliashberg.flow


def test_a_users_scale_may_change_physics_and_only_its_own():
    _, scales = load(changed("scales/weak", {"chain": {"physics": {"coupling": 1.0}}}))
    assert scales["weak"].chain.physics.coupling == 1.0
    assert scales["weak"].chain.physics.length == 256
    assert scales["laptop"].chain.physics.coupling == 1.5
    weak = scales["weak"].chain.simulation("train", 1).identity
    assert weak != scales["laptop"].chain.simulation("train", 1).identity


def test_the_command_line_may_override_a_key():
    raw = copy.deepcopy(raw_config()) | {"scale": "paper", "seed": 5}
    default, scales = load(raw)
    assert default == "paper"
    assert scales["smoke"].seed == 5


def test_settings_survive_the_way_through_the_command_line():
    _, scales = load(raw_config())
    settings = scales["laptop"].chain.simulation("hartree_none", 7)
    again = type(settings).model_validate(json.loads(settings.canonical_json()))
    assert again == settings
    assert again.identity == settings.identity
    assert again.physics.hartree == "none"
    with pytest.raises(ValidationError):
        type(settings).model_validate(json.loads(settings.canonical_json()) | {"sead": 1})


def test_the_schema_for_editors_is_that_of_the_models():
    kept = json.loads((ROOT / "workflow/schemas/config.schema.json").read_text())
    assert kept == json.loads(json.dumps(ConfigFile.model_json_schema())), "run `make schema`"


def test_the_conda_environment_has_the_pins_of_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = dict(line.split("==") for line in project["dependencies"])
    environment = yaml.safe_load((ROOT / "envs/gapworks.yaml").read_text())
    conda = dict(line.split("=") for line in environment["dependencies"] if "=" in line)
    python = conda.pop("python")
    conda["torch"] = conda.pop("pytorch")
    assert conda == pins
    assert project["requires-python"] == f">={python}"
