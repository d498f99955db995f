"""A run's steps are forked from its resident process, and are the steps of any run."""

import json
import re
import shutil
from pathlib import Path
from statistics import median

from gapworks.command import RESIDENT
from gapworks.runs.resident import WORTH
from tests.conftest import ROOT
from tests.support import forked
from tests.workflow.conftest import Checkout, to_its_end, wait_until

STEPS = [f"results/tiny/chain/{name}" for name in ("figures/fig3.pdf", "tables/errors.csv")]
"""What takes a step of nearly every kind, and enough of them for a resident process."""

ACCOUNTING = ROOT / "benchmarks/accounting/sitecustomize.py"
WAITING = """
import os, socket, sys, time
place = os.environ.get("GAPWORKS_RESIDENT", "no")
if place != "no" and os.path.basename(sys.orig_argv[1]) == "gapworks":
    while True:
        with socket.socket(socket.AF_UNIX) as asking:
            if not os.path.exists(os.path.dirname(place)) or not asking.connect_ex(place):
                break
        time.sleep(0.1)
"""
"""Of a command, before it begins: until the resident process listens, or has ended.

It has to import everything first, and on a busy machine all steps could be done by then.
"""


def account(checkout: Checkout, file: Path, **environment: str) -> list[dict]:
    """What each process of a run says of itself."""
    hook = checkout.folder.parent / "hook"
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(ACCOUNTING.read_text() + WAITING)
    checkout.forking = False
    checkout.environment |= environment | {
        "PYTHONPATH": str(hook),
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
    commands = [line for line in lines if line["words"][0].endswith("/gapworks")]
    assert len(steps) == len(commands) >= WORTH, (
        "steps were not handed over: are their environment and Python those of the run?"
    )
    imports = median(line["imports"] for line in steps + commands)
    made = {name: (checkout.folder / name).read_bytes() for name in checkout.made()}
    for folder in ("results", ".snakemake"):
        shutil.rmtree(checkout.folder / folder)
    lines = account(checkout, tmp_path / "alone.jsonl", **{RESIDENT: "no"})
    assert not forked_steps(lines)
    alone = [line["imports"] for line in lines if line["words"][0].endswith("/gapworks")]
    assert len(alone) == len(commands) and imports < 0.3 * median(alone)
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
