"""Ensembles and their intervals: what split conformal promises, and what is said to a user."""

import base64
import json

import numpy as np
import pytest
import torch

from gapworks.eliashberg.data.fields import Split, gap_function, joined, part, rows_of
from gapworks.eliashberg.evaluation import intervals as evaluation
from gapworks.eliashberg.learning.calibration import Calibration, depth, distance
from gapworks.eliashberg.learning.coverage import LEVELS, measure
from gapworks.eliashberg.learning.intervals import SHARES, bands, conformal
from gapworks.eliashberg.learning.network import Ensemble
from gapworks.eliashberg.learning.noise import with_noise
from gapworks.eliashberg.learning.trained import Network
from gapworks.eliashberg.learning.training import members_error
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Given
from gapworks.learning.loop import reproducible
from tests.eliashberg.test_network import smooth_functions
from tests.support.command import gapworks_here
from tests.support.eliashberg_evaluations import evaluated
from tests.support.exhibits import tabled

NAME = "ensemble-complex-gap"


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("samples", [40, 180])
def test_a_further_error_is_below_as_often_as_is_promised(share, samples):
    """From `share` to 1 / (n + 1) more, whatever the errors' distribution."""
    rng = np.random.default_rng(samples)
    errors = rng.lognormal(sigma=1.5, size=(samples + 1, 20000))
    held = (errors[-1] <= conformal(errors[:-1], share)).mean()
    allowed = 3 * np.sqrt(share * (1 - share) / 20000)
    assert share - allowed <= held <= share + 1 / (samples + 1) + allowed


def test_too_few_samples_promise_nothing():
    assert np.isinf(conformal(np.ones((18, 3)), 0.95)).all()
    assert (conformal(np.ones((19, 3)), 0.95) == 1).all()


def trained(seed=1, steps=160, noise=0.01):
    """An ensemble that learned two numbers of smooth functions, and these."""
    inputs, targets = smooth_functions(256, np.random.default_rng(seed))
    with reproducible(1, seed):
        model = Ensemble(40, [32], 1000, members=3, seen=4, given=2, levels=LEVELS)
        model.standardise(inputs, targets, noise)
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
        for _ in range(steps):
            optimiser.zero_grad()
            members_error(model, (inputs, targets)).backward()
            optimiser.step()
    return model.eval(), inputs, targets


def test_members_learn_each_by_itself_and_their_mean_answers():
    model, inputs, targets = trained()
    with torch.no_grad():
        members = model.members(inputs)
        torch.testing.assert_close(model(inputs), members.mean(0), atol=1e-5, rtol=1e-4)
        errors = (members - targets).square().mean((1, 2))
        assert (errors < 0.02 * targets.var(0).mean()).all()
        assert len(set(errors.tolist())) == 3
        # Targets of two numbers have two components: none of the error is beyond them.
        error = float(members_error(model, (inputs, targets)))
        assert error == pytest.approx(float(errors.mean()), rel=1e-3)


def test_components_below_the_noise_are_kept_small():
    model, inputs, _ = trained(noise=0.3)
    seen = (inputs - model.input_mean) @ model.input_basis
    deviations = (inputs - model.input_mean) @ model.input_basis / model.input_basis.norm(dim=0)
    expected = deviations.std(0) / (deviations.std(0) ** 2 + 0.3**2).sqrt()
    torch.testing.assert_close(seen.std(0), expected, rtol=1e-2, atol=1e-3)
    assert seen.std(0).min() < 0.5


@pytest.fixture(scope="module")
def network(study):
    return Network.load(study.network(NAME))


def test_a_card_has_intervals_at_levels_of_noise_from_validation_samples_alone(
    study, arrays, network
):
    said = network.calibration
    bounds = study.plan.scale.config.networks.ensemble.noise
    np.testing.assert_allclose([one.noise for one in said.levels], np.geomspace(*bounds, LEVELS))
    validation = part(arrays, Split.VALIDATION)
    assert (said.samples, said.part) == (len(validation), "validation samples")
    assert said.tested == len(part(arrays, Split.TEST))
    few = int(np.ceil(0.95 * (len(validation) + 1))) > len(validation)
    assert few  # so that the widest interval is not known, and this is not made up
    assert all(one.intervals["coupling"][1] is None for one in said.levels)
    assert torch.isinf(network.model.widths[:, 1]).all()
    samples = rows_of(arrays, validation)
    found = measure(network, samples, 0, np.random.default_rng(0), threads=1)
    assert found.held["coupling"][1].all()
    assert (found.inside[1] == 1).all()


def test_bands_hold_the_answer_and_widen_with_the_members_spread(arrays, network):
    rows = joined(rows_of(arrays, np.arange(6)), ["gap"], 0.05)
    made = bands(network, rows, 1)
    assert (made.lower[0] <= made.a2f).all() and (made.a2f <= made.upper[0]).all()
    assert (made.lower >= 0).all()
    spread = np.sqrt(network.members(rows).var(0).mean(1))
    half = (made.upper[0] - made.a2f) / network.model.widths[1, 0].numpy()
    inner = network.model.widths[1, 0].numpy() > 0
    np.testing.assert_allclose(half[:, inner].mean(1), spread, rtol=1e-4)
    for name in ("coupling", "omega_log"):
        low, high = made.ends[name][0]
        np.testing.assert_allclose(np.sqrt(low * high), made.numbers[name])


