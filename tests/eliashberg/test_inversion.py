"""Spectral functions inferred from gap functions and densities of states, with bands."""

import numpy as np
import pytest

from gapworks.eliashberg import (
    BOLTZMANN,
    continue_to_real_axis,
    coupling_constant,
    critical_temperature,
    density_of_states,
    design,
    invert,
    invert_conductance,
    invert_dos,
    logarithmic_frequency,
    solve_matsubara,
)
from gapworks.eliashberg.inference.inversion import equations as equations_module
from gapworks.eliashberg.inference.inversion.equations import Equations, Setting
from gapworks.eliashberg.inference.inversion.instrument import Conductance, Instrument
from gapworks.eliashberg.inference.inversion.model import link, spectrum_model, unlink
from gapworks.eliashberg.inference.inversion.response import response
from gapworks.eliashberg.inference.inversion.transition import transition_response
from tests.support.spectra import DRAWN

CUTOFF = 220.45
X = 0.35 * np.arange(1, 101)
# Neither grid, frequencies nor step of the line are those of the inversion.
OMEGA = np.cumsum(0.011 + 0.006 * np.sin(np.arange(720)) ** 2)
SHARE = 0.01


def two_peaks(omega):
    """Two phonon peaks over a slow rise, zero at 10 meV."""
    peaks = np.exp(-0.5 * ((omega - 4.0) / 0.6) ** 2) + 0.6 * np.exp(
        -0.5 * ((omega - 8.0) / 0.35) ** 2
    )
    return (peaks + 0.15 * (omega / 5) ** 2 * (omega < 5)) * np.clip((9.8 - omega) / 0.5, 0, 1)


@pytest.fixture(scope="module")
def measured():
    """Spectrum, its gap function solved on another grid, and the same with correlated noise."""
    a2f = two_peaks(OMEGA)
    m = solve_matsubara(OMEGA, a2f, 1.16, 0.1, 500, CUTOFF, tail=True)
    delta = continue_to_real_axis(m, X, 0.05, step=0.025).delta
    rng = np.random.default_rng(41)
    white = rng.standard_normal((2, X.size + 1))
    # Neighbours share a third of their noise, as where a lock-in's time constant is long.
    red = (white[:, 1:] + 0.4 * white[:, :-1]) / np.hypot(1, 0.4)
    noise = SHARE * abs(delta[0]) * (red[0] + 1j * red[1])
    return a2f, delta, delta + noise


@pytest.fixture(scope="module")
def inverted(measured):
    """Its inversion with the true noise."""
    return invert(X, measured[2], SHARE * abs(measured[1][0]), cutoff=CUTOFF)


def test_the_link_keeps_spectra_above_zero_and_is_undone():
    t = np.linspace(-3, 5, 50)
    assert (link(t) > 0).all()
    assert unlink(link(t)) == pytest.approx(t, abs=1e-6)


@pytest.mark.parametrize("tail", [True, False])
def test_the_response_is_the_derivative_of_the_solution(monkeypatch, tail):
    monkeypatch.setattr(equations_module, "_LINE_TOLERANCE", 1e-12)
    monkeypatch.setattr(equations_module, "_TOLERANCE", 1e-13)
    equations = Equations(spectrum_model(10.0), Setting(1.16, 200.0, 0.1, 80, tail, 0.08, 8.0))
    rng = np.random.default_rng(5)
    c, direction = 0.6 + 0.2 * rng.random((2, 128))
    state = equations.solve(c, 0.1)
    changes = response(equations, state, coulomb=True, tolerance=1e-11)
    expected = direction @ changes[:-1] + 0.3 * changes[-1]

    def difference(h):
        ends = [equations.solve(c + s * direction, 0.1 + 0.3 * s, state).delta for s in (h, -h)]
        return (ends[0] - ends[1]) / (2 * h)

    inside = slice(0, equations.line.inside)
    found = (4 * difference(1e-3) - difference(2e-3)) / 3
    assert np.abs(found - expected)[inside].max() <= 1e-6 * np.abs(expected[inside]).max()


