"""Solved rings as a figure: V, Delta and density along them, and how Delta is distributed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from gapworks.chain.inference.report import Rings
from gapworks.plotting.style import CURVES, PAGE, house_style, panel_labels, save

_BINS = 60


def draw(found: Sequence[Rings], paths: Sequence[Path]) -> None:
    """Draw rings and save the figure; the first six solved ones along their sites.

    Parameters
    ----------
    found : sequence of Rings
        At least one of them solved.
    paths : sequence of Path
        .pdf or .png.
    """
    drawn = [
        (f"{Path(one.file).name} {ring + 1}" if len(found) > 1 else str(ring + 1), one, ring)
        for one in found
        for ring in np.flatnonzero(one.solution.converged.ravel())
    ]
    with house_style():
        figure, grid = plt.subplot_mosaic(
            [["V", "all"], ["delta", "all"], ["density", "all"]],
            figsize=(PAGE, 3.6),
            width_ratios=(3, 1),
        )
        for color, (label, one, ring) in zip(CURVES, drawn, strict=False):
            L = one.V.shape[-1]
            sites = np.arange(L)
            for name, field in (
                ("V", one.V),
                ("delta", one.solution.delta),
                ("density", one.solution.density),
            ):
                grid[name].plot(sites, field.reshape(-1, L)[ring], color=color, label=label)
        for one in found:
            delta = one.solution.delta[np.isfinite(one.solution.delta)]
            label = Path(one.file).name if len(found) > 1 else None
            grid["all"].hist(delta, _BINS, density=True, histtype="step", label=label)
        for name, said in (
            ("V", r"$V_i$ (t)"),
            ("delta", r"$\Delta_i$ (t)"),
            ("density", r"$n_i$"),
        ):
            grid[name].set(ylabel=said, xlim=(0, None))
        grid["delta"].set_ylim(0, None)
        grid["density"].set_xlabel("site")
        grid["all"].set(xlabel=r"$\Delta_i$ (t)", ylabel="density, all solved rings")
        if len(drawn) > 1:
            more = f" of {len(drawn)}" if len(drawn) > len(CURVES) else ""
            grid["V"].legend(title=f"rings{more}", ncols=2, loc="upper right")
        if len(found) > 1:
            grid["all"].legend()
        panel_labels(grid["V"], grid["delta"], grid["density"], grid["all"])
        save(figure, paths)
