"""The cut-off of mu*: one rule for all functions, said in files and results."""

import json

import numpy as np
import pytest

from gapworks.config import load
from gapworks.eliashberg import (
    PAPER_CUTOFF,
    continue_to_real_axis,
    coupling_constant,
    critical_temperature,
    default_cutoff,
    solve_matsubara,
)
from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.plan import Plan
from tests.support.command import gapworks_here
from tests.support.config import raw_config
from tests.support.spectra import two_peaks

SPECTRA = {
    "weak, 1 K": two_peaks(10, 0.5),
    "aluminium's energies, 1 K": two_peaks(40, 0.42),
    "medium, 6 K": two_peaks(10, 1.2),
    "MgB2's energies, 30 K": two_peaks(100, 0.8),
    "a hydride's energies, 220 K": two_peaks(200, 2.2),
    "very strong": two_peaks(200, 8.0),
}


@pytest.mark.parametrize("mu_star", [0.0, 0.1, 0.15])
@pytest.mark.parametrize("name", SPECTRA)
def test_delta_closes_at_the_critical_temperature(name, mu_star):
    omega, a2f = SPECTRA[name]
    Tc = float(critical_temperature(omega, a2f, mu_star))
    assert Tc > 0.5
    for share, expected in ((0.9, True), (0.985, True), (1.015, False), (1.1, False)):
        m = solve_matsubara(omega, a2f, share * Tc, mu_star)
        assert m.converged
        assert m.superconducting == expected, f"at {share} Tc = {Tc:.4g} K"


def test_the_gap_falls_to_zero_without_a_jump():
    """Delta ~ sqrt(1 - T / T_c) near T_c, at the defaults of a hot superconductor."""
    omega, a2f = SPECTRA["a hydride's energies, 220 K"]
    Tc = float(critical_temperature(omega, a2f, 0.15))
    shares = np.array([0.9, 0.95, 0.975, 0.9875])
    gaps = np.array([solve_matsubara(omega, a2f, s * Tc, 0.15).delta[0] for s in shares])
    constant = gaps / np.sqrt(1 - shares)
    np.testing.assert_allclose(constant, constant.mean(), rtol=0.05)


@pytest.mark.parametrize("end", [3.0, 10.0, 50.0, 200.0])
def test_the_default_hangs_on_the_energies_alone(end):
    omega, a2f = two_peaks(end, 1.5)
    expected = PAPER_CUTOFF * max(1, end / 10)
    assert default_cutoff(omega) == pytest.approx(expected)
    batch = np.array([a2f, 0.5 * a2f])
    for temperature, n_matsubara in ((0.3 * end, 200), (0.3 * end, 400), (3 * end, 50)):
        m = solve_matsubara(omega, batch, temperature, 0.1, n_matsubara)
        assert m.cutoff == pytest.approx(expected)
    # What is chosen is what would be named.
    named = solve_matsubara(omega, a2f, 0.3 * end, 0.1, cutoff=expected)
    chosen = solve_matsubara(omega, a2f, 0.3 * end, 0.1)
    np.testing.assert_array_equal(named.delta, chosen.delta)
    Tc = critical_temperature(omega, a2f, 0.1, cutoff=expected)
    assert critical_temperature(omega, a2f, 0.1) == pytest.approx(float(Tc), rel=1e-12)


def test_the_papers_cutoff_is_what_its_702_frequencies_reach():
    assert pytest.approx(702 * np.pi * BOLTZMANN * 1.16, rel=1e-15) == PAPER_CUTOFF


@pytest.mark.parametrize("cutoff", [60.0, 120.0, 1000.0, 4000.0])
def test_the_same_repulsion_is_another_number_below_another_cutoff(cutoff):
    """1 / mu' = 1 / mu + ln(omega_c / omega_c')."""
    omega, a2f = SPECTRA["medium, 6 K"]
    same = 1 / (1 / 0.1 + np.log(PAPER_CUTOFF / cutoff))
    expected = float(critical_temperature(omega, a2f, 0.1))
    assert critical_temperature(omega, a2f, same, cutoff=cutoff) == pytest.approx(
        expected, rel=0.01
    )
    m = solve_matsubara(omega, a2f, 0.5 * expected, same, cutoff=cutoff)
    usual = solve_matsubara(omega, a2f, 0.5 * expected, 0.1)
    assert m.delta[0] == pytest.approx(usual.delta[0], rel=0.01)


@pytest.mark.parametrize("n_matsubara", [300, 150, 80])
def test_frequencies_that_end_below_the_cutoff_do_not_move_the_critical_temperature(n_matsubara):
    """mu* is brought down to them; what is left of the spectrum's own terms is their tail."""
    omega, a2f = SPECTRA["weak, 1 K"]
    Tc = float(critical_temperature(omega, a2f, 0.15))
    assert 2 * n_matsubara * np.pi * BOLTZMANN * Tc < PAPER_CUTOFF
    for share, expected in ((0.985, True), (1.015, False)):
        m = solve_matsubara(omega, a2f, share * Tc, 0.15, n_matsubara, tail=True)
        assert m.cutoff == PAPER_CUTOFF
        assert m.superconducting == expected