def test_a_spectrum_is_recovered_from_another_grid_under_correlated_noise(measured, inverted):
    a2f, delta, _ = measured
    true = np.interp(inverted.omega, OMEGA, a2f, right=0.0)
    assert inverted.converged and inverted.refused is None
    assert np.linalg.norm(inverted.a2f - true) < 0.06 * np.linalg.norm(true)
    covered = (inverted.lower95 <= true) & (true <= inverted.upper95)
    assert covered.mean() > 0.85
    assert (inverted.lower95 <= inverted.lower).all() and (inverted.lower >= 0).all()
    assert (inverted.lower <= inverted.a2f).all() and (inverted.a2f <= inverted.upper).all()
    closed = inverted.predicted[: X.size] + 1j * inverted.predicted[X.size :]
    assert np.linalg.norm(closed - delta) < 5e-3 * np.linalg.norm(delta)


def test_numbers_of_the_spectrum_come_with_their_errors(measured, inverted):
    a2f = measured[0]
    assert "data begin at 0.35 meV" in inverted.notes[0]
    true = (
        # What lies below the lowest energy is known by how spectra rise alone.
        (coupling_constant(OMEGA, a2f), inverted.lambda_, 0.15),
        (critical_temperature(OMEGA, a2f, cutoff=CUTOFF), inverted.critical_temperature, 0.005),
    )
    for value, found, share in true:
        assert abs(found.value - value) < 4 * found.deviation + 1e-3 * value
        assert 0 < found.deviation < share * value


def test_a_wrong_coulomb_repulsion_is_said(measured):
    found = invert(X, measured[2], SHARE * abs(measured[1][0]), mu_star=0.13, cutoff=CUTOFF)
    assert found.refused is not None and found.chi2 > 1.3
    assert "mu*" in found.refused


def test_a_noise_level_wrong_by_three_is_said_in_both_directions(measured):
    true = SHARE * abs(measured[1][0])
    small = invert(X, measured[2], true / 3, cutoff=CUTOFF)
    assert small.refused is not None and "noise larger than stated" in small.refused
    large = invert(X, measured[2], 3 * true, cutoff=CUTOFF)
    assert large.refused is None and "noise is less than stated" in large.notes[-1]


def test_energies_and_temperature_scale_together(measured, inverted):
    sigma = 5 * SHARE * abs(measured[1][0])
    scaled = invert(5 * X, -5 * measured[2], sigma, 5.8, broadening=0.25, cutoff=5 * CUTOFF)
    assert "sign was turned" in scaled.notes[-1]
    assert scaled.omega == pytest.approx(5 * inverted.omega)
    # Tolerances of the solvers are in meV.
    assert scaled.a2f == pytest.approx(inverted.a2f, abs=0.01 * inverted.a2f.max())


def test_samples_of_the_posterior_have_its_bands(inverted):
    rows = inverted.samples(400, seed=3)
    assert rows.shape == (400, inverted.omega.size) and (rows >= 0).all()
    high = inverted.a2f > 0.2 * inverted.a2f.max()
    low, top = np.quantile(rows, [0.16, 0.84], axis=0)
    ratio = (top - low)[high] / (inverted.upper - inverted.lower)[high]
    assert np.median(ratio) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sigma": 0.0}, "sigma"),
        ({"broadening": 0.4}, "broadening"),
        ({"temperature": 400.0, "end": 10.0}, "temperature"),
        ({"delta": np.full(X.size, np.nan)}, "delta"),
        ({"delta": np.ones(3)}, "delta"),
        ({"mu_width": -1.0}, "mu_width"),
    ],
)
def test_what_cannot_be_inverted_is_named(change, said):
    given = {"x": X, "delta": np.ones(X.size), "sigma": 0.01} | change
    with pytest.raises(ValueError, match=said):
        invert(**given)


def folded(x, density, instrument, voltage):
    """dI/dV by plain quadrature over a density of states on a fine grid of the axis."""
    kt = BOLTZMANN * instrument.temperature
    amplitude = np.sqrt(2) * instrument.modulation
    u = amplitude * np.cos(np.pi * np.arange(1, 60) / 60)
    shares = np.sin(np.pi * np.arange(1, 60) / 60) ** 2
    kernel = 1 / (4 * kt * np.cosh((x - voltage[:, None, None] - u[:, None]) / (2 * kt)) ** 2)
    return (kernel @ density * (x[1] - x[0])) @ (shares / shares.sum())


