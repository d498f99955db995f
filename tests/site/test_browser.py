"""The site in a real browser, from a file: every page, its equations, the search, no request."""

import pytest

from tests.support.browser import asked_for, browser, needs_browser, severe  # noqa: F401
from tests.support.waiting import wait_until

pytestmark = needs_browser


@pytest.fixture
def opened(browser, site):  # noqa: F811
    """Opens a page of the site; what the browser asks for comes after what it began with."""

    def open_page(name, question=""):
        browser.get((site / name).as_uri() + question)
        return browser

    asked_for(browser)
    return open_page


def is_here(request):
    """Whether a request is for a file, or for what stands in the page."""
    return '"url":"file:' in request or '"url":"data:' in request


def test_no_page_asks_for_anything_from_elsewhere_or_fails_to_draw(opened, site):
    for path in sorted(site.rglob("*.html")):
        page = opened(path.relative_to(site))
        widths = page.execute_script("return [...document.images].map(one => one.naturalWidth)")
        assert all(widths), path.name
        assert severe(page) == [], path.name
        sent = asked_for(page)
        assert sent and all(map(is_here, sent)), path.name


def test_the_search_finds_without_a_server(opened):
    page = opened("search.html", "?q=Anderson")

    def found():
        return page.find_elements("css selector", "#search-results li a")

    wait_until(lambda: len(found()) > 0, "results are listed")
    assert any("chain.html" in one.get_attribute("href") for one in found())
    assert all(map(is_here, asked_for(page)))


@pytest.mark.parametrize("name", ["chain.html", "eliashberg.html", "qpi.html"])
def test_equations_take_room_as_equations_do(opened, name):
    page = opened(name)
    sizes = page.execute_script(
        "return [...document.querySelectorAll('div.math math')].map(one => {"
        " const box = one.getBoundingClientRect(); return [box.width, box.height]})"
    )
    assert len(sizes) >= 2
    assert all(width > 100 and 20 < height < 150 for width, height in sizes), sizes


def test_the_front_page_leads_to_four_tutorials(opened):
    page = opened("index.html")
    main = page.find_element("css selector", "article")
    links = [one.get_attribute("href") for one in main.find_elements("css selector", "a")]
    for name in ("spectrum", "tunnelling", "map", "figure"):
        assert any(f"tutorials/{name}.html" in (link or "") for link in links)
    assert len(main.find_elements("css selector", "img")) == 3
