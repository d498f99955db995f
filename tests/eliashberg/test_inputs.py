"""Users' files as physics: one spectrum in every unit and layout; what is not sure is asked."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapworks.eliashberg.data.fields import boson_grid, real_energies
from gapworks.eliashberg.learning.own_functions import read_function, read_spectrum
from gapworks.eliashberg.physics.spectrum import coupling_constant, logarithmic_frequency
from gapworks.factory.errors import Refused
from gapworks.readers.table import ReadError
from gapworks.readers.units import MEV
from tests.support.config import plan

PHYSICS = plan("eliashberg").scale.config.physics
OMEGA = 0.02 * np.arange(1, 501)
A2F = np.exp(-(((OMEGA - 4.3) / 0.8) ** 2)) + 0.8 * np.exp(-(((OMEGA - 8.2) / 0.5) ** 2))
A2F[-1] = 0.0
COUPLING = float(coupling_constant(OMEGA, A2F))
LOGARITHMIC = float(logarithmic_frequency(OMEGA, A2F))
INTEGRATED = np.cumsum(2 * A2F / OMEGA * 0.02)


def lines_of(*columns, write="{:.7f}", join="  "):
    return "\n".join(join.join(write.format(v) for v in row) for row in zip(*columns, strict=True))


def fortran(text):
    """Without the letter where the exponent has three digits."""
    return re.sub(r"E([+-]\d{3})\b", r"\1", text.replace("e", "E"))


EPW = " w[meV] a2f and integrated 2*a2f/w for    1 smearing values\n"
EPW_FOOTER = (
    "\n Integrated el-ph coupling\n  #     1.1905738\n Phonon smearing (meV)\n  #  0.0500000\n"
    " Electron smearing (eV)  0.1000000\n Fermi window (eV)  1.0000000\n"
    " Summed el-ph coupling  1.2\n"
)
QE = (
    " # Eliashberg function a2F (per both spin)\n #  frequencies in Rydberg\n"
    " # DOS normalized to E in Rydberg: a2F_total, a2F(mode)\n\n"
)
TINY = np.where(A2F < 1e-6, 1.234567e-105, A2F)
LAYOUTS = {
    "plain": lines_of(OMEGA, A2F),
    "lambda.x": "# E(THz)     0.01\n" + lines_of(OMEGA / MEV["THz"], A2F, write="{:.8f}"),
    "EPW": EPW + lines_of(OMEGA, A2F, INTEGRATED) + EPW_FOOTER,
    "Quantum ESPRESSO": QE
    + lines_of(OMEGA / MEV["Ry"], A2F, 0.4 * A2F, 0.6 * A2F, write="{:.8e}")
    + "\n lambda =  1.2   Delta =   1.5E-06\n",
    "Fortran D": lines_of(OMEGA, A2F, write="{:.8E}").replace("E", "D"),
    "Fortran without E": fortran(lines_of(OMEGA, TINY, write="{:.7e}")),
    "quoted": '"omega","a2F"\n"' + lines_of(OMEGA, A2F, join='","').replace("\n", '"\n"') + '"',
    "German": "omega;a2F\n" + lines_of(OMEGA, A2F, join=";").replace(".", ","),
    "byte order mark": "\ufeff" + lines_of(OMEGA, A2F, join=","),
    "ours": "omega_meV,a2F\n" + lines_of(OMEGA, A2F, join=","),
    "cm^-1": "frequency (cm-1)   alpha2F\n" + lines_of(OMEGA / MEV["cm^-1"], A2F),
    "Hartree": "# w [Ha], a2F\n" + lines_of(OMEGA / MEV["Ha"], A2F, write="{:.8e}", join=","),
    "eV": "energy (eV)\ta2F\r\n" + lines_of(OMEGA / 1e3, A2F, write="{:.9f}", join="\t"),
    "kelvin": "omega (K)  a2F\n" + lines_of(OMEGA / MEV["K"], A2F),
    "ISO": "omega / THz; a2F\n" + lines_of(OMEGA / MEV["THz"], A2F, write="{:.9f}", join=";"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_spectrum_has_one_coupling_in_every_layout_and_unit(tmp_path, layout):
    path = tmp_path / "a2f.dat"
    path.write_text(LAYOUTS[layout], encoding="utf-8")
    a2f, notes = read_spectrum(path, PHYSICS)
    grid = boson_grid(PHYSICS)
    assert coupling_constant(grid, a2f)[0] == pytest.approx(COUPLING, rel=1e-4)
    assert logarithmic_frequency(grid, a2f)[0] == pytest.approx(LOGARITHMIC, rel=1e-4)
    headerless = layout in ("plain", "Fortran D", "Fortran without E", "byte order mark")
    headerless |= layout in ("quoted", "German")
    assert headerless == any("no unit in a header" in note for note in notes)


@given(unit=st.sampled_from(sorted(MEV)), end=st.floats(3.4, 10), points=st.integers(20, 60))
def test_a_spectrum_without_a_unit_is_right_in_meV_or_asked_about(
    tmp_path_factory, unit, end, points
):
    """Whatever the unit: the truth, a question, or a refusal; never another spectrum."""
    omega = end * np.arange(1, points + 1) / points
    a2f = np.sin(np.pi * omega / end / 1.001) ** 2
    path = tmp_path_factory.getbasetemp() / "headerless.dat"
    path.write_text(lines_of(omega / MEV[unit], a2f, write="{:.9e}"))
    given_unit, _ = read_spectrum(path, PHYSICS, unit=unit)
    grid = boson_grid(PHYSICS)
    true = coupling_constant(omega, a2f)
    assert coupling_constant(grid, given_unit)[0] == pytest.approx(true, rel=0.05)
    try:
        found, notes = read_spectrum(path, PHYSICS)
    except (Refused, ReadError) as told:
        assert unit != "meV"
        assert "--unit" in str(told)
    else:
        assert unit == "meV"
        assert any("read as meV" in note for note in notes)
        np.testing.assert_allclose(found, given_unit)


def test_imaginary_modes_are_named_and_left_out_on_request(tmp_path):
    path = tmp_path / "a2f.dat"
    path.write_text("-0.10 1e-4\n-0.05 1e-4\n0.0 0.0\n" + lines_of(OMEGA, A2F))
    with pytest.raises(ReadError, match=r"2 negative frequencies, from -0.1 to -0.05 meV.*--drop"):
        read_spectrum(path, PHYSICS)
    a2f, notes = read_spectrum(path, PHYSICS, drop_imaginary=True)
    assert coupling_constant(boson_grid(PHYSICS), a2f)[0] == pytest.approx(COUPLING, rel=1e-4)
    assert any(note.startswith("left out: 2 negative frequencies") for note in notes)


def test_the_column_of_a2f_is_asked_for_where_there_are_several(tmp_path):
    path = tmp_path / "alpha2F.dat"
    path.write_text("# E(THz) 0.01 0.02\n" + lines_of(OMEGA / MEV["THz"], 2 * A2F, A2F))
    with pytest.raises(ReadError, match=r"has 3 columns; say by --column which is a2F \(2 ... 3\)"):
        read_spectrum(path, PHYSICS)
    a2f, _ = read_spectrum(path, PHYSICS, column=3)
    assert coupling_constant(boson_grid(PHYSICS), a2f)[0] == pytest.approx(COUPLING, rel=1e-3)
    for column in (1, 4):
        with pytest.raises(ReadError, match="--column must be 2 ... 3"):
            read_spectrum(path, PHYSICS, column=column)
    several = EPW.replace(" 1 smearing", " 2 smearing")
    path.write_text(several + lines_of(OMEGA, A2F, A2F, INTEGRATED, INTEGRATED) + EPW_FOOTER)
    with pytest.raises(ReadError, match="say by --column"):
        read_spectrum(path, PHYSICS)


def test_a_coupling_that_the_networks_grid_changes_is_said(tmp_path):
    path = tmp_path / "coarse.csv"
    path.write_text("2.005 0\n5.0001 0.5\n5.0002 9.5\n5.0003 0.5\n8.005 0\n")
    _, notes = read_spectrum(path, PHYSICS)
    assert any(re.match(r"lambda is .* on its points, .* on the network's", note) for note in notes)


X = real_energies(PHYSICS)
DELTA = 1.2 * (1 - (X / 9) ** 2 + 0.3j * X / 9) / (1 + (X / 8) ** 4)


def gap_text(x, delta, header=""):
    return header + lines_of(x, delta.real, delta.imag, write="{:.9e}")


@pytest.mark.parametrize(
    ("header", "energy", "gap"),
    [
        ("", 1, 1),
        ("energy (meV), Re Delta (eV), Im Delta (eV)\n", 1, 1e3),
        ("# all in THz\n", MEV["THz"], MEV["THz"]),
        ("energy_meV re_delta_meV im_delta_meV\n", 1, 1),
        ("energy [cm^-1]  Re Delta [meV]  Im Delta [meV]\n", MEV["cm^-1"], 1),
    ],
)
def test_each_column_of_a_gap_function_has_its_unit(tmp_path, header, energy, gap):
    path = tmp_path / "gap.txt"
    path.write_text(gap_text(X / energy, DELTA / gap, header))
    given = read_function(path, PHYSICS, "gap")
    np.testing.assert_allclose(given.delta[0], DELTA, rtol=1e-6)


def test_a_unit_of_the_energies_alone_is_asked_about_where_it_is_not_that_of_the_gap(tmp_path):
    path = tmp_path / "gap.txt"
    path.write_text(gap_text(X / MEV["THz"], DELTA, "energy (THz), Re Delta, Im Delta\n"))
    with pytest.raises(ReadError, match="says THz of column 1 and nothing of column 2"):
        read_function(path, PHYSICS, "gap")


def test_minus_delta_is_the_same_superconductor(tmp_path):
    path = tmp_path / "gap.txt"
    path.write_text(gap_text(X, DELTA))
    plus = read_function(path, PHYSICS, "gap")
    path.write_text(gap_text(X, -DELTA))
    minus = read_function(path, PHYSICS, "gap")
    np.testing.assert_array_equal(plus.delta, minus.delta)
    assert [note for note in minus.notes if note not in plus.notes] == [
        "-Delta is Delta in another gauge: its sign was turned"
    ]


@given(eps=st.floats(-1e-7, 1e-7))
def test_energies_that_end_where_the_network_ends_reach_it_whatever_the_rounding(
    tmp_path_factory, eps
):
    path = tmp_path_factory.getbasetemp() / "gap.txt"
    x = np.linspace(X[0] * (1 - eps), X[-1] * (1 + eps), 300)
    path.write_text(gap_text(x, np.interp(x, X, DELTA.real) + 0.1j))
    assert read_function(path, PHYSICS, "gap").delta.shape == (1, 200)


def test_thirty_four_point_nine_nine_nine_is_thirty_five(tmp_path):
    path = tmp_path / "gap.txt"
    text = gap_text(X[:-1], DELTA[:-1]) + "\n34.99999999999999 -0.1 0.01\n"
    path.write_text(text)
    read_function(path, PHYSICS, "gap")
    path.write_text(text.replace("34.99999999999999", "34.9"))
    with pytest.raises(ReadError, match="reaches from 0.175 to 34.9 meV; the network sees"):
        read_function(path, PHYSICS, "gap")


def test_a_measured_dos_has_two_columns(tmp_path):
    path = tmp_path / "dos.csv"
    dos = 1 + np.exp(-((X - 1.3) ** 2))
    path.write_text("energy (meV),N\n" + lines_of(X, dos, join=",", write="{:.9e}"))
    given = read_function(path, PHYSICS, "dos")
    assert given.delta is None
    np.testing.assert_allclose(given.dos[0], dos, rtol=1e-6)
    with pytest.raises(ReadError, match="a DOS goes into a network sl-...-dos"):
        read_function(path, PHYSICS, "gap")
    both = np.concatenate([-X[::-1], X])
    path.write_text(lines_of(both, np.concatenate([dos[::-1], dos]), write="{:.9e}"))
    mirrored = read_function(path, PHYSICS, "dos")
    np.testing.assert_allclose(mirrored.dos, given.dos, rtol=1e-6)
    assert any(note.startswith("energies below zero are left out") for note in mirrored.notes)
    path.write_text(lines_of(X, dos - 1.5, write="{:.9e}"))
    with pytest.raises(ReadError, match="N is negative"):
        read_function(path, PHYSICS, "dos")


@pytest.mark.parametrize("factor", [1e300, 1e30, 1e6, 1e-12, 1e-300])
def test_numbers_that_are_no_energies_reach_no_network(tmp_path, factor):
    """Whatever a column holds, solvers meet finite numbers of a size that they can work with."""
    path = tmp_path / "table.txt"
    path.write_text(gap_text(X, factor * DELTA))
    with pytest.raises(ReadError, match=r"its values reach .*; give 3 columns"):
        read_function(path, PHYSICS, "gap")
    path.write_text(lines_of(X, factor * (2 - X / 40), write="{:.9e}"))
    with pytest.raises(ReadError, match="its values reach"):
        read_function(path, PHYSICS, "dos")
    path.write_text("energy (meV) a2F\n" + lines_of(OMEGA, factor * A2F, write="{:.9e}"))
    if factor > 1:
        with pytest.raises(ReadError, match="its lambda is .*: column 2 is no a2F"):
            read_spectrum(path, PHYSICS)


@pytest.mark.parametrize("value", [0, 1])
def test_a_normal_metal_tells_nothing(tmp_path, value):
    path = tmp_path / "dos.txt"
    path.write_text(lines_of(X, 0 * X + value))
    with pytest.raises(ReadError, match="a normal metal tells nothing"):
        read_function(path, PHYSICS, "dos")


def test_a_spectrum_that_was_cut_off_is_said_to_be(tmp_path):
    kept = OMEGA < 4.5
    path = tmp_path / "cut.dat"
    path.write_text("# omega (meV) a2F\n" + lines_of(OMEGA[kept], A2F[kept]))
    notes = read_spectrum(path, PHYSICS)[1]
    assert any("ends at 4.48 meV with a2F = " in note and "whole?" in note for note in notes)


@pytest.mark.parametrize("what", ["gap", "dos"])
@pytest.mark.parametrize("shift", [0.0, 0.4, -1.0])
def test_branches_that_are_alike_about_another_energy_tell_a_shift(what, shift, tmp_path):
    x = np.arange(-1000, 1001) * 0.05
    gap = 1.5 / (1 - (x / 9) ** 2 - 0.3j * x / 9)
    dos = 1 + 2 / (1 + ((np.abs(x) - 1.5) / 0.3) ** 2)
    columns = (gap.real, gap.imag) if what == "gap" else (dos,)
    path = tmp_path / "f.csv"
    path.write_text(lines_of(x + shift, *columns, join=","))
    said = " ".join(read_function(path, PHYSICS, what).notes)
    assert "energies below zero are left out" in said
    assert (f"least about {shift:.2g} meV: are the energies shifted by that?" in said) == bool(
        shift
    )
    assert ("the branches below and above zero differ" in said) == bool(shift)
