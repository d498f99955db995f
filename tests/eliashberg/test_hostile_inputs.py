"""What is no gap function as the ensemble knows it: refused, or answered with intervals that hold.

An ensemble that has learned something, of 1200 samples; of each input the true a2F is known, where
there is one.
"""

import json

import numpy as np
import pytest

from gapworks.config import load
from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.dataset import solve_spectra
from gapworks.eliashberg.data.fields import Split, boson_grid, gap_function, part, rows_of
from gapworks.eliashberg.learning.forward import FORWARD_SOLVER
from gapworks.eliashberg.physics.solution import density_of_states
from gapworks.eliashberg.physics.spectrum import coupling_constant
from gapworks.factory.reading import read
from gapworks.plan import Plan
from tests.support.command import gapworks_here
from tests.support.config import plan, raw_config
from tests.support.made import Made

PHYSICS = plan("eliashberg").scale.config.physics
OMEGA = boson_grid(PHYSICS)
HEADER = "energy (meV), Re Delta, Im Delta"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    raw = raw_config()
    small = raw["scales"]["smoke"]["eliashberg"]
    small["datasets"]["complex"] = {"samples": 1200}
    small["networks"]["ensemble"] = {"training": {"epochs": 40}}
    folder = tmp_path_factory.mktemp("hostile")
    return Made(Plan("smoke", load(raw)[1]["smoke"], "eliashberg"), folder)


@pytest.fixture(scope="module")
def network(made):
    return made.network("ensemble-complex-gap")


@pytest.fixture(scope="module")
def known(made):
    """Energies, and a2F and Delta of test samples with a gap of ordinary size."""
    arrays = read(made.data("complex"))
    test = rows_of(arrays, part(arrays, Split.TEST))
    delta = gap_function(test)
    ordinary = delta[:, 0].real > 0.5
    return arrays["energy"], test["a2f"][ordinary], delta[ordinary]


def solved(a2f, **changes):
    """Delta on the network's energies, of other physics."""
    physics = Physics.model_validate(PHYSICS.model_dump() | changes)
    return solve_spectra(physics, a2f[None], FORWARD_SOLVER, 1)[1].delta[0]


def peak(centre, width, height):
    return height * np.exp(-0.5 * ((OMEGA - centre) / width) ** 2)


def noise(size, seed=1):
    return np.random.default_rng(seed).normal(size=(2, size)).T @ [1, 1j]


def correlated(size):
    kernel = np.exp(-0.5 * (np.arange(-20, 21) / 5) ** 2)
    smooth = np.convolve(noise(size + 40), kernel, "valid")
    return smooth / np.abs(smooth).std()


def shifted(x, delta, by):
    return np.interp(x - by, x, delta)


def normal_metal(x, a2f, delta):
    return 5e-3 * noise(len(x))


HOSTILE = {
    "in eV": lambda x, a, d: d / 1e3,
    "in ueV": lambda x, a, d: d * 1e3,
    "conjugate": lambda x, a, d: d.conj(),
    "minus the conjugate": lambda x, a, d: -d.conj(),
    "Re and Im swapped": lambda x, a, d: d.imag + 1j * d.real,
    "Im times 1.5": lambda x, a, d: d.real + 1.5j * d.imag,
    "no Im": lambda x, a, d: d.real + 0j,
    "modulus and phase": lambda x, a, d: np.abs(d) + 1j * np.angle(d),
    "modulus": lambda x, a, d: np.abs(d) + 0j,
    "constant": lambda x, a, d: 1 + 0j * d,
    "zero": lambda x, a, d: 0 * d,
    "infinite": lambda x, a, d: d / np.where(np.arange(len(x)) == 7, 0, 1),
    "a constant added": lambda x, a, d: d + 0.5,
    "larger by half": lambda x, a, d: 1.5 * d,
    "smaller by half": lambda x, a, d: 0.5 * d,
    "shifted by 0.5 meV": lambda x, a, d: shifted(x, d, 0.5),
    "shifted by 2 meV": lambda x, a, d: shifted(x, d, 2.0),
    "noise of 10 %": lambda x, a, d: d + 0.1 * np.abs(d[0]) * noise(len(x)),
    "noise of 100 %": lambda x, a, d: d + np.abs(d[0]) * noise(len(x)),
    "correlated noise of 10 %": lambda x, a, d: d + 0.1 * np.abs(d[0]) * correlated(len(x)),
    "noise alone": lambda x, a, d: 0.02 * noise(len(x)),
    "a normal metal with noise": normal_metal,
    "white noise as large as a gap": lambda x, a, d: noise(len(x)),
    "every eighth energy": lambda x, a, d: np.interp(x, x[::8], d[::8]),
    "two peaks, as of a hydride": lambda x, a, d: solved(peak(2.5, 0.2, 2) + peak(8, 0.3, 2)),
    "one Einstein mode": lambda x, a, d: solved(peak(5, 0.1, 12)),
    "like lead": lambda x, a, d: solved(peak(4.4, 0.5, 1) + peak(8.4, 0.35, 1.3)),
    "six times the coupling": lambda x, a, d: solved(6 * a),
    "mu* of 0": lambda x, a, d: solved(a, mu_star=0.0),
    "mu* of 0.2": lambda x, a, d: solved(a, mu_star=0.2),
    "phi in place of Delta": lambda x, a, d: d * (1 + a[::5] * 2),
    "a DOS and zeros": lambda x, a, d: density_of_states(x, d, 0.05) + 0j,
    "two gaps": lambda x, a, d: (d + 0.5 * shifted(x, d, 1.5)) / 1.5,
    "Delta(i omega_n)": lambda x, a, d: d[0].real / (1 + (x / 5) ** 2) + 0j,
}

