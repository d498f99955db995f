"""Fonts, sizes and colours of all figures, and saving them whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gapworks.factory.disk import replacing
from gapworks.factory.errors import DiskError, reason

try:
    import matplotlib
except OSError as error:  # neither the home directory nor that of temporary files can be written
    raise DiskError(
        f"matplotlib finds no folder for what it keeps: {reason(error)}; let MPLCONFIGDIR or "
        "TMPDIR name one that can be written"
    ) from error

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import AutoLocator, LogLocator, NullLocator

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from numpy.typing import ArrayLike

COLUMN = 3.4
"""Width of a journal's column, inches."""
PAGE = 7.0
"""Width of a journal's page, inches."""

FORMATS = (".pdf", ".png")
"""What figures are saved as."""

SOLVED = {"color": "#c1272d", "marker": "o", "markersize": 2.6, "linestyle": "none"}
"""Solved samples: the papers' red dots."""
STATED = {
    "color": "black",
    "marker": "D",
    "markerfacecolor": "white",
    "markersize": 4,
    "linestyle": "none",
    "zorder": 5,
}
"""What a paper's text or tables state, beside ours."""
# Okabe and Ito's colours, told apart by colour-blind readers, less those close to the red above.
CURVES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#000000")
"""Everything that is a curve: networks, readings of a model, disorder strengths."""

_SETTINGS = {
    "figure.constrained_layout.use": True,
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.0,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,  # text stays text in the pdf
    "savefig.dpi": 300,
}


@contextlib.contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style."""
    with plt.rc_context(_SETTINGS):
        yield


def panel_label(axes: plt.Axes, letter: str) -> None:
    """The letter of a panel, outside its top left corner."""
    axes.set_title(letter, loc="left", fontweight="bold")


def panel_labels(*panels: plt.Axes) -> None:
    """Letters of panels, in order."""
    for axes, letter in zip(panels, "abcdef", strict=False):
        panel_label(axes, letter)


def stated(axes: plt.Axes, x: ArrayLike, y: ArrayLike, source: str, **drawing: Any) -> Line2D:
    """Draw numbers that a paper states, each a mark, and where it states them: "Table I"."""
    return axes.plot(x, y, label=f"paper, {source}", **(STATED | drawing))[0]


def stated_range(axes: plt.Axes, low: float, high: float, source: str) -> Line2D:
    """Mark a value of x that a paper states, or a range of them: what is plotted has no y there."""
    if low == high:
        axes.axvline(low, color="black", linewidth=0.7, linestyle=(0, (1, 2)), zorder=0)
    else:
        axes.axvspan(low, high, color="0.88", linewidth=0, zorder=0)
    ends = sorted({low, high})
    where = {"transform": axes.get_xaxis_transform(), "clip_on": False}
    return stated(axes, ends, [0.0] * len(ends), source, **where)


def plain_log(axis: Axis) -> None:
    """Ticks of a logarithmic axis as numbers, 1, 2, 5, 10: few decades, no powers that collide.

    Call it when all is drawn: within a factor of four, ticks are as on a linear axis.
    """
    low, high = axis.get_view_interval()
    narrow = high < 4 * low
    axis.set_major_locator(AutoLocator() if narrow else LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def legend_above(figure: Figure, axes: plt.Axes, columns: int) -> None:
    """One legend for a whole figure, above it: what one of its panels shows."""
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=columns)


def save(figure: Figure, paths: Iterable[Path]) -> None:
    """Save a figure in the formats that the suffixes name, each file whole or absent.

    No dates are written: the same figure gives the same bytes.
    """
    for path in paths:
        metadata = {"CreationDate": None} if path.suffix == ".pdf" else None
        with replacing(path) as part:
            figure.savefig(part, format=path.suffix[1:], metadata=metadata)
    plt.close(figure)
