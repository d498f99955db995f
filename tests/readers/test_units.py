"""Units that a header speaks of: converted or named, never ignored."""

import pytest

from gapworks.readers.units import MEV, DoubtfulUnit, units

SAID = {
    "E(THz)     0.01": ("THz", 2),
    "w[meV] a2f and integrated 2*a2f/w for    1 smearing values": ("meV", 3),
    "frequencies in Rydberg": ("Ry", 2),
    "DOS normalized to E in Rydberg: a2F_total, a2F(mode)": ("Ry", 2),
    "omega_meV,a2F": ("meV", 2),
    "energy (eV), N": ("eV", 2),
    "Energy [EV]  N(E)": ("eV", 2),
    "omega / THz, a2F": ("THz", 2),
    "E/eV  N": ("eV", 2),
    "frequency (cm^-1)   alpha2F": ("cm^-1", 2),
    "frequency (cm-1)   alpha2F": ("cm^-1", 2),
    "w [1/cm] a2F": ("cm^-1", 2),
    "wavenumber a2F": ("cm^-1", 2),
    "frequency (Hartree), a2F": ("Ha", 2),
    "w(Ha) a2F": ("Ha", 2),
    "w [mRy] a2F": ("mRy", 2),
    "energy (µeV) N": ("ueV", 2),
    "energy (K), a2F": ("K", 2),
    "bias (mV), N": ("meV", 2),
    "U / mV; dI/dV": ("meV", 2),
    "V (mV)   dI/dV": ("meV", 2),
    "voltage [V]  dI/dV": ("eV", 2),
    "bias (µV), N": ("ueV", 2),
    "omega, a2F": (None, 2),
    "V, dI/dV": (None, 2),
    "energy, DOS of V3Si": (None, 2),
    "energy K-edge": (None, 2),
    "T = 1.16 K, mu* = 0.1": (None, 2),
    "temperature [K] 1.16": (None, 2),
    "broadening 0.05 meV": (None, 2),
    "energy, DOS (states/eV)": (None, 2),
    "alpha2F(omega) of lead": (None, 2),
}


@pytest.mark.parametrize(
    "line", ["Bias (V)   dI/dV (a.u.)", "Bias calc (V)\tLI Demod 1 X (arb. units)", "E (eV), N (K)"]
)
def test_the_unit_of_another_column_is_no_doubt_about_that_of_the_energies(line):
    assert units([line], 2, wanted=[0])[0] == "eV"


@pytest.mark.parametrize("line", ["energy (a.u.), N", "omega a.u.", "energy (meV), Delta (a.u.)"])
def test_a_doubtful_unit_of_a_column_of_energies_is_named(line):
    with pytest.raises(DoubtfulUnit, match="a.u."):
        units([line], 2, wanted=[0, 1])


@pytest.mark.parametrize("line", [line for line in SAID if SAID[line][0]])
def test_a_unit_of_the_header_is_recognised(line):
    unit, columns = SAID[line]
    assert units([line], columns)[0] == unit
    assert unit in MEV


@pytest.mark.parametrize("line", [line for line in SAID if not SAID[line][0]])
def test_other_words_are_no_unit_of_an_energy(line):
    assert units([line], SAID[line][1])[0] is None


def test_each_column_has_the_unit_of_its_label():
    assert units(["energy (meV), Re Delta (eV), Im Delta (eV)"], 3) == ("meV", "eV", "eV")
    assert units(["E/meV, Delta/eV, Im Delta / ueV"], 3) == ("meV", "eV", "ueV")
    assert units(["energy (meV), Re Delta (K), Im Delta (K)"], 3) == ("meV", "K", "K")
    assert units(["energy_meV,re_delta_meV,im_delta_meV"], 3) == ("meV",) * 3
    assert units(["made of eV", "energy (meV)  Re Delta  Im Delta"], 3)[0] == "meV"


@pytest.mark.parametrize(
    "header",
    [
        ["frequencies in THz", "and energies in meV"],
        ["energy (MeV), N"],
        ["omega (a.u.) a2F"],
        ["w (rad/s), a2F"],
        ["omega [furlong] a2F"],
        ["energy in arb. units"],
        ["frequency (2 pi THz), a2F"],
    ],
)
def test_what_cannot_be_converted_for_sure_is_named(header):
    with pytest.raises(DoubtfulUnit, match="the header"):
        units(header, 2)


def test_units_agree_with_each_other():
    assert MEV["Ry"] * 2 == pytest.approx(MEV["Ha"], rel=1e-12)
    assert MEV["THz"] == pytest.approx(33.35640952 * MEV["cm^-1"], rel=1e-9)
    assert MEV["K"] == pytest.approx(20.836619 * MEV["GHz"], rel=1e-6)
