"""What is drawn in a panel, as numbers and words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D


def grid(figure: Figure, columns: int) -> np.ndarray:
    """The panels of a figure, shape (rows, columns)."""
    return np.array(figure.axes).reshape(-1, columns)


def curve(axes: Axes, label: str) -> Line2D:
    """The one curve that the legend calls so."""
    (line,) = [one for one in axes.lines if one.get_label() == label]
    return line


def is_curve(line: Line2D, x: Sequence[float], y: Sequence[float]) -> None:
    """A curve goes through just these points."""
    np.testing.assert_allclose(line.get_xdata(), x, rtol=1e-12)
    np.testing.assert_allclose(line.get_ydata(), y, rtol=1e-12)


def named(axes: Axes) -> list[str]:
    """The names of curves in a panel, in the order of its legend."""
    return axes.get_legend_handles_labels()[1]


def written(figure: Figure) -> list[str]:
    """The names in the legend of a whole figure."""
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]
