"""What is drawn in a panel, as numbers and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D


@dataclass(frozen=True)
class Points:
    """Points with error bars: places, values, and the lower and upper ends of the bars."""

    x: np.ndarray
    y: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    color: str


def grid(figure: Figure, columns: int) -> np.ndarray:
    """The panels of a figure, shape (rows, columns)."""
    return np.array(figure.axes).reshape(-1, columns)


def curve(axes: Axes, label: str) -> Line2D:
    """The one curve that the legend calls so."""
    (line,) = [one for one in axes.lines if one.get_label() == label]
    return line


def is_curve(line: Line2D | Points, x: Sequence[float], y: Sequence[float]) -> None:
    """A curve goes through just these points."""
    found = (line.x, line.y) if isinstance(line, Points) else line.get_data()
    for one, wanted in zip(found, (x, y), strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-12)


def named(axes: Axes) -> list[str]:
    """The names of curves in a panel, in the order of its legend."""
    return axes.get_legend_handles_labels()[1]


def with_errors(axes: Axes) -> dict[str, Points]:
    """What was drawn with error bars, by its label, in the order of drawing."""
    found = {}
    for one in axes.containers:
        if not isinstance(one, ErrorbarContainer):
            continue
        line, _, (bars,) = one.lines
        x, y = (np.asarray(values, float) for values in line.get_data())
        ends = np.array(bars.get_segments())
        np.testing.assert_array_equal(ends[:, 0, 0], x)
        color = to_hex(line.get_color())
        found[one.get_label()] = Points(x, y, ends[:, 0, 1], ends[:, 1, 1], color)
    return found


def bars(axes: Axes) -> list[tuple[np.ndarray, np.ndarray, BarContainer]]:
    """Middles and heights of each set of bars, in the order of drawing."""
    return [
        (
            np.array([bar.get_x() + bar.get_width() / 2 for bar in one]),
            np.array([bar.get_height() for bar in one]),
            one,
        )
        for one in axes.containers
        if isinstance(one, BarContainer)
    ]


def looks(line: Line2D) -> tuple[str, Any, str]:
    """How a curve is told from others: colour, marker and line style."""
    return to_hex(line.get_color()), line.get_marker(), line.get_linestyle()


def legend(found: Legend | Figure) -> dict[str, Any]:
    """What the words of a legend stand for: its handles by their texts."""
    if isinstance(found, Figure):
        (found,) = found.legends
    words = [text.get_text() for text in found.get_texts()]
    assert len(set(words)) == len(words)
    return dict(zip(words, found.legend_handles, strict=True))


def is_band(axes: Axes, number: int, x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
    """The panel's band of this number, in the order of drawing, has these edges."""
    corners = axes.collections[number].get_paths()[0].vertices
    edges = {(round(float(a), 12), round(float(b), 12)) for a, b in corners}
    for edge in (lower, upper):
        wanted = zip(x, edge, strict=True)
        assert {(round(float(a), 12), round(float(b), 12)) for a, b in wanted} <= edges


def written(figure: Figure) -> list[str]:
    """The names in the legend of a whole figure."""
    return list(legend(figure))
