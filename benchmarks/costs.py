"""What jobs use, recorded for `gapworks cost`: src/gapworks/costs/records.json.

Makes scales from nothing in a temporary copy of this checkout and reads their logs, which say what
each job used; or reads the logs of folders where something was made. What stands in the records
of other sizes stays: two sizes of a job tell start-up from work.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import measure
import whole
import yaml

from gapworks.config import load
from gapworks.costs.records import Point, kept_records, logged, point_of
from gapworks.costs.work import output_bytes

RECORDS = measure.ROOT / "src/gapworks/costs/records.json"
OF_RUNS = ("snakemake", "forking")
"""Programs whose CPU time is a run's own; that of `gapworks` which only waits is a job's."""


LONG = 60.0
"""CPU seconds of a job that did its imports itself beside which these are little."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", nargs="*", default=[], help="of config.yaml, to be made here")
    parser.add_argument("--config", nargs="*", default=[], help="of snakemake: scales={...}")
    parser.add_argument("--target", nargs="*", default=[], help="of snakemake; none: all")
    parser.add_argument("--folder", type=Path, nargs="*", default=[], help="made already")
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--anew", action="store_true", help="forget what was recorded before")
    chosen = parser.parse_args()
    points: dict[str, list[Point]] = defaultdict(list)
    overheads: dict[str, float] = {}
    about: dict[str, Any] = {}
    if RECORDS.exists() and not chosen.anew:
        kept = kept_records()
        points |= {key: list(every) for key, every in kept.points.items()}
        overheads |= kept.overheads
        about |= kept.about
    for folder in chosen.folder:
        harvest(folder, points, [])
        if (account := folder / "account.jsonl").exists():
            overheads |= overhead(account)
    for scale in chosen.scale:
        with tempfile.TemporaryDirectory(prefix="gapworks-bench-") as place:
            copy = Path(place) / "checkout"
            measure.copy_checkout(copy)
            account = Path(place) / "account.jsonl"
            settings = [f"scale={scale}", *chosen.config]
            run(copy, account, settings, chosen.target, chosen.cores)
            harvest(copy, points, settings)
            overheads |= overhead(account)
    if chosen.scale or "alone" not in overheads:
        overheads["alone"] = imports()
    said = measure.provenance()
    commit, dirty, _ = str(said["commit"]).partition("+")
    about |= {
        "commit": commit[:12] + dirty,
        "day": str(said["created"])[:10],
        "processor": said["processor"],
    }
    write(points, about, overheads)
    print(f"{RECORDS}: {len(points)} kinds of jobs")


def run(copy: Path, account: Path, settings: list[str], targets: list[str], cores: int) -> None:
    """Make targets; what does not come out costs nothing here, and what did counts."""
    paths = [str(measure.ROOT / "benchmarks/accounting"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "GAPWORKS_ACCOUNT": str(account),
    }
    snakemake = Path(sys.executable).parent / "snakemake"
    command = [snakemake, f"-c{cores}", "--quiet", "rules", "--config", *settings, "--", *targets]
    subprocess.run(command, cwd=copy, env=environment, check=True)


def harvest(folder: Path, points: dict[str, list[Point]], settings: list[str]) -> None:
    """Add what the logs of a folder say; a size that is known already is replaced."""
    config = yaml.safe_load((folder / "config.yaml").read_text())
    for one in settings:
        key, _, value = one.partition("=")
        if key == "scales":
            for name, changes in json.loads(value).items():
                config["scales"][name] = changes
    found: dict[str, dict[tuple[float, str], list[Point]]] = defaultdict(lambda: defaultdict(list))
    for log, work, used in logged(folder, load(config)[1]):
        if used.alone:  # what it imported is most of it
            if used.cpu < LONG:
                continue
            used = used._replace(cpu=used.cpu - imports())
        point = point_of(work, used, output_bytes(folder, log))
        share = trained_share(folder, log) if work.step == "train" else 1.0
        point = point._replace(amount=point.amount * share)
        found[work.key][point.amount, point.like].append(point)
    for key, sizes in found.items():
        others = [one for one in points[key] if (one.amount, one.like) not in sizes]
        points[key] = others + [typical(every) for every in sizes.values()]


def trained_share(folder: Path, log: str) -> float:
    """Share of its epochs that a training did: it may have stopped early, or have been resumed."""
    weights = log.replace("logs/", "results/", 1).replace("/train/", "/models/")
    card = json.loads((folder / weights).with_suffix(".json").read_text())
    return card["epochs"] / card["settings"]["network"]["training"]["epochs"]


def typical(every: list[Point]) -> Point:
    """One for many jobs of a size: shards."""
    columns = list(zip(*(one[:5] for one in every), strict=True))
    return Point(*(float(f"{median(column):.6g}") for column in columns), every[0].like)


def overhead(account: Path) -> dict[str, float]:
    """CPU seconds of a run and of each of its jobs beside what the jobs' logs say."""
    spent: dict[str, float] = defaultdict(float)
    jobs = 0
    for line in map(json.loads, account.read_text().splitlines()):
        program, *words = line["words"]
        name = Path(program).name
        waits = name == "gapworks" and line["cpu"] - line["imports"] < 0.05 and "/" in program
        spent["waiting" if waits else whole.kind(name, words)] += line["cpu"]
        jobs += waits
    if not jobs:
        return {}
    return {
        "run": round(sum(spent[name] for name in OF_RUNS), 2),
        "job": round(spent["waiting"] / jobs, 3),
    }


@cache
def imports() -> float:
    """CPU seconds of what a step imports that is done alone."""
    code = "import resource, torch, numba, h5py, gapworks.learning.task\n"
    code += "used = resource.getrusage(resource.RUSAGE_SELF)\n"
    code += "result['cpu'] = used.ru_utime + used.ru_stime"
    return round(measure.fresh(code)["cpu"], 2)


def write(points: dict[str, list[Point]], about: Any, overheads: dict[str, float]) -> None:
    """A line a kind of job, so that changes can be read."""
    lines = [
        f"    {json.dumps(key)}: {json.dumps([list(one) for one in sorted(points[key])])}"
        for key in sorted(points)
    ]
    head = f'  "about": {json.dumps(about)},\n  "overheads": {json.dumps(overheads)},\n'
    RECORDS.write_text("{\n" + head + '  "points": {\n' + ",\n".join(lines) + "\n  }\n}\n")


if __name__ == "__main__":
    measure.run(main)
