"""Figures of what the equations infer from data with noise; ours."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gapworks.eliashberg.evaluation.readings import INFERRED, MEASURED
from gapworks.eliashberg.paper.figures import A2F, LABEL, OMEGA
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.style import COLUMN, CURVES, PAGE, legend_above, panel_labels, plain_log

EQUATIONS, NETWORK = CURVES[0], CURVES[2]
LEVELS = (68, 95)
"""Per cent that a band is to hold."""
_NUMBERS = dict(zip(INFERRED, (r"$\lambda$", r"$\omega_{\log}$", r"$T_c$"), strict=True))


def inversion(inferred: Evaluated) -> Figure:
    """Ours: true spectra, and what equations and network make of their gap functions, by noise."""
    data, level = inferred, inferred["level"]
    samples = len(data["example"])
    figure, panels = plt.subplots(
        samples,
        len(level),
        figsize=(PAGE, 1.7 * samples + 0.5),
        squeeze=False,
        sharex=True,
        sharey="row",
    )
    for sample, row in enumerate(panels):
        for column, axes in enumerate(row):
            for ends, share, alpha in (("95", 95, 0.2), ("", 68, 0.4)):
                low, high = (data[f"example_{end}{ends}"][column, sample] for end in _ENDS)
                style = {"color": EQUATIONS, "alpha": alpha, "linewidth": 0}
                axes.fill_between(data["omega"], low, high, label=f"{share} %", **style)
            found, network = (data[f"example_{one}"][column, sample] for one in _ANSWERS)
            axes.plot(data["omega"], network, color=NETWORK, linewidth=0.8, label="network")
            axes.plot(data["omega"], found, color=EQUATIONS, label="equations")
            axes.plot(data["omega"], data["example_true"][sample], label="true", **LABEL)
            if not sample:
                axes.set_title(f"noise {100 * level[column]:g} %", fontsize=7)
        top = max(data[f"example_{one}"][:, sample].max() for one in ("upper", "network"))
        row[0].set(ylabel=A2F, xlim=(0, data["omega"][-1]), ylim=(0, 1.05 * top))
    for axes in panels[-1]:
        axes.set_xlabel(OMEGA)
    legend_above(figure, panels[0, 0], 5)
    return figure


_ENDS = ("lower", "upper")
_ANSWERS = ("a2f", "network")


def coverage(inferred: Evaluated) -> Figure:
    """Ours: errors, what bands hold, and errors of the numbers, against the noise."""
    data, level = inferred, 100 * inferred["level"]
    figure, (errors, held, numbers) = plt.subplots(1, 3, figsize=(PAGE, 2.6))
    for name, label, color in (
        ("a2f_error", "equations", EQUATIONS),
        ("network_a2f_error", "network", NETWORK),
    ):
        low, median, high = 100 * np.quantile(data[name], (0.16, 0.5, 0.84), axis=1)
        errors.plot(level, median, color=color, marker="o", markersize=3, label=label)
        errors.fill_between(level, low, high, color=color, alpha=0.15, linewidth=0)
    width = 100 * np.median(data["width"], axis=1)
    errors.plot(level, width, color=EQUATIONS, linestyle=":", label="68 % band")
    errors.set(yscale="log", ylabel=f"{A2F} error [%]")
    for share, color in zip(LEVELS, CURVES, strict=False):
        inside = 100 * data[f"inside{share}"]
        spread = inside.std(axis=1, ddof=1) if inside.shape[1] > 1 else np.full(len(level), np.nan)
        style = {"color": color, "marker": "o", "markersize": 3, "label": f"{share} % bands"}
        held.errorbar(level, inside.mean(1), spread / np.sqrt(inside.shape[1]), **style)
        held.axhline(share, color=color, linestyle=":", linewidth=0.6)
    held.set(ylim=(0, 100), ylabel=f"{A2F} inside [%]")
    for (name, label), color in zip(_NUMBERS.items(), CURVES, strict=False):
        of_equations, of_network = (100 * off(data, name, who) for who in ("found", "network"))
        style = {"color": color, "marker": "o", "markersize": 3}
        numbers.plot(level, np.median(of_equations, axis=1), label=label, **style)
        numbers.plot(level, np.median(of_network, axis=1), linestyle="--", **style)
    numbers.set(yscale="log", ylabel="off by [%]; network dashed")
    for axes in (errors, held, numbers):
        axes.set(xscale="log", xlabel=r"noise of Re $\Delta$, Im $\Delta$ [%]")
        plain_log(axes.xaxis)
        axes.legend(loc="lower right")
    for axes in (errors, numbers):
        plain_log(axes.yaxis)
    panel_labels(errors, held, numbers)
    return figure


def modes(counted: Evaluated) -> Figure:
    """Ours: directions in the space of spectra that data resolve, against their noise."""
    data, level = counted, counted["level"]
    figure, axes = plt.subplots(figsize=(COLUMN, 2.6))
    for kind, color in zip(data.attributes["kinds"], CURVES, strict=False):
        of_kind = data["modes"][data.attributes["kinds"].index(kind)]
        low, median, high = np.quantile(of_kind, (0.16, 0.5, 0.84), axis=1)
        axes.plot(level, median, color=color, marker="o", markersize=3, label=MEASURED[kind])
        axes.fill_between(level, low, high, color=color, alpha=0.15, linewidth=0)
    most = data.attributes["coefficients"]
    axes.axhline(most, color="0.6", linestyle=":", linewidth=0.8, label="all that there are")
    axes.set(xscale="log", yscale="log", ylabel="modes resolved")
    axes.set_xlabel(r"noise over $\Delta(i\omega_0)$, or over $N_F$")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend()
    return figure


def off(data: Evaluated, name: str, who: str) -> np.ndarray:
    """How far one of `INFERRED` is off, over its true value, shape (level, row).

    `who`: "found" by the equations, or by the "network".
    """
    at = INFERRED.index(name)
    return np.abs(data[f"number_{who}"][at] / data["number_true"][at] - 1)
