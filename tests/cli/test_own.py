"""`gapworks solve` as a user meets it: files in, tables and figures out, exit codes."""

import csv
import json

import numpy as np
import pytest

from gapworks.cli import _parser
from tests.support.command import gapworks_here

OMEGA = 0.1 * np.arange(1, 101)
A2F = np.exp(-(((OMEGA - 4.3) / 0.8) ** 2)) + 0.8 * np.exp(-(((OMEGA - 8.2) / 0.5) ** 2))
A2F[-1] = 0


@pytest.fixture
def lead(tmp_path):
    """Two smearings of lambda.x."""
    path = tmp_path / "alpha2F.dat"
    rows = (f"{w / 4.135667696:.6f} {a:.6f} {0.9 * a:.6f}" for w, a in zip(OMEGA, A2F, strict=True))
    path.write_text("# E(THz) 0.01 0.02\n" + "\n".join(rows) + "\n")
    return path


def rows(path):
    """A .csv as mappings."""
    return list(csv.DictReader(path.read_text().splitlines()))


def test_one_command_from_a_file_to_tc_gap_and_dos(tmp_path, lead):
    names = {
        "csv": "a.csv",
        "json": "a.json",
        "dos": "dos.csv",
        "curve": "t.csv",
        "figure": "a.png",
    }
    written = [word for name, file in names.items() for word in (f"--{name}", tmp_path / file)]
    ran = gapworks_here("solve", "eliashberg", lead, "--temperature", 2, 9, *written)
    assert ran.returncode == 0, ran.stderr
    assert "mu* acts below 220.45 meV" in ran.stdout
    assert "normal state" in ran.stdout
    assert "the header says THz" in ran.stderr and "2 smearings" in ran.stderr
    table = rows(tmp_path / "a.csv")
    assert [row["spectrum"] for row in table] == ["0.01 Ry", "0.01 Ry", "0.02 Ry", "0.02 Ry"]
    assert [row["state"] for row in table] == ["superconducting", "normal"] * 2
    first, other = table[0], table[2]
    assert float(first["coupling"]) == pytest.approx(0.9**-1 * float(other["coupling"]), rel=1e-4)
    assert 2 < float(other["critical_temperature_K"]) < float(first["critical_temperature_K"]) < 9
    everything = json.loads((tmp_path / "a.json").read_text())[str(lead)]
    tc = everything["critical_temperature"]
    assert tc[0][0] == pytest.approx(float(first["critical_temperature_K"]), rel=1e-6)
    assert tc[1][0] == pytest.approx(float(other["critical_temperature_K"]), rel=1e-6)
    dos = rows(tmp_path / "dos.csv")
    cold = [row for row in dos if row["spectrum"] == "0.01 Ry" and row["temperature_K"] == "2"]
    peak = max(cold, key=lambda row: float(row["dos"]))
    assert float(peak["energy_meV"]) == pytest.approx(float(first["edge_meV"]), rel=0.1)
    assert {row["dos"] for row in dos if row["temperature_K"] == "9"} == {"1"}
    curve = [float(r["delta_meV"]) for r in rows(tmp_path / "t.csv") if r["spectrum"] == "0.02 Ry"]
    assert curve == sorted(curve, reverse=True)
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_columns_and_pseudopotentials_are_chosen(lead):
    ran = gapworks_here("solve", "eliashberg", lead, "--column", 3, "--mu-star", 0.1, 0.15)
    assert ran.returncode == 0
    assert ran.stdout.count("0.02 Ry") == 2 and "0.01 Ry" not in ran.stdout


def test_a_unit_that_is_to_be_said_is_a_refusal(tmp_path):
    path = tmp_path / "a.dat"
    path.write_text(
        "\n".join(f"{w / 27211.4:.9e} {a:.6f}" for w, a in zip(OMEGA, A2F, strict=True))
    )
    asked = gapworks_here("solve", "eliashberg", path)
    assert asked.returncode == 2
    assert "--unit (meV, " in asked.stderr and asked.stdout == ""
    told = gapworks_here("solve", "eliashberg", path, "--unit", "Ha")
    assert told.returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere.dat"], 1, "nowhere.dat: cannot be read"),
        (["{file}", "--column", "7"], 1, "--column must be 2 ... 3"),
        (["{file}", "--figure", "a.gif"], 2, "a.gif: write .pdf or .png"),
        (["{file}", "--csv", "{file}"], 1, "would be written over"),
        (["{file}", "--temperature", "4", "--frequencies", "2"], 1, "n_matsubara=2"),
        (["{file}", "--mu-star", "-1"], 2, "--mu-star"),
        (["{file}", "--temperature", "0"], 2, "--temperature"),
        ([], 2, "FILE"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(tmp_path, lead, words, code, said):
    file = tmp_path / "lead.csv"
    before = lead.read_text()
    file.write_text(before)
    ran = gapworks_here("solve", "eliashberg", *(word.format(file=file) for word in words))
    assert (ran.returncode, said in ran.stderr) == (code, True), ran.stderr
    assert file.read_text() == before
    assert not list(tmp_path.glob("a.*"))


@pytest.mark.parametrize("number", ["-1", "-.5", "-1.", "-1e-3", "-2.5E+2"])
@pytest.mark.parametrize("words", ["solve chain V.csv --mu", "identify m.npy --energies 0"])
def test_a_negative_number_in_any_spelling_is_no_option(number, words):
    args = _parser().parse_args([*words.split(), number])
    given = args.mu if hasattr(args, "mu") else args.energies[-1]
    assert given == float(number)


OWN = {
    "solve eliashberg": "--csv",
    "solve chain": "--csv",
    "invert --temperature 1": "--csv",
    "identify": "--json",
}


@pytest.mark.parametrize("command", OWN)
def test_a_message_names_only_options_that_were_typed(tmp_path, command):
    file = tmp_path / f"own.{OWN[command][2:]}"
    file.write_text("1 2\n")
    ran = gapworks_here(*command.split(), file, OWN[command], file)
    assert ran.returncode == 1 and f"({OWN[command]}) would be written over" in ran.stderr
    assert f"{file} (which is read)" in ran.stderr


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("solve eliashberg a.dat --temprature 4", "--temperature"),
        ("solve chain a.csv --outptu=b.csv", "--output"),
        ("invert a.csv --temperature 1 --modulaton .1", "--modulation"),
        ("identify a.npy --rastre lattice", "--raster"),
        ("cost --confg scale=smoke", "--config"),
    ],
)
def test_a_misspelt_option_is_told_what_was_meant_and_its_own_usage(words, meant):
    ran = gapworks_here(*words.split())
    assert ran.returncode == 2 and f"did you mean {meant}?" in ran.stderr
    command = [word for word in words.split()[:2] if word.isalpha()]
    assert ran.stderr.startswith(f"usage: gapworks {' '.join(command)} ")


def test_an_option_that_resembles_none_is_named_alone():
    ran = gapworks_here("identify", "a.npy", "--qqqq")
    assert ran.returncode == 2 and ran.stderr.strip().endswith("unrecognized arguments: --qqqq")
