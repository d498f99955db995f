"""Metric files: the numbers that a study measured at one scale, and what made them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, NonNegativeFloat, ValidationError, field_validator

from gapworks.factory.errors import DataError
from gapworks.factory.files import read_whole
from gapworks.factory.seal import is_intact, sealed, to_text
from gapworks.factory.settings import Section, faults
from gapworks.learning.intervals import Measured

DIGITS = 6
"""Of a number that is kept: more are noise in a file under version control."""


class Metric(Section):
    """A number of a metric file."""

    value: float
    error: NonNegativeFloat | None = Field(
        None, description="standard error, 0: exact; null: of a file from before errors were kept"
    )
    samples: int | None = Field(
        None,
        description="independent samples that the error comes from; null: more would not help",
    )


class Numbers(Section):
    """A metric file: what a study measured at one scale, and what made it."""

    study: str
    scale: str
    command: str
    commits: list[str] = Field(description="of the code that made the evaluations")
    created: str | None = Field(None, description="when it was recorded; results have no dates")
    timing: bool | None = Field(
        None, description="whether these are the metrics of wall times; null, as recorded: all are"
    )
    machine: str
    packages: dict[str, str]
    metrics: dict[str, Metric | None] = Field(description="null: not measured at this scale")
    recipe: dict[str, Any] | None = Field(None, description="what the workflow made it of")
    sha256: str = Field("", description="of all else")

    @field_validator("metrics", mode="before")
    @classmethod
    def _without_errors(cls, metrics: Any) -> Any:
        """Files from before errors were kept have plain numbers."""
        if not isinstance(metrics, dict):
            return metrics
        return {
            name: {"value": one} if isinstance(one, int | float) else one
            for name, one in metrics.items()
        }


def to_json(measured: Numbers) -> str:
    """The text of a metric file."""
    return to_text(sealed(measured.model_dump(mode="json")))


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
        said = "; ".join(faults(error)[:3])
        raise DataError(f"{path}: is no metric file ({made_by}): {said}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is no metric file ({made_by}): {error}") from error
    if not is_intact(text, content):
        raise DataError(f"{path}: was altered: it does not say what it was written with; {made_by}")
    return measured


def numbers(
    study: str,
    scale: str,
    metrics: Mapping[str, Measured | None],
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
        metrics={name: _kept(one) for name, one in sorted(metrics.items())},
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


def _kept(measured: Measured | None) -> Metric | None:
    """A number as the file keeps it; None where there is none.

    Raises
    ------
    TypeError
        If a number has no error; one that needs none says so (`intervals.exact`).
    """
    if measured is None:
        return None
    if not isinstance(measured, Measured):
        raise TypeError(f"a metric is {measured!r}, without its error: see learning.intervals")
    value, error, samples = measured
    if math.isnan(value):
        return None
    kept = _rounded(error, 3) if math.isfinite(error) else None
    if kept is not None and kept < 10.0**-DIGITS * abs(value):
        kept = 0.0  # that of the arithmetic, which the value as it is kept does not show
    return Metric(value=_rounded(value, DIGITS), error=kept, samples=samples)


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")
