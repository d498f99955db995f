"""The figures of the chain study, drawn from evaluation files alone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gapworks.chain.evaluation.scores import cutoff, value
from gapworks.chain.paper.solutions import fermi_energy
from gapworks.chain.paper.stated import (
    CUTOFF,
    DELTA_OVER_FERMI_ENERGY,
    FILLING,
    REACH,
    THRESHOLD,
)
from gapworks.chain.paper.time_and_error import time_and_error
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.schematic import layers
from gapworks.plotting.style import (
    COLUMN,
    CURVES,
    PAGE,
    SOLVED,
    legend_above,
    panel_label,
    stated,
    stated_range,
)

READINGS = {
    "test": r"$-g\langle n_i\rangle/2$ (used)",
    "hartree_none": "no Hartree term",
    "hartree_literal": r"$+g\langle n_i\rangle/2$ (as printed)",
}
"""How the data sets of the Hartree readings are called in legends."""
MSE = r"mean squared error of $\Delta_i$ [$t^2$]"


def fig1(training: Evaluated, network: Evaluated) -> Figure:
    """Fig. 1: histograms of V and of Delta in the training data, all V0 pooled; the network."""
    data = training
    figure, (left, right, sketch) = plt.subplots(
        1, 3, figsize=(PAGE, 2.2), width_ratios=(1, 1, 1.05)
    )
    weights = data["realizations"] / data["realizations"].sum()
    pooled = weights @ data["delta_histogram"]
    for axes, centres, density, symbol in (
        (left, data["V_bin"], data["V_histogram"], "V"),
        (right, data["delta_bin"], pooled, r"\Delta"),
    ):
        axes.bar(centres, density, width=centres[1] - centres[0], color=CURVES[0], linewidth=0)
        axes.set(xlabel=rf"${symbol}_i/t$", ylabel=rf"$P({symbol}_i)$ [$1/t$]")
    for clean in data["mean_delta"][data["strength"] == 0]:
        right.axvline(clean, color="0.4", linewidth=0.7, linestyle=":", label="clean ring")
        right.legend(loc="upper right")
    right.set_xlim(0, None)
    # The clean rings put all their weight into one bin; the rest must stay visible beside it.
    highest = np.sort(pooled)[-2]
    if pooled.max() > 1.5 * highest:
        right.set_ylim(0, 1.25 * highest)
        peak = data["delta_bin"][pooled.argmax()]
        right.annotate(
            f"to {pooled.max():.0f}",
            (peak, 1.25 * highest),
            (6, -10),
            textcoords="offset points",
            fontsize=7,
        )
    said = network.attributes
    hidden = said["architecture"]["hidden"]
    names = [r"$V_{i-R}\,...\,V_{i+R}$", *[""] * len(hidden), r"$\Delta_i$"]
    note = f"ReLU, {said['parameters']:,} parameters"
    layers(sketch, [said["window"], *hidden, 1], names, note)
    for axes, letter in zip((left, right, sketch), "abc", strict=True):
        panel_label(axes, letter)
    return figure


def fig2(floor: Evaluated, networks: Sequence[Evaluated]) -> Figure:
    """Fig. 2: test error of the window network against its cut-off, with the floor below it."""
    figure, axes = plt.subplots(figsize=(COLUMN, 2.6))
    by_size: dict[int, list[Evaluated]] = {}
    for data in networks:
        by_size.setdefault(data.attributes["settings_of_network"]["realizations"], []).append(data)
    for color, (realizations, found) in zip(CURVES, sorted(by_size.items()), strict=False):
        found = sorted(found, key=cutoff)
        mse, lower, upper = (
            np.array([value(data, name, "mse") for data in found])
            for name in ("pooled", "pooled_lower", "pooled_upper")
        )
        axes.errorbar(
            [cutoff(data) for data in found],
            mse,
            _bars(mse, lower, upper),
            color=color,
            marker="o",
            markersize=2.6,
            elinewidth=0.7,
            label=rf"{realizations} rings per $V_0$",
        )
    axes.fill_between(
        floor["cutoff"], floor["floor_lower"], floor["floor_upper"], color="0.85", linewidth=0
    )
    axes.plot(
        floor["cutoff"], floor["floor"], color="0.3", linestyle="--", label="floor of a window"
    )
    axes.axhline(THRESHOLD, color="0.6", linewidth=0.7, linestyle=":", label="paper's threshold")
    stated(axes, CUTOFF, THRESHOLD, f"below it from $R = {CUTOFF}$")
    baseline = value(networks[0], "pooled", "baseline_mse")
    axes.axhline(baseline, color="0.6", linewidth=0.7, linestyle="-.", label=r"constant per $V_0$")
    axes.set(yscale="log", xlabel=r"cut-off $R$", ylabel=MSE)
    axes.legend(fontsize=6, ncols=2, loc="lower left", bbox_to_anchor=(-0.1, 1.0))
    return figure


def fig6(errors: Evaluated, times: Evaluated) -> Figure:
    """Fig. 6 (ours): what a method costs against the ring's length, and the error that it buys."""
    found = time_and_error(errors, times)
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE, 2.7))
    markers = "os^vDPX*"
    colors = [*CURVES, "0.5", "#882255"]
    for row, (name, color, marker) in enumerate(zip(found.methods, colors, markers, strict=False)):
        style = {"color": color, "marker": marker, "markersize": 3, "label": _method_label(name)}
        left.plot(found.length, found.seconds[row], **style)
        per_site = 1e6 * found.seconds[row] / found.length
        right.plot(per_site, found.mse[row], linewidth=0.5, **style)
    left.set_xscale("log", base=2)
    left.set(yscale="log", xlabel=r"ring length $L$", ylabel="time for a ring [s]")
    right.set(xscale="log", yscale="log", xlabel=r"time for a site [$\mu$s]", ylabel=MSE)
    legend_above(figure, left, 4)
    panel_label(left, "a")
    panel_label(right, "b")
    return figure


