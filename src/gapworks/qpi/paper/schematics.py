"""The drawings among the qpi study's figures: the way from model to answer, and the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.style import CURVES, PAGE
from gapworks.qpi.config import CLASSES
from gapworks.qpi.paper.panels import GRIDS, NAMES, fermi_surface, show_image

SLANTED = {"fontsize": 6, "ha": "left", "va": "bottom", "rotation": 45, "rotation_mode": "anchor"}
"""Names above layers."""


def fig1(model: Evaluated, examples: Evaluated, network: Evaluated) -> Figure:
    """Fig. 1: from the model of the normal state and the gaps to images, network and answer."""
    figure = plt.figure(figsize=(PAGE, 2.5))
    figure.set_layout_engine("none")  # everything below stands where it is put
    boxes = [
        (0.010, "normal state", "bands, Fermi surface"),
        (0.212, "gap functions", "by representation of $D_{3h}$"),
        (0.414, "images", f"{network.attributes['training_data']['samples']:,} by T matrix"),
        (0.616, "network", f"{network.attributes['parameters']:,} parameters"),
        (0.818, "answer", "for an unseen image"),
    ]
    width = 0.172
    for number, (left, title, below) in enumerate(boxes):
        figure.add_artist(
            Rectangle((left, 0.06), width, 0.86, fill=False, color="0.6", linewidth=0.7)
        )
        figure.text(left + width / 2, 0.86, title, ha="center", va="center", weight="bold")
        figure.text(left + width / 2, 0.11, below, ha="center", va="center", fontsize=6.5)
        if number:
            figure.add_artist(
                FancyArrowPatch(
                    (left - 0.028, 0.5),
                    (left - 0.002, 0.5),
                    arrowstyle="-|>",
                    mutation_scale=8,
                    color="0.3",
                    transform=figure.transFigure,
                )
            )
    fermi_surface(figure.add_axes((boxes[0][0] + 0.01, 0.2, width - 0.02, 0.56)), model, bare=True)
    lines = [
        r"$A_1^g,\,A_2^g$:  $\cos\theta\,\Delta^{(s)} + \sin\theta\,\Delta^{(t,z)}$",
        r"$A_1^u,\,A_2^u$:  $\Delta^{(t,xy)}$",
        r"$E^g$:  $\cos\theta\,\Delta_1^{(s)} + \sin\theta\,\Delta_2^{(s)}$",
        r"$E^u$:  $\cos\theta\,\Delta_1^{(t,xy)}$",
        r"        $+\,\sin\theta\,\Delta_2^{(t,xy)}$",
    ]
    for line, text in enumerate(lines):
        figure.text(boxes[1][0] + 0.008, 0.71 - 0.115 * line, text, fontsize=5.4, va="center")
    for number, name in enumerate(("A1g", "A2g", "Eg", "Eu")):
        left = boxes[2][0] + 0.008 + 0.081 * (number % 2)
        axes = figure.add_axes((left, 0.49 - 0.29 * (number // 2), 0.076, 0.27))
        show_image(axes, examples["image"][CLASSES.index(name), GRIDS.index("converged")])
        axes.set_axis_off()
    layers = figure.add_axes((boxes[3][0] + 0.01, 0.2, width - 0.02, 0.56))
    _blocks(layers, network.attributes["outline"])
    text = [
        *(f"$p$({NAMES[name]})" for name in CLASSES),
        r"$\theta$ from $\sin 2\theta, \cos 2\theta$",
        r"$\Delta,\ \epsilon_0$",
    ]
    for line, shown in enumerate(text):
        place = boxes[4][0] + width / 2, 0.74 - 0.085 * line
        figure.text(*place, shown, ha="center", va="center", fontsize=7)
    return figure


def _blocks(axes: plt.Axes, outline: Sequence[Mapping[str, Any]]) -> None:
    """The features as bars that narrow, and the two heads."""
    layers = [layer for layer in outline if len(layer["shape"]) == 3]
    heights = np.array([np.log2(1 + layer["shape"][1]) for layer in layers])
    axes.bar(np.arange(len(layers)), heights, bottom=-heights / 2, width=0.7, color=CURVES[0])
    end = len(layers)
    axes.bar([end], [4], bottom=-2, width=0.7, color=CURVES[2])
    for y, name, color in ((2.4, "class", CURVES[1]), (-2.4, "parameters", CURVES[3])):
        axes.plot([end + 0.4, end + 1.4], [0, y], color="0.5", linewidth=0.7)
        axes.plot([end + 1.6], [y], "s", color=color, markersize=5)
        axes.annotate(
            name,
            (end + 1.6, y),
            (0, 7 if y > 0 else -12),
            textcoords="offset points",
            fontsize=5.5,
            ha="center",
        )
    axes.set_xlim(-1, end + 6)
    axes.set_ylim(-5, 5)
    axes.set_axis_off()


def fig2(network: Evaluated) -> Figure:
    """Fig. 2: the network, layer by layer as it was built."""
    about = network.attributes
    layers = about["outline"]
    features = [layer for layer in layers if len(layer["shape"]) == 3]
    figure, axes = plt.subplots(figsize=(PAGE, 3.0))
    colors = {"input": "0.75", "max": CURVES[4], "mean": CURVES[2]}
    step = 1.0
    for x, layer in enumerate(features):
        channels, height, _ = layer["shape"]
        size = 0.45 * np.log2(1 + height)
        color = colors.get(layer["name"].split()[0], CURVES[0])
        axes.bar(x * step, size, bottom=-size / 2, width=0.62, color=color, linewidth=0)
        axes.text(x * step, size / 2 + 0.12, f"{channels}", ha="center", va="bottom", fontsize=6)
        axes.text(x * step, -size / 2 - 0.12, rf"{height}$^2$", ha="center", va="top", fontsize=6)
        axes.text(x * step, 2.55, layer["name"], **SLANTED)
    end = len(features) * step
    axes.bar(end + 0.3, 2.4, bottom=-1.2, width=0.5, color=CURVES[5], linewidth=0)
    vectors = {layer["name"]: layer["shape"] for layer in layers if len(layer["shape"]) < 3}
    axes.text(end + 0.3, 1.9, "aggregation, ReLU", **SLANTED)
    axes.text(end + 0.3, 1.28, f"{vectors['aggregation'][0]}", ha="center", va="bottom", fontsize=6)
    if "scalars" in vectors:
        axes.annotate(
            f"{vectors['scalars'][0]} scalars",
            (end + 0.3, -1.2),
            (end - 0.3, -2.2),
            fontsize=6,
            ha="center",
            va="top",
            arrowprops={"arrowstyle": "-|>", "linewidth": 0.6},
        )
    answers, width = vectors["regression"]
    per_class = f" for each of {answers} classes" if answers > 1 else ""
    heads = (
        (
            0.9,
            CURVES[1],
            f"classification: {vectors['classification'][0]}",
            ", ".join(NAMES.values()),
        ),
        (
            -0.9,
            CURVES[3],
            f"regression: {width}{per_class}",
            r"$\sin 2\theta, \cos 2\theta, \epsilon_0, \Delta$",
        ),
    )
    for y, color, title, below in heads:
        axes.plot([end + 0.6, end + 1.3], [0, y], color="0.5", linewidth=0.8)
        axes.add_patch(Rectangle((end + 1.3, y - 0.35), 0.5, 0.7, color=color, linewidth=0))
        axes.text(end + 1.95, y + 0.18, title, fontsize=7, va="center")
        axes.text(end + 1.95, y - 0.28, below, fontsize=6, va="center")
    axes.set_xlim(-0.8, end + 3.2 + 0.32 * end)
    axes.set_ylim(-2.7, 4.9)
    axes.set_axis_off()
    backbone = about["architecture"]["backbone"]
    axes.set_title(f"{backbone}: {about['parameters']:,} parameters", loc="left")
    return figure