def test_the_sums_go_on_where_351_frequencies_end_too_early_unless_they_are_asked_for():
    omega, a2f = two_peaks(40, 0.42)
    assert solve_matsubara(omega, a2f, 1.0).tail
    assert not solve_matsubara(omega, a2f, 1.0, n_matsubara=351).tail
    assert not solve_matsubara(omega, a2f, 1.0, tail=False).tail
    # Not in the paper's case.
    assert not solve_matsubara(*two_peaks(10, 0.42)).tail


def test_the_line_takes_the_cutoff_of_the_solution(omega, spectra):
    """Where mu* acts on the imaginary axis it acts here: Delta tends to the same constant."""
    x = np.array([1.0, 150.0])
    for cutoff in (100.0, 220.0, 1000.0):
        m = solve_matsubara(omega, spectra[25], mu_star=0.15, cutoff=cutoff)
        r = continue_to_real_axis(m, x, estimate=False)
        # Both are -2 pi T mu* sum Delta / R but for the spectrum's own 1 / z^2.
        assert r.delta[-1].real == pytest.approx(m.delta[-1], rel=0.05)


def settings(**physics):
    raw = raw_config()
    raw["eliashberg"]["physics"] |= physics
    made = Plan("paper", load(raw)[1]["paper"], "eliashberg").simulation("simple")
    return made.model_copy(update={"seed": 20251230})


def test_the_papers_data_name_their_cutoff():
    physics = settings().physics
    assert physics.mu_star_cutoff == PAPER_CUTOFF
    assert json.loads(settings().canonical_json())["physics"]["mu_star_cutoff"] == PAPER_CUTOFF


def test_files_of_before_the_key_hold_the_same_samples():
    """Their identity is what it was, and physics without the key is read as what was solved."""
    assert settings().identity == "c0c4f4bc8cba1a083a358d65986b3999"
    for temperature in (1.16, 5.8):
        said = settings(temperature=temperature).physics.model_dump(mode="json")
        del said["mu_star_cutoff"]
        expected = 702 * np.pi * BOLTZMANN * temperature
        assert Physics.model_validate(said).mu_star_cutoff == pytest.approx(expected, rel=1e-14)


def test_another_cutoff_is_another_data_set():
    assert settings(mu_star_cutoff=100.0).identity != settings().identity
    # At another temperature the paper's cut-off is not what such files were made with.
    unsaid = 702 * np.pi * BOLTZMANN * 5.8
    hot = settings(temperature=5.8).identity
    assert hot != settings(temperature=5.8, mu_star_cutoff=unsaid).identity


def test_a_card_says_the_cutoff_and_one_of_before_the_key_is_read(study):
    from gapworks.eliashberg.learning.trained import Card

    weights = study.network("reversed-complex-gap")
    card = json.loads(weights.with_suffix(".json").read_text())
    said = card["training_data"]["physics"]
    assert said["mu_star_cutoff"] == PAPER_CUTOFF
    del said["mu_star_cutoff"]
    assert Card.model_validate(card).training_data.physics.mu_star_cutoff == PAPER_CUTOFF


def test_predictions_say_the_cutoff(study, arrays, tmp_path):
    rows = zip(arrays["omega"], arrays["a2f"][3], strict=True)
    source = tmp_path / "a2f.txt"
    source.write_text("".join(f"{w:.10g} {v:.10g}\n" for w, v in rows))
    network = study.network("reversed-complex-gap")
    given = ("--network", network, "--input", source, "--output", tmp_path / "gap.csv")
    ran = gapworks_here("predict", "eliashberg", *given)
    assert "mu* 0.1 below 220.45 meV" in ran.stdout
    said = json.loads((tmp_path / "gap.json").read_text())
    assert (said["mu_star"], said["mu_star_cutoff"]) == (0.1, PAPER_CUTOFF)


def test_evaluations_say_the_cutoff(study):
    for name in ("complex-data", "complex-reversed-complex-gap"):
        assert study.evaluated(name).attributes["mu_star_cutoff"] == PAPER_CUTOFF


@pytest.mark.parametrize("mu_star", [0.1, 0.2])
@pytest.mark.parametrize(
    ("end", "center", "coupling"), [(200, 120, 2.0), (80, 65, 0.9), (10, 6, 1.0)]
)
def test_far_below_the_critical_temperature_the_gap_does_not_depend_on_it(
    end, center, coupling, mu_star
):
    """By default: 351 frequencies end within a spectrum that reaches far, and mu* cannot follow."""
    omega = end * np.arange(1, 101) / 100
    a2f = omega * np.exp(-0.5 * ((omega - center) / (0.2 * end)) ** 2)
    a2f *= coupling / coupling_constant(omega, a2f)
    critical = critical_temperature(omega, a2f, mu_star)
    gaps = [
        solve_matsubara(omega, a2f, share * critical, mu_star).delta[0] for share in (0.02, 0.1)
    ]
    converged = solve_matsubara(
        omega, a2f, 0.1 * critical, mu_star, n_matsubara=6000, tail=True
    ).delta[0]
    np.testing.assert_allclose(gaps, converged, rtol=5e-3)
