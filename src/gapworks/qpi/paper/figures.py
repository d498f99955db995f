"""The figures of the qpi study, from evaluation files alone; drawings stand apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.style import CURVES, PAGE, legend_above, panel_labels, stated
from gapworks.qpi.config import CLASSES, U_GAPS
from gapworks.qpi.paper.panels import GRIDS, NAMES, SPINS, fermi_surface, show_image
from gapworks.qpi.paper.scores import at_level, reported, title
from gapworks.qpi.paper.stated import TABLE1

LABELS = [NAMES[name] for name in CLASSES]
MARKERS = "os^vD"
"""Of classes, beside their colours."""
IMPURITIES = ("scalar", "sz", "sx")


def band(model: Evaluated) -> Figure:
    """Bands of both spins along high-symmetry lines, and the Fermi surface (paper: inputs)."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE, 2.9), width_ratios=(1.25, 1))
    for spin, color, arrow in SPINS:
        left.plot(model["path"], model[f"path_{spin}"], color=color, label=arrow)
    left.axhline(0, color="0.6", linewidth=0.6, linestyle=":")
    drawn = model.attributes["settings"]["model"]
    points = drawn["points"]
    ends = model["path"][[0, points, 2 * points, 3 * points]]
    left.set_xticks(ends, [r"$\Gamma$", "K", "M", r"$\Gamma$"])
    for end in ends[1:-1]:
        left.axvline(end, color="0.8", linewidth=0.6)
    left.set_xlim(ends[0], ends[-1])
    left.set_ylabel("energy [meV]")
    left.set_title(rf"$\epsilon_0 = {drawn['eps0']:g}$ meV", loc="right")
    left.legend(loc="upper right")
    fermi_surface(right, model)
    panel_labels(left, right)
    return figure


def examples(examples: Evaluated) -> Figure:
    """An image of each class on the paper's grid and converged, and their relative difference."""
    figure, panels = plt.subplots(2, len(CLASSES), figsize=(PAGE, 3.1))
    coarse, fine = examples.attributes["n_effective"]
    for column, name in enumerate(CLASSES):
        for row, grid in enumerate(GRIDS):
            axes = panels[row, column]
            drawn = show_image(axes, examples["image"][column, row])
            axes.set_xticks([])
            axes.set_yticks([])
            if grid == "coarse":
                axes.set_title(
                    rf"{NAMES[name]}, $\Delta = {examples['delta'][column]:.2f}$ meV", fontsize=7
                )
            else:
                low, middle, high = 100 * examples["error_quantiles"][column]
                axes.set_xlabel(
                    f"differ by {100 * examples['error'][column]:.0f} %\n"
                    f"({low:.0f} to {high:.0f} % of {int(examples['samples'][column])})",
                    fontsize=6.5,
                )
    panels[0, 0].set_ylabel(f"one grid, $N = {coarse}$", fontsize=7)
    panels[1, 0].set_ylabel(f"converged, $N = {fine}$", fontsize=7)
    bar = figure.colorbar(drawn, ax=panels, fraction=0.012, pad=0.01, ticks=[])
    bar.set_label(r"$\mathrm{Re}\,\rho(\mathbf{q})$ (each to its largest value)", fontsize=6.5)
    return figure


def confusion(tested: Sequence[Evaluated]) -> Figure:
    """Which class is taken for which, at the reported noise."""
    figure, panels = plt.subplots(
        1, len(tested), figsize=(2.35 * len(tested) + 0.2, 3.0), squeeze=False
    )
    for axes, data in zip(panels[0], tested, strict=True):
        counts = data["confusion"][at_level(data, reported(data))]
        share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for row in range(len(CLASSES)):
            for column in range(len(CLASSES)):
                if counts[row, column]:
                    axes.text(
                        column,
                        row,
                        f"{100 * share[row, column]:.1f}",
                        ha="center",
                        va="center",
                        fontsize=7,
                        color="white" if share[row, column] > 0.5 else "black",
                    )
        axes.set_xticks(range(len(CLASSES)), LABELS)
        axes.set_yticks(range(len(CLASSES)), LABELS)
        axes.tick_params(length=0)
        axes.set_xlabel("network's answer")
        axes.set_title(
            f"{title(data)}\n{100 * data['mean_hit'][at_level(data, reported(data))]:.1f} %",
            fontsize=6.5,
        )
    panels[0, 0].set_ylabel("true class [%]")
    panel_labels(*panels[0])
    return figure


