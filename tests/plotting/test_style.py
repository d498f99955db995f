"""Figures are drawn whatever befalls the folders that matplotlib keeps things in."""

import os
import subprocess
import sys

import pytest

from gapworks.plotting import style
from gapworks.plotting.style import plt

DRAW = """
import sys, tempfile
from pathlib import Path
if {broken}:
    def mkdtemp(*_, **__):
        raise FileNotFoundError(2, "No usable temporary directory found")
    tempfile.mkdtemp = mkdtemp
from gapworks.factory.errors import DataError
try:
    from gapworks.plotting.style import house_style, plt, save
except DataError as error:
    sys.exit(f"gapworks: {{error}}")
with house_style():
    figure = plt.figure(figsize=(1, 1))
    figure.gca().plot([0, 1])
    save(figure, [Path(sys.argv[1]) / "a.pdf"])
"""


def draw(folder, broken=False, **environment):
    script = DRAW.format(broken=broken)
    run = [sys.executable, "-c", script, str(folder)]
    environment = {k: v for k, v in (os.environ | environment).items() if v is not None}
    return subprocess.run(run, env=environment, capture_output=True, text=True)


@pytest.fixture
def full_disk(small_disk):
    """A file system without room."""
    (small_disk / "ballast").write_bytes(bytes(64 * 1024))
    return small_disk


@pytest.mark.parametrize("variable", ["MPLCONFIGDIR", "HOME"])
def test_a_full_cache_folder_ends_no_figure(tmp_path, full_disk, variable):
    ran = draw(tmp_path, **{"MPLCONFIGDIR": None, variable: str(full_disk)})
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "a.pdf").stat().st_size > 1000


@pytest.mark.parametrize("variable", ["MPLCONFIGDIR", "HOME"])
def test_a_cache_folder_that_cannot_be_made_ends_no_figure(tmp_path, variable):
    (tmp_path / "file").touch()  # root may write everywhere, but not into what is no folder
    ran = draw(tmp_path, **{"MPLCONFIGDIR": None, variable: str(tmp_path / "file/folder")})
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "a.pdf").stat().st_size > 1000


def test_where_nothing_at_all_can_be_written_the_way_round_is_named(tmp_path):
    (tmp_path / "file").touch()
    ran = draw(tmp_path, broken=True, MPLCONFIGDIR=str(tmp_path / "file/folder"))
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "let MPLCONFIGDIR or TMPDIR name one" in ran.stderr.splitlines()[-1]


@pytest.mark.parametrize("ends", [(79, 99), (0.3, 12), (0.05, 0.06)])
def test_a_logarithmic_axis_has_at_least_three_plain_numbers(ends):
    with style.house_style():
        figure, axes = plt.subplots()
        axes.plot([1, 2], ends)
        axes.set_yscale("log")
        style.plain_log(axes.yaxis)
        figure.draw_without_rendering()
        low, high = axes.get_ylim()
        ticks = [tick for tick in axes.yaxis.get_major_ticks() if low <= tick.get_loc() <= high]
        texts = [tick.label1.get_text() for tick in ticks]
    plt.close(figure)
    assert len(texts) >= 3
    assert [float(text) for text in texts] == pytest.approx([tick.get_loc() for tick in ticks])
