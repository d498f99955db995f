"""The density of states of a gap function: its branch, its gauge, and what is no gap function."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapworks.eliashberg import continue_to_real_axis, density_of_states, solve_matsubara

X = np.linspace(0.01, 35, 1500)


@pytest.mark.parametrize(
    ("temperature", "gamma", "share"),
    [(1.16, 0.05, 1.0), (1.16, 0.02, 2.5), (1.16, 0.3, 0.5), (3.0, 0.05, 1.0), (6.0, 0.05, 2.5)],
)
def test_of_a_solution_it_is_a_density(omega, spectra, temperature, gamma, share):
    rows = share * spectra[::4]
    m = solve_matsubara(omega, rows, temperature)
    m = solve_matsubara(omega, rows[m.superconducting], temperature)
    delta = continue_to_real_axis(m, X, gamma, estimate=False).delta
    n = density_of_states(X, delta, gamma)
    assert (n > 0).all()
    # The root that is continued from far above the gap, point by point.
    z = X + 1j * gamma
    root = np.sqrt(z**2 - delta**2)[:, ::-1]
    turns = np.where((root[:, 1:] / root[:, :-1]).real < 0, -1.0, 1.0).cumprod(1)
    root[:, 1:] *= turns
    np.testing.assert_array_equal(n, (z[::-1] / root).real[:, ::-1])


def test_the_sign_of_delta_is_a_gauge_and_the_density_is_even(omega, spectra):
    m = solve_matsubara(omega, spectra[[0, 25]])
    x = np.concatenate([-X[::-1], X])
    delta = continue_to_real_axis(m, x, estimate=False).delta
    n = density_of_states(x, delta, 0.05)
    np.testing.assert_array_equal(density_of_states(x, -delta, 0.05), n)
    np.testing.assert_array_equal(n, n[:, ::-1])


def test_the_complex_conjugate_is_no_superconductor(omega, spectra):
    """Analytic in the lower half plane: its states inside the gap are negative, and are shown."""
    m = solve_matsubara(omega, spectra, 6.0)
    m = solve_matsubara(omega, spectra[m.delta[:, 0] > 0.5], 6.0)
    delta = continue_to_real_axis(m, X, 0.05, estimate=False).delta
    n = density_of_states(X, delta.conj(), 0.05)
    assert (density_of_states(X, delta, 0.05) > 0).all()
    assert np.mean((n < -0.1).any(1)) > 0.5


def test_a_wrong_imaginary_part_inside_the_gap_is_not_folded():
    """Re z / sqrt(z^2 - Delta^2) by hand, with the root of positive imaginary part in the gap."""
    x = np.array([0.2, 0.5, 0.8])
    delta = np.full(3, 1 + 0.3j)
    n = density_of_states(x, delta)
    root = np.sqrt(x**2 - delta**2 + 0j)
    root = np.where(root.imag > 0, root, -root)
    np.testing.assert_allclose(n, (x / root).real)
    assert (n < 0).all()
    assert (density_of_states(x, delta.conj()) > 0).all()


@given(
    gap=st.floats(0.1, 3.0),
    share=st.floats(0.0, 5.0).filter(lambda share: abs(share - 1) > 1e-6),
)
def test_bcs(gap, share):
    """The textbook's: nothing below a real gap, x / sqrt(x^2 - Delta^2) above it."""
    n = density_of_states([share * gap], [gap])[0]
    expected = share / np.sqrt(share**2 - 1) if share > 1 else 0.0
    assert n == pytest.approx(expected, rel=1e-6)
    assert not np.signbit(n)


def test_at_the_edge_it_diverges_and_without_a_gap_it_is_one():
    np.testing.assert_array_equal(density_of_states([1.0], [1.0]), np.inf)
    np.testing.assert_array_equal(density_of_states([0.0, 1.0], np.zeros((2, 2))), 1.0)


@pytest.mark.parametrize(
    ("x", "broadening", "said"),
    [
        ([1 + 0.05j], 0.0, "x"),
        ([1.0], -0.1, "broadening"),
        ([1.0], np.nan, "broadening"),
        ([1.0], "wide", "broadening"),
        ([np.nan], 0.05, "x"),
    ],
)
def test_what_is_no_energy_or_no_broadening_is_refused(x, broadening, said):
    with pytest.raises(ValueError, match=said):
        density_of_states(x, [0.5], broadening)