def noise(converged: Evaluated) -> Figure:
    """Hits against white noise, and against 1 / f noise."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE, 2.6), sharey=True)
    for axes, kind, other in ((left, "white", "pink"), (right, "pink", "white")):
        rows = np.flatnonzero(converged[other] == 0)
        rows = rows[np.argsort(converged[kind][rows], kind="stable")]
        level = 100 * converged[kind][rows]
        for label, (color, marker) in enumerate(zip(CURVES, MARKERS, strict=False)):
            drawing = {"color": color, "marker": marker, "markersize": 2.8, "elinewidth": 0.6}
            _hits(axes, level, converged, (rows, label), label=LABELS[label], **drawing)
        axes.set_xlabel(
            f"{'white' if kind == 'white' else '1/f'} noise [% of the image's deviation]"
        )
    trained = converged.attributes["settings_of_network"]["inputs"]
    for axes, kind in ((left, "white"), (right, "pink")):
        low, high = (100 * bound for bound in trained[kind])
        if high > low:
            axes.axvspan(low, high, color="0.92", linewidth=0, zorder=0, label="in training")
    left.axvline(
        100 * reported(converged), color="0.6", linewidth=0.7, linestyle=":", label="reported"
    )
    left.set_ylabel("hits [%]")
    legend_above(figure, left, 7)
    left.set_ylim(None, 101)
    panel_labels(left, right)
    return figure


def curves(trained: Sequence[Evaluated], training_from: int) -> Figure:
    """Loss of training and validation against epochs."""
    figure, axes = plt.subplots(figsize=(PAGE, 2.5))
    for data, color in zip(trained, CURVES, strict=False):
        history = [one for one in data.attributes["history"] if one["epoch"] >= training_from]
        epochs = [one["epoch"] for one in history]
        axes.plot(epochs, [one["train"] for one in history], color=color, linestyle="--")
        axes.plot(epochs, [one["validation"] for one in history], color=color, label=title(data))
        axes.plot(
            data.attributes["best_epoch"],
            min(one["validation"] for one in data.attributes["history"]),
            "v",
            color=color,
            markersize=4,
        )
    handles, _ = axes.get_legend_handles_labels()
    handles += [
        Line2D([], [], color="0.3", linestyle="--", label="training"),
        Line2D([], [], color="0.3", label="validation"),
        Line2D([], [], color="0.3", marker="v", linestyle="none", markersize=4, label="kept"),
    ]
    axes.set_yscale("log")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss, eq. 16")
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
    return figure


def hits(
    tested: Sequence[Evaluated], converged: Evaluated, faithful: Sequence[Evaluated] = ()
) -> Figure:
    """Hits of each class beside the paper's Table I, and against Delta.

    Those under the paper's own condition, if there are any, without noise in the test.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE, 2.6), width_ratios=(1.3, 1))
    place = np.arange(len(CLASSES))
    stated(left, place, [TABLE1[name]["hit"] for name in CLASSES], "Table I")
    shown = [(data, at_level(data, 0.0)) for data in faithful]
    shown += [(data, at_level(data, reported(data))) for data in tested]
    width = 0.8 / (len(shown) + 1)
    for number, (data, row) in enumerate(shown):
        at = place + width * (number + 1)
        drawing = {"color": CURVES[number], "marker": "s", "markersize": 3, "elinewidth": 0.8}
        _hits(left, at, data, row, label=title(data), linestyle="none", **drawing)
    left.set_xticks(place + 0.5 * width * len(shown), LABELS)
    left.tick_params(axis="x", length=0)
    left.set_ylabel("hits [%]")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper left", ncols=3, fontsize=6)
    row = at_level(converged, reported(converged))
    for label, (color, marker) in enumerate(zip(CURVES, MARKERS, strict=False)):
        right.plot(
            converged["gap"],
            100 * converged["gap_hit"][row, label],
            color=color,
            marker=marker,
            markersize=2.8,
            label=LABELS[label],
        )
    ends = [f"{end:g}" for end in converged["gap"]]
    bins = [f"{low}-{high}" for low, high in pairwise(ends)] + [f"> {ends[-1]}"]
    right.set_xticks(converged["gap"], bins)
    right.set_xlabel(r"$\Delta$ [meV]")
    right.set_ylabel("hits [%]")
    narrow = {"columnspacing": 0.8, "handletextpad": 0.3, "handlelength": 1.2}
    right.legend(ncols=5, fontsize=6, loc="lower right", bbox_to_anchor=(1, 1), **narrow)
    panel_labels(left, right)
    return figure


