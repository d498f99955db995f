"""A run's steps are forked from its resident process, and are the steps of any run."""

import json
import re
import shutil
from pathlib import Path

from gapworks.command import RESIDENT
from tests.conftest import ROOT
from tests.support import forked
from tests.workflow.conftest import Checkout, to_its_end, wait_until

STEPS = [f"results/tiny/chain/{name}" for name in ("figures/fig3.pdf", "tables/errors.csv")]
"""What takes a step of nearly every kind, and enough of them for a resident process."""


def account(checkout: Checkout, file: Path, **environment: str) -> list[dict]:
    """What each process of a run says of itself."""
    checkout.forking = False
    checkout.environment |= environment | {
        "PYTHONPATH": str(ROOT / "benchmarks/accounting"),
        "GAPWORKS_ACCOUNT": str(file),
    }
    checkout.make(*STEPS)
    wait_until(lambda: not checkout.processes(), "all have ended")
    return [json.loads(line) for line in file.read_text().splitlines()]


def forked_steps(lines: list[dict]) -> list[dict]:
    """Steps, and not the commands that stand for them, whose program is a path."""
    return [line for line in lines if line["words"][0] == "gapworks"]


def test_steps_are_forked_and_make_the_same_files(checkout, tmp_path):
    lines = account(checkout, tmp_path / "forking.jsonl")
    steps = forked_steps(lines)
    assert steps, "no step was handed over: does Snakemake give steps another environment?"
    commands = [line for line in lines if Path(line["words"][0]).name == "gapworks"]
    imports = sorted(line["imports"] for line in commands)
    assert imports[len(imports) // 2] < 0.3 * max(imports)
    made = {name: (checkout.folder / name).read_bytes() for name in checkout.made()}
    for folder in ("results", ".snakemake"):
        shutil.rmtree(checkout.folder / folder)
    lines = account(checkout, tmp_path / "alone.jsonl", **{RESIDENT: "no"})
    assert not forked_steps(lines)
    again = {name: (checkout.folder / name).read_bytes() for name in checkout.made()}
    assert made == again


def test_a_run_that_a_test_has_forked_says_what_one_alone_says(checkout):
    """But for dates, and for how it was called; at once, or tests would be slow unnoticed."""
    plan = ["-n", "-p", "results/tiny/chain/tables/disorder.csv"]
    forked_run = forked.snakemake(plan, checkout.folder, checkout.environment, 120)
    assert forked_run is not None, "it was refused"
    alone = to_its_end(["snakemake", *plan], checkout.folder, checkout.environment)
    said = [
        re.sub(r"^\[.*\]$", "", run.stdout, flags=re.MULTILINE).partition("Building DAG of jobs")
        for run in (forked_run, alone)
    ]
    assert forked_run.returncode == alone.returncode == 0
    assert said[0][1:] == said[1][1:]
    assert "gapworks simulate chain" in said[0][2]
