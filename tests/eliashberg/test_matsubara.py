"""The imaginary axis against known numbers, the equations as printed and itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapworks.eliashberg import coupling_constant, double_until_converged, solve_matsubara
from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.spectrum import mode_weights


def _as_printed(omega, a2f, temperature, mu_star, n, cutoff, steps):
    """Eqs 6-8 as they are printed: loops over n and n' of both signs, plain iteration."""
    pi_t = np.pi * BOLTZMANN * temperature
    every = (2 * np.arange(-n, n) + 1) * pi_t
    weights = mode_weights(omega)
    delta = np.full(2 * n, 3 * pi_t)
    for _ in range(steps):
        root = np.sqrt(every**2 + delta**2)
        new = np.empty(2 * n)
        z = np.empty(2 * n)
        for i, w in enumerate(every):
            sum_z = sum_d = 0.0
            for j, v in enumerate(every):
                interaction = np.sum(weights * 2 * omega * a2f / ((w - v) ** 2 + omega**2))
                sum_z += interaction * v / root[j]
                sum_d += (interaction - mu_star * (abs(v) < cutoff)) * delta[j] / root[j]
            z[i] = 1 + pi_t / w * sum_z
            new[i] = pi_t * sum_d / z[i]
        delta = new
    return delta[n:], z[n:]


def test_the_fft_does_what_a_double_loop_over_the_printed_equations_does():
    omega = np.array([1.0, 2.5, 3.0, 4.0])
    a2f = np.array([0.5, 1.0, 0.7, 0.2])
    for cutoff in (9.0, 200.0):
        # Five frequencies to 18 pi T; a cut-off of 9 meV leaves some of them out.
        s = solve_matsubara(omega, a2f, 3.0, 0.1, 6, cutoff, tolerance=1e-14)
        end = s.frequencies[-1] + s.frequencies[0]
        mu = 0.1 if cutoff < end else 0.1 / (1 + 0.1 * np.log(cutoff / end))
        delta, z = _as_printed(omega, a2f, 3.0, mu, 6, cutoff, 160)
        assert s.converged and s.superconducting
        np.testing.assert_allclose(s.delta, delta, rtol=0, atol=1e-12)
        np.testing.assert_allclose(s.z, z, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("n", "expected", "within"),
    [(55, 4.7262003210, 1e-9), (351, 4.69696, 5e-6), (2808, 4.6962, 1e-4)],
)
def test_einstein_mode_has_the_known_gap(einstein, n, expected, within):
    s = solve_matsubara(*einstein, 10.0, 0.0, n)
    assert s.delta[0] == pytest.approx(expected, abs=within)


def test_doubling_stops_where_the_gap_does_not_move(einstein):
    s, moved = double_until_converged(
        *einstein, change=2e-4, n_matsubara=55, temperature=10.0, mu_star=0.0
    )
    assert s.converged and moved <= 2e-4
    assert s.delta[0] == pytest.approx(4.6962, abs=4e-4)
    s, moved = double_until_converged(
        *einstein, change=1e-9, temperature=10.0, mu_star=0.0, max_doublings=1
    )
    assert not s.converged and moved > 1e-9


def test_the_tail_is_the_sum_over_all_frequencies_above():
    """Eqs 6 and 7 with sums to m = 40000, where Delta_m is the last one kept from n on."""
    grid, a2f = np.array([1.0, 2.5, 3.0, 4.0]), np.array([0.5, 1.0, 0.7, 0.2])
    n, pi_t = 8, np.pi * BOLTZMANN * 3.0
    s = solve_matsubara(grid, a2f, 3.0, 0.1, n, 9.0, tail=True, tolerance=1e-14)
    far = (2 * np.arange(40_000) + 1) * pi_t
    delta = np.append(s.delta, np.full(far.size - n, s.delta[-1]))
    # Above n the tail has omega_m in the place of the root.
    root = np.where(np.arange(far.size) < n, np.hypot(far, delta), far)
    weights = mode_weights(grid) * 2 * grid * a2f
    for i, w in enumerate(s.frequencies):
        minus, plus = (
            (weights / ((w + sign * far[:, None]) ** 2 + grid**2)).sum(1) for sign in (-1, 1)
        )
        z = 1 + pi_t / w * ((minus - plus) * far / root).sum()
        coulomb = 2 * 0.1 * (delta / root)[far < 9.0].sum()
        gap = pi_t * (((minus + plus) * delta / root).sum() - coulomb) / z
        assert s.z[i] == pytest.approx(z, abs=1e-8)
        assert s.delta[i] == pytest.approx(gap, abs=1e-8)


