"""Drawings show the model, the images and the network that they are made of."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from gapworks.qpi.paper.schematics import fig2
from tests.support.curves import bars, is_curve, legend
from tests.support.qpi_evaluations import POINTS, ZERO, known
from tests.support.qpi_panels import CLASSES, figure, is_image, titles


def is_surface(axes):
    """Each spin's Fermi surface, by the colour it has; a mapping of spin to colour."""
    found = {}
    for contour in axes.collections:
        (path,) = contour.get_paths()
        x, y = path.vertices.T
        up = np.allclose(x, ZERO["up"])
        assert up or np.allclose(y, ZERO["down"])
        found["up" if up else "down"] = to_hex(contour.get_edgecolor()[0])
    assert len(set(found.values())) == len(axes.collections) == 2
    return found


def test_band_has_both_spins_along_the_path_and_over_the_zone():
    data = known("model")
    left, right = figure("band").axes
    up, down, *_ = left.lines
    is_curve(up, data["path"], data["path_up"])
    is_curve(down, data["path"], data["path_down"])
    spins = {r"$\uparrow$": up, r"$\downarrow$": down}
    assert [line.get_label() for line in spins.values()] == list(spins)
    corners = dict(zip(left.get_xticks(), left.get_xticklabels(), strict=True))
    assert [text.get_text() for text in corners.values()] == [r"$\Gamma$", "K", "M", r"$\Gamma$"]
    np.testing.assert_array_equal(list(corners), data["path"][::POINTS])
    surface, named = is_surface(right), legend(right.get_legend())
    for spin, (arrow, line) in zip(("up", "down"), spins.items(), strict=True):
        assert surface[spin] == to_hex(named[arrow].get_color()) == to_hex(line.get_color())
    assert "k_x" in right.get_xlabel() and "k_y" in right.get_ylabel()
    assert titles(left) == {"left": "a", "center": "", "right": r"$\epsilon_0 = 20$ meV"}
    assert titles(right)["left"] == "b"


def test_fig1_goes_from_the_model_over_images_to_the_network():
    whole = figure("fig1")
    said = known("test-small-converged").attributes
    boxes = sorted(
        (box.get_x(), box.get_x() + box.get_width())
        for box in whole.artists
        if isinstance(box, Rectangle)
    )
    places = {axes: axes.get_position(original=True) for axes in whole.axes}
    words, panels = [], []
    for left, right in boxes:
        words.append([t.get_text() for t in whole.texts if left < t.get_position()[0] < right])
        panels.append([axes for axes, place in places.items() if left < place.x0 < right])
    headings = ["normal state", "gap functions", "images", "network", "answer"]
    assert [first for first, *_ in words] == headings
    assert words[2][1] == "5,000 by T matrix"
    assert words[3][1] == f"{said['parameters']:,} parameters"
    (model,), gaps, images, (network,), answer = panels
    assert not gaps and not answer
    is_surface(model)
    reading = sorted(images, key=lambda axes: (-places[axes].y0, places[axes].x0))
    for axes, label in zip(reading, (0, 2, 3, 4), strict=True):
        is_image(axes, known("examples")["image"][label, 1])
    (_, heights, _), _ = bars(network)
    sizes = [layer["shape"][1] for layer in said["outline"] if len(layer["shape"]) == 3]
    np.testing.assert_allclose(heights, np.log2(1 + np.array(sizes)))


def test_fig2_has_the_layers_in_order_with_channels_above_and_sizes_below():
    data = known("test-small-converged")
    (axes,) = fig2(data).axes
    said = data.attributes
    layers = [layer for layer in said["outline"] if len(layer["shape"]) == 3]
    heights = [bar.get_height() for one in axes.containers for bar in one]
    for x, layer in enumerate(layers):
        channels, size, _ = layer["shape"]
        assert heights[x] == pytest.approx(0.45 * np.log2(1 + size))
        at = sorted(
            (t for t in axes.texts if t.get_position()[0] == x), key=lambda t: t.get_position()[1]
        )
        assert [text.get_text() for text in at] == [rf"{size}$^2$", f"{channels}", layer["name"]]
    words = {text.get_text(): text.get_position() for text in axes.texts}
    aggregation = said["outline"][5]["shape"][0]
    assert str(aggregation) in words and "54 scalars" in words
    above, below = words["classification: 5"], words["regression: 4 for each of 5 classes"]
    assert above[1] > 0 > below[1]
    assert words[", ".join(CLASSES)][1] > 0
    assert words[r"$\sin 2\theta, \cos 2\theta, \epsilon_0, \Delta$"][1] < 0
    assert titles(axes)["left"] == f"small: {said['parameters']:,} parameters"
