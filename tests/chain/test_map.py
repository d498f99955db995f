"""One evaluation of the self-consistency map and the gap, against full diagonalisation."""

import numpy as np
import pytest

from gapworks.chain import dense_map, fast_map
from gapworks.chain.physics.dense import bdg_matrix
from gapworks.chain.physics.excitation_gap import excitation_gap, levels_below
from gapworks.chain.physics.model import Model
from gapworks.numerics.simd import LANES


def _fields(L, delta, seed=0, width=0.5):
    rng = np.random.default_rng([seed, L])
    V = rng.uniform(-width, width, L)
    return V, delta * rng.uniform(0.5, 1.5, L), rng.uniform(0.5, 1.2, L), -1.0


@pytest.mark.parametrize("delta", [0.4, 0.1, 0.01])
@pytest.mark.parametrize("L", [3, 4, 5, 8, 16, 63, 64])
def test_electrons_that_go_round_the_ring_are_counted(L, delta):
    """On a small ring, or with a long coherence length, windings are not small."""
    fields = _fields(L, delta)
    for hartree in ("attractive", "literal", "none"):
        fast = fast_map(*fields, hartree=hartree)
        dense = dense_map(*fields, hartree=hartree)
        np.testing.assert_allclose(fast, dense, rtol=0, atol=2e-12)


def test_map_of_a_long_ring_is_exact():
    fields = _fields(256, 0.12)
    np.testing.assert_allclose(fast_map(*fields), dense_map(*fields), rtol=0, atol=1e-12)


def test_sites_far_from_each_other_do_not_see_each_other():
    """Delta at a site feels a change of V only within some coherence lengths."""
    V, delta, density, mu = _fields(256, 0.3)
    before = np.array(fast_map(V, delta, density, mu))
    V[128] += 0.1
    change = np.abs(np.array(fast_map(V, delta, density, mu)) - before).max(0)
    assert change[128] > 1e-2
    assert change[:28].max() < 1e-8
    assert change[228:].max() < 1e-8


def test_map_without_a_gap_is_not_a_number():
    L = 12
    flat = np.zeros(L)
    new_delta, new_density = fast_map(flat, flat, flat, 0.0, hartree="none")
    assert np.isnan(new_delta).all()
    assert np.isnan(new_density).all()


@pytest.mark.parametrize("L", [3, 4, 7, 40])
def test_levels_below_an_energy_are_those_of_the_matrix(L):
    V, delta, density, mu = _fields(L, 0.2)
    eps = Model().levels(V, density, mu)
    E = np.linalg.eigvalsh(bdg_matrix(eps, delta))
    energies = np.sort(np.random.default_rng(L).uniform(-3, 3, LANES))
    counts, determinants = np.empty(LANES), np.empty(LANES)
    for start in range(0, L, 3):
        levels_below(eps, delta, start, energies, counts, determinants)
        np.testing.assert_array_equal(counts, [(energy > E).sum() for energy in energies])
        ratios = [np.prod((E - energy) / (E - energies[0])) for energy in energies]
        np.testing.assert_allclose(determinants, ratios, rtol=1e-6)


@pytest.mark.parametrize("L", [3, 4, 16, 101])
@pytest.mark.parametrize("bracket", [(0.9, 1.1), (1.5, 1.6), (0.1, 0.2), (1e-3, 5.0)])
def test_gap_is_the_smallest_eigenvalue_whatever_the_first_guess(L, bracket):
    V, delta, density, mu = _fields(L, 0.15)
    eps = Model().levels(V, density, mu)
    gap = np.abs(np.linalg.eigvalsh(bdg_matrix(eps, delta))).min()
    found = excitation_gap(eps, delta, bracket[0] * gap, bracket[1] * gap, 1e-8)
    assert found == pytest.approx(gap, rel=3e-8)


def test_degenerate_gap_of_the_clean_ring_is_found():
    L = 256
    eps, delta = np.full(L, 0.4643), np.full(L, 0.1282)
    gap = np.abs(np.linalg.eigvalsh(bdg_matrix(eps, delta))).min()
    assert excitation_gap(eps, delta, 0.1, 0.15, 1e-8) == pytest.approx(gap, rel=2e-6)
