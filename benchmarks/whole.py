"""Where a whole run spends its CPU time: start-up, reading, work and Snakemake, by kind of step.

Makes a scale from nothing in a temporary copy of this checkout, as `make` does; every process adds
to an account what it spent (accounting/sitecustomize.py).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import measure

from gapworks.study import STUDIES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="laptop", help="of config.yaml (default: %(default)s)")
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    chosen = parser.parse_args()
    results = measure.Results("whole", quick=chosen.scale == "smoke")
    results.listen()
    with tempfile.TemporaryDirectory(prefix="gapworks-bench-") as folder:
        copy = Path(folder) / "checkout"
        measure.copy_checkout(copy)
        account = Path(folder) / "account.jsonl"
        measure.say(f"{chosen.scale}, {chosen.cores} cores")
        wall = measure.seconds(lambda: run(copy, account, chosen.scale, chosen.cores))
        lines = [json.loads(line) for line in account.read_text().splitlines()]
        begun = min(line["begun"] for line in lines)
        drawn = first_figures(copy / "results" / chosen.scale, begun)
    results.listen()
    case = f"{chosen.scale}, {chosen.cores} cores"
    for row in table(lines):
        results.add("CPU seconds", case, row.pop("step"), "s", [row.pop("all")], **row)
    results.add("wall", case, "the whole run", "s", [wall])
    for study, seconds in drawn.items():
        results.add("wall", case, f"first figure of {study}", "s", [seconds])
    results.finish()


def run(copy: Path, account: Path, scale: str, cores: int) -> None:
    """Make everything of a scale."""
    paths = [str(measure.ROOT / "benchmarks/accounting"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "GAPWORKS_ACCOUNT": str(account),
    }
    snakemake = Path(sys.executable).parent / "snakemake"
    command = [snakemake, f"-c{cores}", "--config", f"scale={scale}", "--quiet", "rules"]
    subprocess.run(command, cwd=copy, env=environment, check=True)


def first_figures(results: Path, begun: float) -> dict[str, float]:
    """By study, when its first figure was there, seconds after the start."""
    found = {}
    for study in STUDIES:
        dates = [path.stat().st_mtime for path in (results / study / "figures").glob("*.png")]
        if dates:
            found[study] = min(dates) - begun
    return found


def table(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """CPU seconds by kind of step, most first: all, and its parts; the sum at the end.

    A step that was handed to the resident process has two lines: `gapworks`, which only waits, and
    the process that was forked for it. What the first takes is start-up.
    """
    rows: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for line in lines:
        program, *words = line["words"]
        name = Path(program).name
        row = rows[kind(name, words)]
        waits = name == "gapworks" and line["cpu"] - line["imports"] < 0.05 and "/" in program
        row["jobs"] += "/" in program
        row["all"] += line["cpu"]
        start = line["cpu"] if waits or name == "forking.py" else line["imports"]
        row["start"] += start
        row["reading"] += line["reading"]
        row["work"] += line["cpu"] - start - line["reading"]
    total: dict[str, float] = defaultdict(float)
    for row in rows.values():
        for key, value in row.items():
            total[key] += value
    ordered = sorted(rows.items(), key=lambda item: -item[1]["all"])
    every = [*ordered, ("all", total)]
    return [{"step": step, **{key: round(v, 2) for key, v in row.items()}} for step, row in every]


def kind(program: str, words: list[str]) -> str:
    """Of a process: "chain train", "snakemake"."""
    if program != "gapworks":
        return program.removesuffix(".py")
    given = [word for word in words if not word.startswith("-")]
    study = next((one for one in STUDIES if one in " ".join(words).split("/") or one in given), "")
    return f"{study} {given[0]}".strip()


if __name__ == "__main__":
    measure.run(main)
