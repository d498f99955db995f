"""The example files of docs/own-data.md: as they are made, and with the numbers that it shows."""

import json
import re
import runpy
import shutil

import numpy as np
import pytest

from gapworks.eliashberg import coupling_constant, critical_temperature, logarithmic_frequency
from gapworks.eliashberg.data.typical import HYDRIDE, LEAD, MAGNESIUM_DIBORIDE
from gapworks.readers import read_a2f
from tests.conftest import ROOT
from tests.support.command import gapworks_here as gapworks
from tests.support.pages import blocks, check_printed, is_number

FOLDER = ROOT / "docs/examples"
PAGE = ROOT / "docs/own-data.md"
SHOWN = [block.shown for block in blocks(PAGE) if block.shown]
"""Commands of the page, with what they print."""
SPECTRA = {
    "lead.a2f": LEAD,
    "mgb2/ALPHA2F.OUT": MAGNESIUM_DIBORIDE,
    "hydride/alpha2F.dat": HYDRIDE,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the examples, where commands may write."""
    return shutil.copytree(FOLDER, tmp_path_factory.mktemp("docs") / "examples")


@pytest.mark.parametrize(("line", "printed"), SHOWN, ids=[one[0].split()[1] for one in SHOWN])
def test_a_command_of_the_page_prints_what_the_page_shows(folder, monkeypatch, line, printed):
    monkeypatch.chdir(folder)
    program, *words = line.split()
    ended = gapworks(*words)
    assert program == "gapworks" and ended.returncode == 0, ended.stderr
    check_printed(words[0], printed, ended.stdout)


def test_every_kind_of_command_is_shown():
    assert {line.split()[1] for line, _ in SHOWN} == {"solve", "invert", "design"}


def test_the_files_are_those_that_the_script_makes(tmp_path):
    made = runpy.run_path(str(FOLDER / "make.py"))
    made["main"](tmp_path)
    names = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    # tests/test_examples.py runs the notebook.
    assert names == set(made["files"]()) | {"make.py", "map.py", "maps.npy", "read_data.ipynb"}
    for name in made["files"]():
        there, here = ((place / name).read_text() for place in (FOLDER, tmp_path))
        assert there.count("\n") == here.count("\n") and there.split("\n")[0] == here.split("\n")[0]
        for one, other in zip(re.split(r"[\s,]+", there), re.split(r"[\s,]+", here), strict=True):
            if is_number(one):
                assert float(other) == pytest.approx(float(one), rel=1e-6, abs=2e-5)
            else:
                assert other == one


def test_the_maps_are_those_that_their_script_makes():
    kept = np.load(FOLDER / "maps.npy")
    made = runpy.run_path(str(FOLDER / "map.py"))["maps"]().astype(np.float32)
    assert kept.dtype == made.dtype and kept.shape == made.shape
    assert np.abs(made - kept).max() < 1e-4 * kept.std()


@pytest.mark.parametrize("name", SPECTRA)
def test_a_spectrum_is_read_as_it_was_written(name):
    kind, found = SPECTRA[name], read_a2f(FOLDER / name)
    assert found.omega[-1] == pytest.approx(kind.end, rel=1e-5)
    assert found.a2f[0] == pytest.approx(kind.on(kind.grid(found.omega.size)), abs=2e-6)
    assert coupling_constant(found.omega, found.a2f)[0] == pytest.approx(kind.coupling, rel=1e-4)


@pytest.mark.parametrize(
    "options",
    [
        ("gap.csv", "--noise", 0.01),
        ("didv.csv", "--kind", "conductance", "--noise", 0.003, "--modulation", 0.1),
    ],
    ids=["gap", "conductance"],
)
def test_what_is_inferred_from_a_measurement_is_what_it_was_made_of(folder, tmp_path, options):
    path = tmp_path / "a.json"
    given = ("--temperature", 1.2, "--json", path)
    ended = gapworks("invert", folder / options[0], *options[1:], *given)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(path.read_text())
    omega = np.array(said["omega_meV"])
    true = LEAD.on(omega)
    numbers = {
        "lambda": coupling_constant(omega, true),
        "omega_log_meV": logarithmic_frequency(omega, true),
        "critical_temperature_K": critical_temperature(omega, true, LEAD.mu_star),
    }
    for name, number in numbers.items():
        known = said["numbers"][name]
        assert abs(known["value"] - float(number)) < 3 * known["deviation"]
    inside = (np.array(said["lower95"]) <= true) & (true <= np.array(said["upper95"]))
    assert inside.mean() > 0.85
    assert np.linalg.norm(np.array(said["a2F"]) - true) < 0.15 * np.linalg.norm(true)


def test_the_front_page_leads_from_a_file_to_its_answers(folder, tmp_path, monkeypatch):
    """Its commands on files of the examples, as they stand there."""
    page = (ROOT / "README.md").read_text()
    lines = re.findall(r"^\.venv/bin/gapworks (.* docs/examples/.*)$", page, re.MULTILINE)
    assert {line.split()[0] for line in lines} >= {"solve", "invert"}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").symlink_to(folder.parent)
    for line in lines:
        ended = gapworks(*line.split())
        assert ended.returncode == 0, ended.stderr
        assert "T_c" in ended.stdout or "critical_temperature_K" in ended.stdout
    assert list(tmp_path.glob("*.pdf")) and list(tmp_path.glob("*.csv"))
