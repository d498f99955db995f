"""The figures of the eliashberg study, drawn from evaluation files alone: functions and data.

Schematics stand in schematics.py, curves against the latent dimension in figures_learning.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from gapworks.eliashberg.data.fields import FIELDS
from gapworks.eliashberg.evaluation.readings import latent, of_field, variance_of
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.style import CURVES, PAGE, legend_above, panel_label

LABEL = {"color": CURVES[1], "linestyle": "--", "linewidth": 1.1}
"""Truth, as the paper draws it: orange and dashed."""
FOUND = {"color": CURVES[0], "linestyle": "-", "linewidth": 0.9}
"""Predictions and reconstructions: blue."""

A2F = r"$\alpha^2F(\omega)$"
OMEGA = r"$\omega$ [meV]"


def fig3(network: Evaluated) -> Figure:
    """Fig. 3: simple a2F, true and predicted, and the gap functions they were inferred from."""
    return _predictions(network, with_gap=True)


def fig4(network: Evaluated) -> Figure:
    """Fig. 4: complex a2F, true and predicted."""
    return _predictions(network, with_gap=False)


def _predictions(data: Evaluated, with_gap: bool) -> Figure:
    count = len(data["example"])
    rows = 2 if with_gap else 1
    figure, panels = plt.subplots(
        rows, count, figsize=(PAGE, 1.75 * rows + 0.3), squeeze=False, sharex="row"
    )
    for column in range(count):
        axes = panels[0, column]
        axes.plot(data["omega"], data["example_true"][column], label="true", **LABEL)
        axes.plot(data["omega"], data["example_found"][column], label="prediction", **FOUND)
        axes.set_title(f"test sample {data['example'][column]}", loc="right", fontsize=7)
        axes.set(xlabel=OMEGA, xlim=(0, data["omega"][-1]))
        if with_gap:
            _gap(panels[1, column], data["energy"], data["solved_gap_true"][column])
    panels[0, 0].set_ylabel(A2F)
    legend_above(figure, panels[0, 0], 2)
    if with_gap:
        panels[1, 0].set_ylabel(r"$\Delta$ [meV]")
        panels[1, 0].legend(loc="best")
        panel_label(panels[0, 0], "a")
        panel_label(panels[1, 0], "b")
    return figure


def _gap(axes: plt.Axes, energy: np.ndarray, gap: np.ndarray) -> None:
    """Re Delta and Im Delta, in the paper's colours."""
    real, imaginary = np.split(gap, 2)
    axes.plot(energy, real, color=CURVES[0], label=r"Re $\Delta$")
    axes.plot(energy, imaginary, color=CURVES[1], linestyle="--", label=r"Im $\Delta$")
    axes.axhline(0, color="0.8", linewidth=0.5, zorder=0)
    axes.set(xlim=(0, energy[-1]), xlabel="energy [meV]")


