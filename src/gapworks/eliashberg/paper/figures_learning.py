"""Figures of what networks learn, mostly against the latent dimension d_L."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from gapworks.eliashberg.evaluation.readings import (
    alive,
    by_latent,
    latent,
    moment_difference,
    of_family,
    of_field,
    score,
)
from gapworks.eliashberg.paper.figures import FOUND, LABEL, OMEGA
from gapworks.eliashberg.paper.stated import COVERED, LAST, REQUIRED
from gapworks.eliashberg.physics.moments import MOMENTS
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.style import (
    COLUMN,
    CURVES,
    PAGE,
    legend_above,
    panel_label,
    plain_log,
    stated,
    stated_range,
)


def fig8(networks: Sequence[Evaluated]) -> Figure:
    """Fig. 8: a2F of generated data, and what networks trained on such data predict."""
    shown = by_latent(networks)
    samples = min(2, min(len(data["example"]) for data in shown))
    columns = min(4, len(shown))
    rows = -(-len(shown) // columns)
    figure, panels = plt.subplots(
        samples * rows,
        columns,
        figsize=(PAGE, 1.3 * samples * rows + 0.4),
        squeeze=False,
        sharex=True,
    )
    for index, data in enumerate(shown):
        for sample in range(samples):
            axes = panels[samples * (index // columns) + sample, index % columns]
            axes.plot(data["omega"], data["example_true"][sample], label="true", **LABEL)
            axes.plot(data["omega"], data["example_found"][sample], label="prediction", **FOUND)
            if not sample:
                axes.set_title(rf"$d_L = {latent(data)}$, MSE {score(data, 'mse'):.1e}", fontsize=7)
    for row in range(samples * rows):
        for column in range(columns):
            if columns * (row // samples) + column >= len(shown):
                panels[row, column].set_axis_off()
        panels[row, 0].set_ylabel(r"$\alpha^2F$")
    for axes in panels[-1]:
        axes.set_xlabel(OMEGA)
    legend_above(figure, panels[0, 0], 2)
    return figure


def fig9(networks: Evaluated) -> Figure:
    """Fig. 9: basis functions of each network, dead neurons in grey, several seeds."""
    data = networks
    sizes = np.unique(data["neurons"])
    repeats = np.unique(data["repeat"])
    figure, panels = plt.subplots(
        len(repeats),
        len(sizes),
        figsize=(PAGE, 1.2 * len(repeats) + 0.5),
        squeeze=False,
        sharex=True,
    )
    for row in range(len(data["neurons"])):
        place = np.searchsorted(repeats, data["repeat"][row])
        axes = panels[place, np.searchsorted(sizes, data["neurons"][row])]
        live = alive(data["activity"][row])
        for neuron in range(data["neurons"][row]):
            line = {"linestyle": "-" if neuron < len(CURVES) else "--"}
            if live[neuron]:
                line |= {"color": CURVES[neuron % len(CURVES)], "zorder": 2, "linewidth": 0.8}
            else:
                line |= {"color": "0.75", "zorder": 1, "linewidth": 0.4}
            axes.plot(data["omega"], data["basis"][row, neuron], **line)
        axes.set_title(
            rf"{live.sum()} of {data['neurons'][row]} alive, $R^2 = {data['r2'][row]:.3f}$",
            fontsize=7,
        )
    for axes in panels[-1]:
        axes.set_xlabel(OMEGA)
    for axes in panels[:, 0]:
        axes.set_ylabel(r"$w_{ij}$")
    return figure


def fig10(networks: Evaluated) -> Figure:
    """Fig. 10: training loss of the network with the fewest neurons next to the output."""
    data = networks
    sizes = np.unique(data["neurons"])
    figure, panels = plt.subplots(
        1, len(sizes), figsize=(max(COLUMN, 2.3 * len(sizes)), 2.3), squeeze=False, sharey=True
    )
    for axes, size in zip(panels[0], sizes, strict=True):
        rows = np.flatnonzero(data["neurons"] == size)
        for row, color in zip(rows, CURVES, strict=False):
            label = f"seed {data['repeat'][row]}: {alive(data['activity'][row]).sum()} alive"
            axes.plot(data["epoch"], data["training_loss"][row], color=color, label=label)
        axes.set(yscale="log", xlabel="epoch", title=f"{size} neurons")
        axes.legend(fontsize=6)
    panels[0, 0].set_ylabel("training loss")
    return figure


def fig11(generated: Sequence[Evaluated], plain: Evaluated) -> Figure:
    """Fig. 11: moments of true and predicted a2F, mean and deviation of the difference."""
    ordered = by_latent(generated)
    shown = [*ordered, plain]
    figure, axes = plt.subplots(figsize=(PAGE, 2.6))
    for index, (p, color) in enumerate(zip(MOMENTS, CURVES, strict=False)):
        differences = [moment_difference(data, p) for data in shown]
        axes.errorbar(
            np.arange(len(shown)) + 0.14 * (index - 1.5),
            [100 * one.mean() for one in differences],
            [100 * one.std() for one in differences],
            fmt="os^v"[index],
            color=color,
            markersize=3,
            capsize=2,
            elinewidth=0.8,
            label=f"$p = {p}$",
        )
    axes.axhline(0, color="0.6", linewidth=0.6)
    names = [*(f"{latent(data)}" for data in ordered), "p-EBSF"]
    axes.set_xticks(np.arange(len(shown)), names)
    axes.set(
        xlabel=r"$d_L$ of the data that the network was trained on",
        ylabel=r"$(\mu_{p,o} - \mu_{p,n})/\mu_{p,o}$ [%]",
    )
    axes.legend(ncols=4)
    return figure


def reconstruction(autoencoders: Sequence[Evaluated]) -> Figure:
    """Ours: R^2 of each field against d_L, held together with another or alone."""
    figure, panels = plt.subplots(1, 3, figsize=(PAGE, 2.5), sharey=True)
    kinds = (
        (
            r"$\alpha^2F$",
            "a2f",
            {
                "ae-joint-gap": "with the gap",
                "ae-equal-gap": "with the gap, equal weights",
                "ae-joint-dos": "with the DOS",
                "ae-a2f": "alone",
            },
        ),
        (
            "gap function",
            "gap",
            {
                "ae-joint-gap": r"with $\alpha^2F$",
                "ae-equal-gap": r"with $\alpha^2F$, equal weights",
                "ae-gap": "alone",
            },
        ),
        (
            "DOS",
            "dos",
            {
                "ae-joint-dos": r"with $\alpha^2F$",
                "ae-equal-finedos": r"fine, with $\alpha^2F$, equal weights",
                "ae-dos": "alone",
            },
        ),
    )
    for axes, (title, name, families), letter in zip(panels, kinds, "abc", strict=True):
        _against_latent(axes, autoencoders, families, lambda one, name=name: 1 - _r2(one, name))
        low, high = REQUIRED[name]
        needed = f"{low}" if low == high else f"{low} to {high}"
        stated_range(axes, low, high, f"Sec. III B: {needed}")
        axes.set_title(title)
        axes.legend(fontsize=6)
        panel_label(axes, letter)
    panels[0].set_ylabel(r"$1 - R^2$ on test samples")
    return figure


def _r2(data: Evaluated, name: str) -> float:
    """R^2 of a field on test samples; of the DOS on the energies that the autoencoder has."""
    r2 = of_field(data, name, "test")
    return of_field(data, f"fine{name}", "test") if np.isnan(r2) else r2


def _against_latent(
    axes: plt.Axes,
    evaluations: Sequence[Evaluated],
    families: Mapping[str, str],
    error: Callable[[Evaluated], float],
) -> None:
    """An error of families, with their labels, against the latent dimension, both logarithmic."""
    tried: set[int] = set()
    for (family, label), color, marker in zip(families.items(), CURVES, "os^v", strict=False):
        found = of_family(evaluations, family)
        d = [latent(data) for data in found]
        style = {"color": color, "marker": marker, "markersize": 3, "label": label}
        axes.plot(d, [error(data) for data in found], **style)
        tried |= set(d)
    axes.set_xscale("log", base=2)
    axes.set(yscale="log", xticks=sorted(tried), xlabel=r"latent dimension $d_L$")
    axes.xaxis.set_major_formatter("{x:.0f}")
    # Of x alone: within a decade of y, only the ticks between have numbers.
    axes.xaxis.set_minor_locator(NullLocator())


def learning(networks: Sequence[Evaluated]) -> Figure:
    """Ours: networks trained on generated data: how well they learn them, and what it is worth."""
    figure, panels = plt.subplots(1, 3, figsize=(PAGE, 2.6))
    families = {
        "sl-joint-gap": "joint, gap",
        "sl-joint-dos": "joint, DOS",
        "sl-separate-gap": "separate, gap",
    }
    plain = {"sl-complex-gap": (CURVES[0], "gap"), "sl-complex-dos": (CURVES[1], "DOS")}
    quantities = (
        (lambda data: score(data, "mse"), "MSE on their own test data"),
        (lambda data: np.median(data["a2f_error"]), r"$\alpha^2F$ error, solved data"),
        (lambda data: np.median(data["gap_residual"]), "gap residual, solved data"),
    )
    for axes, (value, label), letter in zip(panels, quantities, "abc", strict=True):
        _against_latent(axes, networks, families, value)
        for data in networks:
            if data.method in plain:
                color, said = plain[data.method]
                style = {"color": color, "linestyle": ":", "label": f"no autoencoder, {said}"}
                axes.axhline(value(data), **style)
        axes.set_ylabel(label)
        panel_label(axes, letter)
    losses = {latent(one): score(one, "mse") for one in of_family(networks, "sl-joint-gap")}
    if LAST in losses:
        # A loss scales with the spectra's amplitude, which the paper does not give.
        scale = losses[LAST] / COVERED[LAST][1]
        shown = {d: scale * loss for d, (_, loss) in COVERED.items() if d in losses}
        said = f"Table II, times what makes ours at $d_L = {LAST}$"
        stated(panels[0], list(shown), list(shown.values()), said)
    legend_above(figure, panels[0], 3)
    return figure


def noise(networks: Evaluated) -> Figure:
    """Ours: errors against the noise of the gap function, without and with noise in training."""
    data = networks
    level = data["level"]
    figure, panels = plt.subplots(1, 2, figsize=(PAGE, 2.6))
    for axes, name, letter in zip(panels, ("a2f_error", "gap_residual"), "ab", strict=True):
        for row, (trained, color) in enumerate(zip(data["trained_high"], CURVES, strict=False)):
            label = f"with noise up to {trained:g} meV" if trained else "without noise"
            low, median, high = 100 * np.quantile(data[name][row], (0.16, 0.5, 0.84), axis=1)
            style = {"color": color, "marker": "o", "markersize": 3}
            axes.plot(level, median, label=f"trained {label}", **style)
            axes.fill_between(level, low, high, color=color, alpha=0.15, linewidth=0)
            if name == "gap_residual":
                limit = 100 * data["refused_from"][row]
                label = None if row else "refused above (each by its own)"
                axes.axhline(limit, color=color, linestyle=":", label=label)
        positive = level[level > 0]
        first = positive.min() if len(positive) else 1.0
        axes.set_xscale("symlog", linthresh=first)
        axes.set(xlim=(-0.2 * first, 1.2 * max(level.max(), first)), yscale="log")
        plain_log(axes.yaxis)
        axes.minorticks_off()
        axes.set_xlabel(r"noise of Re $\Delta$ and Im $\Delta$ [meV]")
        panel_label(axes, letter)
    panels[0].set_ylabel(r"$\alpha^2F$ error [%]")
    panels[1].set_ylabel("gap residual [%]")
    legend_above(figure, panels[1], 4)
    return figure
