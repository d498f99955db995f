"""The project's own configuration, as tests ask it."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from gapworks.config import ScaleConfig, load
from gapworks.plan import Plan
from tests.conftest import ROOT


def raw_config() -> dict[str, Any]:
    """config.yaml as it stands."""
    return yaml.safe_load((ROOT / "config.yaml").read_text())


@cache
def scales() -> dict[str, ScaleConfig]:
    """Every scale of it."""
    return load(raw_config())[1]


def plan(study: str, scale: str = "smoke") -> Plan:
    """The files of a study at one of its scales."""
    return Plan(scale, scales()[scale], study)
