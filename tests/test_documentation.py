"""What a public function says of itself: types of all that it takes and gives, each described."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted((ROOT / "src/gapworks").rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPILED = {"entry_point", "fast", "inlined", "intrinsic", "njit", "vectorize", "guvectorize"}
"""Decorators of kernels: numba finds the types of what they are called with."""


def public(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Functions of a module and methods of its classes whose names do not begin with _."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for method in node.body:
                if isinstance(method, Function):
                    yield f"{node.name}.{method.name}", method


def decorators(function: Function) -> set[str]:
    """Their names, called or not."""
    calls = [one.func if isinstance(one, ast.Call) else one for one in function.decorator_list]
    return {ast.unparse(one).rpartition(".")[2] for one in calls}


def functions(path: Path) -> list[tuple[str, Function]]:
    """Those of a file that people call from Python."""
    found = public(ast.parse(path.read_text()))
    return [
        (name, function)
        for name, function in found
        if not function.name.startswith("_") and not COMPILED & decorators(function)
    ]


def taken(function: Function) -> list[ast.arg]:
    """What it takes, less the object itself."""
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    every += [one for one in (given.vararg, given.kwarg) if one is not None]
    return [one for one in every if one.arg not in ("self", "cls") and one.arg[0] != "_"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_public_functions_have_types_and_say_what_they_do(path):
    wrong = []
    for name, function in functions(path):
        if any(one.annotation is None for one in taken(function)) or function.returns is None:
            wrong.append(f"{name}: not all types are given")
        said = ast.get_docstring(function)
        if said is None and "overload" not in decorators(function):
            wrong.append(f"{name}: no docstring")
        section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w+\n-+$|\Z)", said or "", re.M | re.S)
        if section:
            named = re.findall(r"^(\*{0,2}[\w, *]+?)(?: :.*)?$", section[1], re.M)
            known = {one.strip(" *") for names in named for one in names.split(",")}
            missing = [one.arg for one in taken(function) if one.arg not in known]
            if missing:
                wrong.append(f"{name}: {', '.join(missing)} not described")
    assert wrong == []
