"""What networks say of a user's disorder: a constant changes nothing, and what is odd is said."""

import json
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gapworks.chain import solve
from gapworks.chain.learning.network import Surrogate, WindowNetwork
from gapworks.chain.learning.trained import Network
from gapworks.learning.package import save_package
from tests.support import chain_networks
from tests.support.command import gapworks_here, refused

ARCHITECTURES = {
    "window": {
        "kind": "window",
        "cutoff": 4,
        "hidden": [20, 20],
        "input_scale": 0.3,
        "output_mean": 0.2,
        "output_scale": 0.05,
    },
    "surrogate": {
        "kind": "surrogate",
        "channels": 8,
        "kernel": 3,
        "dilations": [1, 2],
        "input_mean": 1.0,
        "input_scale": 0.3,
        "output_mean": [0.2, 0.85],
        "output_scale": [0.05, 0.2],
    },
}
MODELS = {"window": WindowNetwork, "surrogate": Surrogate}


def card(kind, mu_range=(-3.0, 3.0)):
    return chain_networks.card(ARCHITECTURES[kind], {"window": 9, "surrogate": 7}[kind], mu_range)


class Falling(torch.nn.Module):
    """A surrogate whose density falls with V - mu, as a trained one's does."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner
        self.reach = inner.reach

    def forward(self, x):
        delta, density = self.inner(x).unbind(1)
        return torch.stack([delta, 0.05 * density + 0.95 * 0.85 - 0.3 * torch.tanh(x)], 1)


def network(kind, mu_range=(-3.0, 3.0)):
    """Some network of untrained weights."""
    torch.manual_seed(3)
    arguments = {key: value for key, value in ARCHITECTURES[kind].items() if key != "kind"}
    model = MODELS[kind](**arguments)
    if kind == "surrogate":
        model = Falling(model)
    return Network(model.eval(), card(kind, mu_range))


rings = st.builds(
    lambda seed, rows, sites, strength: (
        strength * np.random.default_rng(seed).uniform(-1, 1, (rows, sites))
    ),
    st.integers(0, 2**32),
    st.integers(1, 3),
    st.integers(9, 60),
    st.floats(0, 0.75),
)
constants = st.floats(-100, 100) | st.sampled_from([-1e3, 1.5, 1e3])


@pytest.mark.parametrize("kind", ["window", "surrogate"])
@given(V=rings, constant=constants)
@settings(max_examples=25, deadline=None)
def test_a_constant_in_V_changes_no_prediction_and_shifts_mu(kind, V, constant):
    asked = network(kind)
    # V + c is rounded to the digits that c leaves: what these hold is the disorder.
    V = (V + constant) - constant
    one, other = asked.answer(V), asked.answer(V + constant)
    assert other.closed.all() == one.closed.all()
    np.testing.assert_allclose(other.delta, one.delta, rtol=0, atol=1e-12)
    np.testing.assert_allclose(other.density, one.density, rtol=0, atol=1e-12)
    np.testing.assert_allclose(other.mu - constant, one.mu, rtol=0, atol=1e-11)
    np.testing.assert_allclose(asked.predict(V + constant), one.delta, rtol=0, atol=1e-12)


@given(V=rings, constant=constants)
@settings(max_examples=5, deadline=None)
def test_a_constant_in_V_changes_no_solution_and_shifts_mu(V, constant):
    one, other = solve(V, tolerance=1e-10), solve(V + constant, tolerance=1e-10)
    both = one.converged & other.converged
    np.testing.assert_allclose(other.delta[both], one.delta[both], atol=1e-7)
    np.testing.assert_allclose((other.mu - constant)[both], one.mu[both], atol=1e-7)


def test_each_ring_has_a_constant_of_its_own():
    V = np.random.default_rng(1).uniform(-0.5, 0.5, (3, 2, 40))
    shifts = np.random.default_rng(2).uniform(-5, 5, (3, 2, 1))
    asked = network("window")
    np.testing.assert_allclose(asked.predict(V + shifts), asked.predict(V), atol=1e-5)


def test_the_papers_evaluation_sees_V_as_it_was_drawn():
    V = np.random.default_rng(1).uniform(-0.5, 0.5, (3, 40))
    asked = network("window")
    with torch.no_grad():
        fed = asked.model(torch.from_numpy(V).float()).double().numpy()
    assert np.array_equal(asked.predict(V, as_drawn=True), fed)
    assert np.abs(asked.predict(V) - fed).max() > 1e-4


def test_a_ring_whose_mu_is_not_bracketed_has_no_delta():
    V = np.random.default_rng(1).uniform(-0.5, 0.5, (4, 40))
    asked = network("surrogate")
    mu = np.sort(asked.answer(V).mu - V.mean(-1))
    asked = network("surrogate", (-3.0, float(mu[1] + mu[2]) / 2))
    answer = asked.answer(V)
    assert answer.closed.sum() == 2
    assert np.isnan(asked.predict(V)).all(-1).tolist() == (~answer.closed).tolist()


@pytest.fixture
def window(tmp_path):
    torch.manual_seed(3)
    arguments = {k: v for k, v in ARCHITECTURES["window"].items() if k != "kind"}
    path = tmp_path / "window.safetensors"
    save_package(path, WindowNetwork(**arguments).state_dict(), card("window"))
    return path


def predict(network, source, target, *more):
    return gapworks_here(
        *("predict", "chain", "--network", network, "--input", source, "--output", target, *more)
    )


def drawn(rows=6, sites=40, strength=0.4):
    return strength * np.random.default_rng(5).uniform(-1, 1, (rows, sites))


def as_text(path, V, header="", **options):
    np.savetxt(path, V, delimiter=options.pop("delimiter", ","), header=header, comments="")
    return path


def strengths(rows):
    return np.linspace(0.02, 0.5, rows)[:, None] * drawn(rows, 48, 1.0)


OTHER_THINGS = {
    "a header of whole numbers": (
        lambda place: as_text(place / "v.csv", drawn(), ",".join(map(str, range(40)))),
        "numbers of the columns",
    ),
    "the same as an array": (np.vstack([np.arange(40), drawn()]), "row 1 counts the columns"),
    "an index": (np.column_stack([np.arange(6), drawn()]), "column 1 counts the rows"),
    "an index from 1": (np.column_stack([np.arange(1, 7), drawn()]), "column 1 counts the rows"),
    "one ring a column": (drawn(40, 5), "one ring a column"),
    "one ring of the training's length a column": (drawn(256, 20), "one ring a column?"),
    "rings of many strengths a column": (strengths(30).T, "one ring a column?"),
    "decimal commas between commas": (
        lambda place: (
            (place / "v.csv").write_text(("0,25,-0,33," * 5)[:-1] + "\n") * 0 or place / "v.csv"
        ),
        "ecimal commas",
    ),
    "meV": (1000 * drawn(), "is V in units of t?"),
    "a unit in the header": (
        lambda place: as_text(place / "v.csv", 0.1 * drawn(), "V (eV)"),
        "the header speaks of eV; give V in units of t",
    ),
    "eV of t = 0.1 eV, doubled": (4 * drawn(), "is V in units of t?"),
    "whole numbers": (np.rint(40 * drawn()).astype(int), "only whole numbers"),
    "words": (np.array([["a"] * 40]), "not an array of real numbers"),
    "pickled": (np.array([[0.1, None]], dtype=object), "not an array of real numbers"),
    "true and false": (drawn() > 0, "not an array of real numbers"),
    "complex": (drawn() + 0j, "V: complex"),
    "a hole": (np.where(drawn() > 0.39, np.nan, drawn()), "V: not finite at"),
    "infinity": (np.where(drawn() > 0.39, np.inf, drawn()), "V: not finite at"),
    "nothing": (drawn()[:, :0], "V: shape (6, 0)"),
    "rings too short": (drawn(3, 8), "shorter than the network's window of 9"),
}


@pytest.mark.parametrize("name", OTHER_THINGS)
def test_an_input_that_is_another_thing_is_refused_with_the_way_out(window, tmp_path, place, name):
    what, said = OTHER_THINGS[name]
    source = tmp_path / "v.npy"
    if callable(what):
        source = what(tmp_path)
    else:
        np.save(source, what)
    ran = predict(window, source, place / "delta.npy")
    assert ran.returncode in (1, 2)
    refused(ran, f"{source}: ", said, folder=place, code=ran.returncode)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("Fortran order", lambda path, V: np.save(path, np.asfortranarray(V))),
        ("big-endian", lambda path, V: np.save(path, V.astype(">f8"))),
        ("single precision", lambda path, V: np.save(path, V.astype("f4"))),
        ("more axes", lambda path, V: np.save(path, V.reshape(2, 3, 40))),
        ("one ring", lambda path, V: np.save(path, V[0])),
    ],
)
def test_the_same_numbers_in_another_layout_give_the_same_delta(window, tmp_path, name, write):
    V = drawn()
    write(tmp_path / "v.npy", V)
    ran = predict(window, tmp_path / "v.npy", tmp_path / "delta.npy")
    assert (ran.returncode, ran.stderr) == (0, "")
    delta, right = np.load(tmp_path / "delta.npy"), Network.load(window).predict(V)
    np.testing.assert_allclose(delta.ravel(), right.ravel()[: delta.size], atol=1e-5)


def test_text_with_decimal_commas_beyond_doubt_is_read_and_said(window, tmp_path):
    V = drawn()
    lines = [";".join(f"{value:.8f}".replace(".", ",") for value in ring) for ring in V]
    (tmp_path / "german.csv").write_text("\n".join(lines) + "\n")
    ran = predict(window, tmp_path / "german.csv", tmp_path / "delta.npy")
    assert ran.returncode == 0
    assert "decimal commas" in ran.stderr
    np.testing.assert_allclose(
        np.load(tmp_path / "delta.npy"), Network.load(window).predict(V), atol=1e-5
    )


def test_half_precision_is_said(window, tmp_path):
    np.save(tmp_path / "v.npy", drawn().astype("f2"))
    ran = predict(window, tmp_path / "v.npy", tmp_path / "delta.npy")
    assert ran.returncode == 0
    assert "float16 keeps V to 5e-04 of itself" in ran.stderr


def test_disorder_far_beyond_the_training_is_answered_by_force_alone(window, tmp_path):
    np.save(tmp_path / "v.npy", 10 * drawn())
    assert predict(window, tmp_path / "v.npy", tmp_path / "delta.npy").returncode == 2
    ran = predict(window, tmp_path / "v.npy", tmp_path / "delta.npy", "--force")
    assert ran.returncode == 0
    assert "the network was trained on at most 0.5 t" in ran.stderr
    assert np.load(tmp_path / "delta.npy").shape == (6, 40)


@pytest.mark.parametrize(("scale", "code"), [(-0.1, 0), (-1.0, 2), (2.0, 2), (1e5, 2)])
def test_a_delta_that_cannot_be_is_never_written_without_a_word(window, tmp_path, scale, code):
    kept = json.loads(window.with_suffix(".json").read_text())
    kept["delta_range"] = [0.0, 0.2]
    kept["architecture"] |= {"output_mean": scale * 0.4, "output_scale": 1e-3}
    weights = Network.load(window).model.state_dict()
    save_package(window, weights, {k: v for k, v in kept.items() if not k.endswith("sha256")})
    np.save(tmp_path / "v.npy", drawn())
    ran = predict(window, tmp_path / "v.npy", tmp_path / "delta.npy")
    assert ran.returncode == code
    assert "it is never negative, and at most 0.2 t in training" in ran.stderr


def test_rings_whose_mu_is_not_bracketed_are_named(tmp_path, monkeypatch):
    V = drawn(4)
    mu = np.sort(network("surrogate").answer(V).mu - V.mean(-1))
    asked = network("surrogate", (-3.0, float(mu[2] + mu[3]) / 2))
    (ring,) = np.flatnonzero(~asked.answer(V).closed)
    monkeypatch.setattr(Network, "load", lambda path: asked)
    np.save(tmp_path / "v.npy", V + 1.0)
    ran = predict("net.safetensors", tmp_path / "v.npy", tmp_path / "delta.npy")
    assert ran.returncode == 0
    assert f"mu is not bracketed in ring {ring + 1}: " in ran.stderr
    assert ran.stdout.endswith("; mu is not bracketed in 1 of 4 rings\n")
    delta = np.load(tmp_path / "delta.npy")
    assert np.flatnonzero(np.isnan(delta).all(-1)).tolist() == [ring]
    assert np.isnan(delta).any(-1).sum() == 1
    np.save(tmp_path / "v.npy", V[ring])
    ran = predict("net.safetensors", tmp_path / "v.npy", tmp_path / "other.npy")
    assert ran.returncode == 2
    assert "mu is not bracketed" in ran.stderr


def test_a_pipe_in_the_place_of_the_input_is_not_waited_for(window, tmp_path, place):
    os.mkfifo(tmp_path / "v.npy")
    ran = predict(window, tmp_path / "v.npy", place / "delta.npy")
    refused(ran, f"{tmp_path}/v.npy: cannot be read: it is a named pipe", folder=place)
