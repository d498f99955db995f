"""What the pages show is what happens: tutorials from their first line to their last."""

import contextlib
import io
import runpy
import shlex
import shutil
import sys

import pytest

from gapworks.cli import _parser
from tests.conftest import ROOT
from tests.support.command import gapworks_here
from tests.support.pages import blocks, calls, check_printed, pages

TUTORIALS = sorted((ROOT / "docs/tutorials").glob("*.md"))
LEFT_OUT = ("...", "NETWORK", "FILE", "@")
"""In commands that stand for others."""


def typed(line):
    """What a line of a tutorial prints, typed in the folder of the examples."""
    program, *words = shlex.split(line)
    if program == "gapworks":
        ended = gapworks_here(*words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout
    assert program == "python", line
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", words)
        runpy.run_path(words[0], run_name="__main__")
    return out.getvalue()


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_prints_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(shutil.copytree(ROOT / "docs/examples", tmp_path / "examples"))
    tried, names = 0, {}
    for block in blocks(page):
        if block.language == "python":
            exec(compile(block.text, page.name, "exec"), names)
        elif block.shown and "snakemake" not in block.shown[0]:  # tests/workflow/test_pages.py
            line, printed = block.shown
            check_printed(line.split()[1], printed, typed(line))
            tried += 1
    assert tried >= (page.stem != "figure")


def test_a_tutorial_is_there_for_each_of_four_people():
    front = (ROOT / "docs/index.md").read_text()
    assert len(TUTORIALS) == 4
    assert all(f"(tutorials/{page.name})" in front for page in TUTORIALS)


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_a_page_have_options_that_there_are(page):
    for line in calls("gapworks", page):
        words = shlex.split(line)[1:]
        if any(one in line for one in LEFT_OUT) or words[0] == "resume":
            continue
        try:
            _, unknown = _parser().parse_known_args(words)
        except SystemExit as left:
            assert left.code == 0, line
        else:
            assert unknown == [], line


@pytest.mark.parametrize("line", calls("gapworks", ROOT / "docs/faq.md"))
def test_a_cure_of_the_faq_works_where_an_example_shows_it(line, tmp_path, monkeypatch):
    monkeypatch.chdir(shutil.copytree(ROOT / "docs/examples", tmp_path / "examples"))
    program, *words = shlex.split(line)
    if program != "gapworks" or not any((tmp_path / "examples" / one).is_file() for one in words):
        pytest.skip("on a file of one's own, or of a run")
    ended = gapworks_here(*words)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
