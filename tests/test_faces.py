"""Names of the studies' solvers: there for who types them, loaded for who uses them."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from gapworks.study import STUDIES

HEAVY = ("numba", "numpy", "scipy", "torch")


@pytest.mark.parametrize("study", STUDIES)
def test_every_public_name_of_a_study_is_listed_and_found(study):
    package = import_module(f"gapworks.{study}")
    assert set(package.__all__) <= set(dir(package))
    assert all(getattr(package, name) is not None for name in package.__all__)


@pytest.mark.parametrize("study", STUDIES)
def test_a_name_that_a_study_does_not_have_is_an_attribute_error(study):
    package = import_module(f"gapworks.{study}")
    with pytest.raises(AttributeError, match=f"'gapworks.{study}' has no attribute 'sovle'"):
        package.sovle  # noqa: B018
    assert not hasattr(package, "__wrapped__")


@pytest.mark.parametrize("face", (*STUDIES, "readers"))
def test_type_checkers_see_the_public_names_where_they_are_defined(face):
    package = import_module(f"gapworks.{face}")
    stub = ast.parse(Path(package.__file__).with_suffix(".pyi").read_text())
    found = {
        alias.name: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(found) == package.__all__
    for name, module in found.items():
        assert getattr(import_module(module), name) is getattr(package, name)
    (listed,) = (node.value for node in stub.body if isinstance(node, ast.Assign))
    assert sorted(ast.literal_eval(listed)) == package.__all__


def test_a_study_is_imported_without_what_its_solvers_need():
    names = ", ".join(f"gapworks.{study}" for study in STUDIES)
    script = f"import sys, {names}; print(*[name for name in {HEAVY} if name in sys.modules])"
    run = [sys.executable, "-c", script]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout.split() == []


def test_the_package_alone_gives_every_study_and_loads_none_before_it_is_asked_for():
    names = (*STUDIES, "readers")
    script = (
        "import sys, gapworks; print(*[name for name in sys.modules if 'gapworks.' in name]);"
        f"print(set({names}) <= set(dir(gapworks)), gapworks.{STUDIES[0]}.solve.__name__);"
        "print(hasattr(gapworks, 'sovle'))"
    )
    run = [sys.executable, "-c", script]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == ["", "True solve", "False"]