def test_a_conductance_is_the_density_of_states_folded_with_the_instrument():
    # Of a BCS gap, which is the same all over the upper half plane, with Dynes' width.
    gap, instrument = 1.3, Instrument(1.16, dynes=0.06, modulation=0.1)
    voltage = np.array([-3.0, -1.4, 0.0, 0.3, 1.1, 1.3, 1.6, 4.0])
    equations = Equations(spectrum_model(10.0), Setting(1.16, 200.0, 0.09, 80, False, 0.054, 9.0))
    line = equations.line
    found = Conductance(line, voltage, instrument, -1, 1.0).predict(
        np.full(line.n, complex(gap)), np.zeros(0)
    )
    x = np.arange(-12, 12, 0.004)
    expected = folded(x, density_of_states(x, np.full(x.size, gap), 0.06), instrument, voltage)
    assert found == pytest.approx(expected, abs=2e-4)


def test_a_spectrum_is_recovered_from_a_conductance_with_a_sloping_background(measured):
    a2f = measured[0]
    m = solve_matsubara(OMEGA, a2f, 1.16, 0.1, 500, CUTOFF, tail=True)
    x = np.arange(-21.5, 21.5, 0.02)
    density = density_of_states(x, continue_to_real_axis(m, x, 0.05).delta, 0.05)
    instrument = Instrument(1.16, dynes=0.05, modulation=0.15)
    voltage = np.linspace(-20, 20, 241)
    background = 2.4 * (1 + 0.1 * voltage / 20)
    rng = np.random.default_rng(8)
    clean = background * folded(x, density, instrument, voltage)
    sigma = 1e-3
    found = invert_conductance(
        voltage,
        clean + sigma * rng.standard_normal(voltage.size),
        sigma,
        dynes=0.05,
        modulation=0.15,
        background=1,
        cutoff=CUTOFF,
        end=10.0,
    )
    assert found.converged and found.refused is None
    assert found.numbers == pytest.approx([2.4, 0.24], abs=0.01)
    true = np.interp(found.omega, OMEGA, a2f, right=0.0)
    assert np.linalg.norm(found.a2f - true) < 0.15 * np.linalg.norm(true)
    assert ((found.lower95 <= true) & (true <= found.upper95)).mean() > 0.85


def test_a_spectrum_is_recovered_from_a_density_of_states(measured):
    a2f, delta, _ = measured
    dos = density_of_states(X, delta, 0.05)
    noise = 1e-3 * np.random.default_rng(6).standard_normal(X.size)
    found = invert_dos(X, dos + noise, 1e-3, cutoff=CUTOFF)
    assert found.converged and found.refused is None
    true = np.interp(found.omega, OMEGA, a2f, right=0.0)
    assert np.linalg.norm(found.a2f - true) < 0.15 * np.linalg.norm(true)
    assert ((found.lower95 <= true) & (true <= found.upper95)).mean() > 0.85


def test_a_plan_with_less_noise_resolves_more_and_knows_it():
    x = np.linspace(0, 25, 120)
    given = OMEGA, two_peaks(OMEGA), x
    quiet, loud = (design(*given, noise, temperature=0.6) for noise in (2e-4, 5e-3))
    assert quiet.modes > loud.modes and quiet.width < loud.width
    assert quiet.lambda_ < loud.lambda_ < 0.2
    assert quiet.peaks == pytest.approx([4.0, 8.0], abs=0.1)
    assert quiet.peak_errors[0] < 0.3


def test_two_gaps_are_refused_with_where_they_do_not_fit(measured):
    delta = measured[1]
    dos = 0.5 * (density_of_states(X, delta, 0.05) + density_of_states(X, 0.5 * delta, 0.05))
    noise = 2e-3 * np.random.default_rng(7).standard_normal(X.size)
    found = invert_dos(X, dos + noise, 2e-3, cutoff=CUTOFF)
    assert found.refused is not None
    assert "one gap" in found.refused and "there is a second gap" in found.refused


@pytest.fixture(scope="module")
def junction(measured):
    """Energies, N(E) and voltages of a junction at 1.16 K."""
    m = solve_matsubara(OMEGA, measured[0], 1.16, 0.1, 500, CUTOFF, tail=True)
    x = np.arange(-21.5, 21.5, 0.02)
    density = density_of_states(x, continue_to_real_axis(m, x, 0.05).delta, 0.05)
    return x, density, np.linspace(-20, 20, 241)


