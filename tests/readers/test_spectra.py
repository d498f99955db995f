"""a2F as programs write it: the same spectra in every layout, or a refusal with the way out."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapworks.factory.errors import Refused
from gapworks.readers import ReadError, read_a2f
from gapworks.readers.spectra import running_coupling
from gapworks.readers.units import MEV

OMEGA = 0.1 * np.arange(1, 281)
SHAPE = np.exp(-(((OMEGA - 14) / 3) ** 2)) + 0.6 * np.exp(-(((OMEGA - 23) / 1.5) ** 2))
SHAPE[-1] = 0.0


def rows_of(smearings):
    """Spectra of so many smearings, shape (smearings, J)."""
    return SHAPE * np.linspace(0.8, 1.2, smearings)[:, None]


def fortran(values, form, *widths):
    """A record as Fortran wraps it: so many numbers in its lines, the last width over and over."""
    words, lines = [form.format(value) for value in values], []
    for width in [*widths, *[widths[-1]] * len(words)]:
        if words:
            lines.append("".join(words[:width]))
            words = words[width:]
    return "\n".join(lines)


def lambda_x(smearings):
    """alpha2F.dat: f8.4, 10 f10.5 to a line; the smearings, in Ry, go on without a # too."""
    widths = 0.005 * np.arange(1, smearings + 1)
    head = "# E(THz)" + fortran(widths, "{:10.3f}", 10)
    table = np.vstack(
        [np.append(0, OMEGA) / MEV["THz"], np.pad(rows_of(smearings), [(0, 0), (1, 0)])]
    )
    return "\n".join([head, *(fortran(row, "{:11.6f}", 11, 10) for row in table.T)])


def epw(smearings, integrated=True, said=None, footer=True):
    """prefix.a2f: f12.7, 15 f12.7 to a line, over and over."""
    spectra = rows_of(smearings)
    running = np.cumsum(2 * spectra / OMEGA * 0.1, axis=1)
    table = np.vstack([OMEGA, spectra, *([running] if integrated else [])])
    what = "a2f and integrated 2*a2f/w" if integrated else "a2f"
    lines = [f" w[meV] {what} for {said or smearings:4d} smearing values"]
    lines += [fortran(row, "{:12.7f}", 16) for row in table.T]
    if footer:
        below = {" Integrated el-ph coupling": running[:, -1]}
        below[" Phonon smearing (meV)"] = 0.05 * np.arange(1, smearings + 1)
        for title, values in below.items():
            parts = [values[k : k + 15] for k in range(0, smearings, 15)]
            lines += [title, *("  #         " + fortran(p, "{:12.7f}", 15) for p in parts)]
        lines += ["Electron smearing (eV)   0.1000000", "Fermi window (eV)   1.0000000"]
        lines += ["DOS (eV)   0.7", "Summed el-ph coupling    1.0000000"]
    return "\n".join(lines)


def matdyn(modes, width):
    """a2F.dos: omega in Ry, the total, the modes."""
    shares = np.arange(1, modes + 1) / (modes * (modes + 1) / 2)
    table = np.vstack([OMEGA / MEV["Ry"], SHAPE, shares[:, None] * SHAPE])
    head = "\n # Eliashberg function a2F (per both spin)\n #  frequencies in Rydberg  \n"
    head += " # DOS normalized to E in Rydberg: a2F_total, a2F(mode) \n\n"
    body = "\n".join(fortran(row, "{:16.8E}", width) for row in table.T)
    return head + body + "\n  lambda =  1.2         Delta =   7.5E-006\n"


def columns(*values, head="", join="  "):
    return head + "\n".join(join.join(f"{v:.9e}" for v in row) for row in zip(*values, strict=True))