def fig6(autoencoders: Sequence[Evaluated], latent_shown: Sequence[int]) -> Figure:
    """Fig. 6: a2F and gap function of one test sample as autoencoders hold them."""
    shown = [data for data in autoencoders if latent(data) in latent_shown]
    columns = 2 if len(shown) == 4 else min(3, len(shown))
    rows = -(-len(shown) // columns)
    figure, panels = plt.subplots(
        rows, columns, figsize=(PAGE, 1.75 * rows + 0.4), squeeze=False, sharex=True, sharey=True
    )
    for axes, data, letter in zip(panels.flat, shown, "abcdef", strict=False):
        number = np.arange(1, len(data["number"]) + 1)
        axes.plot(number, data["example_true"][0], label="original", **LABEL)
        axes.plot(number, data["example_found"][0], label="reconstructed", **FOUND)
        axes.axvline(data["numbers"][0] + 0.5, color="0.8", linewidth=0.5, zorder=0)
        r2 = " and ".join(f"{of_field(data, name, 'test'):.3f}" for name in ("a2f", "gap"))
        axes.set_title(rf"$d_L = {latent(data)}$, $R^2$: {r2}", loc="right", fontsize=7)
        panel_label(axes, letter)
        axes.set_xlim(1, len(number))
    for axes in panels.flat[len(shown) :]:
        axes.set_axis_off()
    for axes in panels[-1]:
        axes.set_xlabel(r"number: $\alpha^2F$, Re $\Delta$, Im $\Delta$")
    for axes in panels[:, 0]:
        axes.set_ylabel(r"$\alpha^2F$;  $\Delta$ [meV]")
    legend_above(figure, panels[0, 0], 2)
    return figure


def fig7(network: Evaluated) -> Figure:
    """Fig. 7: predicted and true a2F, and the gap functions and Z that follow from each."""
    data = network
    figure, panels = plt.subplots(2, 3, figsize=(PAGE, 3.4), sharex="col", sharey="col")
    for row, (which, said) in enumerate((("found", "predicted"), ("true", "true"))):
        left, middle, right = panels[row]
        left.plot(data["omega"], data[f"solved_{which}"][0], color=CURVES[0])
        _gap(middle, data["energy"], data[f"solved_gap_{which}"][0])
        right.plot(data["energy"], data[f"solved_z_{which}"][0], color=CURVES[2])
        left.set_ylabel(f"{said} {A2F}")
        middle.set_ylabel(r"$\Delta$ [meV]")
        right.set_ylabel(r"Re $Z$")
        panel_label(left, "ab"[row])
    _below(panels, (OMEGA, "energy [meV]", "energy [meV]"))
    panels[0, 1].set_xlabel("")
    panels[0, 1].legend(loc="lower right")
    error, residual = (100 * data[name][0] for name in ("a2f_error", "gap_residual"))
    panels[0, 0].set_title(rf"$\alpha^2F$ off by {error:.0f} %", loc="right", fontsize=7)
    panels[0, 1].set_title(rf"$\Delta$ off by {residual:.1f} %", loc="right", fontsize=7)
    return figure


def _below(panels: np.ndarray, labels: Sequence[str]) -> None:
    """Labels of the columns, below the last row."""
    for axes, label in zip(panels[-1], labels, strict=True):
        axes.set_xlabel(label)


def spectra(datasets: Sequence[Evaluated]) -> Figure:
    """Ours: spectra as drawn, their gap functions, and how many components they have."""
    figure, panels = plt.subplots(2, 4, figsize=(PAGE, 3.6))
    for row, data in enumerate(datasets):
        drawn, gaps, numbers, components = panels[row]
        for index, color in zip(range(len(data["example"])), CURVES, strict=False):
            drawn.plot(data["omega"], data["example_a2f"][index], color=color)
            real, imaginary = np.split(data["example_gap"][index], 2)
            gaps.plot(data["energy"], real, color=color)
            gaps.plot(data["energy"], imaginary, color=color, linestyle=":")
        style = {"markersize": 1.5, "color": CURVES[0], "rasterized": True}
        numbers.plot(data["coupling"], data["delta_0"], ".", **style)
        for field, color in zip(FIELDS.values(), CURVES, strict=False):
            left = 1 - variance_of(data, field.name)
            components.plot(data["component"], left, label=field.label, color=color)
        components.axhline(1e-3, color="0.7", linewidth=0.5)
        drawn.set(xlim=(0, data["omega"][-1]), ylabel=f"{data.dataset} {A2F}")
        gap = r"Re $\Delta$, Im $\Delta$ (dotted) [meV]"
        gaps.set(xlim=(0, data["energy"][-1]), ylabel=gap)
        numbers.set_ylabel(r"$\Delta(i\omega_0)$ [meV]")
        components.set(yscale="log", ylim=(1e-6, 1), ylabel="variance left")
        panel_label(drawn, "ab"[row])
    _below(panels, (OMEGA, "energy [meV]", r"$\lambda$", "components"))
    panels[0, 3].legend()
    return figure


def pade(shown: Evaluated, datasets: Sequence[Evaluated]) -> Figure:
    """Ours: what Pade approximants are off by, and what the paper's test lets pass."""
    figure, (example, errors, passed) = plt.subplots(1, 3, figsize=(PAGE, 2.3))
    example.plot(shown["energy"], shown["example_line"], label="equations on the line", **LABEL)
    example.plot(shown["energy"], shown["example_pade"], label="Padé", **FOUND)
    example.set(xlabel="energy [meV]", ylabel=r"Re $\Delta$ [meV]")
    example.set_title("median sample", loc="right", fontsize=7)
    example.legend()
    for data, color, marker in zip(datasets, CURVES, "os", strict=False):
        share = np.arange(1, len(data["pade_error"]) + 1) / len(data["pade_error"])
        errors.plot(np.sort(data["pade_error"]), share, color=color, label=data.dataset)
        style = {"color": color, "marker": marker, "markersize": 3, "label": data.dataset}
        passed.plot(data["tolerance"], 100 * data["passed"].mean(0), **style)
    errors.set(xlabel="relative error of Padé", ylabel="share of samples below", ylim=(0, 1))
    tolerance = r"tolerance of $\Delta$ against $\phi/Z$"
    passed.set(xlabel=tolerance, ylabel="samples that pass [%]", ylim=(0, 100))
    for axes in (errors, passed):
        axes.set_xscale("log")
        # Whole decades alone: errors may span several, and numbers between them collide.
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_locator(LogLocator())
    passed.legend(loc="lower right")
    for axes, letter in zip((example, errors, passed), "abc", strict=True):
        panel_label(axes, letter)
    return figure
