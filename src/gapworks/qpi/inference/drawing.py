"""What `gapworks identify` was given and what it made of it, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from gapworks.plotting.style import CURVES, PAGE, house_style, panel_labels, save
from gapworks.qpi.inference.identify import Identification, chosen
from gapworks.qpi.inference.treatment import treat
from gapworks.readers import Maps

_SIZE = 64
"""Of the treated maps that are shown, cells."""
_NEAR = 1.0
"""Percent of the numbers beyond the ends of the colours, on either side."""


def draw(maps: Maps, found: Identification, paths: Sequence[Path]) -> None:
    """Draw maps as read and as treated, and probabilities, and save it.

    Parameters
    ----------
    maps : Maps
        As read.
    found : Identification
        What was said of them; where they were refused before a fit, the maps that would have been
        fitted are shown.
    paths : sequence of Path
        .pdf or .png.
    """
    treated = treat(maps.values, maps.energies, maps.raster, maps.field_of_view, _SIZE)
    at = found.energies or tuple(
        maps.energies[k] for k in chosen(maps.energies, treated.signal_to_noise)
    )
    shown = [int(np.argmin(np.abs(maps.energies - energy))) for energy in at]
    with house_style():
        figure, grid = plt.subplots(
            len(shown), 3, figsize=(PAGE, 2.3 * len(shown)), squeeze=False, width_ratios=(1, 1, 0.8)
        )
        for (read, made, beside), k in zip(grid, shown, strict=True):
            _read(read, maps, k)
            edge = _SIZE // 2
            picture = np.where(treated.known, treated.maps[k], np.nan)
            _map(made, picture, (-edge - 0.5, edge - 0.5) * 2)
            made.set(xlabel=r"$\mathbf{a}_2$ steps", ylabel=r"$\mathbf{a}_1$ steps")
            beside.set_axis_off()
        grid[0, 0].set_title("as read", loc="right")
        grid[0, 1].set_title("as treated, impurity at 0", loc="right")
        _probabilities(grid[0, 2], found)
        panel_labels(*grid[0])
        save(figure, paths)


def _read(axes: plt.Axes, maps: Maps, k: int) -> None:
    """A map in the file's own raster; where the impurity was found is not marked: look for it."""
    values = maps.values[k].astype(float)
    if maps.field_of_view is not None:
        width, height = maps.field_of_view
        _map(axes, values, (0, width, 0, height))
        axes.set(xlabel="lattice constants", ylabel=f"{maps.energies[k]:.4g} meV")
    else:
        rows, columns = values.shape
        _map(axes, values, (-0.5, columns - 0.5, -0.5, rows - 0.5))
        axes.set(xlabel="column", ylabel=f"{maps.energies[k]:.4g} meV; row")


def _map(axes: plt.Axes, values: np.ndarray, extent: tuple[float, float, float, float]) -> None:
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, (_NEAR, 100 - _NEAR)) if known.size else (0.0, 1.0)
    axes.imshow(values, origin="lower", extent=extent, vmin=low, vmax=high, cmap="cividis")


def _probabilities(axes: plt.Axes, found: Identification) -> None:
    """Bars of all classes, those of the set filled; or that there is no answer."""
    axes.set_axis_on()
    if found.probabilities is None:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "refused", ha="center", va="center", transform=axes.transAxes)
        return
    names = {"A12u": "A1u or A2u"}
    inside = [name.replace("12", "2") in found.set for name in found.probabilities]
    places = np.arange(len(inside))[::-1]
    axes.barh(
        places,
        list(found.probabilities.values()),
        color=[CURVES[0] if one else "none" for one in inside],
        edgecolor=CURVES[0],
    )
    axes.set_yticks(places, [names.get(name, name) for name in found.probabilities])
    axes.set(xlim=(0, 1), xlabel="probability (filled: 90 % set)")
