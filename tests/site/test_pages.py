"""The built site: every page leads somewhere, and nothing is loaded from elsewhere."""

import re
from html.parser import HTMLParser
from importlib import import_module
from urllib.parse import unquote, urlsplit

import pytest

from gapworks.study import STUDIES, study
from tests.conftest import ROOT

LOADED = {
    "img": "src",
    "script": "src",
    "link": "href",
    "source": "src",
    "iframe": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}
"""What a browser fetches without being asked."""


class Page(HTMLParser):
    """Links, anchors and what is loaded."""

    def __init__(self, path):
        super().__init__()
        self.path, self.links, self.loaded, self.anchors = path, [], [], set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        self.anchors |= {said[key] for key in ("id", "name") if said.get(key)}
        if tag == "a" and said.get("href"):
            self.links.append(said["href"])
        if said.get(LOADED.get(tag, "")):
            self.loaded.append(said[LOADED[tag]])


@pytest.fixture(scope="module")
def parsed(site):
    return {path.resolve(): Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_page_of_the_documentation_is_a_page_of_the_site(site):
    docs = ROOT / "docs"
    pages = [path.relative_to(docs).with_suffix(".html") for path in docs.rglob("*.md")]
    assert len(pages) > 15
    assert all((site / page).is_file() for page in pages)


def test_every_link_leads_to_a_page_and_a_place_on_it(parsed):
    broken = []
    for path, page in parsed.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https"):
                assert re.fullmatch(r"[\w.-]+\.[a-z]+", parts.netloc), link
                continue
            assert parts.scheme == "", link
            place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = place.is_file()
            if there and parts.fragment:
                there = unquote(parts.fragment) in parsed[place].anchors
            if not there:
                broken.append(f"{path.name}: {link}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere_and_all_that_is_loaded_is_there(site, parsed):
    for path, page in parsed.items():
        for name in page.loaded:
            parts = urlsplit(name)
            if parts.scheme == "data":
                continue
            assert not parts.scheme and not parts.netloc, f"{path.name} loads {name}"
            assert (path.parent / unquote(parts.path)).exists(), f"{path.name} loads {name}"
    for style in site.rglob("*.css"):
        fetched = re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import\s+['\"]", style.read_text())
        assert fetched == [], style.name


def test_every_public_name_is_described(parsed, site):
    page = parsed[(site / "interface.html").resolve()]
    for package in (*(f"gapworks.{name}" for name in STUDIES), "gapworks.readers"):
        names = import_module(package).__all__
        assert {f"{package}.{name}" for name in names} <= page.anchors


def test_equations_are_drawn_by_the_browser(site, parsed):
    for name in STUDIES:
        path = site / f"{name}.html"
        assert path.read_text().count('<math display="block"') >= 2, name
        assert not any("mathjax" in one.lower() for one in parsed[path.resolve()].loaded)


def test_the_gallery_shows_what_was_made_and_says_how_to_make_the_rest(site, parsed):
    page = parsed[(site / "gallery.html").resolve()]
    pictures = [name for name in page.loaded if name.endswith(".png")]
    assert len(pictures) == len(study("chain").figures)
    text = (site / "gallery.html").read_text()
    for name in ("eliashberg", "qpi"):
        for figure in study(name).figures:
            assert f"results/tiny/{name}/figures/{figure}.png" in text
    assert "results/tiny/chain/figures/fig3.pdf" in text
