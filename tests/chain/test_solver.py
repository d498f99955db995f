"""`solve` against the dense reference, the physics page and itself."""

import numpy as np
import pytest

from gapworks.chain import Model, Reason, clean_ring, solve, solve_dense


def _disorder(V0, shape, seed=0):
    return V0 * np.random.default_rng(seed).uniform(-1, 1, shape)


def _assert_same(fast, dense, atol):
    assert fast.converged.all()
    assert dense.converged.all()
    np.testing.assert_allclose(fast.delta, dense.delta, rtol=0, atol=atol)
    np.testing.assert_allclose(fast.density, dense.density, rtol=0, atol=atol)
    np.testing.assert_allclose(fast.mu, dense.mu, rtol=0, atol=atol)
    np.testing.assert_allclose(fast.gap, dense.gap, rtol=3e-8)
    np.testing.assert_allclose(fast.energy, dense.energy, rtol=1e-10)


@pytest.mark.parametrize("coupling", [0.8, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("L", [3, 4, 5, 8, 16, 64])
def test_rings_of_all_sizes_agree_with_diagonalisation(L, coupling):
    V = _disorder(0.5, (3, L), seed=L)
    _assert_same(solve(V, coupling), solve_dense(V, coupling), 1e-10)


@pytest.mark.parametrize("filling", [0.1, 0.3, 1.0, 1.5, 1.9])
@pytest.mark.parametrize("hartree", ["attractive", "literal", "none"])
def test_all_fillings_and_hartree_terms_agree_with_diagonalisation(filling, hartree):
    V = _disorder(0.5, (2, 33), seed=3)
    options = {"filling": filling, "hartree": hartree}
    _assert_same(solve(V, **options), solve_dense(V, **options), 1e-10)


def test_strong_disorder_agrees_with_diagonalisation():
    V = _disorder(1.0, (4, 33), seed=1)
    _assert_same(solve(V), solve_dense(V), 1e-10)


def test_hopelessly_strong_disorder_is_solved_or_flagged():
    """Sites that could as well be full as empty make the iteration go in circles in some rings."""
    V = _disorder(3.0, (4, 33), seed=1)
    fast, dense = solve(V), solve_dense(V)
    np.testing.assert_array_equal(fast.converged, dense.converged)
    assert fast.converged.sum() == 3
    assert (fast.residual[~fast.converged] > 1e-3).all()
    np.testing.assert_allclose(
        fast.delta[fast.converged], dense.delta[fast.converged], rtol=0, atol=1e-10
    )


def test_the_papers_ring_agrees_with_diagonalisation():
    V = _disorder(0.6, (1, 256), seed=5)
    _assert_same(solve(V), solve_dense(V), 1e-10)


@pytest.mark.slow
def test_twenty_of_the_papers_rings_agree_with_diagonalisation():
    V = _disorder(1.0, (20, 256), seed=6) * np.linspace(0.05, 0.75, 20)[:, None]
    _assert_same(solve(V), solve_dense(V), 1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("coupling", [0.6, 1.0])
def test_long_coherence_lengths_agree_with_diagonalisation(coupling):
    V = _disorder(0.5, (2, 256), seed=7)
    _assert_same(solve(V, coupling), solve_dense(V, coupling), 1e-10)


def test_gap_below_the_first_guess_takes_more_poles():
    V = _disorder(0.5, (3, 64), seed=8)
    fast, dense = solve(V, 0.25), solve_dense(V, 0.25)
    assert (dense.gap < 5e-3).any()
    _assert_same(fast, dense, 1e-10)


def test_clean_ring():
    s = solve(np.zeros(256))
    assert s.converged
    np.testing.assert_allclose(s.delta, 0.12821, atol=5e-6)
    np.testing.assert_allclose(s.density, 0.85, atol=1e-10)
    assert s.mu == pytest.approx(-1.10181, abs=5e-6)
    delta, mu = clean_ring(Model(), 256)
    np.testing.assert_allclose([s.delta[0], s.mu], [delta, mu], rtol=0, atol=1e-10)


def test_disorder_suppresses_pairing_as_in_figure_3():
    for V0, expected in ((0.25, 0.1135), (0.5, 0.0807), (0.75, 0.0667)):
        mean = solve(_disorder(V0, (80, 256), seed=9)).delta.mean(-1)
        error = mean.std() / np.sqrt(len(mean))
        assert abs(mean.mean() - expected) < 3 * error + 2e-4
        assert error < 0.03 * expected


def test_energy_is_least_at_the_solution_and_below_that_of_the_uniform_state():
    from gapworks.chain.physics.dense import bdg_matrix
    from gapworks.chain.physics.model import bdg_energy

    V = _disorder(0.5, 64, seed=10)
    model, s = Model(), solve(V)

    def energy(delta):
        eps = model.levels(V, s.density, s.mu)
        trace = np.abs(np.linalg.eigvalsh(bdg_matrix(eps, delta))).sum()
        return bdg_energy(model, eps, delta, s.density, s.mu, trace)

    assert energy(s.delta) == pytest.approx(float(s.energy), abs=1e-9)
    for factor in (0.9, 1.1):
        assert energy(factor * s.delta) > s.energy
    assert energy(np.full(64, s.delta.mean())) > s.energy


def test_every_sample_of_a_batch_converges_to_its_checks():
    V = _disorder(0.75, (64, 256), seed=11)
    s = solve(V, tolerance=1e-11)
    assert s.converged.all()
    assert (s.residual <= 1e-11).all()
    assert (s.min_delta > 0).all()
    np.testing.assert_allclose(s.density.mean(-1), 0.85, rtol=0, atol=1e-11)
    assert s.reasons() == {Reason.CONVERGED.text: 64}


def test_error_of_a_loose_tolerance_stays_near_it():
    V = _disorder(0.5, (16, 128), seed=12)
    exact = solve(V, tolerance=1e-12)
    for tolerance in (1e-3, 1e-5, 1e-8):
        s = solve(V, tolerance=tolerance)
        assert s.converged.all()
        assert (s.iterations < exact.iterations).all()
        assert np.abs(s.delta - exact.delta).max() < 30 * tolerance


def test_results_are_the_same_bits_for_any_batch_order_and_threads():
    V = _disorder(0.75, (21, 64), seed=13)
    whole = solve(V, threads=1)
    for other in (
        solve(V, threads=2),
        solve(V, threads=5),
        solve(V.reshape(3, 7, 64), threads=2),
        solve(np.asfortranarray(V)),
    ):
        np.testing.assert_array_equal(other.delta.reshape(whole.delta.shape), whole.delta)
        np.testing.assert_array_equal(other.gap.ravel(), whole.gap)
        np.testing.assert_array_equal(other.iterations.ravel(), whole.iterations)
    backwards = solve(V[::-1], threads=2)
    np.testing.assert_array_equal(backwards.delta[::-1], whole.delta)
    np.testing.assert_array_equal(backwards.energy[::-1], whole.energy)
    for i in (0, 20):
        alone = solve(V[i])
        np.testing.assert_array_equal(alone.density, whole.density[i])
        assert alone.mu == whole.mu[i]


def test_shapes_follow_the_disorder():
    s = solve(_disorder(0.5, (2, 3, 16)))
    assert s.delta.shape == s.density.shape == (2, 3, 16)
    for name in ("mu", "gap", "energy", "residual", "iterations", "converged", "reason"):
        assert getattr(s, name).shape == (2, 3)
    assert solve(np.empty((0, 16))).delta.shape == (0, 16)
    assert solve_dense(np.empty((0, 16))).mu.shape == (0,)


def test_progress_reaches_the_end():
    seen = []
    solve(
        _disorder(0.5, (20, 16)), threads=2, progress=lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (20, 20)
    assert seen == sorted(seen)


def test_closed_shell_with_weak_attraction_is_normal():
    s = solve(np.zeros(6), coupling=0.3, filling=1.0)
    assert not s.converged
    assert s.reason == Reason.NORMAL_STATE
    assert solve_dense(np.zeros(6), coupling=0.3, filling=1.0).reason == Reason.NORMAL_STATE


def test_vanishing_attraction_is_flagged_not_raised():
    s = solve(_disorder(0.5, (4, 64)), coupling=1e-4)
    assert not s.converged.any()
    assert (s.reason != Reason.CONVERGED).all()


def test_too_few_iterations_are_flagged_with_the_state_reached():
    s = solve(_disorder(0.5, (2, 64)), max_iterations=4)
    assert (s.reason == Reason.ITERATIONS_EXHAUSTED).all()
    assert (s.residual > 1e-11).all()
    assert np.isfinite(s.delta).all()


@pytest.mark.parametrize("solver", [solve, solve_dense])
@pytest.mark.parametrize(
    ("V", "options", "name"),
    [
        (1.0, {}, "V"),
        (np.zeros(2), {}, "V"),
        (np.array([0.0, np.nan, 0.0]), {}, "V"),
        (np.array([[0.0, 0.0, 0.0], [0.0, np.inf, 0.0]]), {}, "V"),
        (["a", "b", "c"], {}, "V"),
        (np.zeros(8), {"coupling": 0.0}, "coupling"),
        (np.zeros(8), {"coupling": np.nan}, "coupling"),
        (np.zeros(8), {"filling": 0.0}, "filling"),
        (np.zeros(8), {"filling": 2.0}, "filling"),
        (np.zeros(8), {"tolerance": 0.0}, "tolerance"),
        (np.zeros(8), {"tolerance": np.nan}, "tolerance"),
        (np.zeros(8), {"hartree": "repulsive"}, "hartree"),
        (np.zeros(8), {"max_iterations": 0}, "max_iterations"),
    ],
)
def test_bad_input_is_named(solver, V, options, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        solver(V, **options)


def test_no_threads_is_an_error():
    with pytest.raises(ValueError, match="^threads"):
        solve(np.zeros(8), threads=0)


def test_a_loose_tolerance_does_not_call_a_superconductor_normal():
    V = 0.1 * (2 * np.random.default_rng(0).random((5, 256)) - 1)
    assert solve(V, coupling=1.2, tolerance=1e-3).converged.all()


def test_a_spread_beyond_double_precision_is_an_error():
    with pytest.raises(ValueError, match=r"V: spreads over .* double precision"):
        solve(np.array([0.0, 1e9, 0.0, -1e9]))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"coupling": "strong"}, "coupling="),
        ({"filling": None}, "filling="),
        ({"tolerance": "fine"}, "tolerance="),
        ({"max_iterations": 2.5}, "max_iterations="),
        ({"hartree": ["none"]}, "hartree="),
    ],
)
def test_an_argument_of_the_wrong_type_is_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        solve(np.zeros(8), **arguments)


def test_complex_or_masked_disorder_is_refused():
    with pytest.raises(ValueError, match="V: complex"):
        solve(np.zeros(8) + 1j)
    with pytest.raises(ValueError, match="V: has masked sites"):
        solve(np.ma.masked_equal(np.arange(8.0), 3.0))


def test_numbers_of_any_type_give_the_same_bits():
    V = np.random.default_rng(0).uniform(-0.5, 0.5, 32)
    np.testing.assert_array_equal(
        solve(V, coupling=2, filling=np.float32(0.5)).delta,
        solve(V, coupling=2.0, filling=0.5).delta,
    )
