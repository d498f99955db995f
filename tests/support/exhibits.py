"""Figures and tables of what the workflow itself says that they are made of."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from matplotlib.figure import Figure

from gapworks.config import load
from gapworks.factory.evaluation import Evaluated
from gapworks.plotting import style
from tests.conftest import ROOT
from tests.test_config import raw_config

Scales = Mapping[str, Any]
"""Loaded configurations by the name of their scale; that of config.yaml where none are given."""


def declared(study: str, scales: Scales | None = None) -> dict[str, dict[str, Any]]:
    """The names of a study's figures, tables and so on, from the workflow's rules."""
    scales = of_config() if scales is None else scales
    rules = ROOT / f"workflow/rules/{study}-names.smk"
    known: dict[str, Any] = {
        "NAMES": {},
        "re": re,
        "scale": lambda wildcards: scales[wildcards.scale],
        "as_json": lambda settings: json.dumps(settings, sort_keys=True),
    }
    exec(compile(rules.read_text(), rules, "exec"), known)
    return known["NAMES"][study]


def evaluations_of(
    study: str, what: str, name: str, scale: str = "smoke", scales: Scales | None = None
) -> list[str]:
    """The names of the evaluations that a figure or table ("figures", "tables") is made of."""
    found = declared(study, scales)[what][name]["evaluations"]
    return found(SimpleNamespace(scale=scale, study=study))


def drawn(
    study: str,
    name: str,
    known: Callable[[str], Evaluated] | Mapping[str, Evaluated],
    scales: Scales | None = None,
) -> Figure:
    """A figure at smoke scale, of evaluations that are found by name."""
    find = known if callable(known) else known.__getitem__
    draw = importlib.import_module(f"gapworks.{study}.figures").FIGURES[name]
    given = [find(one) for one in evaluations_of(study, "figures", name, scales=scales)]
    with style.house_style():
        return draw(given, **options(study, name, scales))


def options(study: str, name: str, scales: Scales | None = None) -> dict[str, Any]:
    """The settings of a figure at smoke scale."""
    scales = of_config() if scales is None else scales
    chosen = getattr(scales["smoke"], study).figures.model_dump(mode="json")
    wanted = declared(study, scales)["figures"][name].get("settings", [])
    return {key: chosen[key] for key in wanted}


def of_config() -> Scales:
    """The scales of config.yaml."""
    return load(raw_config())[1]
