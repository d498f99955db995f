"""Every figure and table of every study is drawn by a function that is there, and has a caption."""

import inspect
from typing import get_type_hints

import pytest

from gapworks.factory.evaluation_file import Evaluated
from gapworks.study import STUDIES
from tests.support.config import plan, scales


@pytest.mark.parametrize("room", ["figures", "tables"])
@pytest.mark.parametrize("study", STUDIES)
def test_every_figure_and_table_has_a_function_a_caption_and_all_that_it_takes(study, room):
    for name, exhibit in plan(study).study.exhibits(room).items():
        draw = plan(study).study.find(exhibit.draw)
        assert exhibit.caption.endswith("."), name
        for scale in scales():
            given = exhibit.of(plan(study, scale).scale)
            assert inspect.signature(draw).parameters.keys() == {*given, *exhibit.options}, name
            hints = get_type_hints(draw)
            single = {key for key in given if hints[key] is Evaluated}
            assert {key for key, one in given.items() if isinstance(one, str)} == single, name
