"""`gapworks invert` as a user runs it: from a file to a spectrum with bands, or a refusal."""

import json

import numpy as np
import pandas as pd
import pytest

from gapworks.eliashberg import continue_to_real_axis, density_of_states, solve_matsubara
from tests.support.command import gapworks_here as gapworks

X = 0.35 * np.arange(1, 61)
OMEGA = 0.02 * np.arange(1, 501)
A2F = 0.8 * np.exp(-0.5 * ((OMEGA - 5) / 1.2) ** 2)
GIVEN = ("--temperature", 1.16, "--cutoff", 220.45, "--end", 10)


@pytest.fixture(scope="module")
def delta():
    """A gap function of a hump."""
    m = solve_matsubara(OMEGA, A2F, 1.16, 0.1, cutoff=220.45)
    return continue_to_real_axis(m, X, 0.05).delta


CONSTANT = "\n".join(f"{x / 2:.1f},1,0" for x in range(20))


def written(path, header, *columns):
    np.savetxt(path, np.column_stack(columns), delimiter=",", header=header, comments="")
    return path


@pytest.fixture
def noisy(delta, tmp_path):
    """The same with noise as a file in eV, -Delta in place of Delta."""
    rng = np.random.default_rng(12)
    noise = 0.01 * (rng.standard_normal(X.size) + 1j * rng.standard_normal(X.size))
    rows = -(delta + noise) / 1e3
    return written(
        tmp_path / "gap.csv", "energy (eV),Re (eV),Im (eV)", X / 1e3, rows.real, rows.imag
    )


def test_a_file_becomes_a_spectrum_with_bands_numbers_samples_and_a_figure(noisy, tmp_path):
    names = {"csv": "a.csv", "json": "a.json", "figure": "a.png", "samples": "s.csv"}
    options = [word for name, file in names.items() for word in (f"--{name}", tmp_path / file)]
    ended = gapworks("invert", noisy, *GIVEN, "--noise", 0.01, "--sample-count", 7, *options)
    assert ended.returncode == 0, ended.stderr
    assert "sign was turned" in ended.stderr
    bands = pd.read_csv(tmp_path / "a.csv")
    true = np.interp(bands.omega_meV, OMEGA, A2F)
    assert np.linalg.norm(bands.a2F - true) < 0.05 * np.linalg.norm(true)
    assert ((bands.lower95 <= true) & (true <= bands.upper95)).mean() > 0.85
    said = json.loads((tmp_path / "a.json").read_text())
    assert said["numbers"]["lambda"]["deviation"] > 0 and said["refused"] is None
    ends = [said["numbers"]["lambda"][key] for key in ("lower95", "lower68", "upper68", "upper95")]
    assert ends == sorted(ends) and ends[0] < 2 * np.trapezoid(A2F / OMEGA, OMEGA) < ends[-1]
    assert f"{said['numbers']['lambda']['value']:.5g}" in ended.stdout
    assert pd.read_csv(tmp_path / "s.csv").shape == (1000, 8)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_data_that_do_not_fit_are_refused_and_nothing_is_written(noisy, tmp_path):
    output = tmp_path / "a.csv"
    given = ("invert", noisy, *GIVEN, "--noise", 0.002, "--csv", output)
    ended = gapworks(*given)
    assert ended.returncode == 2 and not output.exists()
    assert "do not fit" in ended.stderr and "chi^2" in ended.stdout
    assert gapworks(*given, "--force").returncode == 0 and output.exists()


def test_two_columns_are_asked_about_and_then_read(delta, tmp_path):
    dos = density_of_states(X, delta, 0.05) + 1e-3 * np.random.default_rng(3).standard_normal(
        X.size
    )
    file = written(tmp_path / "dos.csv", "energy (meV),N", X, dos)
    ended = gapworks("invert", file, *GIVEN)
    assert ended.returncode == 2 and "--kind" in ended.stderr
    ended = gapworks("invert", file, *GIVEN, "--kind", "dos", "--noise", 1e-3)
    assert ended.returncode == 0, ended.stderr
    assert "lambda" in ended.stdout


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("1.0,2,3\n1.0,2,3\n", (), "drop repeated ones"),
        (CONSTANT, ("--broadening", 0.5, "--noise", 0.01), "broadening"),
        (CONSTANT, ("--kind", "dos"), "3 columns"),
    ],
)
def test_a_file_or_an_argument_that_cannot_be_is_named_in_a_line(tmp_path, text, options, said):
    file = tmp_path / "gap.csv"
    file.write_text(text)
    ended = gapworks("invert", file, *GIVEN, *options)
    assert ended.returncode == 1 and said in ended.stderr


@pytest.mark.parametrize(
    "words", [("--noise", -1), ("--csv", "a.json"), ("--temperature", 0), ("--column", 0)]
)
def test_an_argument_that_cannot_be_is_refused_by_the_command_line(noisy, words):
    ended = gapworks("invert", noisy, *GIVEN, *words)
    assert ended.returncode == 2 and words[0] in ended.stderr


def test_the_input_is_never_written_over(noisy):
    before = noisy.read_bytes()
    ended = gapworks("invert", noisy, *GIVEN, "--csv", noisy)
    assert ended.returncode == 1 and noisy.read_bytes() == before


def test_data_without_noise_are_answered_with_bands_as_wide_as_the_method_is_fine(delta, tmp_path):
    file = written(tmp_path / "exact.csv", "energy (meV),Re,Im", X, delta.real, delta.imag)
    ended = gapworks("invert", file, *GIVEN, "--json", tmp_path / "a.json")
    assert ended.returncode == 0, ended.stderr
    assert "noise not seen" in ended.stderr
    found = json.loads((tmp_path / "a.json").read_text())["numbers"]["lambda"]
    true = 2 * np.trapezoid(A2F / OMEGA, OMEGA)
    assert abs(found["value"] - true) < 3 * found["deviation"] < 0.1


@pytest.mark.parametrize(("factor", "said"), [(1e-3, "below all"), (8.0656e3, "far beyond")])
def test_energies_that_are_no_meV_and_say_no_unit_are_asked_about(delta, tmp_path, factor, said):
    file = written(tmp_path / "gap.dat", "", *(factor * one for one in (X, delta.real, delta.imag)))
    ended = gapworks("invert", file, *GIVEN)
    assert ended.returncode == 2 and "--unit (meV, " in ended.stderr and said in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(("kind", "cure"), [("conductance", "--background 0"), ("dos", "divide")])
@pytest.mark.parametrize("factor", [12.3, 1e-12, -1.0])
def test_data_that_are_not_over_those_of_the_normal_state_are_told_so(
    delta, tmp_path, kind, cure, factor
):
    values = factor * density_of_states(X, delta, 0.05)
    file = written(tmp_path / "didv.csv", "voltage (mV),dI/dV", X, values)
    ended = gapworks("invert", file, *GIVEN, "--kind", kind)
    assert ended.returncode == 2 and cure in ended.stderr and ended.stdout == ""
