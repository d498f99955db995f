"""Schematics drawn from the actual flow and the actual networks: Figs 1, 2 and 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gapworks.eliashberg.evaluation.readings import score
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.schematic import SHOWN, layers
from gapworks.plotting.style import COLUMN, CURVES, PAGE

INFINITE = r"\infty"


def flow(
    simple: Evaluated,
    plain: Sequence[Evaluated],
    choices: Sequence[Evaluated],
    chosen: Sequence[Evaluated],
) -> Figure:
    """Fig. 1: the flow chart, with the decisions that the data took in it.

    Parameters
    ----------
    simple : Evaluated
        The network on simple data.
    plain, choices, chosen : sequence of Evaluated
        For each input of complex data: the network on the solved data, the choice of the latent
        dimension, and the network on the data generated with it.
    """
    groups = [("simple", "gap", [simple])]
    for found in zip(plain, choices, chosen, strict=True):
        groups.append(("complex", found[1].attributes["input"], list(found)))
    # The thresholds stand with the choice of the dimension.
    least = choices[0].attributes["settings"]["flow"]["good"]
    figure, panels = plt.subplots(1, len(groups), figsize=(PAGE, 3.4))
    for axes, (kind, source, found) in zip(panels, groups, strict=True):
        title = "gap function" if source == "gap" else "DOS"
        axes.set_title(f"{kind} data, from the {title}")
        good = score(found[0], "r2") >= least
        answer = "yes" if good else "no"
        if good and len(found) > 1:
            answer += "; gone on all the same"
        _chart(axes, _steps(found, good), rf"$R^2 \geq {least:g}$: {answer}")
        axes.set_axis_off()
    return figure


def _steps(found: Sequence[Evaluated], good: bool) -> list[str]:
    """The boxes' texts."""
    before = found[0]
    texts = [f"1  supervised network\n$R^2 = {score(before, 'r2'):.3f}$ (test)"]
    if len(found) == 1:
        return [*texts, "2  machine for prediction" if good else "change the hyper-parameters"]
    said = found[1].attributes
    texts.append("3  complexity by autoencoders\n" + _comparison(said))
    word = "chosen" if said["required_input"] else "best of those tried"
    texts.append(f"4  new data with $d_L = {said['chosen']}$\n({word})")
    texts.append(f"5  supervised network on them\n$R^2 = {score(found[2], 'r2'):.3f}$ (test)")
    texts.append(f"6  machine for prediction\ngap off by {_percent(found[2])} (median)")
    return texts


def _comparison(said: Mapping[str, Any]) -> str:
    """d_Lo against d_Li, where a dimension that none reached is larger than all."""
    output, source = (
        rf"d_{{L{which}}} = {said[name] or INFINITE}"
        for which, name in (("o", "required_a2f"), ("i", "required_input"))
    )
    return f"${output} > {source}$" if said["reduce"] else f"${output}$, ${source}$"


def _percent(data: Evaluated) -> str:
    return f"{100 * np.median(data['gap_residual']):.1f} %"


def _chart(axes: plt.Axes, texts: Sequence[str], answer: str) -> None:
    """Boxes from top to bottom with arrows between them; the first arrow says why."""
    slots = 5
    for row, text in enumerate(texts):
        y = 1 - (row + 0.5) / slots
        predicts = "prediction" in text
        box = {
            "boxstyle": "round,pad=0.4",
            "facecolor": "#e5f2ea" if predicts else "0.95",
            "edgecolor": CURVES[2] if predicts else CURVES[0],
            "linewidth": 0.8,
        }
        axes.text(0.5, y, text, ha="center", va="center", fontsize=7, bbox=box)
        if row:
            axes.annotate(
                "",
                (0.5, y + 0.075),
                (0.5, y + 1 / slots - 0.075),
                arrowprops={"arrowstyle": "->", "linewidth": 0.8},
            )
        if row == 1:
            axes.text(0.54, y + 0.5 / slots, answer, fontsize=7, va="center")
    axes.set(xlim=(0, 1), ylim=(0, 1))


def supervised(network: Evaluated) -> Figure:
    """Fig. 2: the supervised network, as it was trained."""
    said = network.attributes
    made = said["architecture"]
    widths = [made["inputs"], *made["hidden"], made["outputs"]]
    names = [r"$\Delta(\omega)$", *["ReLU"] * (len(widths) - 2), r"$\alpha^2F(\omega)$"]
    names[-2] = "ReLU\n(NTO)"
    figure, axes = plt.subplots(figsize=(COLUMN, 2.3))
    layers(axes, widths, names, f"{said['parameters']:,} parameters")
    return figure


def autoencoder(network: Evaluated) -> Figure:
    """Fig. 5: the autoencoder, as it was trained."""
    said = network.attributes
    made = said["architecture"]
    widths = [made["inputs"], *made["hidden"], made["latent"]]
    widths += [*reversed(made["hidden"]), made["inputs"]]
    middle = len(made["hidden"])
    names = [r"$[\alpha^2F, \Delta]$", *["ReLU"] * middle, r"$d_L$", *["ReLU"] * middle]
    figure, axes = plt.subplots(figsize=(COLUMN, 2.3))
    layers(axes, widths, [*names, "the same"], f"{said['parameters']:,} parameters")
    for x, text in ((middle / 2, "encoder"), (1.5 * middle + 1, "decoder")):
        axes.annotate(text, (x + 0.5 * (x < middle + 1), SHOWN / 2 + 1.5), ha="center", fontsize=7)
    return figure
