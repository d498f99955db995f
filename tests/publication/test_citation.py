"""CITATION.cff: whole, and read as it is meant."""

import re

import pytest

from gapworks import __version__
from gapworks.factory.errors import DataError
from gapworks.publication.citation import flat, read_citation, spdx
from tests.conftest import ROOT
from tests.support.extras import validator


def test_it_follows_its_schema():
    ran = validator("cffconvert", "--validate", "-i", ROOT / "CITATION.cff")
    assert ran.returncode == 0, ran.stderr + ran.stdout


def test_it_names_this_version_the_licence_and_the_papers():
    said = read_citation(ROOT / "CITATION.cff")
    assert said.version == __version__
    assert said.licence == "BSD-3-Clause"
    people = [[one["name"] for one in paper["author"]] for paper in said.papers]
    assert people[0] == ["V. D. Neverov", "A. V. Krasavin", "M. A. Tomayeva", "A. Vagov"]
    assert people[1][0] == "Adam Hložný" and len(people[1]) == 4


def test_the_changelog_begins_with_this_version_or_with_what_comes_after_it():
    found = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert found[found[0] == "Unreleased"] == __version__


def test_people_and_places_stand_beside_what_refers_to_them():
    every = flat(read_citation(ROOT / "CITATION.cff").papers)
    by_id = {one["@id"]: one for one in every}
    papers = [one for one in every if one["@type"] == "ScholarlyArticle"]
    for paper in papers:
        for author in paper["author"]:
            place = by_id[author["@id"]]["affiliation"]["@id"]
            assert by_id[place]["@type"] == "Organization"


@pytest.mark.parametrize(
    "text, said",
    [
        ("title: a", "says no 'version'"),
        ("title: [", "is no YAML"),
        ("- a", "says no"),
        ("title: a\nversion: 1\nlicense: MIT\nauthors: 3", "says no"),
    ],
)
def test_what_is_missing_is_named(text, said, tmp_path):
    path = tmp_path / "CITATION.cff"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_citation(path)


@pytest.mark.parametrize("licence", ["", "as you like", "CC BY 4.0", "-x"])
def test_a_licence_is_an_spdx_identifier(licence):
    with pytest.raises(DataError, match="is no SPDX identifier"):
        spdx(licence)
    assert spdx("CC-BY-4.0")["@id"] == "https://spdx.org/licenses/CC-BY-4.0"