RUNNING = running_coupling(OMEGA, SHAPE)
LAYOUTS = {
    "lambda.x": ("alpha2F.dat", lambda_x(5), rows_of(5), "0.005 Ry"),
    "lambda.x, more than a line holds": ("alpha2F.dat", lambda_x(20), rows_of(20), "0.005 Ry"),
    "lambda.x, a line and a bit": ("alpha2F.dat", lambda_x(12), rows_of(12), "0.005 Ry"),
    "EPW": ("nb.a2f", epw(3), rows_of(3), "0.05 meV"),
    "EPW, more than a line holds": ("nb.a2f", epw(20), rows_of(20), "0.05 meV"),
    "EPW, ten announced and one written": ("nb.a2f", epw(1, said=10), rows_of(1), "0.05 meV"),
    "EPW, not integrated": ("nb.a2f", epw(20, False), rows_of(20), "0.05 meV"),
    "EPW, no footer": ("nb.a2f.01", epw(2, footer=False), rows_of(2), "column 2"),
    "EPW by modes": (
        "nb.a2f_proj",
        columns(OMEGA, SHAPE, 0.2 * SHAPE, 0.8 * SHAPE, head="w[meV] a2f a2f_modeproj\n")
        + "\n lambda_int = 1.2   lambda_sum = 1.2\n",
        SHAPE[None],
        "column 2",
    ),
    "matdyn.x": ("a2F.dos4", matdyn(3, 5), SHAPE[None], "column 2"),
    "matdyn.x, wrapped": ("a2F.dos4", matdyn(6, 5), SHAPE[None], "column 2"),
    "Elk": (
        "ALPHA2F.OUT",
        columns(np.append([-1e-6, 0], OMEGA / MEV["Ha"]), np.append([0, 0], SHAPE)),
        SHAPE[None],
        "column 2",
    ),
    "IsoME": (
        "Nb.a2F",
        columns(
            np.append(0, OMEGA) / MEV["THz"],
            *np.pad(rows_of(20), [(0, 0), (1, 0)], constant_values=7e-9),
            head=" # E (THz) " + " ".join(f"{0.005 * k:.16E}" for k in range(1, 21)) + "\n",
        ),
        rows_of(20),
        "0.005 Ry",
    ),
    "a running lambda, no header": (
        "a.dat",
        columns(OMEGA, SHAPE, RUNNING),
        SHAPE[None],
        "column 2",
    ),
    "rows counted by pandas": (
        "a.csv",
        columns(np.arange(280), OMEGA, SHAPE, head=",omega_meV,a2F\n", join=","),
        SHAPE[None],
        "column 3",
    ),
    "rows counted, no header": (
        "a.dat",
        columns(np.arange(1, 281), OMEGA, SHAPE),
        SHAPE[None],
        "column 3",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_smearing_of_a_layout_is_the_spectrum_that_was_written(tmp_path, layout):
    name, text, true, label = LAYOUTS[layout]
    (tmp_path / name).write_text(text)
    found = read_a2f(tmp_path / name)
    np.testing.assert_allclose(found.omega, OMEGA, rtol=1e-4)
    np.testing.assert_allclose(found.a2f, true, atol=2e-6)
    assert found.labels[0] == label
    assert len(found.labels) == len(found.columns) == len(true)


@settings(max_examples=15, deadline=None)
@given(smearings=st.integers(1, 34), integrated=st.booleans())
def test_records_of_any_length_are_put_together(tmp_path_factory, smearings, integrated):
    path = tmp_path_factory.getbasetemp() / "nb.a2f"
    path.write_text(epw(smearings, integrated))
    np.testing.assert_allclose(read_a2f(path).a2f, rows_of(smearings), atol=2e-7)


@pytest.mark.parametrize("lost", [1, 2, 7])
def test_a_record_that_lost_a_line_is_refused_and_not_filled_up(tmp_path, lost):
    lines = epw(20).splitlines()
    del lines[lost]
    (tmp_path / "nb.a2f").write_text("\n".join(lines))
    with pytest.raises(ReadError, match=r"line \d+: has \d+ columns, line \d+ has"):
        read_a2f(tmp_path / "nb.a2f")


def test_columns_that_nothing_tells_apart_are_asked_for(tmp_path):
    path = tmp_path / "a.dat"
    path.write_text(columns(OMEGA, SHAPE, 1.1 * SHAPE, head="omega (meV) one other\n"))
    with pytest.raises(ReadError, match=r"has 3 columns; say by --column which is a2F \(2 ... 3\)"):
        read_a2f(path)
    both = read_a2f(path, column=[3, 2])
    assert both.columns == (3, 2)
    np.testing.assert_allclose(both.a2f, [1.1 * SHAPE, SHAPE], rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(unit=st.sampled_from(sorted(MEV)), end=st.floats(5.5, 390))
def test_no_unit_is_guessed_that_would_be_implausible(tmp_path_factory, unit, end):
    """Without a unit: meV if that is plausible, else a question; never another unit."""
    omega = end / 280 * np.arange(1, 281)
    path = tmp_path_factory.getbasetemp() / "a.dat"
    path.write_text(columns(omega / MEV[unit], SHAPE))
    np.testing.assert_allclose(read_a2f(path, unit=unit).omega, omega, rtol=1e-6)
    try:
        found = read_a2f(path)
    except ReadError as told:
        assert isinstance(told, Refused) and "--unit" in str(told) and unit != "meV"
    else:
        assert any("read as meV" in note for note in found.notes) and not found.said
        assert 4 < found.omega[-1] < 410


def test_a_file_in_meV_by_elk_s_name_is_asked_about(tmp_path):
    path = tmp_path / "ALPHA2F.OUT"
    path.write_text(columns(OMEGA, SHAPE))
    with pytest.raises(ReadError, match=r"if its energies are Ha, .* --unit"):
        read_a2f(path)
    np.testing.assert_allclose(read_a2f(path, unit="meV").omega, OMEGA)


def test_noise_below_zero_is_set_to_zero_and_more_is_refused(tmp_path):
    """Methfessel-Paxton smearing leaves small negative values at the edges of bands."""
    path, head = tmp_path / "a.dat", "omega (meV) a2F\n"
    path.write_text(columns(OMEGA, SHAPE - 0.002 * (OMEGA > 26), head=head))
    found = read_a2f(path)
    assert found.a2f.min() == 0
    assert any(re.match(r"a2F is negative in \d+ lines, by up to 0.002", n) for n in found.notes)
    path.write_text(columns(OMEGA, SHAPE - 0.1 * (OMEGA > 26), head=head))
    with pytest.raises(ReadError, match=r"line 262: a2F of column 2 is -0.0"):
        read_a2f(path)


def test_what_does_not_vanish_at_zero_energy_is_named(tmp_path):
    path, head = tmp_path / "a.dat", "omega (meV) a2F\n"
    for value, refused in ((1e-3, False), (0.2, True)):
        path.write_text(columns(np.append(0, OMEGA), np.append(value, SHAPE), head=head))
        if refused:
            with pytest.raises(ReadError, match="line 2: a2F is 0.2 at omega = 0"):
                read_a2f(path)
        else:
            found = read_a2f(path)
            assert found.omega[0] == OMEGA[0]
            assert any("0.001 at omega = 0" in note for note in found.notes)


def test_imaginary_modes_that_couple_are_named(tmp_path):
    path, head = tmp_path / "a.dat", "omega (meV) a2F\n"
    below = np.array([-0.2, -0.1])
    path.write_text(columns(np.append(below, OMEGA), np.append([1e-3, 1e-3], SHAPE), head=head))
    with pytest.raises(ReadError, match=r"2 negative frequencies, from -0.2 to -0.1 meV.*--drop"):
        read_a2f(path)
    assert read_a2f(path, drop_imaginary=True).omega[0] == OMEGA[0]


def test_a_coupling_that_is_not_the_footer_s_is_said(tmp_path):
    path = tmp_path / "a2F.dos1"
    path.write_text(matdyn(3, 5).replace("lambda =  1.2", "lambda =  0.6"))
    assert any("the file says lambda = 0.6, its a2F gives" in n for n in read_a2f(path).notes)


def test_points_are_kept_as_they_are(tmp_path):
    """No resampling: energies that are not evenly spaced come back to the bit."""
    omega, path = np.cumsum(0.05 + 0.3 * np.random.default_rng(5).random(120)), tmp_path / "a.csv"
    a2f = omega * (omega[-1] - omega)
    path.write_text(
        "omega (meV),a2F\n"
        + "\n".join(f"{x!r},{y!r}" for x, y in zip(omega.tolist(), a2f.tolist(), strict=True))
    )
    found = read_a2f(path)
    np.testing.assert_array_equal(found.omega, omega)
    np.testing.assert_array_equal(found.a2f[0], a2f)
