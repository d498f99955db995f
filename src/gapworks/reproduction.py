"""The papers' claims against our numbers: docs/claims.yaml, docs/numbers and what is made of them.

A study's `metrics` module turns its evaluations into named numbers. A claim names one of them and
the condition under which it holds; the verdict is computed, never typed in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import yaml
from pydantic import Field, ValidationError, model_validator

from gapworks.factory.errors import DataError
from gapworks.factory.files import read_whole
from gapworks.factory.settings import Section, faults
from gapworks.products.metric_file import Numbers
from gapworks.study import STUDIES

COLUMNS = ("claim", "source", "statement", "paper", "ours", "unit", "holds if", "verdict")
"""Of a table of claims; a study of which no paper claims anything has one without rows."""


class Condition(Section):
    """When a claim holds: its metric lies within these bounds (both are allowed, one is needed)."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both")
        return self

    def holds(self, value: float) -> bool:
        """Whether a value lies within the bounds."""
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= value <= high

    def __str__(self) -> str:
        if self.at_least is None:
            return f"at most {self.at_most:g}"
        if self.at_most is None:
            return f"at least {self.at_least:g}"
        return f"{self.at_least:g} to {self.at_most:g}"


class Claim(Section):
    """One figure, table or stated number of a paper."""

    id: str = Field(pattern=rf"^({'|'.join(STUDIES)})-[a-z0-9-]+$")
    source: str = Field(description="where in the paper: Fig. 2, Sec. 4, Table I; ours: beyond")
    statement: str = Field(description="what is said, in our words")
    paper: str | float | None = Field(None, description="the paper's number, if it gives one")
    metric: str = Field(description="the metric that decides, of the study's metrics module")
    unit: str = "1"
    holds_if: Condition
    shown: list[str] = Field([], description="figures and tables that show it: figures/fig2")
    timing: bool = Field(False, description="whether wall times decide, which never come out alike")
    note: str | None = None

    @property
    def study(self) -> str:
        """The study that the claim belongs to."""
        return self.id.partition("-")[0]


class Claims(Section):
    """The file docs/claims.yaml."""

    claims: list[Claim]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Claims:
        ids = [claim.id for claim in self.claims]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"ids given twice: {', '.join(twice)}")
        return self


def read_claims(path: Path) -> list[Claim]:
    """The claims of a file.

    Raises
    ------
    DataError
        If the file is no such list; the error names the claim and the key.
    """
    try:
        return Claims.model_validate(yaml.safe_load(read_whole(path).decode())).claims
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        raise DataError(f"{path}: is no list of claims: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise DataError(f"{path}: {'; '.join(faults(error))}") from error


def verdict(claim: Claim, metrics: Mapping[str, float | None]) -> str:
    """ "holds", "does not hold", or "not measured" where a scale leaves the metric out."""
    value = metrics.get(claim.metric)
    if value is None:
        return "not measured"
    return "holds" if claim.holds_if.holds(value) else "does not hold"


def claims_table(claims: Sequence[Claim], measured: Numbers) -> pd.DataFrame:
    """Paper against ours for one study at one scale; claims about wall times stand by themselves.

    Raises
    ------
    DataError
        If a claim names a metric that the study does not measure.
    """
    rows: list[list[str | float]] = []
    for claim in claims:
        if claim.study != measured.study or measured.timing not in (None, claim.timing):
            continue
        if claim.metric not in measured.metrics:
            raise DataError(
                f"claim {claim.id}: {measured.study} has no metric {claim.metric!r}; it has "
                f"{', '.join(measured.metrics)}"
            )
        value = measured.metrics[claim.metric]
        paper = "" if claim.paper is None else claim.paper
        ours = float("nan") if value is None else value
        said = verdict(claim, measured.metrics)
        row = [claim.id, claim.source, claim.statement, paper, ours, claim.unit]
        rows.append([*row, str(claim.holds_if), said])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def report(claims: Sequence[Claim], measured: Sequence[Numbers]) -> str:
    """The text of docs/reproduction.md: every claim, the paper's number and ours at each scale."""
    lines = [
        "# Reproduction",
        "",
        "Every figure, table and stated number of the papers, and what came out here. This page is",
        "made by `gapworks record` from [claims.yaml](claims.yaml) and the metric files in",
        "[numbers/](numbers/); edit those, not this. A verdict says whether the metric lies within",
        "the bounds of the claim; `beyond` marks statements that are ours.",
    ]
    for study in STUDIES:
        ours = [one for one in measured if one.study == study]
        about = [claim for claim in claims if claim.study == study]
        if about:
            lines += ["", f"## {study}", "", *_study(about, ours)]
    return "\n".join(lines) + "\n"


def _study(claims: Sequence[Claim], measured: Sequence[Numbers]) -> list[str]:
    if not measured:
        return ["Nothing is recorded yet."]
    lines = []
    for one in measured:
        versions = ", ".join(f"{name} {version}" for name, version in sorted(one.packages.items()))
        day = f", {one.created[:10]}" if one.created else ""
        lines.append(
            f"Scale `{one.scale}`: `{one.command}`, commit {', '.join(c[:12] for c in one.commits)}"
            f"{day}, {one.machine}, {versions}."
        )
        lines.append("")
    scales = [one.scale for one in measured]
    columns = ["claim", "source", "statement", "paper", "holds if"]
    columns += [f"ours ({scale})" for scale in scales]
    lines += [_row(columns), _row(["---"] * len(columns))]
    notes = []
    for claim in claims:
        shown = f" ({', '.join(claim.shown)})" if claim.shown else ""
        unit = "" if claim.unit == "1" else f" {claim.unit}"
        cells = [claim.id, claim.source, claim.statement + shown]
        cells += ["" if claim.paper is None else f"{claim.paper}", f"{claim.holds_if}{unit}"]
        for one in measured:
            value = one.metrics.get(claim.metric)
            said = verdict(claim, one.metrics)
            cells.append(said if value is None else f"{value:.4g}{unit}: {said}")
        lines.append(_row(cells))
        if claim.note:
            notes.append(f"- {claim.id}: {claim.note}")
    return lines + ([""] + notes if notes else [])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
