"""The line above the real axis: consistency with the imaginary axis and with itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapworks.eliashberg import (
    acceptance,
    back_projection,
    continue_to_real_axis,
    density_of_states,
    pade,
    solve_matsubara,
)
from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.spectrum import modes

X = 0.175 * np.arange(1, 201)


@pytest.fixture(scope="module")
def solved(omega, spectra):
    """Matsubara solutions that superconduct clearly."""
    m = solve_matsubara(omega, spectra)
    return solve_matsubara(omega, spectra[m.delta[:, 0] > 0.1])


@pytest.fixture(scope="module")
def fine(solved):
    """Reference on a grid three times as fine as the default's."""
    return continue_to_real_axis(solved, X, step=0.01, tolerance=1e-11)


def _relative(r, reference):
    return np.abs(r.delta - reference.delta).max(-1) / np.abs(reference.delta).max(-1)


def test_the_equations_hold_as_they_are_printed(omega, spectra):
    """Marsiglio, Schossmann and Carbotte's equations by plain sums, on a few modes."""
    grid, a2f = np.array([1.2, 2.0, 4.0]), np.array([0.6, 0.8, 0.3])
    gamma, step = 0.2, 0.04
    m = solve_matsubara(grid, a2f, 2.32, 0.1, 200, 702 * np.pi * BOLTZMANN * 2.32)
    line = step * np.arange(0, 601)
    r = continue_to_real_axis(m, line, gamma, step=step, tolerance=1e-11)
    kt = BOLTZMANN * m.temperature
    energies, strengths = modes(grid, a2f)

    def gap(x):
        """Delta and Z on both sides; modes are whole steps away."""
        k = np.rint(np.abs(x) / step).astype(int)
        d, z = r.delta[k], r.z[k]
        return np.where(x < 0, d.conj(), d), np.where(x < 0, z.conj(), z)

    both = np.concatenate([-m.frequencies[::-1], m.frequencies])
    dm = np.concatenate([m.delta[::-1], m.delta])
    root = np.hypot(both, dm)
    below = np.abs(both) < m.cutoff
    # The cut-off, 702 pi T, is above 400 pi T: mu* is brought down to that.
    mu = 0.1 / (1 + 0.1 * np.log(702 / 400))
    for x in line[3:250:19]:
        z = x + 1j * gamma
        lam = (strengths * 2 * energies / (energies**2 - (z - 1j * both[:, None]) ** 2)).sum(1)
        pair = np.pi * kt * ((lam - mu * below) * dm / root).sum()
        other = 1 + 1j * np.pi * kt / z * (lam * both / root).sum()
        for sign in (1, -1):
            w = sign * energies
            v = x - w
            u = v + 1j * gamma
            d, q = gap(v)
            s = np.sqrt(u**2 - d**2)
            s = np.where((q * s).imag > 0, s, -s)
            weight = 1 / np.expm1(w / kt) + 1 / (np.exp(-u / kt) + 1)
            pair += 1j * np.pi * (sign * strengths * weight * d / s).sum()
            other += 1j * np.pi / z * (sign * strengths * weight * u / s).sum()
        k = int(round(x / step))
        assert abs(other - r.z[k]) < 1e-8
        assert abs(pair / other - r.delta[k]) < 1e-8


def test_the_way_back_to_the_imaginary_axis(solved, fine):
    r = continue_to_real_axis(solved, X)
    assert r.converged.all()
    assert back_projection(solved, r).max() < 1e-6
    assert back_projection(solved, fine, 3).max() < 1e-9


def test_the_line_continues_sums_with_their_tail(omega, solved):
    m = solve_matsubara(omega, solved.a2f, tail=True)
    r = continue_to_real_axis(m, X)
    assert r.converged.all()
    assert back_projection(m, r).max() < 1e-6
    fine = continue_to_real_axis(m, X, step=0.01, tolerance=1e-11)
    assert back_projection(m, fine, 3).max() < 1e-9
    more = solve_matsubara(omega, solved.a2f, n_matsubara=1404, tail=True)
    assert _relative(continue_to_real_axis(more, X), r).max() < 1e-4


def test_accuracy_of_the_grid(solved, fine):
    assert fine.converged.all()
    assert _relative(continue_to_real_axis(solved, X, step=0.04), fine).max() < 1e-4
    assert _relative(continue_to_real_axis(solved, X), fine).max() < 1e-5
    close = continue_to_real_axis(solved, X, step=0.02, tolerance=1e-9)
    assert _relative(close, fine).max() < 1e-6


def test_gamma_is_only_a_height(solved):
    """Delta at x + 0.2 i meV does not depend on the line on which the equations were solved."""
    heights = ((0.05, 0.03), (0.1, 0.03), (0.2, None))
    lines = [continue_to_real_axis(solved, X, gamma, step=step) for gamma, step in heights]
    target = lines[-1]
    for r in lines[:2]:
        # Cauchy's integral over the lower line, as in back_projection.
        z = r.line + 1j * r.broadening
        points = X[X < 4] + 0.2j
        shift = 0.15 * r.line[-1]
        values = np.zeros((len(r.delta), points.size), complex)
        for side in (1, -1):
            line = z if side == 1 else -z.conj()
            delta = r.line_delta if side == 1 else r.line_delta.conj()
            power = ((points + 1j * shift) / (line[:, None] + 1j * shift)) ** 12
            kernel = r.line[1] / (2j * np.pi) * power / (line[:, None] - points)
            kernel[0] /= 2
            values += delta @ kernel
        wanted = target.delta[:, X < 4]
        error = np.abs(values - wanted).max(1) / np.abs(wanted).max(1)
        assert error.max() < 1e-4


