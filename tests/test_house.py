"""The rooms of the house: what may import what, and how large anything may be."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from gapworks.study import STUDIES
from tests.conftest import ROOT

SOURCES = ROOT / "src"
ROOMS = ("physics", "data", "learning", "inference", "evaluation", "paper")
"""Of a study, each above those before it."""
COMMON = {
    "numerics": set(),
    "factory": set(),
    "plotting": {"factory"},
    "readers": {"factory", "faces", "numerics"},
    "learning": {"factory", "study"},
    "products": {"factory", "learning", "study"},
    "runs": {"factory", "products", "learning", "command", "config", "costs", "plan", "study"},
    "costs": {"factory", "learning", "config", "plan", "study"},
    "faces": set(),
    "command": {"cli"},
    "study": {"factory"},
    "config": {"factory", "study"},
    "plan": {"factory", "study", "config"},
    "reproduction": {"factory", "plotting", "products", "study"},
    "report": {"factory", "plotting", "products", "reproduction", "study"},
    "publication": {"factory", "products", "study"},
    "app": {"command", "factory", "products", "study"},
    "cli": {
        "app",
        *("factory", "learning", "plotting", "products", "readers", "runs"),
        *("study", "config", "plan", "costs", "reproduction", "report", "publication"),
    },
}
"""What the rooms and modules that all studies share may import, beside themselves."""
OF_STUDIES = {"factory", "learning", "numerics", "plotting", "readers", "faces", "study"}
"""What studies may import of these."""
TORCH_IN_PHYSICS = {"gapworks.qpi.physics.image_torch"}
"""The one solver that runs on a graphics card."""
MOST_MODULES, MOST_LINES = 15, 300


def modules() -> dict[str, Path]:
    """Every module of the package by its full name."""
    found = {}
    for path in sorted((SOURCES / "gapworks").rglob("*.py")):
        parts = path.relative_to(SOURCES).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path, known: set[str], only_at_start: bool = False) -> set[str]:
    """What a file imports, anywhere or only when it is imported itself: modules in full."""
    tree = ast.parse(path.read_text())
    nodes = _outside_functions(tree) if only_at_start else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (whole & known) or {node.module}
    return found


def _outside_functions(tree):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield node
        yield from _outside_functions(node)


ALL = modules()
IMPORTS = {name: imported(path, set(ALL)) for name, path in ALL.items()}


def in_study(name: str) -> tuple[str, str] | None:
    """Study and room of a module; the room is empty for what stands above all rooms."""
    parts = name.split(".")
    if len(parts) < 2 or parts[1] not in STUDIES:
        return None
    return parts[1], parts[2] if len(parts) > 3 or parts[2:3] and parts[2] in ROOMS else ""


@pytest.mark.parametrize("name", [name for name in ALL if in_study(name)])
def test_a_study_imports_no_room_above_and_no_other_study(name):
    study, room = in_study(name)
    for other in IMPORTS[name]:
        place = in_study(other)
        if place is None:
            shared = other.startswith("gapworks.") and other.split(".")[1]
            assert not shared or shared in OF_STUDIES, f"{name} imports {other}"
            continue
        assert place[0] == study, f"{name} imports {other}"
        if room and place[1]:
            assert ROOMS.index(place[1]) <= ROOMS.index(room), f"{name} imports {other}"


@pytest.mark.parametrize("name", [name for name in ALL if ".physics" in name])
def test_physics_knows_no_file_no_workflow_and_no_network(name):
    for other in IMPORTS[name]:
        assert other.split(".")[0] not in ("h5py", "snakemake", "pandas", "matplotlib"), other
        assert other.split(".")[0] != "torch" or name in TORCH_IN_PHYSICS, f"{name} imports torch"
        if other.startswith("gapworks."):
            allowed = in_study(other) == (in_study(name)[0], "physics")
            assert allowed or other.startswith("gapworks.numerics"), f"{name} imports {other}"


def test_all_that_studies_share_has_its_place():
    shared = {name.split(".")[1] for name in ALL if "." in name and not in_study(name)}
    assert shared == COMMON.keys()


@pytest.mark.parametrize("name", ALL)
def test_imports_are_absolute_as_this_file_and_code_digests_read_them(name):
    nodes = ast.walk(ast.parse(ALL[name].read_text()))
    assert not any(isinstance(node, ast.ImportFrom) and node.level for node in nodes)


@pytest.mark.parametrize("room", COMMON)
def test_what_studies_share_knows_no_study(room):
    for name in ALL:
        if name.split(".")[1:2] == [room]:
            for other in IMPORTS[name]:
                parts = other.split(".")
                if parts[0] == "gapworks" and len(parts) > 1:
                    assert parts[1] in COMMON[room] | {room}, f"{name} imports {other}"


@pytest.mark.parametrize("study", STUDIES)
def test_the_plan_of_a_study_is_text_and_settings_only(study):
    for name in ("study", "steps", "config"):
        heavy = {"numpy", "torch", "numba", "scipy", "matplotlib", "h5py"}
        assert not heavy & IMPORTS[f"gapworks.{study}.{name}"]


def test_no_modules_import_each_other_in_a_circle():
    benchmarks = {
        path.stem: imported(path, set(ALL)) for path in (ROOT / "benchmarks").glob("*.py")
    }
    at_start = {name: imported(path, set(ALL), True) for name, path in ALL.items()}
    try:
        list(TopologicalSorter(at_start | benchmarks).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_folder_and_no_module_is_larger_than_a_reader_takes_in():
    files = [path for path in ALL.values() if path.name != "__init__.py"]
    folders = Counter(path.parent for path in files)
    assert {str(folder): count for folder, count in folders.items() if count > MOST_MODULES} == {}
    lines = {str(path): len(path.read_text().splitlines()) for path in ALL.values()}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}
