"""config.yaml: every scale is checked merged, and the error names the key."""

import copy
import json
import tomllib
from importlib.metadata import version

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import ValidationError

from gapworks.config import ConfigError, ConfigFile, check_no_key_twice, load
from gapworks.plan import Plan
from gapworks.qpi.physics.parameters import HOPPING, SPIN_ORBIT
from gapworks.study import STUDIES
from tests.conftest import ROOT
from tests.support.config import raw_config
from tests.support.config import scales as all_scales


def simulated(study, dataset, scale=None):
    """The settings of a data set; at the scale of the paper, if no other is given."""
    return Plan("any", scale or all_scales()["paper"], study).simulation(dataset)


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
        (
            "chain/physics/disorder_strengths",
            [0.5, 0.5],
            "chain.physics.disorder_strengths: must increase",
        ),
        ("chain/physics/disorder_strengths", [], "chain.physics.disorder_strengths: "),
        ("chain/physics/disorder_strengths", [0, 0.5], "figures.profile_strengths names"),
        ("chain/datasets/test/stream", 1, "must have different streams"),
        ("chain/datasets/test/realizations", 0, "chain.datasets.test.realizations: "),
        ("chain/solver/tolerance", 0, "chain.solver.tolerance: "),
        ("chain/max_failed_share", 1.0, "chain.max_failed_share: "),
        (
            "chain/networks/surrogate/kernel",
            4,
            "chain.networks.surrogate.kernel: must be odd, not 4",
        ),
        ("chain/figures/correlation_distance", 129, "more than half the ring"),
        ("qpi/physics/eps", [0, 1], "qpi.physics.eps: unknown key"),
        ("qpi/physics/hopping", [33.52, 97.26], "qpi.physics.hopping: "),
        ("qpi/physics/eps0", [100, -300], "qpi.physics.eps0: the first value must not be above"),
        ("qpi/physics/delta", [0, 2], "qpi.physics.delta.0: "),
        ("qpi/physics/impurity", [20, 100, 300], "qpi.physics.impurity: "),
        ("qpi/physics/energies", [0, 0], "energies are given twice"),
        ("qpi/physics/energies", [], "qpi.physics.energies: "),
        (
            "qpi/datasets/train/n_effective",
            5000,
            "a ladder needs a power of two from 1024, not 5000",
        ),
        (
            "qpi/datasets/literal_test/n_effective",
            1000,
            "literal_test.n_effective: give a multiple",
        ),
        ("qpi/datasets/train/kind", "lattice", "qpi.datasets.train.kind: "),
        ("qpi/datasets/fidelity/energies", [0, 1], "an image data set has one energy"),
        ("qpi/datasets/test/stream", 2, "train, validation, test must have different streams"),
        ("qpi/physics/window", 2048, "qpi.physics.window: "),
        ("qpi/ranks", 0, "qpi.ranks: "),
        ("qpi/networks/shwn", "small", "qpi.networks.shwn: unknown key (did you mean shown?)"),
        ("qpi/networks/shown", "resnet", "qpi.networks.shown: "),
        (
            "qpi/networks/inputs/white",
            [0.4, 0],
            "qpi.networks.inputs.white: the first value must not be above",
        ),
        ("qpi/networks/inputs/radius", 30, "networks.inputs.radius: the disc must lie within"),
        ("qpi/networks/inputs/pixels", 32, "networks.inputs.pixels is below physics.window"),
        ("qpi/networks/conditions/converged/energies", [0, 2], "converged.energies names [2.0]"),
        ("qpi/networks/conditions/ours", {}, "qpi.networks.conditions.ours: unknown key"),
        ("qpi/networks/small/widths", [8, 8], "qpi.networks.small.widths: "),
        ("qpi/networks/vgg16/kernel", 4, "qpi.networks.vgg16.kernel: must be odd, not 4"),
        ("qpi/evaluation/reported", 0.2, "reported: 0.2 is not among white"),
        ("qpi/statements/n_effective", 10, "qpi.statements.n_effective: "),
        ("scale", "labtop", "scale: 'labtop' is none of smoke, laptop"),
        ("seed", -1, "seed: "),
        ("chain/physics", None, "chain.physics: "),
        ("eliashberg/datasets/simple/stream", 2, "simple, complex must have different streams"),
        ("eliashberg/physics/temperature", 0, "eliashberg.physics.temperature: "),
        ("eliashberg/physics/temperature", -1.16, "eliashberg.physics.temperature: "),
        ("eliashberg/physics/mu_star", -0.1, "eliashberg.physics.mu_star: "),
        ("eliashberg/physics/broadening", 0, "eliashberg.physics.broadening: "),
        (
            "eliashberg/physics/broadening",
            0.32,
            "eliashberg.physics: broadening of 0.32 meV is not below pi k_B temperature, 0.314 meV",
        ),
        ("eliashberg/physics/temperature", 0.1, "broadening of 0.05 meV is not below"),
        (
            "eliashberg/physics/cutoff",
            300,
            "eliashberg.physics: cutoff of 300 meV is beyond the last Matsubara frequency, 220.1",
        ),
        ("eliashberg/physics/matsubara", 10, "cutoff of 10 meV is beyond"),
        ("eliashberg/physics/highest_energy", 221, "highest_energy of 221 meV is beyond"),
        ("eliashberg/spectra/simple/centre", [0.5, 1.5], "eliashberg.spectra.simple.centre.1: "),
        (
            "eliashberg/spectra/complex/amplitude",
            [2, 1],
            "eliashberg.spectra.complex.amplitude: the first value must not be above the second",
        ),
        ("eliashberg/spectra/simple/peaks", [3, 1], "eliashberg.spectra.simple.peaks: the first"),
        ("eliashberg/networks/autoencoder/latent", [2, 1], "autoencoder.latent: must increase"),
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


