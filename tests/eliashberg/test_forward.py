"""From a2F to T_c, gap and density of states: against the full sums, known numbers and scaling."""

import numpy as np
import pytest

from gapworks.eliashberg import (
    allen_dynes,
    continue_to_real_axis,
    critical_temperature,
    default_cutoff,
    density_of_states,
    rms_frequency,
    solve,
    solve_matsubara,
)
from gapworks.eliashberg.inference.forward.superconductor import Superconductor
from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.sampled_matsubara import nodes
from tests.support.spectra import two_peaks

SPECTRA = {
    "lead's energies": (10, 1.5, 0.1),
    "aluminium's energies": (40, 0.42, 0.1),
    "a hydride's energies": (220, 2.2, 0.13),
}


@pytest.fixture(scope="module", params=SPECTRA)
def sample(request):
    """A spectrum, and the superconductor it makes."""
    end, coupling, mu_star = SPECTRA[request.param]
    omega, a2f = two_peaks(end, coupling)
    return Superconductor(omega, a2f, mu_star, default_cutoff(omega))


def test_smooth_functions_follow_from_their_values_at_few_frequencies():
    for count in (1, 5, 24, 25, 300, 5000):
        index, spread = nodes(count)
        m = np.arange(count)
        for width in (3.0, 40.0, 1000.0):
            values = 1 / np.hypot(m + 0.5, width)
            np.testing.assert_allclose(spread @ values[index], values, rtol=2e-6)
        assert index.size <= min(count, 24 + 11 * np.log2(max(count / 24, 2)) + 11)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_few_frequencies_give_what_all_of_them_give(sample, share):
    m = sample.at(share * sample.critical_temperature)
    full = solve_matsubara(
        *(sample.omega, sample.a2f, m.temperature, sample.mu_star, m.sampling.count, sample.cutoff),
        tail=True,
    )
    index, _ = nodes(m.sampling.count)
    assert m.converged and m.superconducting and full.converged
    off = np.abs(m.delta - full.delta[index]) / full.delta[0]
    assert off[: index.size // 2].max() < 2e-5
    assert off.max() < 1e-3  # of the last one, next to the tail, where nothing depends on it
    np.testing.assert_allclose(m.z, full.z[index], rtol=1e-6)


def test_delta_closes_where_the_linearised_equations_say(sample):
    """As sqrt(1 - T / T_c), and to nothing just above."""
    tc = sample.critical_temperature
    assert tc == pytest.approx(
        float(critical_temperature(sample.omega, sample.a2f, sample.mu_star)), rel=1e-3
    )
    assert not sample.at(1.0002 * tc).superconducting
    near = [sample.at((1 - e) * tc) for e in (4e-4, 1e-4)]
    assert all(m.superconducting and m.converged for m in near)
    assert near[0].delta[0] / near[1].delta[0] == pytest.approx(2, rel=0.02)
    full = solve_matsubara(
        *(sample.omega, sample.a2f, near[0].temperature, sample.mu_star),
        *(near[0].sampling.count, sample.cutoff),
        tail=True,
    )
    assert near[0].delta[0] == pytest.approx(full.delta[0], rel=2e-2)


def test_the_cold_gap_has_saturated(sample):
    """From T_c / 10 to T_c / 20 nothing moves, on a few more frequencies."""
    tc = sample.critical_temperature
    colder = sample.at(tc / 20)
    assert colder.converged
    assert colder.frequencies.size < 150
    assert colder.delta[0] == pytest.approx(sample.at(tc / 10).delta[0], rel=3e-3)
    assert 3.4 < 2 * sample.gap / (BOLTZMANN * tc) < 5.5


def test_the_isotope_exponent_is_that_of_heavier_atoms(sample):
    """All phonons 1 % softer, mu* below the same cut-off as before."""
    mass = 1.02
    soft = sample.omega / np.sqrt(mass)
    heavier = Superconductor(soft, sample.a2f, sample.mu_star, sample.cutoff)
    ratio = heavier.critical_temperature / sample.critical_temperature
    assert -np.log(ratio) / np.log(mass) == pytest.approx(sample.isotope_exponent, abs=2e-3)
    free = Superconductor(sample.omega, sample.a2f, 0.0, sample.cutoff)
    assert free.isotope_exponent == pytest.approx(0.5, abs=1e-9)


def test_known_numbers_of_an_einstein_mode(einstein):
    """ebmb 2.0 keeps 55 frequencies at 10 K; and what the sums converge to."""
    omega, a2f = einstein
    truncated = solve((omega, a2f), 0.0, 10.0, n_matsubara=55)
    assert truncated.delta[0, 0, 0] == pytest.approx(4.7262003210, abs=1e-9)
    found = solve((omega, a2f), 0.0, 10.0)
    assert found.delta[0, 0, 0] == pytest.approx(4.6962, abs=1e-4)
    assert found.critical_temperature[0, 0] == pytest.approx(26.602, abs=1e-3)
    assert found.lambda_[0] == pytest.approx(1)
    assert found.omega_log[0] == pytest.approx(20) == found.omega_2[0]


def test_the_formula_of_allen_and_dynes(einstein):
    """For one mode omega_2 = omega_log, so that only f_1 is not one."""
    omega, a2f = einstein
    strong = (1 + (1 / (2.46 * 1.38)) ** 1.5) ** (1 / 3)
    expected = strong * 20 / 1.2 / BOLTZMANN * np.exp(-1.04 * 2 / (1 - 0.1 * 1.62))
    assert allen_dynes(omega, a2f, 0.1) == pytest.approx(expected, rel=1e-12)
    assert allen_dynes(omega, a2f, 2.0) == 0
    assert rms_frequency(*two_peaks(10, 1.0)) > 5


def test_all_energies_scale_together():
    omega, a2f = two_peaks(20, 1.2)
    one = solve((omega, a2f), 0.12, 3.0, dos=True, broadening=0.05, energy=np.linspace(0, 20, 41))
    ten = solve(
        (10 * omega, a2f), 0.12, 30.0, dos=True, broadening=0.5, energy=np.linspace(0, 200, 41)
    )
    for name in ("critical_temperature", "delta_0", "delta", "edge", "omega_2"):
        np.testing.assert_allclose(getattr(ten, name), 10 * getattr(one, name), rtol=1e-7)
    for name in ("ratio", "isotope_exponent", "z", "dos"):
        np.testing.assert_allclose(getattr(ten, name), getattr(one, name), rtol=1e-4)


def test_the_real_axis_continues_few_frequencies_as_all_of_them():
    omega, a2f = two_peaks(10, 1.5)
    sample = Superconductor(omega, a2f, 0.1, default_cutoff(omega))
    m = sample.at(2.0)
    x = np.linspace(0, 12, 121)
    full = solve_matsubara(omega, a2f, 2.0, 0.1, m.sampling.count, sample.cutoff, tail=True)
    few, all_of_them = (continue_to_real_axis(one, x, 0.05) for one in (m, full))
    np.testing.assert_allclose(few.delta, all_of_them.delta, atol=1e-4)
    # The gap edge is where Re Delta = E.
    k = int(np.argmax(x >= few.delta.real))
    edge = solve((omega, a2f), 0.1, 2.0).edge[0, 0, 0]
    assert x[k - 1] - 0.01 < edge < x[k] + 0.01


def test_a_broadening_beyond_the_temperature_s_is_folded_on():
    """N at x + i Gamma is N nearer to the axis, folded with a Lorentzian: one number either way."""
    omega, a2f = two_peaks(10, 1.5)
    x = np.linspace(0, 8, 161)
    warm = solve((omega, a2f), 0.1, 2.0, energy=x, broadening=0.3)  # pi k_B T = 0.54 meV
    n = warm.dos[0, 0, 0]
    line = continue_to_real_axis(solve_matsubara(omega, a2f, 2.0, 0.1), x, 0.3)
    np.testing.assert_allclose(n, density_of_states(x, line.delta, 0.3), atol=3e-3)
    assert n[0] < 0.4 and n.max() > 1.3
    wide = solve((omega, a2f), 0.1, 2.0, energy=x, broadening=1.0).dos[0, 0, 0]
    assert 0 < wide[0] < 0.8 and wide.max() < n.max()


def test_the_normal_state_is_said_and_not_an_error():
    omega, a2f = two_peaks(10, 0.3)
    found = solve((omega, [a2f, 4 * a2f]), (0.1, 0.4), 4.0, curve=True, energy=[0.0, 1.0])
    assert found.critical_temperature.shape == (2, 2)
    assert found.critical_temperature[0, 1] == 0 < found.critical_temperature[1, 0]
    assert np.isnan(found.ratio[0, 1]) and np.isnan(found.isotope_exponent[0, 1])
    assert not found.superconducting[0, 1, 0] and found.delta[0, 1, 0] == 0
    assert found.z[0, 1, 0] == pytest.approx(1.3, abs=0.02)
    np.testing.assert_array_equal(found.dos[0, 1, 0], 1.0)
    assert (found.lowest < 0.05).all()


def test_a_temperature_at_which_nothing_is_known_is_no_normal_state():
    """T_c was sought down to some temperature: below it the answer is not "normal"."""
    omega, a2f = two_peaks(10, 0.3)
    with pytest.raises(ValueError, match=r"temperature=0.001: .* down to 0.0\d+ K"):
        solve((omega, a2f), 0.4, 0.001)
    with pytest.raises(ValueError, match=r"temperature=0.0001"):
        solve((omega, 4 * a2f), 0.1, 0.0001)


def test_what_cannot_be_is_named():
    omega, a2f = two_peaks(10, 1.0)
    for name, value in (
        *(("mu_star", -0.1), ("temperature", 0.0), ("cutoff", -5.0), ("broadening", 0.0)),
        ("n_matsubara", 0),
    ):
        with pytest.raises(ValueError, match=name):
            solve((omega, a2f), **{"temperature": 2.0, "energy": [1.0], name: value})


@pytest.mark.parametrize("points", [6, 9, 40])
def test_a_table_of_few_points_is_read_as_lines_between_them(tmp_path, points):
    omega = np.linspace(0, 10, points)
    a2f = np.sin(np.pi * omega / 10) ** 2
    path = tmp_path / "few.csv"
    np.savetxt(path, np.column_stack([omega, a2f])[1:], delimiter=",")
    found = solve(path)
    fine = np.linspace(omega[1], 10, 200_001)
    exact = 2 * np.trapezoid(np.interp(fine, omega, a2f) / fine, fine)
    exact += a2f[1]  # of a rise as omega^2 below the first point
    assert found.lambda_[0] == pytest.approx(exact, rel=2e-3)
    assert set(omega[1:]) <= set(found.omega)
    assert any("joined by straight lines" in note for note in found.notes)


def test_points_of_a_fine_grid_stay_as_they_are(tmp_path):
    omega = 0.02 * (np.arange(1, 601) + np.random.default_rng(3).uniform(-0.4, 0.4, 600))
    path = tmp_path / "fine.csv"
    np.savetxt(path, np.column_stack([omega, np.sin(np.pi * omega / 12.1) ** 2]), delimiter=",")
    found = solve(path)
    assert np.array_equal(found.omega, omega)
    assert not any("straight lines" in note for note in found.notes)
