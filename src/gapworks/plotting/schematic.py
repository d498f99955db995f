"""Schematics of networks, drawn from their widths."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np

from gapworks.plotting.style import CURVES

SHOWN = 7
"""Most neurons of a layer that are drawn."""


def layers(axes: plt.Axes, widths: Sequence[int], names: Sequence[str], note: str) -> None:
    """Layers as columns of neurons, with their names above, their widths and a note below.

    Wider layers have more neurons, by the logarithm of the width; input and output are grey.
    """
    before = np.empty(0)
    for x, (width, name) in enumerate(zip(widths, names, strict=True)):
        dots = min(width, max(2, round(SHOWN * np.log(width + 1) / np.log(max(widths) + 1))))
        inner = 0 < x < len(widths) - 1
        y = np.arange(dots) - (dots - 1) / 2
        axes.plot(np.full(dots, x), y, "o", color=CURVES[0] if inner else "0.2", markersize=3.5)
        axes.annotate(str(width), (x, -SHOWN / 2 - 0.3), ha="center", va="top", fontsize=7)
        axes.annotate(name, (x, SHOWN / 2 + 0.1), ha="center", va="bottom", fontsize=7)
        for left in before:
            for right in y:
                axes.plot([x - 1, x], [left, right], color="0.85", linewidth=0.3, zorder=0)
        before = y
    middle = (len(widths) - 1) / 2
    axes.annotate(note, (middle, -SHOWN / 2 - 1.3), ha="center", va="top", fontsize=7)
    axes.set(xlim=(-0.6, len(widths) - 0.4), ylim=(-SHOWN / 2 - 2.1, SHOWN / 2 + 2.2))
    axes.set_axis_off()
