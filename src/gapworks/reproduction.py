"""The papers' claims against our numbers: docs/claims.yaml, docs/numbers and what is made of them.

A study's `metrics` module turns its evaluations into named numbers. A claim names one of them and
the condition under which it holds; the verdict is computed, never typed in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd
import yaml
from pydantic import Field, ValidationError, model_validator

from gapworks.factory.errors import DataError
from gapworks.factory.files import read_whole
from gapworks.factory.settings import Section, faults
from gapworks.plotting.table import with_error
from gapworks.products.metric_file import Metric, Numbers
from gapworks.study import STUDIES

COLUMNS = (
    *("claim", "source", "condition", "statement", "paper", "ours", "unit"),
    *("own method", "holds if", "verdict", "shown in"),
)
"""Of a table of claims; a study of which no paper claims anything has one without rows."""

SIGMAS = 3
"""Standard errors between a number and a bound that decide: of some 130 rows at two of them, six
verdicts would be wrong by chance."""

UNJUDGED = "not judged at this scale"


class Bounds(Section):
    """When a claim holds: its metric lies within these bounds (both are allowed, one is needed)."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Bounds:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both")
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """Lower and upper end; infinite where there is none."""
        low = -math.inf if self.at_least is None else self.at_least
        return low, math.inf if self.at_most is None else self.at_most

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
    condition: Literal["paper", "nearest reading", "beyond"] = Field(
        description="what the metric was measured under: the paper's own method and inputs; what "
        "its text leaves open, read as closely as it can be; or methods and statements of ours"
    )
    statement: str = Field(description="what is said, in our words")
    paper: str | float | None = Field(None, description="the paper's number, if it gives one")
    metric: str = Field(description="the metric that decides, of the study's metrics module")
    unit: str = "1"
    holds_if: Bounds
    own_method: str | None = Field(
        None, description="the metric of our own method, shown beside it and not judged"
    )
    shown: list[str] = Field([], description="figures and tables that show it: figures/fig2")
    timing: bool = Field(False, description="whether wall times decide, which never come out alike")
    note: str | None = None
    needs: dict[str, float] | None = Field(
        None,
        description="metrics of sizes, and how large a scale must make them to judge the claim; "
        "the study's `judged_from` if not said, {} where every scale can",
    )

    @model_validator(mode="after")
    def _named_after_whom_it_judges(self) -> Claim:
        if (self.source == "beyond") != (self.condition == "beyond"):
            raise ValueError(
                "a row that is named after the paper is judged under its condition or the nearest "
                "reading of it, and one of ours has source and condition beyond"
            )
        return self

    @property
    def metrics(self) -> list[str]:
        """What it shows."""
        return [self.metric] if self.own_method is None else [self.metric, self.own_method]

    @property
    def study(self) -> str:
        """The study that the claim belongs to."""
        return self.id.partition("-")[0]


