"""What must not change when the ring is turned, mirrored, lifted or seen through its holes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gapworks.chain import solve, solve_dense
from gapworks.chain.physics.model import HARTREE_SIGN

many_rings = settings(max_examples=25, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
strengths = st.floats(0.05, 1.0)
ACCURACY = 2e-9


def _disorder(seed, V0, L=24):
    return V0 * np.random.default_rng(seed).uniform(-1, 1, L)


def _same(a, b):
    np.testing.assert_allclose(a, b, rtol=0, atol=ACCURACY)


@many_rings
@given(seeds, strengths, st.integers(1, 23))
def test_turned_ring(seed, V0, by):
    V = _disorder(seed, V0)
    a, b = solve(np.array([V, np.roll(V, by)])).delta
    _same(np.roll(a, by), b)


@many_rings
@given(seeds, strengths)
def test_mirrored_ring(seed, V0):
    V = _disorder(seed, V0)
    s = solve(np.array([V, V[::-1]]))
    _same(s.delta[0], s.delta[1, ::-1])
    _same(s.density[0], s.density[1, ::-1])
    np.testing.assert_allclose(s.gap[0], s.gap[1], rtol=1e-7)


@many_rings
@given(seeds, strengths, st.floats(-3, 3))
def test_lifting_the_potential_lifts_mu_alone(seed, V0, by):
    V = _disorder(seed, V0)
    s = solve(np.array([V, V + by]))
    _same(*s.delta)
    _same(*s.density)
    _same(s.mu[0] + by, s.mu[1])


@many_rings
@given(seeds, strengths, st.floats(0.3, 1.0), st.sampled_from(sorted(HARTREE_SIGN)))
def test_holes_pair_like_electrons(seed, V0, filling, hartree):
    """V -> -V, n -> 2 - n and mu -> -mu - s g leave Delta, on a ring of even length."""
    V = _disorder(seed, V0)
    g = 1.5
    electrons = solve(V, g, filling, hartree=hartree)
    holes = solve(-V, g, 2 - filling, hartree=hartree)
    if electrons.converged and holes.converged:
        _same(electrons.delta, holes.delta)
        _same(electrons.density, 2 - holes.density)
        _same(electrons.mu, -holes.mu - HARTREE_SIGN[hartree] * g)
    else:
        assert electrons.converged == holes.converged


@many_rings
@given(seeds, strengths)
def test_ring_wound_twice_is_the_same_ring(seed, V0):
    """A periodic potential has a periodic solution, on a ring of twice the length."""
    V = _disorder(seed, V0, L=40)
    s = solve(np.tile(V, 2), coupling=2.5)
    if s.converged:
        _same(s.delta[:40], s.delta[40:])


def test_a_constant_in_V_moves_mu_and_nothing_else_however_large_it_is():
    # On a grid of 2^-10 the shift is exact: every bit of the rings stays.
    V = np.round((np.random.default_rng(0).random((4, 16)) - 0.5) * 1024) / 1024
    still = solve(V)
    for power in (3, 20, 40):
        moved = solve(V + 2.0**power)
        np.testing.assert_array_equal(moved.converged, still.converged)
        np.testing.assert_allclose(moved.delta, still.delta, rtol=0, atol=1e-10)
        np.testing.assert_allclose(moved.mu - 2.0**power, still.mu, atol=1e-3)
        if power == 3:
            electrons = 0.85 * 16
            np.testing.assert_allclose(moved.energy - electrons * 8, still.energy, atol=1e-9)
            np.testing.assert_allclose(solve_dense(V + 8).mu, moved.mu, atol=1e-9)
