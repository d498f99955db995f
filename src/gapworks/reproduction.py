"""The papers' claims against our numbers: docs/claims.yaml, docs/numbers and what is made of them.

A study's `metrics` module turns its evaluations into named numbers. A claim names one of them and
the condition under which it holds; the verdict is computed, never typed in.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml
from pydantic import Field, ValidationError, model_validator

from gapworks.factory.container import DataError
from gapworks.factory.files import read_whole
from gapworks.factory.seal import is_intact, sealed, to_text
from gapworks.factory.settings import Section

STUDIES = ("chain", "eliashberg", "qpi")


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

    id: str = Field(pattern=r"^(chain|eliashberg|qpi)-[a-z0-9-]+$")
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


class Numbers(Section):
    """A metric file: what a study measured at one scale, and what made it."""

    study: Literal["chain", "eliashberg", "qpi"]
    scale: str
    command: str
    commits: list[str] = Field(description="of the code that made the evaluations")
    created: str | None = Field(None, description="when it was recorded; results have no dates")
    timing: bool | None = Field(
        None, description="whether these are the metrics of wall times; null, as recorded: all are"
    )
    machine: str
    packages: dict[str, str]
    metrics: dict[str, float | None] = Field(description="null: not measured at this scale")
    recipe: dict[str, Any] | None = Field(None, description="what the workflow made it of")
    sha256: str = Field("", description="of all else")


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
        said = "; ".join(f"{_key(one)}: {one['msg']}" for one in error.errors())
        raise DataError(f"{path}: {said}") from error


def read_numbers(path: Path) -> Numbers:
    """A metric file.

    Raises
    ------
    DataError
        If it is none or was altered; the command that makes it is named.
    """
    made_by = "snakemake results/SCALE/STUDY/data/metrics.json makes one"
    try:
        text = read_whole(path).decode()
        content = json.loads(text)
        measured = Numbers.model_validate(content)
    except ValidationError as error:
        said = "; ".join(f"{_key(one)}: {one['msg']}" for one in error.errors()[:3])
        raise DataError(f"{path}: is no metric file ({made_by}): {said}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is no metric file ({made_by}): {error}") from error
    if not is_intact(text, content):
        raise DataError(f"{path}: was altered: it does not say what it was written with; {made_by}")
    return measured


def numbers(
    study: str,
    scale: str,
    metrics: Mapping[str, float | None],
    evaluations: Iterable[Mapping[str, Any]],
    provenance: Mapping[str, Any],
    recipe: Mapping[str, Any] | None = None,
    timing: bool | None = None,
) -> Numbers:
    """Metrics together with what made them; `evaluations` are the attributes of the files used."""
    commits = sorted({one["provenance"]["commit"] for one in evaluations})
    file = "metrics-timing.json" if timing else "metrics.json"
    return Numbers(
        study=study,
        scale=scale,
        command=f"snakemake results/{scale}/{study}/data/{file}",
        commits=commits,
        timing=timing,
        machine=provenance["machine"],
        packages=provenance["packages"],
        metrics={name: _rounded(value) for name, value in sorted(metrics.items())},
        recipe=recipe,
    )


def to_record(paths: Iterable[Path]) -> list[Numbers]:
    """Metric files as they are recorded: of a study at a scale one, wall times included.

    Parameters
    ----------
    paths : iterable of Path
        Metric files; of one without wall times, `metrics-timing.json` beside it is taken along.

    Raises
    ------
    DataError
        If one of them is no metric file, or two say the same of a study at one scale.
    """
    given = [file for path in paths for file in (path, path.with_name("metrics-timing.json"))]
    found: dict[tuple[str, str], Numbers] = {}
    for path in dict.fromkeys(given):
        if path not in paths and not path.exists():
            continue
        one = read_numbers(path)
        known = found.get((one.study, one.scale))
        if known is not None and {known.timing, one.timing} != {False, True}:
            raise DataError(f"{path}: {one.study} at scale {one.scale} is recorded by another file")
        found[one.study, one.scale] = one if known is None else _together(known, one)
    day = datetime.now(UTC).isoformat(timespec="seconds")
    about = {"recipe": None}  # of files, which are not recorded
    return [
        one.model_copy(update={**about, "created": one.created or day}) for one in found.values()
    ]


def _together(first: Numbers, second: Numbers) -> Numbers:
    """Metrics of a study at a scale and its wall times, in one."""
    targets = second.command.removeprefix("snakemake ")
    return first.model_copy(
        update={
            "command": f"{first.command} {targets}",
            "commits": sorted({*first.commits, *second.commits}),
            "timing": None,
            "metrics": dict(sorted((first.metrics | second.metrics).items())),
        }
    )


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
    rows = []
    for claim in claims:
        if claim.study != measured.study or measured.timing not in (None, claim.timing):
            continue
        if claim.metric not in measured.metrics:
            raise DataError(
                f"claim {claim.id}: {measured.study} has no metric {claim.metric!r}; it has "
                f"{', '.join(measured.metrics)}"
            )
        value = measured.metrics[claim.metric]
        rows.append(
            {
                "claim": claim.id,
                "source": claim.source,
                "statement": claim.statement,
                "paper": "" if claim.paper is None else claim.paper,
                "ours": float("nan") if value is None else value,
                "unit": claim.unit,
                "holds if": str(claim.holds_if),
                "verdict": verdict(claim, measured.metrics),
            }
        )
    return pd.DataFrame(rows)


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


def _rounded(value: float | None) -> float | None:
    """Six digits: more are noise in a file under version control."""
    return None if value is None or math.isnan(value) else float(f"{value:.6g}")


def _key(error: Any) -> str:
    return ".".join(str(part) for part in error["loc"])


def to_json(measured: Numbers) -> str:
    """The text of a metric file."""
    return to_text(sealed(measured.model_dump(mode="json")))
