"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def wait_until(
    happened: Callable[[], Any], what: str = "it happened", seconds: float = 120
) -> None:
    """Look every 2 ms until something happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"waited {seconds} s in vain until {what}"
        time.sleep(0.002)