def degeneracy(statements: Evaluated, symmetry: Evaluated) -> Figure:
    """What images tell apart and what not: relative differences, and the C3-odd share."""
    rows = statements.attributes["statements"]
    names = list(dict.fromkeys(_statement(one) for one in rows))
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE, 4.6), width_ratios=(1.35, 1))
    rounding = 1e-17
    for row, one in enumerate(rows):
        y = len(names) - 1 - names.index(_statement(one))
        values = np.maximum(statements["difference"][row], rounding)
        kind = IMPURITIES.index(one["impurity"])
        left.plot(
            values,
            np.full(len(values), y + 0.18 * (kind - 1)),
            "o",
            color=CURVES[kind],
            markersize=2,
            linestyle="none",
        )
    left.set_xscale("log")
    left.set_xlim(1e-17, 5)
    left.axvspan(1e-17, 1e-6, color="0.92", linewidth=0, zorder=0)
    left.set_yticks(range(len(names)), names[::-1], fontsize=6.5)
    left.tick_params(axis="y", length=0)
    left.set_xlabel("relative difference of the LDOS")
    handles = [
        Line2D([], [], color=color, marker="o", linestyle="none", markersize=3, label=label)
        for color, label in zip(CURVES, ("scalar impurity", "along z", "along x"), strict=False)
    ]
    figure.legend(handles=handles, ncols=3, loc="outside upper left")
    width = symmetry["bin"][1] - symmetry["bin"][0]
    for row, name in enumerate(U_GAPS):
        right.bar(
            symmetry["bin"],
            symmetry["histogram"][row],
            width=width,
            color=CURVES[row],
            alpha=0.6,
            linewidth=0,
            label=NAMES[name],
        )
    level = reported(symmetry)
    accuracy = symmetry["accuracy"][symmetry.row("white", level)]
    right.set_xlabel(r"$\log_{10}$ of the $C_3$-odd share of the energy")
    right.set_ylabel("test samples")
    right.set_title(f"{100 * level:g} % noise: {100 * accuracy:.1f} % told apart", loc="right")
    right.legend()
    panel_labels(left, right)
    return figure


def _hits(axes: plt.Axes, x: np.ndarray, data: Evaluated, rows: Any, **drawing: Any) -> None:
    """Hits in per cent, with their intervals."""
    hit, low, high = (100 * data[name][rows] for name in ("hit", "hit_lower", "hit_upper"))
    axes.errorbar(x, hit, np.clip([hit - low, high - hit], 0, None), **drawing)


def _statement(one: dict[str, object]) -> str:
    """What a row is about, as its tick says."""
    changed = {
        "A1u, A2u": r"$A_1^u, A_2^u$",
        "theta, theta + pi": r"$\theta, \theta + \pi$",
        "theta, -theta": r"$\theta, -\theta$",
        "phi, 0": r"$\varphi, 0$",
        "phi, -phi": r"$\varphi, -\varphi$",
        "T as printed, T": r"$T$ as printed, $T$",
    }[one["change"]]
    if one["about"] == "degeneracy":
        if one["rashba"]:
            return rf"{changed}; Rashba {one['rashba']:g} meV"
        return rf"{changed}; $\omega = {one['omega']:g}\,\Delta$"
    return f"{NAMES[one['irrep']]}: {changed}"
