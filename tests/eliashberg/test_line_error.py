"""The line's own estimate of its error, against lines many times as fine."""

import numpy as np
import pytest

from gapworks.eliashberg import continue_to_real_axis, critical_temperature, solve_matsubara
from gapworks.eliashberg.physics.real_axis import line_step
from tests.eliashberg.conftest import OMEGA

# Between the points of every grid, too, and near zero, where thermal features are narrow.
X = np.concatenate([np.linspace(0, 6, 601), np.linspace(6, 35, 581)])


def coarse(step, coupling):
    """A smooth spectrum on a coarse grid: to the solvers, a comb of modes."""
    grid = step * np.arange(1, round(10 / step) + 1)
    a2f = np.exp(-0.5 * ((grid - 4) / 0.8) ** 2) * grid**2
    return grid, coupling * a2f / (2 * step * (a2f / grid).sum())


def one_mode(energy, coupling):
    """An Einstein mode on the paper's grid."""
    a2f = np.zeros(OMEGA.size)
    a2f[np.argmin(np.abs(OMEGA - energy))] = coupling * energy / 2 / 0.01
    return OMEGA, a2f


def smooth(row, share):
    """A spectrum of the fixtures, by its row."""
    return row, share


CASES = {
    "complex": (smooth(0, 1.0), 1.16, 0.05),
    "complex, gap 0.7": (smooth(0, 0.4), 1.16, 0.05),
    "complex, gap 0.3": (smooth(0, 0.25), 1.16, 0.05),
    "complex, gap 0.3, Gamma 0.2": (smooth(0, 0.25), 1.16, 0.2),
    "complex, hot": (smooth(0, 1.0), 3.0, 0.05),
    "simple": (smooth(25, 1.0), 1.16, 0.05),
    "simple, gap 0.1": (smooth(25, 0.4), 1.16, 0.05),
    "simple, narrow line": (smooth(25, 0.45), 1.16, 0.02),
    "coarse": (coarse(1 / 6, 1.2), 1.16, 0.05),
    "coarse, gap 0.1": (coarse(1 / 6, 0.6), 1.16, 0.05),
    "one mode": (one_mode(5, 1.0), 1.16, 0.05),
    "one mode, gap 0.2": (one_mode(5, 0.6), 1.16, 0.05),
    "one soft mode": (one_mode(2, 3.0), 1.16, 0.05),
    "one soft mode, gap 0.1": (one_mode(2, 0.75), 1.16, 0.05),
}


@pytest.fixture(params=CASES)
def case(request, spectra):
    """A solution, Gamma, and Delta on a line some eight times as fine as the default's."""
    (grid, a2f), temperature, gamma = CASES[request.param]
    if np.ndim(grid) == 0:
        grid, a2f = OMEGA, a2f * spectra[grid]
    m = solve_matsubara(grid, a2f, temperature)
    assert m.superconducting
    step = 0.12 * min(gamma, m.frequencies[0] - gamma)
    fine = continue_to_real_axis(m, X, gamma, step=step, tolerance=1e-12, estimate=False)
    assert fine.converged
    return m, gamma, fine.delta


def test_the_default_is_good_to_1e_4_of_the_largest_gap_and_says_how_good(case):
    m, gamma, exact = case
    r = continue_to_real_axis(m, X, gamma)
    assert r.converged
    error = np.abs(r.delta - exact).max()
    assert error < 1e-4 * np.abs(exact).max()
    # Within a factor of three, above the error of the reference itself.
    assert error / 3 < r.error + 1e-9
    assert r.error < 3 * error + 1e-9


def test_the_estimate_tracks_the_error_of_any_step(case):
    m, gamma, exact = case
    for share in (1.0, 0.6):
        step = share * min(gamma, m.frequencies[0] - gamma)
        r = continue_to_real_axis(m, X, gamma, step=step)
        error = np.abs(r.delta - exact).max()
        assert error / 3 < r.error + 1e-9
        assert r.error < 3 * error + 1e-9


def test_near_the_critical_temperature_the_tolerance_falls_with_the_gap(omega, spectra):
    a2f = spectra[25]
    Tc = float(critical_temperature(omega, a2f))
    m = solve_matsubara(omega, a2f, 0.99999 * Tc)
    assert 1e-4 < m.delta[0] < 0.03
    r = continue_to_real_axis(m, X)
    fine = continue_to_real_axis(m, X, step=0.01, tolerance=1e-12, estimate=False)
    assert np.abs(r.delta - fine.delta).max() < 1e-4 * np.abs(fine.delta).max()


def test_a_step_that_suffices_is_not_halved_and_company_does_not_matter(omega, spectra):
    """Only the rows that need it are solved on a finer grid, and each by its own estimate."""
    x = 0.175 * np.arange(1, 201)
    rows = np.array([spectra[25], 0.25 * spectra[0], one_mode(5, 1.0)[1], spectra[30]])
    m = solve_matsubara(omega, rows)
    assert m.superconducting.all()
    together = continue_to_real_axis(m, x)
    step = line_step(1.16, 0.05)
    assert step == pytest.approx(0.03)
    plain = continue_to_real_axis(m, x, step=step, estimate=False)
    assert np.isnan(plain.error).all()
    same = (together.delta == plain.delta).all(1)
    assert same.tolist() == [True, False, False, True]
    np.testing.assert_array_equal(together.line, plain.line)
    for index, row in enumerate(rows):
        alone = continue_to_real_axis(solve_matsubara(omega, row), x)
        np.testing.assert_array_equal(alone.delta, together.delta[index])
        np.testing.assert_array_equal(alone.line_delta, together.line_delta[index])
        assert alone.error == together.error[index]


def test_a_normal_metal_has_no_error(omega, spectra):
    r = continue_to_real_axis(solve_matsubara(omega, spectra[:2], temperature=60.0), X, 1.0)
    assert r.converged.all()
    np.testing.assert_array_equal(r.error, 0)