class Claims(Section):
    """The file docs/claims.yaml."""

    judged_from: dict[str, dict[str, float]] = Field({}, description="`needs` of a study's claims")
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
        found = Claims.model_validate(yaml.safe_load(read_whole(path).decode()))
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        raise DataError(f"{path}: is no list of claims: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise DataError(f"{path}: {'; '.join(faults(error))}") from error
    usual = found.judged_from
    return [
        claim.model_copy(update={"needs": usual.get(claim.study, {})})
        if claim.needs is None
        else claim
        for claim in found.claims
    ]


def verdict(claim: Claim, metrics: Mapping[str, Metric | None]) -> str:
    """What a number with its error says of a claim.

    Returns
    -------
    str
        "holds" or "does not hold" if the number lies inside or outside the bounds by SIGMAS of its
        standard errors; else "undecided", with the number of samples that would decide; "not judged
        at this scale" where a scale leaves the metric out, or has less than the claim needs.
    """
    one = metrics.get(claim.metric)
    if one is None or _too_small(claim, metrics):
        return UNJUDGED
    if one.error is None:
        return "undecided: measured without an error"
    reach = SIGMAS * one.error
    low, high = claim.holds_if.ends
    if low <= one.value - reach and one.value + reach <= high:
        return "holds"
    if one.value + reach < low or one.value - reach > high:
        return "does not hold"
    distance = min(abs(one.value - low), abs(one.value - high))
    if one.samples is None or distance < 1e-6 * one.error:  # no number of samples would be enough
        return "undecided"
    needed = one.samples * (reach / distance) ** 2
    return f"undecided: about {_two_digits(needed)} samples would decide, these are {one.samples}"


def _too_small(claim: Claim, metrics: Mapping[str, Metric | None]) -> bool:
    """Whether the scale has less of something than the claim needs; a metric left out says no."""
    sizes = [(metrics.get(name), least) for name, least in (claim.needs or {}).items()]
    return any(size is not None and size.value < least for size, least in sizes)


def printed(one: Metric) -> str:
    """A number with its standard error: "0.0852 ± 0.0011"; an exact one alone."""
    return with_error(one.value, one.error)


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
        for metric in claim.metrics:
            if metric not in measured.metrics:
                raise DataError(
                    f"claim {claim.id}: {measured.study} has no metric {metric!r}; it has "
                    f"{', '.join(measured.metrics)}"
                )
        paper = f"{claim.paper:g}" if isinstance(claim.paper, float) else claim.paper or ""
        ours = _cell(measured.metrics[claim.metric])
        own = _cell(measured.metrics.get(claim.own_method or ""))
        said = verdict(claim, measured.metrics)
        row = [claim.id, claim.source, claim.condition, claim.statement, paper, ours, claim.unit]
        rows.append([*row, own, str(claim.holds_if), said, " ".join(claim.shown)])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _cell(one: Metric | None) -> str:
    return "" if one is None else printed(one)


def _two_digits(number: float) -> str:
    """A number of samples as one says it: 3,400."""
    return f"{float(f'{number:.2g}'):,.0f}"


def report(claims: Sequence[Claim], measured: Sequence[Numbers]) -> str:
    """The text of docs/reproduction.md: every claim, the paper's number and ours at each scale."""
    lines = [
        "# Reproduction",
        "",
        "Every figure, table and stated number of the papers, and what came out here. This page is",
        "made by `gapworks record` from [claims.yaml](claims.yaml) and the metric files in",
        "`docs/numbers`; edit those, not this.",
        "",
        "A number stands with its standard error; one without is exact (a count, a setting). A",
        f"claim holds, or does not, if the number lies inside or outside the bounds by {SIGMAS}",
        "standard errors; it is undecided otherwise. Condition: `paper`, the paper's own method",
        "and inputs; `nearest reading`, where its text leaves something open; `beyond`, methods",
        "and statements of ours. After a semicolon: what our own method gives for the same.",
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
        lines += [
            f"Scale `{one.scale}`: `{one.command}`, commit {', '.join(c[:12] for c in one.commits)}"
            f"{day}, {one.machine}, {versions}. {_counted(claims, one)}.",
            "",
        ]
    scales = [one.scale for one in measured]
    columns = ["claim", "source", "condition", "statement", "paper", "holds if"]
    columns += [f"ours ({scale})" for scale in scales]
    lines += [_row(columns), _row(["---"] * len(columns))]
    notes = []
    for claim in claims:
        shown = f" ({', '.join(claim.shown)})" if claim.shown else ""
        cells = [claim.id, claim.source, claim.condition, claim.statement + shown]
        cells += [
            "" if claim.paper is None else f"{claim.paper}",
            _with_unit(claim.holds_if, claim),
        ]
        cells += [_judged(claim, one) for one in measured]
        lines.append(_row(cells))
        if claim.note:
            notes.append(f"- {claim.id}: {claim.note}")
    return lines + ([""] + notes if notes else [])


def _judged(claim: Claim, measured: Numbers) -> str:
    """A claim's number, its verdict, and what our own method gives."""
    one, own = (measured.metrics.get(name or "") for name in (claim.metric, claim.own_method))
    said = verdict(claim, measured.metrics)
    text = said if one is None else f"{_with_unit(printed(one), claim)}: {said}"
    return text if own is None else f"{text}; own method {_with_unit(printed(own), claim)}"


def _with_unit(text: object, claim: Claim) -> str:
    return f"{text}" if claim.unit == "1" else f"{text} {claim.unit}"


def _counted(claims: Sequence[Claim], measured: Numbers) -> str:
    """How many claims have which verdict."""
    verdicts = [verdict(claim, measured.metrics).partition(":")[0] for claim in claims]
    kinds = ("holds", "does not hold", "undecided", UNJUDGED)
    return ", ".join(f"{kind}: {verdicts.count(kind)}" for kind in kinds)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
