"""`gapworks design` as a user runs it: what a planned measurement will tell, or why it cannot."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gapworks.eliashberg import coupling_constant, design
from gapworks.eliashberg.data.typical import HYDRIDE, LEAD, MAGNESIUM_DIBORIDE
from gapworks.eliashberg.inference.design.expected import Design
from gapworks.eliashberg.inference.design.files import doubts
from tests.support.command import gapworks_here as gapworks

PLAN = ("design", "--temperature", 1.16, "--range", 28, "--points", 80)


@pytest.fixture(scope="module")
def hump(tmp_path_factory):
    """A file of a spectrum with one peak, in THz."""
    omega = 0.02 * np.arange(1, 401)
    a2f = 0.8 * np.exp(-0.5 * ((omega - 5) / 1.2) ** 2)
    path = tmp_path_factory.mktemp("like") / "hump.csv"
    rows = np.column_stack([omega / 4.135667696, a2f])
    np.savetxt(path, rows, delimiter=",", header="omega (THz),a2F", comments="")
    return path, omega, a2f


def test_a_plan_says_how_well_each_quantity_will_be_known(hump, tmp_path):
    path, omega, a2f = hump
    files = {name: tmp_path / f"plan.{name}" for name in ("csv", "json")}
    files["figure"] = tmp_path / "plan.png"
    writing = [word for name, file in files.items() for word in (f"--{name}", file)]
    ended = gapworks(*PLAN, "--noise", 0.01, 0.002, "--like", path, *writing)
    assert ended.returncode == 0, ended.stderr
    assert "hump.csv, to 8 meV" in ended.stderr and "THz" in ended.stderr
    assert ended.stderr.count("--draws 10 tries them") == 1
    rows = pd.read_csv(files["csv"]).set_index(["quantity", "noise"])
    x = 0.35 * np.arange(1, 81)
    for noise in (0.01, 0.002):
        same = design(omega, a2f, x, noise, "gap")
        row = rows.loc[("lambda", noise)]
        assert row.value == pytest.approx(float(coupling_constant(omega, a2f)), rel=1e-3)
        assert row.deviation == pytest.approx(same.expected.lambda_.deviation, rel=0.02)
        assert row.percent == pytest.approx(100 * row.deviation / row.value, rel=1e-4)
        assert rows.loc[("modes resolved", noise), "value"] == same.modes
        assert rows.loc[("peak 1", noise), "deviation"] == pytest.approx(
            same.peak_errors[0], rel=0.05
        )
    for quantity in ("lambda", "omega_log", "T_c", "peak 1", "a2F (rms)"):
        loud, quiet = (rows.loc[(quantity, noise)] for noise in (0.01, 0.002))
        assert quiet.deviation < loud.deviation
        line = next(one for one in ended.stdout.splitlines() if one.startswith(quantity))
        assert f"{loud.percent:.2g} %" in line and f"{quiet.percent:.2g} %" in line
    said = json.loads(files["json"].read_text())
    assert [one["noise"] for one in said["designs"]] == [0.01, 0.002]
    bands = said["designs"][0]
    inside = np.interp(bands["omega"], omega, a2f, right=0.0)
    assert ((np.array(bands["lower95"]) <= inside) & (inside <= bands["upper95"])).mean() > 0.9
    assert files["figure"].read_bytes().startswith(b"\x89PNG")


def test_a_plan_for_a_junction_needs_no_file(tmp_path):
    ended = gapworks(*PLAN, "--noise", 0.01, "--kind", "conductance", "--modulation", 0.1)
    assert ended.returncode == 0, ended.stderr
    assert "like lead's, scaled to end at 8 meV" in ended.stderr
    assert "T_c (K)" in ended.stdout and "modes resolved" in ended.stdout


def test_simulated_measurements_are_off_by_about_what_is_planned(hump, tmp_path):
    path, omega, a2f = hump
    files = {name: tmp_path / f"tried.{name}" for name in ("csv", "json")}
    writing = [word for name, file in files.items() for word in (f"--{name}", file)]
    ended = gapworks(*PLAN, "--noise", 0.01, "--like", path, "--draws", 5, *writing)
    assert ended.returncode == 0, ended.stderr
    rows = pd.read_csv(files["csv"]).set_index("quantity")
    assert "--draws 10 tries them" not in ended.stderr
    tried = np.array(json.loads(files["json"].read_text())["designs"][0]["tried"])
    assert tried.shape == (5, 4) and len(np.unique(tried)) == 20
    names = ("lambda", "omega_log", "T_c", "a2F (rms)")
    for name, off in zip(names, np.sqrt(np.mean(tried**2, axis=0)), strict=True):
        assert rows.loc[f"tried: {name}", "percent"] == pytest.approx(100 * off, rel=1e-4)
        assert 0.2 < rows.loc[f"tried: {name}", "percent"] / rows.loc[name, "percent"] < 4
    line = next(one for one in ended.stdout.splitlines() if one.startswith("tried: T_c (K)"))
    assert f"{rows.loc['tried: T_c', 'percent']:.2g} %" in line


def test_an_error_that_simulated_measurements_exceed_is_named():
    none = np.zeros(0)
    good = Design(None, 0.1, 9, 0.02, 0.03, 1e-3, none, none, np.full((4, 4), 1e-3))
    bad = replace(good, tried=np.tile([0.3, -0.04, 1e-4, 0.1], (4, 1)))
    assert doubts({0.01: good}) == []
    (note,) = doubts({0.01: good, 0.003: bad})
    assert note.startswith("noise 0.003: lambda was off by 30 % in 4 simulated measurements")
    assert "2 % are stated" in note


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--kind", "conductance", "--broadening", 0.1), 2, "--broadening: not of --kind"),
        (("--kind", "dos", "--modulation", 0.1), 2, "--modulation: not of --kind dos"),
        (("--temperature", 30), 1, "does not superconduct at 30 K"),
        (("--broadening", 1), 1, "broadening=1.0: must be below pi k_B T"),
        (("--like", "nothing.a2f"), 1, "nothing.a2f"),
        (("--noise", 0), 2, "give a number above zero"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_name(options, code, said):
    ended = gapworks(*PLAN, "--noise", 0.01, *options)
    assert ended.returncode == code and said in ended.stderr


def test_a_file_of_several_spectra_is_asked_which_is_supposed(tmp_path):
    omega = np.linspace(0.05, 2, 40)
    lines = [f"{w:.4f} {w * (2 - w):.5f} {1.2 * w * (2 - w):.5f}" for w in omega]
    path = tmp_path / "alpha2F.dat"
    path.write_text("\n".join(["# E(THz) 0.005 0.010", *lines, ""]))
    ended = gapworks(*PLAN, "--noise", 0.01, "--like", path)
    assert ended.returncode == 2 and "--column" in ended.stderr
    ended = gapworks(*PLAN, "--noise", 0.01, "--like", path, "--column", 3)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("kind", [LEAD, MAGNESIUM_DIBORIDE, HYDRIDE], ids=lambda one: one.label)
def test_typical_spectra_have_the_coupling_and_the_peaks_that_they_say(kind):
    omega = kind.grid(400)
    a2f = kind.on(omega)
    assert coupling_constant(omega, a2f) == pytest.approx(kind.coupling)
    assert a2f.min() >= 0 and a2f[-1] == 0
    highest = max(kind.peaks, key=lambda peak: peak[2])[0]
    assert omega[a2f.argmax()] == pytest.approx(highest * kind.end, rel=0.03)
    np.testing.assert_allclose(kind.on(3 * omega), a2f, rtol=1e-12)
