"""Equations as MathML, by docutils' own converter of LaTeX."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


def _mathml(latex: str, node: nodes.Element, block: bool) -> str:
    """One equation; what the converter does not know is a warning, and stands there as LaTeX."""
    try:
        made = tex2mathml(latex, as_block=block)
    except MathError as error:
        logger.warning("equation cannot be drawn: %s", error, location=node)
        made = f"<code>{nodes.unescape(latex)}</code>"
    return re.sub(r'\s*xmlns="[^"]*"', "", made)


def visit_inline(self: Any, node: nodes.math) -> None:
    """An equation within a line."""
    self.body.append(_mathml(node.astext(), node, block=False))
    raise nodes.SkipNode


def visit_block(self: Any, node: nodes.math_block) -> None:
    """An equation of its own, with its number where it has one."""
    number = f'<span class="eqno">({node["number"]})</span>' if node.get("number") else ""
    self.body.append(f'<div class="math">{number}{_mathml(node.astext(), node, block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Take the place of the renderers that ask for LaTeX or MathJax."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.config.html_math_renderer = "mathml"  # type: ignore[attr-defined]
    return {"parallel_read_safe": True, "parallel_write_safe": True}