def test_inelastic_tunnelling_is_refused_and_named(measured, junction):
    x, density, voltage = junction
    positive = x > -0.01
    grid = np.abs(x[positive])
    emitted = np.convolve(density[positive], np.interp(grid, OMEGA, measured[0], right=0.0))
    channel = np.interp(np.abs(x), grid, 0.02 * emitted[: grid.size])
    values = folded(x, density + 0.03 * channel, Instrument(1.16, 0.05), voltage)
    noise = 2e-3 * np.random.default_rng(9).standard_normal(voltage.size)
    found = invert_conductance(
        voltage, values + noise, 2e-3, dynes=0.05, background=1, cutoff=CUTOFF, end=10.0
    )
    assert found.refused is not None and "there is an inelastic channel" in found.refused


@pytest.mark.parametrize("unit", [2.0**-40, 2.0**7])
def test_the_unit_of_a_conductance_with_a_background_changes_nothing_else(junction, unit):
    # A lock-in's amperes: 1e-12.
    x, density, voltage = junction
    noise = 3e-3 * np.random.default_rng(11).standard_normal(voltage.size)
    values = folded(x, density, Instrument(1.16, 0.05), voltage) + noise
    options = {"dynes": 0.05, "background": 0, "cutoff": CUTOFF, "end": 10.0}
    plain = invert_conductance(voltage, values, 3e-3, **options)
    scaled = invert_conductance(voltage, unit * values, unit * 3e-3, **options)
    assert np.array_equal(scaled.a2f, plain.a2f) and scaled.chi2 == plain.chi2
    for name in ("numbers", "predicted", "sigma"):
        assert np.array_equal(getattr(scaled, name), unit * getattr(plain, name))


def test_what_a_wrong_repulsion_would_do_unseen_is_said(measured, junction):
    # |Delta| alone hardly tells mu* from strength: the note has to say what chi^2 cannot.
    x, density, voltage = junction
    noise = 1e-3 * np.random.default_rng(10).standard_normal(voltage.size)
    values = folded(x, density, Instrument(1.16, 0.05), voltage) + noise
    found = invert_conductance(
        voltage, values, 1e-3, mu_star=0.13, dynes=0.05, cutoff=CUTOFF, end=10.0
    )
    off = abs(found.lambda_.value - coupling_constant(OMEGA, measured[0]))
    assert found.refused is not None or "mu* is taken as known" in found.notes[-1]
    if found.refused is None:
        said = float(found.notes[-1].split("lambda would be off by ")[1].split(",")[0])
        assert said == pytest.approx(off, rel=0.7)


@pytest.mark.parametrize("draw", [1, 4])
def test_the_coupling_of_a_spectrum_that_rises_steeply_is_in_its_interval(draw):
    # a2F rises as omega, not as its square: a third of lambda comes from below 0.4 meV.
    x = 0.175 * np.arange(1, 201)
    rng = np.random.default_rng([1, 1, draw])
    omega = 0.01 * np.arange(1, 1001)
    while True:
        a2f = DRAWN["complex"](rng)
        m = solve_matsubara(omega, a2f, 1.16, 0.1, 351, CUTOFF)
        if m.superconducting and m.delta[0] > 0.1:
            break
    delta = continue_to_real_axis(m, x, 0.05, step=0.025).delta
    sigma = SHARE * abs(delta[0])
    noise = sigma * (rng.standard_normal(x.size) + 1j * rng.standard_normal(x.size))
    found = invert(x, delta + noise, sigma, cutoff=CUTOFF)
    assert found.refused is None and not any("data begin at" in note for note in found.notes)
    assert found.lambda_.lower95 <= coupling_constant(omega, a2f) <= found.lambda_.upper95
    assert found.omega_log.lower95 <= logarithmic_frequency(omega, a2f) <= found.omega_log.upper95


def test_the_slope_of_the_transition_is_finite_where_its_matrix_vanishes():
    temperature = 10.0
    spacing = 2 * np.pi * BOLTZMANN * temperature
    energy = np.array([spacing / 25])
    # One frequency, lambda(1) = 1: T_c to the last bit.
    strength = (spacing**2 + energy**2) / (2 * energy)
    slope, by_mu = transition_response(energy, strength, 0.0, 100.0, temperature)
    # T_c grows as the root of the strength.
    assert slope @ strength == pytest.approx(temperature / 2, rel=0.01)
    assert by_mu < 0


def test_a_free_repulsion_is_found_within_its_error(measured):
    found = invert(X, measured[2], SHARE * abs(measured[1][0]), mu_star=0.12, mu_width=0.03)
    assert found.refused is None
    assert abs(found.mu_star.value - 0.1) < 3 * found.mu_star.deviation < 0.06