def test_with_its_tail_the_sum_is_converged_at_the_papers_frequencies(omega, spectra, einstein):
    clear = spectra[solve_matsubara(omega, spectra).delta[:, 0] > 0.05]
    counts = (351, 702)
    once, twice = (solve_matsubara(omega, clear, n_matsubara=n, tail=True) for n in counts)
    assert once.converged.all() and twice.converged.all()
    assert np.abs(twice.delta[:, 0] - once.delta[:, 0]).max() < 1e-5
    long = solve_matsubara(omega, clear, n_matsubara=16 * 351)
    assert np.abs(long.delta[:, 0] - once.delta[:, 0]).max() < 5e-5
    s = solve_matsubara(*einstein, 10.0, 0.0, tail=True)
    assert s.delta[0] == pytest.approx(4.6962258, abs=1e-6)


def test_all_methods_find_the_same_gap(omega, spectra):
    fast = solve_matsubara(omega, spectra)
    assert fast.converged.all()
    for method in ("broyden", "plain"):
        s = solve_matsubara(omega, spectra, method=method)
        assert s.converged.all()
        np.testing.assert_array_equal(s.superconducting, fast.superconducting)
        # A residual of 1e-12 is an error of 1e-12 / (1 - slope): the slope nears 1 at T_c.
        np.testing.assert_allclose(s.delta, fast.delta, rtol=0, atol=2e-10)
        clear = fast.delta[:, 0] > 0.5
        np.testing.assert_allclose(s.delta[clear], fast.delta[clear], rtol=0, atol=2e-11)
    assert fast.iterations.mean() < 18


def test_the_paper_s_broyden_is_eq_C2():
    from gapworks.eliashberg.physics.broyden import History, mix

    rng = np.random.default_rng(0)
    n = 12
    A, b = 0.3 * rng.normal(size=(n, n)) / np.sqrt(n), rng.normal(size=n)
    x = np.zeros((1, n))
    history = History(1, n, 40)
    inverse, last = np.eye(n), None
    y = np.zeros(n)
    for _ in range(8):
        mix("broyden", x, (A @ x[0] + b - x[0])[None], np.array([True]), history)
        r = y - A @ y - b
        if last is not None:
            dx, dr = y - last[0], r - last[1]
            inverse = inverse + np.outer(dx - inverse @ dr, dx @ inverse) / (dx @ inverse @ dr)
        last = (y, r)
        y = y - inverse @ r
        np.testing.assert_allclose(x[0], y, rtol=0, atol=1e-11)


def test_the_same_bits_in_any_company(omega, spectra):
    whole = solve_matsubara(omega, spectra)
    order = np.random.default_rng(0).permutation(len(spectra))[:19]
    part = solve_matsubara(omega, spectra[order], threads=2)
    np.testing.assert_array_equal(part.delta, whole.delta[order])
    np.testing.assert_array_equal(part.iterations, whole.iterations[order])
    np.testing.assert_array_equal(solve_matsubara(omega, spectra[7]).z, whole.z[7])
    many = solve_matsubara(omega, np.tile(spectra, (4, 1)), threads=2)
    np.testing.assert_array_equal(many.delta, np.tile(whole.delta, (4, 1)))
    shaped = solve_matsubara(omega, spectra.reshape(4, 10, -1))
    np.testing.assert_array_equal(shaped.delta.reshape(40, -1), whole.delta)
    assert shaped.residual.shape == (4, 10)


