"""The report in a real browser: contents, search, pictures, and not one request."""

import re

import pytest

from tests.support.browser import asked_for, browser, needs_browser, severe  # noqa: F401

pytestmark = needs_browser


@pytest.fixture
def page(browser, report):  # noqa: F811
    browser.get(report.as_uri())
    return browser


def shown(page):
    return [one for one in page.find_elements("css selector", "article") if one.is_displayed()]


def test_every_picture_is_drawn_and_no_script_failed(page):
    widths = page.execute_script("return [...document.images].map(one => one.naturalWidth)")
    assert len(widths) > 30 and all(widths)
    assert severe(page) == []


def test_no_request_leaves_the_machine(page, report):
    page.get_log("performance")
    page.get(report.as_uri())
    sent = asked_for(page)
    assert sent and all('"url":"file:' in line or '"url":"data:' in line for line in sent)


def test_every_link_of_the_contents_leads_to_its_place(page):
    links = page.find_elements("css selector", "nav a")
    targets = [link.get_attribute("href").partition("#")[2] for link in links]
    assert len(targets) == len(set(targets)) > 60
    for target in targets:
        assert page.find_element("id", target)
    link = next(one for one in links if "Fig. 3" in one.text)
    link.click()
    place = page.find_element("id", link.get_attribute("href").partition("#")[2])
    assert abs(page.execute_script("return arguments[0].getBoundingClientRect().top", place)) < 200


def test_the_search_leaves_what_has_all_words(page):
    every = len(shown(page))
    field = page.find_element("id", "search")
    field.send_keys("Irreducible window")
    found = shown(page)
    assert 0 < len(found) < every
    assert all("irreducible" in one.text.lower() for one in found)
    assert page.find_element("id", "found").text == f"{len(found)} of {every}"
    shown_titles = [one.text for one in page.find_elements("css selector", "main h2")]
    assert "qpi" not in shown_titles  # nothing of it was found
    field.clear()
    field.send_keys(" ")
    assert len(shown(page)) == every


def test_the_page_is_dark_where_the_reader_wants_it(page):
    def lightness():
        color = page.execute_script("return getComputedStyle(document.body).backgroundColor")
        return sum(int(one) for one in re.findall(r"\d+", color)[:3])

    scheme = {"name": "prefers-color-scheme", "value": "dark"}
    light = lightness()
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    dark = lightness()
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert dark < 200 < 600 < light


def test_a_small_screen_begins_with_the_page_and_not_with_its_contents(page, report):
    page.set_window_size(500, 900)
    page.get(report.as_uri())
    top = page.find_element("tag name", "h1").rect["y"]
    page.find_element("id", "search").send_keys("irreducible")
    links = [one for one in page.find_elements("css selector", "nav a") if one.is_displayed()]
    page.set_window_size(1300, 900)
    assert top < 450 and links


def test_nothing_is_wider_than_a_small_screen(page):
    page.set_window_size(500, 900)
    width, room = page.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    page.set_window_size(1300, 900)
    assert width <= room + 1
