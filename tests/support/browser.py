"""A real browser without a window, where there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

selenium = pytest.importorskip("selenium.webdriver")

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PATIENCE = 120
"""Seconds that a busy machine may take for a page."""
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER) and not os.environ.get("GAPWORKS_REQUIRE_BROWSER"),
    reason="needs chromium and chromedriver (Debian: apt install chromium chromium-driver)",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A driver of it; what it says and what it asks for is logged."""
    options = selenium.ChromeOptions()
    options.binary_location = CHROMIUM
    for one in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "window-size=1300,900"):
        options.add_argument(f"--{one}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = selenium.Chrome(options, selenium.ChromeService(DRIVER))
    driver.command_executor.client_config.timeout = PATIENCE
    yield driver
    driver.quit()


def asked_for(browser: Any) -> list[str]:
    """The log's lines of requests since it was last read, but for the browser's own first page."""
    lines = [line["message"] for line in browser.get_log("performance")]
    sent = [line for line in lines if '"Network.requestWillBeSent"' in line]
    return [line for line in sent if '"documentURL":"chrome' not in line]


def severe(browser: Any) -> list[Any]:
    """What it complains of since it was last asked."""
    return [line for line in browser.get_log("browser") if line["level"] == "SEVERE"]
