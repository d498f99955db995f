"""Every fault in docs/reliability.md has a test, and every test of a fault is in there."""

import ast
import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs/reliability.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| fault |"))
]
OF_FAULTS = [f"tests/cluster/test_{name}.py" for name in ("faults", "interrupted", "outages")]
OF_FAULTS += ["tests/workflow/test_faults.py"]


def names_in(path):
    """The names of a file's tests."""
    tree = ast.parse((ROOT / path).read_text())
    return {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and "test" in n.name[:4]}


def named(row):
    return re.findall(r"`(tests/\S+\.py)::(test_\w+)`", row[-1])


def test_there_are_rows():
    assert len(ROWS) > 30
    assert {len(row) for row in ROWS} == {4}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_fault_has_a_promise_and_a_test_that_exists(row):
    fault, seen, promised, tests = row
    assert fault and seen and promised
    assert named(row)
    assert not re.sub(r"`\S+`", "", tests).strip()
    for path, name in named(row):
        assert name in names_in(path), f"{path}::{name}"


@pytest.mark.parametrize("path", OF_FAULTS)
def test_a_test_of_a_fault_stands_in_the_table(path):
    told = {name for row in ROWS for where, name in named(row) if where == path}
    no_fault = {"test_resume_where_nothing_runs_says_so_and_runs"}
    assert names_in(path) - told - no_fault == set()
