"""The two readings of mu: tuned in each ring, or fixed; and the same disorder at every strength."""

import numpy as np
import pytest

from gapworks.chain import Model, clean_ring, solve, solve_dense
from gapworks.chain.data import dataset
from gapworks.chain.learning.fit import check_physics
from gapworks.chain.learning.trained import Network
from gapworks.factory.errors import DataError
from tests.support.chain_networks import PHYSICS, affine
from tests.support.config import plan


def _disorder(V0, shape, seed=0):
    return V0 * np.random.default_rng(seed).uniform(-1, 1, shape)


def test_a_ring_held_at_the_mu_of_its_filling_is_the_same_ring():
    V = _disorder(0.5, (3, 64))
    tuned = solve(V)
    held = solve(V, mu=tuned.mu)
    assert held.converged.all()
    np.testing.assert_array_equal(held.mu, tuned.mu)
    np.testing.assert_allclose(held.delta, tuned.delta, rtol=0, atol=1e-9)
    np.testing.assert_allclose(held.density.mean(-1), 0.85, rtol=0, atol=1e-9)


def test_at_fixed_mu_both_solvers_agree_and_the_density_is_what_it_comes_to():
    V, mu = _disorder(0.5, (2, 33)), [-1.1, -1.05]
    fast, dense = solve(V, mu=mu), solve_dense(V, mu=mu)
    np.testing.assert_array_equal(fast.reason, dense.reason)
    for name in ("delta", "density", "energy"):
        np.testing.assert_allclose(getattr(fast, name), getattr(dense, name), rtol=0, atol=1e-9)
    assert np.abs(fast.density.mean(-1) - 0.85).min() > 1e-4


def test_a_constant_in_the_disorder_is_one_in_mu():
    V, mu = _disorder(0.5, (2, 64)), -1.1
    here, there = solve(V, mu=mu), solve(V + 8.0, mu=mu + 8.0)
    np.testing.assert_allclose(here.delta, there.delta, rtol=0, atol=1e-12)
    np.testing.assert_allclose(there.mu, mu + 8.0)
    electrons = here.density.sum(-1)
    np.testing.assert_allclose(there.energy - here.energy, 8.0 * electrons, rtol=1e-12)


def test_plain_mixing_finds_the_same_state_in_many_more_iterations():
    V = _disorder(0.5, (4, 64))
    usual = solve(V, tolerance=1e-6)
    plain = solve(V, tolerance=1e-6, mixing=0.5, max_iterations=3000)
    assert plain.converged.all()
    np.testing.assert_allclose(plain.delta, usual.delta, rtol=0, atol=1e-3)
    assert (plain.iterations > 3 * usual.iterations).all()
    dense = solve_dense(V[:1], tolerance=1e-6, mixing=0.5, max_iterations=3000)
    assert abs(dense.iterations[0] - plain.iterations[0]) <= 5


@pytest.mark.parametrize("solver", [solve, solve_dense])
@pytest.mark.parametrize(
    "options",
    [{"mu": np.nan}, {"mu": [0.0, 1.0]}, {"mu": "clean"}, {"mixing": 0.0}, {"mixing": 1.5}],
)
def test_a_wrong_mu_or_mixing_is_named(solver, options):
    (name,) = options
    with pytest.raises(ValueError, match=f"^{name}"):
        solver(np.zeros((3, 8)), **options)


def test_data_at_fixed_mu_have_the_clean_rings_and_the_disorder_of_their_namesakes():
    fixed, tuned = (plan("chain").simulation(name) for name in ("fixed_test", "test"))
    made = dataset.simulate(fixed, 0, 16, threads=1)
    mu = clean_ring(Model(), fixed.physics.length)[1]
    assert made["valid"].all()
    np.testing.assert_allclose(made["mu"], mu, rtol=1e-14)
    assert np.ptp(made["mean_density"]) > 0.01
    V, _ = dataset.draw_disorder(
        tuned.seed, tuned.stream, tuned.physics.disorder_strengths, tuned.physics.length, 0, 16
    )
    np.testing.assert_array_equal(made["V"], V)


def test_common_disorder_differs_between_strengths_by_the_strength_alone():
    V, V0 = dataset.draw_disorder(1, 7, [0.25, 0.5, 1.0], 16, 0, 6, common=True)
    unit = V / V0[:, None]
    np.testing.assert_allclose(unit[:3], np.tile(unit[0], (3, 1)))
    np.testing.assert_allclose(unit[3:], np.tile(unit[3], (3, 1)))
    assert np.abs(unit[0] - unit[3]).max() > 0.1


def test_data_sets_from_before_these_keys_are_what_they_were():
    """What decides their samples does not name the keys: nobody simulates them again."""
    said = plan("chain", "paper").simulation("train").decisive()
    assert "common" not in said
    assert "mu" not in said["physics"]
    assert plan("chain", "paper").simulation("fixed_train").decisive()["physics"]["mu"] == "fixed"


def test_a_network_at_fixed_mu_knows_a_constant_and_is_judged_on_its_own_reading(tmp_path):
    path = affine("window", tmp_path)
    network = Network.load(path)
    V = _disorder(0.3, (2, 32))
    np.testing.assert_allclose(network.predict(V), network.predict(V + 0.1), atol=1e-6)
    network.card["training_data"]["physics"] = PHYSICS | {"mu": "fixed"}
    assert np.abs(network.predict(V) - network.predict(V + 0.1)).max() > 1e-3
    with pytest.raises(DataError, match="mu is 'fixed', wanted 'tuned'"):
        check_physics(network, path, PHYSICS)