def test_the_qpi_papers_values_are_in_the_file():
    _, scales = load(raw_config())
    qpi = scales["paper"].qpi
    assert tuple(qpi.physics.hopping) == HOPPING
    assert tuple(qpi.physics.spin_orbit) == SPIN_ORBIT
    assert [qpi.samples(name) for name in ("train", "validation", "test")] == [5000, 250, 250]
    literal = simulated("qpi", "literal_test")
    assert literal.n_effective == 1024
    assert literal.physics.energies == [0]
    assert literal.physics.broadening == [0.1, 0.1]
    assert simulated("qpi", "fidelity").kind == "image"
    # The same superconductors under another condition.
    for name in ("train", "validation", "test"):
        ours = simulated("qpi", name)
        assert simulated("qpi", f"literal_{name}").stream == ours.stream
    assert scales["laptop"].qpi.datasets.test.per_class >= 150


def test_a_sample_takes_as_much_room_as_is_said():
    _, scales = load(raw_config())
    qpi = scales["paper"].qpi
    assert qpi.sample_bytes("train") == pytest.approx(2 * 3 * 64 * 64 * 8, rel=0.01)
    assert qpi.sample_bytes("fidelity") == 4 * 1024 * 1024


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


def test_the_campaign_is_a_million_rings_and_a_hundred_thousand_spectra_and_windows():
    _, scales = load(raw_config())
    campaign = scales["campaign"]
    assert campaign.chain.samples("surrogate") == 10**6
    assert campaign.eliashberg.samples("complex") == 10**5
    assert campaign.qpi.samples("train") == 10**5


def test_the_scales_that_ship_change_sizes_only():
    _, scales = load(raw_config())
    assert list(scales) == ["smoke", "laptop", "desktop", "campaign", "workstation", "paper"]
    for scale in scales.values():
        assert scale.seed == scales["paper"].seed
        for study in STUDIES:
            for dataset in type(getattr(scale, study).datasets).model_fields:
                ours = simulated(study, dataset, scale)
                assert ours.identity == simulated(study, dataset, scales["paper"]).identity
        assert scale.chain.figures == scales["paper"].chain.figures
        assert scale.chain.max_failed_share == scales["paper"].chain.max_failed_share
        for dataset in type(scale.qpi.datasets).model_fields:
            assert simulated("qpi", dataset, scale) == simulated("qpi", dataset, scales["paper"])
        assert scale.eliashberg.networks.supervised.hidden == [500, 800]
        assert scale.eliashberg.flow == scales["paper"].eliashberg.flow


def test_a_users_scale_may_change_physics_and_only_its_own():
    _, scales = load(changed("scales/weak", {"chain": {"physics": {"coupling": 1.0}}}))
    assert scales["weak"].chain.physics.coupling == 1.0
    assert scales["weak"].chain.physics.length == 256
    assert scales["laptop"].chain.physics.coupling == 1.5
    weak = simulated("chain", "train", scales["weak"]).identity
    assert weak != simulated("chain", "train", scales["laptop"]).identity


def test_a_users_scale_may_start_from_another_instead_of_from_the_paper():
    raw = changed("scales/mine", {"extends": "laptop", "chain": {"physics": {"coupling": 1.0}}})
    raw["scales"]["more"] = {"extends": "mine", "qpi": {"datasets": {"test": {"per_class": 7}}}}
    _, scales = load(raw)
    laptop, mine, more = scales["laptop"], scales["mine"], scales["more"]
    assert mine.chain.networks == laptop.chain.networks != scales["paper"].chain.networks
    assert mine.chain.physics.coupling == more.chain.physics.coupling == 1.0
    assert mine.eliashberg == more.eliashberg == laptop.eliashberg
    assert mine.qpi == laptop.qpi
    assert more.qpi.datasets.test.per_class == 7
    assert more.qpi.datasets.train == laptop.qpi.datasets.train
    assert laptop == load(raw_config())[1]["laptop"]


