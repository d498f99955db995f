"""What a run took: Snakemake's benchmark files, summed by study and step."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gapworks.factory.files import read_whole

END = ".benchmark.tsv"


@dataclass
class Taken:
    """All jobs of a step.

    Attributes
    ----------
    study, step : str
    jobs : int
    seconds : float
        Wall time, summed over jobs.
    memory : float
        Largest resident memory of one, MB.
    """

    study: str
    step: str
    jobs: int = 0
    seconds: float = 0.0
    memory: float = 0.0

    @property
    def time(self) -> str:
        """Hours, minutes and seconds."""
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def run_times(logs: Path) -> list[Taken]:
    """Each step of each study, in the order of their names.

    Parameters
    ----------
    logs : path
        The folder of a scale's logs, STUDY/STEP/...; jobs whose file is missing or torn are not
        counted: the report is no reason to fail.
    """
    found: dict[tuple[str, str], Taken] = {}
    for path in sorted(logs.glob(f"*/**/*{END}")):
        study, step = path.relative_to(logs).parts[:2]
        step = step.removesuffix(END).partition("-")[0]
        one = found.setdefault((study, step), Taken(study, step))
        for row in _rows(path):
            one.jobs += 1
            one.seconds += _number(row.get("s"))
            one.memory = max(one.memory, _number(row.get("max_rss")))
    return [one for one in found.values() if one.jobs]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    text = read_whole(path).decode(errors="replace")
    return csv.DictReader(text.splitlines(), delimiter="\t")


def _number(text: str | None) -> float:
    """Zero for what was not measured: "NA", "-"."""
    try:
        return max(0.0, float(text or 0))
    except ValueError:
        return 0.0