@pytest.mark.parametrize(("noise", "level"), [(0, 0), (9e-4, 0), (5e-3, 2), (0.03, 3), (1.0, 3)])
def test_a_level_is_that_of_no_less_noise(network, noise, level):
    assert network.calibration.level(noise) == level


def test_a_small_gap_is_allowed_a_larger_relative_residual(network):
    said = network.calibration
    large, small = (said.at(0, strength).quantiles["0.9"] for strength in (1e6, said.floor))
    assert small == pytest.approx(2 * large, rel=1e-4)


def gap_file(folder, arrays, row, noise=0.0, factor=1.0):
    path, rng = folder / "gap.csv", np.random.default_rng(2)
    delta = factor * gap_function(rows_of(arrays, np.array([row])))[0]
    parts = [with_noise(one[None], (noise, noise), rng)[0] for one in (delta.real, delta.imag)]
    columns = np.column_stack([arrays["energy"], *parts])
    np.savetxt(path, columns, header="energy (meV), Re Delta, Im Delta", delimiter=",", comments="")
    return path


def predict(study, source, folder, *options, name=NAME):
    given = ("--network", study.network(name), "--input", source, "--output", folder / "a2f.csv")
    return gapworks_here("predict", "eliashberg", *given, *options)


def answered(study, arrays, folder, *options, **changes):
    ran = predict(study, gap_file(folder, arrays, 3, **changes), folder, *options)
    assert ran.returncode == 0, ran.stderr
    columns = np.genfromtxt(folder / "a2f.csv", delimiter=",", names=True)
    return columns, json.loads((folder / "a2f.json").read_text()), ran


def judged_mildly(study, monkeypatch):
    """The network of few samples as if it had been calibrated on many, that were unlike."""
    loaded = Network.load(study.network(NAME))
    card = json.loads(json.dumps(loaded.card))
    wide = {"0.5": 1e3, "0.9": 1e3, "0.99": 1e3}
    for level in card["calibration"]["levels"]:
        level |= {"quantiles": wide, "distance": wide, "depth": wide}
        level["intervals"] = {"coupling": [0.1, 0.3], "omega_log": [0.2, 0.4]}
    for number in range(LEVELS):
        loaded.model.widths[number] = torch.tensor([[1.0], [2.0]]) * (number + 1)
    network = Network(loaded.model, card)
    monkeypatch.setattr(Network, "load", classmethod(lambda cls, path: network))
    return network


@pytest.mark.parametrize(("noise", "level"), [(0.0, 0), (3e-3, 1), (9e-3, 2)])
def test_an_answer_has_intervals_for_the_noise_of_its_input(
    study, arrays, noise, level, tmp_path, monkeypatch
):
    network = judged_mildly(study, monkeypatch)
    columns, check, ran = answered(study, arrays, tmp_path, noise=noise)
    assert columns.dtype.names == ("omega_meV", "a2F", "lower68", "upper68", "lower95", "upper95")
    given = np.loadtxt(tmp_path / "gap.csv", delimiter=",", skiprows=1)
    spread = np.sqrt(network.members(given[:, 1:].T.reshape(1, -1)).var(0).mean())
    for share, factor in (("68", 1), ("95", 2)):
        half = factor * (level + 1) * spread  # the widths of `judged_mildly`
        np.testing.assert_allclose(columns[f"upper{share}"] - columns["a2F"], half, rtol=1e-3)
        low = np.clip(columns["a2F"] - half, 0, None)
        np.testing.assert_allclose(columns[f"lower{share}"], low, atol=1e-6)
    said = check["intervals"]
    assert said["noise_up_to"] == pytest.approx(network.calibration.levels[level].noise)
    value = said["coupling"]["value"]
    assert said["coupling"]["95%"] == pytest.approx([value * np.exp(-0.3), value * np.exp(0.3)])
    assert check["coupling"] == pytest.approx(value, rel=1e-5)
    lines = ran.stdout.splitlines()
    assert lines[1].startswith(f"lambda {value:.4g}: ") and "(95%)" in lines[1]
    assert lines[2].startswith("omega_log (meV) ")
    assert f"from {network.calibration.samples} validation samples of complex" in lines[3]
    assert "test samples" in lines[3] and "of another kind it is not known" in lines[3]


def test_what_is_refused_has_no_intervals_even_if_it_is_forced(study, arrays, tmp_path):
    source = gap_file(tmp_path, arrays, 3, noise=1.0)
    ran = predict(study, source, tmp_path)
    assert ran.returncode == 2
    assert not (tmp_path / "a2f.csv").exists()
    assert "noise is" in ran.stderr
    columns, check, ran = answered(study, arrays, tmp_path, "--force", noise=1.0)
    assert np.isfinite(columns["a2F"]).all()
    assert np.isnan(columns["lower68"]).all() and np.isnan(columns["upper95"]).all()
    assert check["intervals"] is None
    assert "no intervals: they hold for inputs that are not refused" in ran.stderr
    assert "%" not in "".join(ran.stdout.splitlines()[1:])