def test_all_methods_solve_the_same_equations(solved, fine):
    for method in ("broyden", "plain"):
        r = continue_to_real_axis(solved, X, step=0.04, method=method, tolerance=1e-7)
        assert r.converged.all()
        assert _relative(r, fine).max() < 1e-4


def test_the_same_bits_in_any_company(omega, solved):
    whole = continue_to_real_axis(solved, X)
    order = np.random.default_rng(0).permutation(len(whole.delta))[:13]
    part = continue_to_real_axis(solve_matsubara(omega, solved.a2f[order]), X, threads=2)
    np.testing.assert_array_equal(part.delta, whole.delta[order])
    one = continue_to_real_axis(solve_matsubara(omega, solved.a2f[3]), X)
    np.testing.assert_array_equal(one.z, whole.z[3])
    many = solve_matsubara(omega, np.tile(solved.a2f, (3, 1)))
    again = continue_to_real_axis(many, X, threads=2)
    np.testing.assert_array_equal(again.delta, np.tile(whole.delta, (3, 1)))


def test_energies_scale(omega, solved):
    m = solve_matsubara(5 * omega, solved.a2f[:6], 5.8)
    r = continue_to_real_axis(m, 5 * X, 0.25, tolerance=5e-9)
    one = continue_to_real_axis(solve_matsubara(omega, solved.a2f[:6]), X, tolerance=1e-9)
    np.testing.assert_allclose(r.delta, 5 * one.delta, rtol=0, atol=1e-7)


@settings(max_examples=10, deadline=None)
@given(index=st.integers(0, 20), x=st.lists(st.floats(-35, 35), min_size=1, max_size=8))
def test_minus_x_is_the_complex_conjugate(solved, index, x):
    m = solve_matsubara(solved.omega, solved.a2f[index])
    r = continue_to_real_axis(m, np.array(x))
    mirror = continue_to_real_axis(m, -np.array(x))
    np.testing.assert_array_equal(mirror.delta[np.array(x) != 0], r.delta.conj()[np.array(x) != 0])
    assert np.isfinite(r.z).all()


def test_the_gap_edge_is_where_the_density_of_states_rises(solved, fine):
    n = density_of_states(X, fine.delta, 0.05)
    edge = np.array([X[np.argmax(row)] for row in n])
    np.testing.assert_allclose(edge, solved.delta[:, 0], rtol=0.25, atol=0.25)
    assert (n >= 0).all()
    np.testing.assert_allclose(n[:, -1], 1, atol=0.02)
    for row, first in zip(n, solved.delta[:, 0], strict=True):
        assert (row[0.6 * first > X] < 0.3).all()


def test_a_normal_metal_has_no_gap_on_the_line_either(omega, spectra):
    m = solve_matsubara(omega, spectra[:2], temperature=60.0)
    r = continue_to_real_axis(m, X, 1.0)
    assert r.converged.all()
    assert not r.delta.any()
    np.testing.assert_allclose(density_of_states(X, r.delta), 1)


def test_pade_is_percents_off_and_its_test_knows(solved, fine):
    r = pade(solved, X)
    error = _relative(r, fine)
    assert 1e-3 < np.median(error) < 0.2
    passed, own = acceptance(solved, X)
    assert 0.4 < passed.mean() < 0.95
    assert np.median(error[passed]) < np.median(error[~passed])
    assert (own[passed] <= 0.1).all()
    strict, _ = acceptance(solved, X, ratio=0.1)
    assert (strict <= passed).all() and strict.sum() < passed.sum()
    with pytest.raises(ValueError, match="r: was not solved"):
        back_projection(solved, r)
    # Few points continue smoothly; on the points themselves the fraction is exact.
    from gapworks.eliashberg.physics.pade import pade_approximant

    w = solved.frequencies[:10]
    there = pade_approximant(w, solved.delta[:, :10], 1j * w)
    np.testing.assert_allclose(there, solved.delta[:, :10], rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"broadening": 0.0}, "broadening"),
        ({"broadening": 0.32}, "broadening=0.32: must be below pi k_B T"),
        ({"x": [1.0, 300.0]}, "x: reaches 300"),
        ({"x": [[1.0]]}, "x: shape"),
        ({"x": [np.nan]}, "x: not finite"),
        ({"step": 0.2}, "step=0.2: too coarse"),
        ({"step": -1.0}, "step"),
        ({"method": "newton"}, "method"),
    ],
)
def test_bad_input_names_the_argument(solved, arguments, match):
    with pytest.raises(ValueError, match=match):
        continue_to_real_axis(solved, **{"x": X, **arguments})
    if "x" in arguments or "broadening" in arguments:
        with pytest.raises(ValueError, match=match):
            pade(solved, **{"x": X, **arguments})


def test_a_gap_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="delta: shape"):
        density_of_states(X, np.zeros(3))