def _method_label(name: str) -> str:
    """How a method is called in legends: window-r8-n220 is "network, R = 8"."""
    if name == "bdg":
        return "BdG"
    if name.startswith("exact "):
        power = round(math.log10(float(name.split()[1])))
        return rf"exact, stopped at $10^{{{power}}}$"
    found = re.fullmatch(r"window-r(\d+)-n\d+", name)
    return f"network, $R = {found[1]}$" if found else name


def fig3(solved: Evaluated, predicted: Sequence[Evaluated]) -> Figure:
    """Fig. 3: mean Delta against disorder strength."""
    figure = _means(
        (data, _method_label(data.method), drawing)
        for data, drawing in _drawings(solved, predicted)
    )
    (axes,) = figure.axes
    delta = DELTA_OVER_FERMI_ENERGY * fermi_energy(FILLING)
    stated(axes, 0, delta, r"Sec. 2: $\bar\Delta \approx 0.1\,\varepsilon_F$")
    axes.legend()
    return figure


def fig4(
    solved: Evaluated, predicted: Sequence[Evaluated], profile_strengths: Sequence[float]
) -> Figure:
    """Fig. 4: profiles of Delta at four disorder strengths, and their distributions."""
    strengths = profile_strengths
    figure, panels = plt.subplots(
        len(strengths),
        2,
        figsize=(PAGE, 1.35 * len(strengths) + 0.3),
        width_ratios=(2.6, 1),
        sharex="col",
        squeeze=False,
    )
    for (profile, distribution), strength in zip(panels, strengths, strict=True):
        for data, drawing in _drawings(solved, predicted):
            row = data.row("strength", strength)
            label = _method_label(data.method)
            profile.plot(data["site"], data["profile_delta"][row], label=label, **drawing)
            distribution.plot(
                data["delta_bin"], data["delta_histogram"][row], label=label, **drawing
            )
        profile.margins(y=0.08)
        profile.set(ylabel=r"$\Delta_i/t$", ylim=(0, None), xlim=(0, len(solved["site"])))
        distribution.set(ylabel=r"$P(\Delta_i)$ [$1/t$]", xlim=(0, None), ylim=(0, None))
        profile.set_title(rf"$V_0 = {strength:g}\,t$", loc="right")
    panels[0, 0].legend(loc="upper left", bbox_to_anchor=(0, 1.3), ncols=4)
    panels[-1, 0].set_xlabel(r"site $i$")
    panels[-1, 1].set_xlabel(r"$\Delta_i/t$")
    return figure


