"""A run's steps are forked from its resident process, and are the steps of any run."""

import json
import shutil
from pathlib import Path

from gapworks.command import RESIDENT
from tests.conftest import ROOT
from tests.workflow.conftest import Checkout, wait_until

STEPS = "results/tiny/chain/data/metrics.json"


def account(checkout: Checkout, file: Path, **environment: str) -> list[dict]:
    """What each process of a run says of itself."""
    checkout.forking = False
    checkout.environment |= environment | {
        "PYTHONPATH": str(ROOT / "benchmarks/accounting"),
        "GAPWORKS_ACCOUNT": str(file),
    }
    checkout.make(STEPS)
    wait_until(lambda: not checkout.processes(), "all have ended")
    return [json.loads(line) for line in file.read_text().splitlines()]


def forked(lines: list[dict]) -> list[dict]:
    """Steps, and not the commands that stand for them, whose program is a path."""
    return [line for line in lines if line["words"][0] == "gapworks"]


def test_steps_are_forked_and_make_the_same_files(checkout, tmp_path):
    lines = account(checkout, tmp_path / "forking.jsonl")
    steps = forked(lines)
    assert steps, "no step was handed over: does Snakemake give steps another environment?"
    commands = [line for line in lines if Path(line["words"][0]).name == "gapworks"]
    imports = sorted(line["imports"] for line in commands)
    assert imports[len(imports) // 2] < 0.3 * max(imports)
    made = {name: (checkout.folder / name).read_bytes() for name in checkout.made()}
    for folder in ("results", ".snakemake"):
        shutil.rmtree(checkout.folder / folder)
    lines = account(checkout, tmp_path / "alone.jsonl", **{RESIDENT: "no"})
    assert not forked(lines)
    again = {name: (checkout.folder / name).read_bytes() for name in checkout.made()}
    assert made == again
