"""`{interface} gapworks.chain`: the public names of a package with what their docstrings say."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Interface(SphinxDirective):
    """Every name that a package lists, functions before classes and constants."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The documented names."""
        package = self.arguments[0]
        found = [(getattr(import_module(package), name), name) for name in _public(package)]
        kinds = sorted(((_directive(value), name) for value, name in found), key=_order)
        text = "\n".join(f".. {kind}:: {package}.{name}\n" for kind, name in kinds)
        return self.parse_text_to_nodes(f"```{{eval-rst}}\n{text}\n```")


def _public(package: str) -> list[str]:
    return list(import_module(package).__all__)


def _directive(value: Any) -> str:
    if inspect.isclass(value):
        return "autoclass"
    return "autofunction" if callable(value) else "autodata"


def _order(one: tuple[str, str]) -> tuple[int, str]:
    return ["autofunction", "autoclass", "autodata"].index(one[0]), one[1].lower()


def plain_bars(
    app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]
) -> None:
    """Docstrings are read in Python, too: a |Delta| in them is an absolute value, a * a product."""
    del app, what, name, value, options
    code = re.compile(r"(``.+?``|`.+?`|:\w+:`.+?`)")
    for place, line in enumerate(lines):
        parts = code.split(line)
        parts[::2] = [re.sub(r"(?<!\\)\|", r"\\|", part) for part in parts[::2]]
        lines[place] = "".join(parts)


def setup(app: Sphinx) -> dict[str, bool]:
    """The directive, and docstrings made ready for it after napoleon has had them."""
    app.add_directive("interface", Interface)
    app.connect("autodoc-process-docstring", plain_bars, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
