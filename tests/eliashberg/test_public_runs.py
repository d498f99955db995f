"""Numbers that other programs printed of spectra which are public, from those spectra."""

from pathlib import Path

import numpy as np
import pytest

from gapworks.eliashberg import BOLTZMANN, coupling_constant, logarithmic_frequency, solve
from gapworks.readers import read_a2f

MU_STAR = 0.1
STEPS, END, FIRST = 500, 45.2038042, 47
"""Grid of EPW's aluminium, meV, and where the numbers that are kept of it begin."""
CROSSING = {0.82: 225, 0.83: 223, 0.84: 220, 0.85: 217, 0.86: 215, 0.90: 205}
"""EPW's frequencies omega_n > 0 at each temperature, K; its eigenvalue falls through 1 at .84."""


@pytest.fixture(scope="module")
def aluminium(tmp_path_factory):
    """EPW's file again: three columns of its digits, the header that counts ten smearings."""
    lines = (Path(__file__).parent / "public_runs/al_epw6.txt").read_text().splitlines()
    kept = np.array(" ".join(one for one in lines if one[0] != "#").split(), float) / 1e7
    a2f = np.zeros(STEPS)
    a2f[FIRST - 1 : FIRST - 1 + kept.size] = kept
    omega = END / STEPS * np.arange(1, STEPS + 1)
    running = np.cumsum(2 * a2f / omega) * omega[0]
    path = tmp_path_factory.mktemp("epw") / "al.a2f"
    rows = [f"{w:12.7f}{a:12.7f}{s:12.7f}" for w, a, s in zip(omega, a2f, running, strict=True)]
    header = " w[meV] a2f and integrated 2*a2f/w for   10 smearing values"
    footer = [" Phonon smearing (meV)", "  #            0.5000000", "DOS (eV)   0.2560645"]
    path.write_text("\n".join([header, *rows, *footer, ""]))
    return path


def solved(path, temperature, count):
    """With EPW's sums: so many frequencies, mu* in all of them."""
    end = 2 * count * np.pi * BOLTZMANN * temperature
    return solve(path, MU_STAR, temperature, cutoff=end, n_matsubara=count)


def test_epw_integrates_its_aluminium_to_the_same_numbers(aluminium):
    found = read_a2f(aluminium)
    assert found.a2f.shape == (1, STEPS)
    assert coupling_constant(found.omega, found.a2f)[0] == pytest.approx(0.3508982377, abs=1e-8)
    log = logarithmic_frequency(found.omega, found.a2f)[0]
    assert log == pytest.approx(26.44613456, rel=1e-6)


def test_epw_solves_its_aluminium_to_the_same_gap(aluminium):
    found = solved(aluminium, 0.25, 739)
    assert found.delta[0, 0, 0] == pytest.approx(0.12821328449, rel=1e-6)
    assert found.z[0, 0, 0] == pytest.approx(1.3230115257, rel=1e-7)


@pytest.mark.parametrize(("temperature", "count"), CROSSING.items())
def test_epw_loses_the_gap_of_its_aluminium_at_the_same_temperature(aluminium, temperature, count):
    found = solved(aluminium, temperature, count)
    assert found.converged.all()
    assert bool(found.superconducting[0, 0, 0]) == (temperature < 0.845)