STATED = {
    "--temperature": ("temperature", 1.16, 4),
    "--mu-star": ("mu*", 0.1, 0),
    "--broadening": ("Gamma", 0.05, 0.2),
}


@pytest.mark.parametrize("option", STATED)
@pytest.mark.parametrize("name", ["sl-complex-gap", "reversed-complex-gap"])
def test_physics_that_is_stated_is_that_of_the_network_or_refused_by_name(
    study, arrays, name, option, tmp_path
):
    words, same, other = STATED[option]
    source = gap_file(tmp_path, arrays, 3)
    if name.startswith("reversed"):
        columns = np.column_stack([arrays["omega"], arrays["a2f"][3]])
        np.savetxt(source, columns, header="omega (meV), a2F", delimiter=",", comments="")
    ran = predict(study, source, tmp_path, option, same, name=name)
    assert f"{words} of" not in ran.stderr
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    ran = predict(study, source, elsewhere, option, other, name=name)
    assert ran.returncode == 2
    assert f"{words} of {other:g}" in ran.stderr and f"network is for {same:g}" in ran.stderr
    assert not list(elsewhere.iterdir())


def test_distance_is_beside_the_training_and_depth_is_along_it():
    rng = np.random.default_rng(1)
    directions = np.linalg.qr(rng.normal(size=(20, 3)))[0].T
    deviations = np.array([3.0, 2.0, 1.0])
    said = Calibration(
        measure="gap_residual",
        samples=9,
        quantiles={},
        directions=base64.b64encode(directions.astype("<f4").tobytes()).decode(),
        deviations=deviations.tolist(),
    )
    inside = rng.normal(size=(2000, 3)) * deviations @ directions
    assert np.abs(distance(inside, directions)).max() < 1e-6
    assert (depth(inside, said) ** 2).mean() == pytest.approx(1, rel=0.05)
    np.testing.assert_allclose(depth(7 * inside, said), 7 * depth(inside, said))
    beside = (
        inside
        + 0.5
        * np.sqrt(20)
        * np.linalg.qr(np.concatenate([directions, rng.normal(size=(1, 20))]).T)[0].T[3]
    )
    np.testing.assert_allclose(distance(beside, directions), 0.5, rtol=1e-5)
    np.testing.assert_allclose(depth(beside, said), depth(inside, said), rtol=1e-4)


def test_the_evaluation_counts_what_the_intervals_hold(study, arrays):
    data = study.evaluated("complex-ensemble-complex-gap")
    network = Network.load(study.network(NAME))
    test = rows_of(arrays, part(arrays, Split.TEST))
    assert data["a2f_inside"].shape == (LEVELS, 2, len(test["sample"]))
    # Infinite intervals hold always; that they are infinite is said by their width.
    assert (data["a2f_inside"][:, 1] == 1).all() and np.isinf(data["a2f_width"][:, 1]).all()
    rng = np.random.default_rng([study.plan.scale.seed, 1, 2])
    found = measure(network, test, 1, rng, threads=1)
    np.testing.assert_allclose(data["a2f_inside"][1], found.inside)
    true = test["a2f"]
    low, high = found.bands.lower[0], found.bands.upper[0]
    np.testing.assert_allclose(found.inside[0], ((low <= true) & (true <= high)).mean(1))
    error = np.linalg.norm(found.bands.a2f - true, axis=1) / np.linalg.norm(true, axis=1)
    np.testing.assert_allclose(data["a2f_error"][1], error)


def test_a_network_without_intervals_is_not_evaluated_for_them(study):
    name = "sl-complex-gap"
    given = Given({"own": study.data("complex")}, {name: study.network(name)}, {})
    with pytest.raises(DataError, match="has no intervals; give an ensemble"):
        evaluation.evaluate(None, given, 1, lambda line: None)


def test_the_table_has_a_row_for_every_level_of_noise(shown_table):
    table, data = shown_table("intervals"), evaluated("complex-ensemble-complex-gap")
    assert list(table["noise [meV]"]) == list(data["level"])
    np.testing.assert_allclose(table["share of a2F inside 95 %"], data["a2f_inside"][:, 1].mean(1))
    spread = data["a2f_inside"][:, 1].std(1, ddof=1) / np.sqrt(7)
    np.testing.assert_allclose(table["share of a2F inside 95 %, standard error"], spread)
    np.testing.assert_allclose(table["share of lambda inside 68 %"], [3 / 7, 4 / 7, 2 / 7])
    np.testing.assert_allclose(table["share of omega_log inside 95 %"], [1 / 7, 0, 2 / 7])
    np.testing.assert_allclose(table["share refused"], [1 / 7, 2 / 7, 4 / 7])
    assert (table["share refused, standard error"] > 0).all()


@pytest.fixture
def shown_table():
    from tests.support import eliashberg_evaluations as known

    return lambda name: tabled("eliashberg", name, known.evaluated, known.planned())
