"""Critical temperatures against known numbers, the nonlinear equations and scaling."""

import numpy as np
import pytest

from gapworks.eliashberg import critical_temperature, logarithmic_frequency, solve_matsubara
from gapworks.eliashberg.physics.critical_temperature import PAPER_CUTOFF, largest_eigenvalue
from gapworks.eliashberg.physics.spectrum import modes


def test_einstein_mode_has_the_known_critical_temperature(einstein):
    assert critical_temperature(*einstein, 0.0) == pytest.approx(26.602, abs=1e-3)


def test_ebmb_s_number_with_ebmb_s_frequencies(einstein):
    """Frequencies to 15 omega_E, as ebmb 2.0 keeps: the eigenvalue is one at its 26.60156 K."""
    energies, strengths = modes(*einstein)
    for shift, sign in ((-1e-5, 1), (1e-5, -1)):
        value = largest_eigenvalue(energies, strengths, 26.60156 + shift, 0.0, 300.0, 21)
        assert sign * (value - 1) > 0


def test_the_nonlinear_gap_vanishes_there(omega, spectra):
    Tc = critical_temperature(omega, spectra[:3])
    assert (Tc > 1).all()
    for a2f, T in zip(spectra, Tc, strict=False):
        for factor, expected in ((0.997, True), (1.003, False)):
            s = solve_matsubara(omega, a2f, factor * T, cutoff=PAPER_CUTOFF, n_matsubara=300)
            assert s.converged
            assert s.superconducting == expected


def test_energies_scale(omega, spectra):
    one = critical_temperature(omega, spectra[:2])
    five = critical_temperature(5 * omega, spectra[:2], cutoff=5 * PAPER_CUTOFF)
    np.testing.assert_allclose(five, 5 * one, rtol=1e-7)


def test_repulsion_lowers_it_to_nothing(omega, spectra):
    a2f = 0.15 * spectra[0]
    free, weak, strong = (
        critical_temperature(omega, a2f, mu, lowest=0.5) for mu in (0.0, 0.05, 3.0)
    )
    assert free > weak > strong == 0


def test_a_cutoff_inside_the_spectrum_of_frequencies(omega, spectra):
    """mu* that acts below 100 meV alone is about as strong as a smaller one that acts farther."""
    low = critical_temperature(omega, spectra[0], 0.1, cutoff=100.0)
    high = critical_temperature(omega, spectra[0], 0.1 / (1 - 0.1 * np.log(2.2)), cutoff=220.0)
    assert low == pytest.approx(high, rel=2e-2)


def test_lowest_ends_the_search(omega, spectra):
    assert critical_temperature(omega, spectra[0], lowest=40.0) == 0
    with pytest.raises(ValueError, match="lowest"):
        critical_temperature(omega, spectra[0], lowest=0.0)
    with pytest.raises(ValueError, match="a2f"):
        critical_temperature(omega, -spectra[0])


def test_logarithmic_frequency_of_one_mode(einstein):
    assert logarithmic_frequency(*einstein) == pytest.approx(20.0)


@pytest.mark.parametrize("cutoff", [100.0, 1000.0])
def test_the_largest_eigenvalue_is_that_of_the_whole_matrix(omega, spectra, monkeypatch, cutoff):
    """Also where mu* ends below the last frequency and the matrix is not symmetric."""
    energies, strengths = modes(omega, spectra[0])
    values = []
    for dense in (0, 1000):
        monkeypatch.setattr("gapworks.eliashberg.physics.critical_temperature._DENSE", dense)
        values.append(largest_eigenvalue(energies, strengths, 3.0, 0.1, cutoff, 200))
    assert values[0] == pytest.approx(values[1], abs=1e-10)