def test_energies_scale(omega, spectra):
    """10 meV at 1.16 K is 50 meV at 5.8 K (appendix C)."""
    one, five = (solve_matsubara(s * omega, spectra[:8], 1.16 * s) for s in (1, 5))
    np.testing.assert_allclose(five.delta, 5 * one.delta, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(five.z, one.z, rtol=1e-11)


def test_the_cutoff_of_mu_star_does_not_follow_the_number_of_frequencies(omega, spectra):
    lam = coupling_constant(omega, spectra)
    physical = spectra[(lam > 0.5) & (lam < 8)]
    s = solve_matsubara(omega, physical)
    double = solve_matsubara(omega, physical, n_matsubara=702)
    assert s.cutoff == double.cutoff == pytest.approx(702 * np.pi * BOLTZMANN * 1.16)
    move = np.abs(double.delta[:, 0] - s.delta[:, 0])
    # What truncation at 220 meV costs; tied to n, the cut-off would move the gap much farther.
    assert move.max() < 4e-3
    again = solve_matsubara(omega, physical, n_matsubara=1404)
    assert np.abs(again.delta[:, 0] - double.delta[:, 0]).max() < 1e-3
    tied = solve_matsubara(omega, physical, n_matsubara=702, cutoff=2 * s.cutoff)
    assert np.abs(tied.delta[:, 0] - s.delta[:, 0]).max() > 5 * move.max()


def test_fewer_frequencies_than_the_cutoff_need_a_smaller_mu_star(omega, spectra):
    many = solve_matsubara(omega, spectra[:8], n_matsubara=351)
    few = solve_matsubara(omega, spectra[:8], n_matsubara=200)
    np.testing.assert_allclose(few.delta[:, 0], many.delta[:, 0], rtol=5e-3)


def test_repulsion_that_wins_is_a_normal_metal_not_an_error(omega, spectra):
    s = solve_matsubara(omega, 0.15 * spectra[:3], mu_star=1.0)
    assert s.converged.all() and not s.superconducting.any()
    assert not s.delta.any()
    free = solve_matsubara(omega, spectra[:3], temperature=60.0, mu_star=0.0)
    assert not free.superconducting.any()
    # In the normal state Z(i omega_0) = 1 + lambda(0), exactly.
    np.testing.assert_allclose(free.z[:, 0], 1 + coupling_constant(omega, spectra[:3]), rtol=1e-12)


def test_grids(omega, spectra):
    a2f = spectra[0]
    plain = solve_matsubara(omega, a2f)
    with_zero = solve_matsubara(np.append(0.0, omega), np.append(0.0, a2f))
    np.testing.assert_allclose(with_zero.delta, plain.delta, rtol=0, atol=1e-12)
    coarse = np.sort(np.random.default_rng(1).choice(omega, 500, replace=False))
    other = solve_matsubara(coarse, np.interp(coarse, omega, a2f))
    np.testing.assert_allclose(other.delta[0], plain.delta[0], rtol=1e-2)
    np.testing.assert_allclose(mode_weights(omega), 0.01, rtol=1e-10)


def test_an_empty_batch_is_solved(omega):
    assert solve_matsubara(omega, np.empty((0, 1000))).delta.shape == (0, 351)


def test_iterations_that_run_out_are_told(omega, spectra):
    s = solve_matsubara(omega, spectra[:2], max_iterations=3)
    assert not s.converged.any()
    assert (s.iterations == 3).all()
    assert (s.residual > 1e-12).all()


@settings(max_examples=15, deadline=None)
@given(strength=st.floats(0.6, 2.0), mu=st.floats(0.0, 0.15), index=st.integers(0, 39))
def test_stronger_coupling_and_less_repulsion_widen_the_gap(omega, spectra, strength, mu, index):
    a2f = strength * spectra[index]
    s = solve_matsubara(omega, np.array([a2f, 1.1 * a2f]), mu_star=mu, n_matsubara=120)
    less = solve_matsubara(omega, a2f, mu_star=0.5 * mu, n_matsubara=120)
    assert s.delta[1, 0] >= s.delta[0, 0] - 1e-9
    assert less.delta[0] >= s.delta[0, 0] - 1e-9
    assert (s.z >= 1).all()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"a2f": -1}, "a2f: negative"),
        ({"a2f": np.nan}, "a2f: not finite"),
        ({"a2f": 0}, "a2f: zero everywhere"),
        ({"shape": 7}, "a2f: shape"),
        ({"omega": "falls"}, "omega: does not increase"),
        ({"omega": "negative"}, "omega: starts"),
        ({"temperature": 0}, "temperature"),
        ({"temperature": "cold"}, "temperature"),
        ({"mu_star": -0.1}, "mu_star"),
        ({"n_matsubara": 0}, "n_matsubara"),
        ({"n_matsubara": 3}, "n_matsubara=3: the last frequency"),
        ({"cutoff": -1.0}, "cutoff"),
        ({"method": "newton"}, "method"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"threads": 0}, "threads"),
    ],
)
def test_bad_input_names_the_argument(omega, spectra, change, match):
    grid, a2f = omega.copy(), spectra[:2].copy()
    if "a2f" in change:
        a2f[1] = change.pop("a2f")
    if "shape" in change:
        a2f = a2f[:, : change.pop("shape")]
    kind = change.pop("omega", None)
    if kind == "falls":
        grid[5] = grid[3]
    if kind == "negative":
        grid = grid - 1
    with pytest.raises(ValueError, match=match):
        solve_matsubara(grid, a2f, **change)