def fig5(
    solved: Evaluated,
    predicted: Sequence[Evaluated],
    correlation_strengths: Sequence[float],
    correlation_distance: int,
) -> Figure:
    """Fig. 5: normalised correlation of Delta against distance, with bootstrap intervals."""
    figure, axes = plt.subplots(figsize=(COLUMN, 2.7))
    shown = slice(0, correlation_distance + 1)
    for color, strength in zip(CURVES, correlation_strengths, strict=False):
        for data, drawing in _drawings(solved, predicted):
            row = data.row("strength", strength)
            r = data["distance"][shown]
            if data is solved:
                lower = data["correlation_lower"][row][shown]
                upper = data["correlation_upper"][row][shown]
                axes.fill_between(r, lower, upper, color=color, alpha=0.2, linewidth=0)
            label = rf"$V_0 = {strength:g}\,t$" if data is solved else None
            style = {**drawing, "color": color}
            axes.plot(r, data["correlation"][row][shown], label=label, **style)
    axes.set(
        xlabel=r"distance $r = |i-j|$",
        ylabel=r"$\langle\Delta_i\Delta_j\rangle / \langle\Delta_i^2\rangle$",
        xlim=(0, correlation_distance),
    )
    narrow = {"columnspacing": 0.8, "handletextpad": 0.2, "handlelength": 1.6, "borderpad": 0}
    first = axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1), **narrow)
    # Colours say V0, lines and dots say the method.
    others = [
        Line2D([], [], label=_method_label(data.method), **{**drawing, "color": "0.3"})
        for data, drawing in _drawings(solved, predicted)
    ]
    if correlation_distance > REACH:
        others.append(stated_range(axes, REACH, REACH, "$2R - 1$"))
    if len(others) > 1:
        axes.add_artist(first)
        axes.legend(handles=others, loc="lower right", bbox_to_anchor=(1, 1), **narrow)
    return figure


def fig7(readings: Sequence[Evaluated]) -> Figure:
    """Mean Delta against disorder strength under the three readings of the Hartree term."""
    return _means(
        (data, READINGS[data.dataset], {"color": color, "marker": marker, "markersize": 2.6})
        for data, color, marker in zip(readings, CURVES, "os^", strict=False)
    )


def _drawings(
    solved: Evaluated, predicted: Sequence[Evaluated]
) -> list[tuple[Evaluated, dict[str, object]]]:
    """Each evaluation with how it is drawn: solved data as red dots, predicted as lines."""
    lines = zip(predicted, CURVES, ("-", "--", ":"), strict=False)
    drawn = [(data, {"color": color, "linestyle": style}) for data, color, style in lines]
    return [(solved, dict(SOLVED)), *drawn]


def _means(drawn: Iterable[tuple[Evaluated, str, dict[str, object]]]) -> Figure:
    """Mean Delta against disorder strength, each evaluation with its label and how it is drawn."""
    figure, axes = plt.subplots(figsize=(COLUMN, 2.5))
    for data, label, drawing in drawn:
        mean = data["mean_delta"]
        errors = _bars(mean, data["mean_delta_lower"], data["mean_delta_upper"])
        axes.errorbar(data["strength"], mean, errors, label=label, elinewidth=0.7, **drawing)
    axes.set(
        xlabel=r"disorder strength $V_0/t$",
        ylabel=r"mean pairing potential $\bar\Delta/t$",
        ylim=(0, None),
    )
    axes.legend()
    return figure


def _bars(value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Lengths of error bars; of one realization, which resamples to itself, never negative."""
    return np.clip([value - lower, upper - value], 0, None)