MILD = ("every eighth energy", "shifted by 0.5 meV")
"""Of some samples these change little: then the true lambda is in the interval, or this is said."""


def asked(network, folder, x, delta, *options, header=HEADER):
    """Exit code, the check and what was said."""
    source, target = folder / "gap.csv", folder / "answer.csv"
    columns = np.column_stack([x, delta.real, delta.imag])
    np.savetxt(source, columns, delimiter=",", header=header, comments="")
    for path in (target, target.with_suffix(".json")):
        path.unlink(missing_ok=True)
    given = ("--network", network, "--input", source, "--output", target, *options)
    ran = gapworks_here("predict", "eliashberg", *given)
    assert target.exists() == (ran.returncode == 0)
    check = json.loads(target.with_suffix(".json").read_text()) if target.exists() else None
    return ran.returncode, check, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", HOSTILE)
def test_none_is_answered_confidently_and_wrong(network, known, name, tmp_path):
    x, spectra, gaps = known
    for a2f, delta in list(zip(spectra, gaps, strict=True))[:4]:
        with np.errstate(divide="ignore", invalid="ignore"):
            given = HOSTILE[name](x, a2f, delta)
        code, check, said = asked(network, tmp_path, x, given)
        if code == 0 and name in MILD:
            low, high = check["intervals"]["coupling"]["95%"]
            holds = low <= coupling_constant(OMEGA, a2f) <= high
            assert holds or "the intervals may be too narrow" in said, said
        else:
            assert code in (1, 2), said


HARMLESS = {
    "itself": lambda x, a, d: d,
    "-Delta": lambda x, a, d: -d,
    "noise of training": lambda x, a, d: d + 0.01 * noise(len(x)),
    "broadening of 0.02 meV": lambda x, a, d: solved(a, broadening=0.02),
    "at 0.5 K": lambda x, a, d: solved(a, temperature=0.5),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_answered_lies_in_its_intervals(network, known, name, tmp_path):
    """Of ten inputs most are answered, and of those not more than two or three are off."""
    x, spectra, gaps = known
    held = []
    for a2f, delta in list(zip(spectra, gaps, strict=True))[:10]:
        code, check, said = asked(network, tmp_path, x, HARMLESS[name](x, a2f, delta))
        if code == 0:
            low, high = check["intervals"]["coupling"]["95%"]
            held.append(low <= coupling_constant(OMEGA, a2f) <= high)
        else:
            assert code == 2 and "99 %" in said or "twice the largest" in said
    assert len(held) >= 6
    assert sum(held) >= len(held) - 2


OTHERS = {"eV": 1e-3, "THz": 1 / 4.135667696, "cm^-1": 1 / 0.12398419843, "ueV": 1e3}


@pytest.mark.parametrize("unit", OTHERS)
def test_energies_in_another_unit_are_refused_and_what_they_may_be_is_asked(
    network, known, unit, tmp_path
):
    x, _, gaps = known
    code, _, said = asked(network, tmp_path, OTHERS[unit] * x, gaps[0], header="x, y, z")
    assert code == 1
    if OTHERS[unit] < 1:
        assert f"in {unit}" in said or f"or {unit}" in said
    assert "--unit" in said


@pytest.mark.parametrize("part", ["below", "above"])
def test_a_function_that_is_cut_short_is_said_to_be(network, known, part, tmp_path):
    x, _, gaps = known
    kept = slice(0, 100) if part == "below" else slice(20, None)
    code, _, said = asked(network, tmp_path, x[kept], gaps[0][kept])
    assert code == 1
    assert "the network sees 0.175 to 35 meV" in said


def test_a_gap_in_eV_beside_energies_in_meV_is_recognised(network, known, tmp_path):
    x, _, gaps = known
    largest = gaps[np.abs(gaps[:, 0]).argmax()]
    code, _, said = asked(network, tmp_path, x, largest / 1e3)
    assert code == 2
    assert "is Delta in eV? Say so in a header" in said
    header = "energy (meV), Re Delta (eV), Im Delta (eV)"
    same = asked(network, tmp_path, x, largest / 1e3, header=header)[:2]
    assert same[0] == asked(network, tmp_path, x, largest)[0]
