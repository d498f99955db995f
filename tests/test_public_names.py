"""Public names and their signatures: people's scripts rely on them, so a change is announced.

`pytest tests/test_public_names.py --update-golden` writes the list anew; CHANGELOG.md says what a
script has to be changed for.
"""

import dataclasses
import difflib
import enum
import inspect
import json
from importlib import import_module

import pytest

from gapworks.study import STUDIES
from tests.conftest import ROOT

FACES = (*STUDIES, "readers")
LIST = ROOT / "tests" / "golden" / "public-names.json"


def signature(called):
    """Parameters and defaults: annotations are for readers."""
    parts, kind = [], None
    for one in inspect.signature(called).parameters.values():
        if one.kind is one.KEYWORD_ONLY and kind not in (one.KEYWORD_ONLY, one.VAR_POSITIONAL):
            parts.append("*")
        star = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        default = "" if one.default is one.empty else f"={one.default!r}"
        parts.append(f"{star}{one.name}{default}")
        kind = one.kind
    return f"({', '.join(parts)})"


def said(thing):
    """A public name, in words that a test can compare."""
    if inspect.isclass(thing) and issubclass(thing, enum.Enum):
        return [one.name for one in thing]
    if inspect.isclass(thing):
        # Fields with a leading underscore belong to the class, not to its readers.
        fields = [one.name for one in dataclasses.fields(thing)] if is_record(thing) else []
        members = [name for name in {*fields, *dir(thing)} if not name.startswith("_")]
        plain = issubclass(thing, Exception) or any(one.startswith("_") for one in fields)
        made = "" if plain else signature(thing)
        return {"made": made, "members": sorted(member(thing, one) for one in members)}
    return signature(thing) if callable(thing) else type(thing).__name__


def member(thing, name):
    """An attribute by its name, a method with its parameters."""
    value = inspect.getattr_static(thing, name, None)
    if isinstance(value, classmethod | staticmethod):
        return f"{name}{signature(getattr(thing, name))}"
    return f"{name}{signature(value)}" if inspect.isfunction(value) else name


def is_record(thing):
    return dataclasses.is_dataclass(thing)


def test_public_names_and_their_signatures_are_those_that_were_announced(request):
    now = {}
    for face in FACES:
        package = import_module(f"gapworks.{face}")
        now[face] = {name: said(getattr(package, name)) for name in package.__all__}
    text = json.dumps(now, indent=1) + "\n"
    if request.config.getoption("--update-golden"):
        LIST.write_text(text)
    kept = LIST.read_text()
    if text != kept:
        lines = difflib.unified_diff(kept.splitlines(), text.splitlines(), "announced", "now", n=0)
        pytest.fail(
            "public names have changed; say so in CHANGELOG.md, then pytest --update-golden:\n"
            + "\n".join(lines)
        )


@pytest.mark.parametrize("face", FACES)
def test_who_looks_at_a_package_sees_its_public_names_and_nothing_of_its_making(face):
    package = import_module(f"gapworks.{face}")
    seen = {name for name in dir(package) if not name.startswith("_")}
    assert set(package.__all__) <= seen
    assert not {"annotations", "lazy", "import_module"} & seen


@pytest.mark.parametrize("face", FACES)
def test_every_public_name_explains_itself(face):
    package = import_module(f"gapworks.{face}")
    for name in package.__all__:
        thing = getattr(package, name)
        if callable(thing):
            assert inspect.getdoc(thing), name
            assert not inspect.getdoc(thing).startswith(f"{name}("), f"{name} has no docstring"
