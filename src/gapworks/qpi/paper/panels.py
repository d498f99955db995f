"""What several of the qpi study's figures show: an image over q, the Fermi surface."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import SymLogNorm
from matplotlib.lines import Line2D

from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.style import CURVES

SPINS = (("up", CURVES[0], r"$\uparrow$"), ("down", CURVES[1], r"$\downarrow$"))
NAMES = {
    "A1g": "$A_1^g$",
    "A12u": "$A_{12}^u$",
    "A2g": "$A_2^g$",
    "Eg": "$E^g$",
    "Eu": "$E^u$",
}
"""How classes are written."""
GRIDS = ("coarse", "converged")
"""The two images of an example, in the order that its evaluation keeps them."""
ZONE = np.array(
    [
        (4 * np.pi / 3 * np.cos(angle), 4 * np.pi / 3 * np.sin(angle))
        for angle in np.pi / 3 * np.arange(7)
    ]
)
"""Corners of the Brillouin zone, 1 / a."""
# b1, b2 for a1 = (1, 0), a2 = (1 / 2, sqrt(3) / 2).
RECIPROCAL = 2 * np.pi * np.array([[1, -1 / np.sqrt(3)], [0, 2 / np.sqrt(3)]])


def show_image(axes: plt.Axes, image: np.ndarray) -> Any:
    """An image over q in Cartesian coordinates, on a scale that shows both its ends."""
    limit = np.abs(image).max()
    n = len(image)
    index = np.arange(n + 1) / n - 0.5 - 0.5 / n
    i, j = np.meshgrid(index, index, indexing="ij")
    norm = SymLogNorm(0.05 * limit, vmin=-limit, vmax=limit)
    drawn = None
    # The cell of reciprocal vectors around q = 0 and its neighbours fill the zone.
    for m in (-1, 0, 1):
        for k in (-1, 0, 1):
            x = (i + m) * RECIPROCAL[0, 0] + (j + k) * RECIPROCAL[1, 0]
            y = (i + m) * RECIPROCAL[0, 1] + (j + k) * RECIPROCAL[1, 1]
            drawn = axes.pcolormesh(x, y, image, cmap="RdBu_r", norm=norm, rasterized=True)
    axes.plot(*ZONE.T, color="0.2", linewidth=0.5)
    axes.set_aspect("equal")
    axes.set_xlim(-4.4, 4.4)
    axes.set_ylim(-4.0, 4.0)
    return drawn


def fermi_surface(axes: plt.Axes, data: Evaluated, bare: bool = False) -> None:
    """The Fermi surface of both spins in the Brillouin zone."""
    for spin, color, _ in SPINS:
        axes.contour(
            data["kx"],
            data["ky"],
            data[f"zone_{spin}"],
            [0.0],
            colors=[color],
            linewidths=0.7 if bare else 1.0,
        )
    axes.plot(*ZONE.T, color="0.4", linewidth=0.6)
    axes.set_aspect("equal")
    axes.set_xlim(-4.4, 4.4)
    axes.set_ylim(-4.4, 4.4)
    if bare:
        axes.set_axis_off()
        return
    axes.set_xlabel(r"$k_x a$")
    axes.set_ylabel(r"$k_y a$")
    handles = [Line2D([], [], color=color, label=arrow) for _, color, arrow in SPINS]
    axes.legend(handles=handles, loc="upper right")
