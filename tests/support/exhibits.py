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
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting import style
from tests.conftest import ROOT
from tests.test_config import raw_config


def declared(study: str, scale: str = "smoke") -> dict[str, dict[str, Any]]:
    """The names of a study's figures, tables and so on, from the workflow's rules."""
    _, scales = load(raw_config())
    rules = ROOT / f"workflow/rules/{study}-names.smk"
    known: dict[str, Any] = {
        "NAMES": {},
        "re": re,
        "scale": lambda wildcards: scales[wildcards.scale],
        "as_json": lambda settings: json.dumps(settings, sort_keys=True),
    }
    exec(compile(rules.read_text(), rules, "exec"), known)
    return known["NAMES"][study]


def evaluations_of(study: str, what: str, name: str, scale: str = "smoke") -> list[str]:
    """The names of the evaluations that a figure or table ("figures", "tables") is made of."""
    found = declared(study)[what][name]["evaluations"]
    return found(SimpleNamespace(scale=scale, study=study))


def drawn(
    study: str, name: str, known: Callable[[str], Evaluated] | Mapping[str, Evaluated]
) -> Figure:
    """A figure at smoke scale, of evaluations that are found by name."""
    find = known if callable(known) else known.__getitem__
    draw = importlib.import_module(f"gapworks.{study}.paper.figures").FIGURES[name]
    given = [find(one) for one in evaluations_of(study, "figures", name)]
    with style.house_style():
        return draw(given, **options(study, name))


def options(study: str, name: str) -> dict[str, Any]:
    """The settings of a figure at smoke scale."""
    _, scales = load(raw_config())
    chosen = getattr(scales["smoke"], study).figures.model_dump(mode="json")
    return {key: chosen[key] for key in declared(study)["figures"][name].get("settings", [])}
