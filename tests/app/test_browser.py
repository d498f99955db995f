"""The page in a real browser: files dropped, answers and reasons read, nothing asked elsewhere."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import psutil
import pytest

from gapworks.app.tasks import TASKS
from tests.conftest import ROOT
from tests.support.browser import PATIENCE, asked_for, browser, needs_browser, severe  # noqa: F401

if not os.environ.get("GAPWORKS_REQUIRE_EXTRAS"):
    pytest.importorskip("marimo", reason="needs the extra app")
pytestmark = needs_browser
DEEP = """
const found = (root) => [...root.querySelectorAll(arguments[0]),
  ...[...root.querySelectorAll("*")].filter(one => one.shadowRoot)
    .flatMap(one => found(one.shadowRoot))];
return found(document)
"""
"""All elements of a selector, also within the components that the page is made of."""
EXAMPLES = ROOT / "docs/examples"
ANSWER = 240
"""Seconds that a busy machine may take for an answer: the first in a new place compiles."""
END = 60
"""Seconds that it may take to end."""


@contextmanager
def serving(log):
    """The process of the page and its address; ended by one Ctrl-C, or the test fails."""
    with open(log, "wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "gapworks.cli", "app", "--headless"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
    try:
        until(lambda: process.poll() is not None or "Ctrl-C" in log.read_text())
        yield process, re.search(r"http://\S+", log.read_text())[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(END) == 0, log.read_text()
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        if process.poll() is None:
            for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of the page; ended after the tests, while the browser is still open at it."""
    with serving(tmp_path_factory.mktemp("server") / "log") as (_, address):
        yield address


def until(true, seconds=PATIENCE):
    """The first value of a function that holds; what is not there yet is asked again."""
    end, reason = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            if value := true():
                return value
        except Exception as error:  # an element that was just replaced
            reason = error
        time.sleep(0.5)
    pytest.fail(f"waited in vain: {reason}")


class Page:
    """The page as a person has it."""

    def __init__(self, driver, address):
        self.browser = driver
        driver.set_window_size(1200, 1600)
        asked_for(driver)
        driver.get(address)
        until(lambda: self.all("select"))

    def all(self, selector):
        return self.browser.execute_script(DEEP, selector)

    def choose(self, title):
        """Say what one has."""

        def chosen():
            for option in self.all("option"):
                if option.text.startswith(title):
                    option.click()
                    return True

        until(chosen)
        about = next(one.about for one in TASKS if one.title.startswith(title))
        until(lambda: about[:30] in self.browser.find_element("tag name", "body").text)

    def drop(self, path):
        until(lambda: self.all("input[type=file]"))[0].send_keys(str(path))

    def fill(self, **values):
        """Fill in fields by the names of options."""
        for name, value in values.items():
            flag = f"--{name.replace('_', '-')}"

            def filled(flag=flag, value=value):
                for one in self.all("marimo-text, marimo-dropdown"):
                    if flag in one.get_attribute("data-label"):
                        root = one.shadow_root
                        for option in root.find_elements("css selector", "option"):
                            if option.text == value:
                                option.click()
                                return True
                        field = root.find_element("css selector", "input")
                        field.clear()
                        field.send_keys(value, "\ue004")  # Tab: it is taken down
                        return True

            until(filled)
            until(lambda value=value: value in self.all("pre.command")[0].text)

    def press(self, name):
        until(
            lambda: next(one for one in self.all("button") if one.text == name and one.is_enabled())
        ).click()

    def answer(self):
        """Its text, when it is there: state and content."""
        self.press("Answer")
        ended = ".job.answered, .job.refused, .job.stopped"
        job = until(lambda: self.all(ended), ANSWER)[0]
        return job.get_attribute("class"), job.text


@pytest.fixture
def page(browser, server):  # noqa: F811
    return Page(browser, server)


def test_an_a2f_gives_its_tc_and_no_request_leaves_the_machine(page):
    page.choose("a2F: T_c")
    page.drop(EXAMPLES / "lead.a2f")
    page.fill(temperature="4")
    state, text = page.answer()
    assert state == "job answered"
    assert "gapworks solve eliashberg lead.a2f --temperature 4" in text
    assert "7.827" in text and "left out from line 202" in text
    assert {"lead-answer.csv", "lead-answer.json", "lead-dos.csv"} <= set(text.split())
    picture = page.all(".job img")[0]
    assert page.browser.execute_script("return arguments[0].naturalWidth", picture) > 500
    sent = [json.loads(line)["message"]["params"] for line in asked_for(page.browser)]
    asked = [one["request"]["url"] for one in sent]
    own = re.compile(r"(http|ws)://localhost:\d+/|data:|blob:|chrome[-a-z]*:")
    assert asked and [one for one in asked if not own.match(one)] == []
    assert [one for one in severe(page.browser) if "favicon" not in one["message"]] == []


def test_disorder_gives_delta(page):
    page.choose("Disorder on a ring: Delta and")
    page.drop(EXAMPLES / "V.csv")
    state, text = page.answer()
    assert state == "job answered" and "0.079651" in text and "V-delta.csv" in text


def test_a_measurement_gives_bands(page):
    page.choose("Gap function")
    page.drop(EXAMPLES / "didv.csv")
    page.fill(kind="conductance", temperature="1.2", modulation="0.1")
    state, text = page.answer()
    assert state == "job answered" and "critical_temperature_K" in text
    assert "didv-samples.csv" in text and page.all(".job img")


def test_maps_give_a_set(page):
    page.choose("Maps")
    page.drop(EXAMPLES / "maps.npy")
    page.fill(energies="0 1", raster="lattice")
    state, text = page.answer()
    assert state == "job answered" and "Eu (90 % set)" in text and page.all(".job img")


def test_what_a_file_does_not_say_is_asked_for_by_the_option_s_name(page):
    page.choose("Maps")
    page.drop(EXAMPLES / "maps.npy")
    state, text = page.answer()
    assert state == "job refused" and "Refused." in text and "--energies" in text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("energy,dos\n1.5,1\n2.5,abc\n", "broken.csv: line 3: not finite numbers: 2.5,abc"),
        ("energy,dos\n1,1\n2,1\n", "broken.csv: decimal commas, or commas between columns?"),
    ],
    ids=["no number", "of two meanings"],
)
def test_a_broken_file_is_named_with_its_fault(page, tmp_path, content, reason):
    broken = tmp_path / "broken.csv"
    broken.write_text(content)
    page.choose("Gap function")
    page.drop(broken)
    page.fill(temperature="1.2", kind="dos")
    state, text = page.answer()
    assert state == "job refused" and "Not answered." in text
    assert page.all(".reason")[0].text.startswith(reason)


def start_a_long_fit(page):
    page.choose("A measurement that is planned")
    page.fill(noise="0.001", temperature="1.2", range="30")
    page.press("Answer")
    until(lambda: "At work for" in page.all(".job")[0].text)


def test_a_long_fit_is_stopped(page):
    start_a_long_fit(page)
    page.press("Stop")
    until(lambda: page.all(".job.stopped"))


def test_one_ctrl_c_ends_it_with_its_jobs_while_pages_are_open(browser, tmp_path):  # noqa: F811
    with serving(tmp_path / "log") as (process, address):
        start_a_long_fit(Page(browser, address))
        jobs = psutil.Process(process.pid).children(recursive=True)
        assert jobs
    assert not [one for one in jobs if one.is_running()]
