"""The figures of the chain study, drawn from evaluation files alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gapworks.chain.evaluation import Evaluated
from gapworks.plotting.style import COLUMN, CURVES, PAGE, SOLVED, panel_label

LABELS = {"bdg": "BdG"}
"""How a method is called in legends."""
READINGS = {
    "test": r"$-g\langle n_i\rangle/2$ (used)",
    "hartree_none": "no Hartree term",
    "hartree_literal": r"$+g\langle n_i\rangle/2$ (as printed)",
}
"""How the data sets of the Hartree readings are called in legends."""


def fig1(evaluations: Sequence[Evaluated]) -> Figure:
    """Fig. 1 a, b: histograms of V and of Delta in the training data, all V0 pooled."""
    data = evaluations[0]
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE, 2.4))
    weights = data["realizations"] / data["realizations"].sum()
    pooled = weights @ data["delta_histogram"]
    for axes, centres, density, symbol in (
        (left, data["V_bin"], data["V_histogram"], "V"),
        (right, data["delta_bin"], pooled, r"\Delta"),
    ):
        axes.bar(centres, density, width=centres[1] - centres[0], color=CURVES[0], linewidth=0)
        axes.set_xlabel(rf"${symbol}_i/t$")
        axes.set_ylabel(rf"$P({symbol}_i)$ [$1/t$]")
    clean = data["mean_delta"][data.row(0)] if np.any(data["strength"] == 0) else None
    if clean is not None:
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
    panel_label(left, "a")
    panel_label(right, "b")
    return figure


def fig3(evaluations: Sequence[Evaluated]) -> Figure:
    """Fig. 3: mean Delta against disorder strength."""
    figure, axes = plt.subplots(figsize=(COLUMN, 2.5))
    for data, drawing in _drawings(evaluations):
        _mean_against_strength(axes, data, LABELS.get(data.method, data.method), drawing)
    axes.set_ylim(0, None)
    axes.legend()
    return figure


def fig4(evaluations: Sequence[Evaluated], profile_strengths: Sequence[float]) -> Figure:
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
        for data, drawing in _drawings(evaluations):
            row = data.row(strength)
            label = LABELS.get(data.method, data.method)
            profile.plot(data["site"], data["profile_delta"][row], label=label, **drawing)
            distribution.plot(
                data["delta_bin"], data["delta_histogram"][row], label=label, **drawing
            )
        profile.set_ylabel(r"$\Delta_i/t$")
        distribution.set_ylabel(r"$P(\Delta_i)$ [$1/t$]")
        profile.set_ylim(0, None)
        profile.set_xlim(0, len(data["site"]))
        distribution.set_xlim(0, None)
        distribution.set_ylim(0, None)
        profile.set_title(rf"$V_0 = {strength:g}\,t$", loc="right")
    panels[0, 0].legend(loc="upper left", bbox_to_anchor=(0, 1.3), ncols=4)
    panels[-1, 0].set_xlabel(r"site $i$")
    panels[-1, 1].set_xlabel(r"$\Delta_i/t$")
    return figure


def fig5(
    evaluations: Sequence[Evaluated],
    correlation_strengths: Sequence[float],
    correlation_distance: int,
) -> Figure:
    """Fig. 5: normalised correlation of Delta against distance, with bootstrap intervals."""
    figure, axes = plt.subplots(figsize=(COLUMN, 2.7))
    shown = slice(0, correlation_distance + 1)
    for color, strength in zip(CURVES, correlation_strengths, strict=False):
        for data, drawing in _drawings(evaluations):
            row = data.row(strength)
            r = data["distance"][shown]
            if data.method == "bdg":
                lower = data["correlation_lower"][row][shown]
                upper = data["correlation_upper"][row][shown]
                axes.fill_between(r, lower, upper, color=color, alpha=0.2, linewidth=0)
            label = rf"$V_0 = {strength:g}\,t$" if data is evaluations[0] else None
            style = {**drawing, "color": color}
            axes.plot(r, data["correlation"][row][shown], label=label, **style)
    axes.set_xlabel(r"distance $r = |i-j|$")
    axes.set_ylabel(r"$\langle\Delta_i\Delta_j\rangle / \langle\Delta_i^2\rangle$")
    axes.set_xlim(0, correlation_distance)
    axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    return figure


def fig7(evaluations: Sequence[Evaluated]) -> Figure:
    """Mean Delta against disorder strength under the three readings of the Hartree term."""
    figure, axes = plt.subplots(figsize=(COLUMN, 2.5))
    markers = ("o", "s", "^")
    for data, color, marker in zip(evaluations, CURVES, markers, strict=False):
        drawing = {"color": color, "marker": marker, "markersize": 2.6}
        _mean_against_strength(axes, data, READINGS[data.dataset], drawing)
    axes.set_ylim(0, None)
    axes.legend()
    return figure


FIGURES: dict[str, Callable[..., Figure]] = {
    "fig1": fig1,
    "fig3": fig3,
    "fig4": fig4,
    "fig5": fig5,
    "fig7": fig7,
}
"""Each figure's function: it takes evaluations and the settings that workflow/rules name for it."""


def _drawings(evaluations: Sequence[Evaluated]) -> list[tuple[Evaluated, dict[str, object]]]:
    """Each evaluation with how it is drawn: solved data as red dots, the rest as lines."""
    lines = iter(CURVES)
    return [
        (data, SOLVED if data.method == "bdg" else {"color": next(lines)}) for data in evaluations
    ]


def _mean_against_strength(
    axes: plt.Axes, data: Evaluated, label: str, drawing: dict[str, object]
) -> None:
    mean = data["mean_delta"]
    # A single realization resamples to itself: its interval has no width, never a negative one.
    errors = np.clip([mean - data["mean_delta_lower"], data["mean_delta_upper"] - mean], 0, None)
    axes.errorbar(data["strength"], mean, errors, label=label, elinewidth=0.7, **drawing)
    axes.set_xlabel(r"disorder strength $V_0/t$")
    axes.set_ylabel(r"mean pairing potential $\bar\Delta/t$")
