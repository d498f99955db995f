"""Figures and tables are drawn by functions that are there, and have a title and a caption."""

import inspect
import re
from typing import get_type_hints

import pytest

from gapworks.factory.evaluation_file import Evaluated
from gapworks.study import ROOMS, STUDIES
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


@pytest.mark.parametrize("study", STUDIES)
def test_every_exhibit_has_a_title_of_its_own(study):
    titles = [one.title for room in ROOMS for one in plan(study).study.exhibits(room).values()]
    assert len(set(titles)) == len(titles)
    for title in titles:
        assert 8 <= len(title) <= 90 and title == title.strip(" .:") and title[0].isupper(), title


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("study", STUDIES)
def test_a_title_has_the_number_that_the_caption_has(study, room):
    """The paper's and ours that go on counting: "Fig. 3", "Table I", "Fig. 6 (ours)"."""
    number = re.compile(r"(Fig\. \d+|Table [IVX]+)( \(ours\))?")
    for name, one in plan(study).study.exhibits(room).items():
        told = number.match(one.caption.removeprefix("**"))
        said = number.match(one.title)
        assert (told and told[0]) == (said and said[0]), name
        assert not said or one.title[said.end() :].startswith(": "), name
