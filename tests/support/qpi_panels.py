"""What a panel of the qpi study shows: classes as they are written, images over q."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.support.exhibits import drawn
from tests.support.qpi_evaluations import known

CLASSES = ["$A_1^g$", "$A_{12}^u$", "$A_2^g$", "$E^g$", "$E^u$"]
"""As they are written, in the order of Table I."""
BETWEEN_SITES = np.array([[1, 0], [0.5, np.sqrt(3) / 2]])
"""a1 and a2, rows."""


def figure(name: str) -> Figure:
    """A figure of evaluations with known content."""
    return drawn("qpi", name, known)


def titles(axes: Axes) -> dict[str, str]:
    """The titles of a panel by where they stand."""
    return {where: axes.get_title(loc=where) for where in ("left", "center", "right")}


def is_image(axes: Axes, image: np.ndarray) -> None:
    """A panel shows an image over q in Cartesian coordinates, on a scale of its own."""
    assert len(axes.collections) == 9
    for mesh in axes.collections:
        np.testing.assert_array_equal(mesh.get_array().reshape(image.shape), image)
        assert mesh.norm.vmax == -mesh.norm.vmin == np.abs(image).max()
        corners = np.asarray(mesh.get_coordinates())
        middle = (corners[1:, 1:] + corners[:-1, :-1]) / 2
        # q . a1 and q . a2 are 2 pi times the row's and the column's place, up to whole numbers.
        place = middle @ BETWEEN_SITES.T / (2 * np.pi)
        index = np.arange(len(image)) / len(image) - 0.5
        wanted = np.stack(np.meshgrid(index, index, indexing="ij"), -1)
        away = place - wanted
        np.testing.assert_allclose(
            away, np.broadcast_to(np.rint(away[0, 0]), away.shape), atol=1e-9
        )
