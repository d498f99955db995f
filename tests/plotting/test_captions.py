"""Every figure and table of every study is known to the workflow and has a caption."""

import importlib
import re

import pytest

from gapworks import cli
from tests.conftest import ROOT


@pytest.mark.parametrize("room", ["figures", "tables"])
@pytest.mark.parametrize("study", cli.STUDIES)
def test_the_workflow_knows_every_figure_and_table_and_each_has_a_caption(study, room):
    known = set(getattr(importlib.import_module(f"gapworks.{study}.paper.{room}"), room.upper()))
    rules = (ROOT / f"workflow/rules/{study}-names.smk").read_text()
    listed = re.search(rf'^    "{room}": \{{\n(.*?)^    \}},', rules, re.DOTALL | re.MULTILINE)[1]
    assert set(re.findall(r'^        "(\w+)": \{', listed, re.MULTILINE)) == known
    captions = (ROOT / f"workflow/report/{room}.rst").read_text()
    assert set(re.findall(rf'^"{study}/(\w+)":', captions, re.MULTILINE)) == known
