"""The project's own configuration, as tests ask it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gapworks.config import ScaleConfig, load
from gapworks.plan import Plan

CONFIG = Path(__file__).parents[2] / "config.yaml"


def raw_config() -> dict[str, Any]:
    """config.yaml as it stands."""
    return yaml.safe_load(CONFIG.read_text())


@cache
def scales() -> dict[str, ScaleConfig]:
    """Every scale of it."""
    return load(raw_config())[1]


def plan(study: str, scale: str = "smoke") -> Plan:
    """The files of a study at one of its scales."""
    return Plan(scale, scales()[scale], study)


def section(study: str, part: str, **changes: Any) -> dict[str, Any]:
    """A part of a study's section, as settings have it: the paper's values, or others."""
    return getattr(plan(study, "paper").scale.config, part).model_dump(mode="json") | changes
