"""Numbers that other programs printed of spectra which are public, from those spectra."""

from pathlib import Path

import numpy as np
import pytest

from gapworks.eliashberg import (
    BOLTZMANN,
    coupling_constant,
    logarithmic_frequency,
    rms_frequency,
    solve,
)
from gapworks.eliashberg.data.typical import MAGNESIUM_DIBORIDE
from gapworks.readers import read_a2f
from gapworks.readers.units import MEV

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


def elk(omega, a2f, temperature, count, below):
    """Delta and Z at i omega_0 by the sums of Elk's eliashberg.f90 (2011), plainly iterated.

    So many frequencies for the phonons, and those from 0 to `below` for the repulsion; weights are
    the range over the number of points.
    """
    t0 = np.pi * BOLTZMANN * temperature
    step = (omega[-1] - omega[0]) / omega.size
    k = np.arange(2 * count + 1)[:, None]
    kernel = 2 * step * (omega * a2f / (omega**2 + (2 * t0 * k) ** 2)).sum(1)
    n = np.arange(count)
    minus, plus = kernel[np.abs(n[:, None] - n)], kernel[n[:, None] + n + 1]
    frequency, delta = t0 * (2 * n + 1), np.full(count, 3.0)
    for _ in range(1000):
        r = np.hypot(frequency, delta)
        z = 1 + t0 * ((minus - plus) @ (frequency / r)) / frequency
        repelled = 2 * MU_STAR * (delta / r)[: below + 1].sum()
        new = t0 * ((minus + plus) @ (delta / r) - repelled) / z
        if np.abs(new - delta).max() < 1e-12:
            break
        delta = 0.5 * (new + delta)
    return new[0], z[0]


@pytest.mark.parametrize("reach", [1, 20])
@pytest.mark.parametrize("temperature", [5.0, 15.0, 25.0])
def test_elk_s_sums_are_a_number_of_frequencies_and_a_cut_off(tmp_path, temperature, reach):
    """20 omega_2 of frequencies; repulsion up to `reach` omega_2: 1 in 2011, later 20."""
    kind = MAGNESIUM_DIBORIDE
    omega = kind.grid(300)
    a2f = np.round(kind.on(omega), 8)
    omega_2 = rms_frequency(omega, a2f)
    t0 = np.pi * BOLTZMANN * temperature
    count, below = (round(float(k * omega_2 / (2 * t0))) for k in (20, reach))
    delta, z = elk(omega, a2f, temperature, count, below)
    path = tmp_path / "ALPHA2F.OUT"
    weight = (omega.size - 1) / omega.size
    np.savetxt(path, np.column_stack([omega / MEV["Ha"], weight * a2f]), fmt="%18.10E")
    cutoff = 2 * t0 * min(below + 1, count)
    found = solve(path, MU_STAR, temperature, cutoff=cutoff, n_matsubara=count)
    assert found.delta[0, 0, 0] == pytest.approx(delta, rel=1e-5)
    assert found.z[0, 0, 0] == pytest.approx(z, rel=1e-5)