@pytest.mark.parametrize(
    ("scales", "message"),
    [
        (
            {"mine": {"extends": "labtop"}},
            "scales.mine.extends: there is no scale 'labtop' (did you mean laptop?)",
        ),
        ({"mine": {"extends": "mine"}}, "scales.mine.extends: mine extends mine: leave one out"),
        (
            {"mine": {"extends": "yours"}, "yours": {"extends": "mine"}},
            "scales.yours.extends: mine extends yours extends mine: leave one out",
        ),
        ({"mine": {"extends": 3}}, "scales.mine.extends: input should be a valid string, not 3"),
        (
            {"mine": {"extends": "laptop", "chain": {"phisics": {}}}},
            "scales.mine.chain.phisics: unknown key (did you mean physics?)",
        ),
        ({"mine": {"chain": {"extends": "laptop"}}}, "scales.mine.chain.extends: unknown key"),
        ({"mine": 3}, "scales.mine: "),
    ],
)
def test_a_scale_that_extends_none_that_there_is_or_itself_is_named(scales, message):
    raw = raw_config()
    raw["scales"] |= scales
    with pytest.raises(ConfigError) as caught:
        load(raw)
    assert any(line.startswith(message) for line in str(caught.value).splitlines()), caught.value


def test_the_command_line_may_override_a_key():
    raw = copy.deepcopy(raw_config()) | {"scale": "paper", "seed": 5}
    default, scales = load(raw)
    assert default == "paper"
    assert scales["smoke"].seed == 5


def test_settings_survive_the_way_through_the_command_line():
    settings = simulated("chain", "hartree_none")
    again = type(settings).model_validate(json.loads(settings.canonical_json()))
    assert again == settings
    assert again.identity == settings.identity
    assert again.physics.hartree == "none"
    with pytest.raises(ValidationError):
        type(settings).model_validate(json.loads(settings.canonical_json()) | {"sead": 1})


def test_the_schema_for_editors_is_that_of_the_models():
    kept = json.loads((ROOT / "workflow/schemas/config.schema.json").read_text())
    assert kept == json.loads(json.dumps(ConfigFile.model_json_schema())), "run `make schema`"


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def locked():
    """Version by name of everything that `make` installs."""
    lines = (ROOT / "envs/lock.txt").read_text().splitlines()
    return {
        canonicalize_name(name): version
        for name, _, version in (line.partition("==") for line in lines if line[:1] != "#")
    }


def required(*extras):
    """What pyproject.toml asks for, by name; an extra that contains others brings theirs."""
    said = project()
    lines = [
        *said["dependencies"],
        *(one for x in extras for one in said["optional-dependencies"][x]),
    ]
    known = [Requirement(line) for line in lines]
    inner = [x for one in known if one.name == "gapworks" for x in one.extras]
    found = {canonicalize_name(one.name): one for one in known if one.name != "gapworks"}
    return {**found, **(required(*inner) if inner else {})}


def test_the_lock_file_fits_the_ranges_of_pyproject():
    pins = locked()
    for name, requirement in required("app", "dev", "docs", "export", "mpi").items():
        assert pins[name] in requirement.specifier, f"{requirement}, locked: {pins[name]}"


def test_what_is_installed_here_is_what_the_lock_file_says():
    """But for a site's own MPI, which is of no version that we choose."""
    pins = locked()
    for name in required("dev"):
        assert version(name).partition("+")[0] == pins[name], "make setup, or make lock"


def test_the_conda_environment_has_the_locked_versions():
    environment = yaml.safe_load((ROOT / "envs/gapworks.yaml").read_text())
    conda = dict(line.split("=") for line in environment["dependencies"] if "=" in line)
    python = conda.pop("python")
    conda["torch"] = conda.pop("pytorch")
    pins = locked()
    assert conda == {name: pins[name] for name in required("cluster", "mpi")}
    assert project()["requires-python"] == f">={python}"


def test_every_key_that_is_given_twice_is_named_with_its_lines():
    text = "chain:\n  a: 1\n  b: {c: 1, c: 2}\n  a: 3\nscales: {}\n"
    with pytest.raises(ConfigError) as caught:
        check_no_key_twice(text)
    assert str(caught.value).splitlines() == [
        "chain.b.c: given twice, in lines 3 and 3; delete one",
        "chain.a: given twice, in lines 2 and 4; delete one",
    ]
    check_no_key_twice("a: {x: 1}\nb: {x: 1}\n")
    check_no_key_twice("")


def test_the_front_page_names_every_scale():
    page = (ROOT / "README.md").read_text()
    scales = yaml.safe_load((ROOT / "config.yaml").read_text())["scales"]
    assert [name for name in scales if f"`{name}`" not in page] == []
