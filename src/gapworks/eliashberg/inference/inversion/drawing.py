"""The figure of `gapworks invert`: the spectrum with its bands, and the data with their fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gapworks.eliashberg.inference.inversion.answer import Inversion
from gapworks.plotting.style import CURVES, PAGE, house_style, panel_labels, plt, save

if TYPE_CHECKING:  # a figure without a network needs no torch
    from gapworks.eliashberg.inference.inversion.network import Beside

_AXES = {
    "gap": ("energy (meV)", r"$\Delta$ (meV)"),
    "dos": ("energy (meV)", r"$N / N_F$"),
    "conductance": ("voltage (mV)", r"$dI/dV$"),
}


def draw(
    found: Inversion,
    kind: str,
    energy: np.ndarray,
    values: np.ndarray,
    path: Path,
    other: Beside | None = None,
) -> None:
    """Draw an answer.

    Parameters
    ----------
    found : Inversion
    kind : {"gap", "dos", "conductance"}
    energy, values : ndarray, shape (X,)
        The data, energies increasing; values as they were given.
    path : Path
        Of a format in `plotting.style.FORMATS`.
    other : Beside, optional
        What a network said.
    """
    with house_style():
        figure, (spectrum, data) = plt.subplots(1, 2, figsize=(PAGE, 2.6))
        for lower, upper, share, alpha in (
            (found.lower95, found.upper95, 95, 0.2),
            (found.lower, found.upper, 68, 0.4),
        ):
            spectrum.fill_between(
                found.omega, lower, upper, color=CURVES[0], alpha=alpha, lw=0, label=f"{share} %"
            )
        spectrum.plot(found.omega, found.a2f, color=CURVES[0], label="median")
        if other is not None:
            spectrum.plot(other.omega, other.a2f, color=CURVES[1], lw=0.8, label="network")
        spectrum.set(
            xlabel=r"$\omega$ (meV)",
            ylabel=r"$\alpha^2F$",
            xlim=(0, found.omega[-1]),
            ylim=(0, None),
        )
        spectrum.legend()
        parts = [values] if kind != "gap" else [values.real, values.imag]
        names = ["data"] if kind != "gap" else [r"Re $\Delta$", r"Im $\Delta$"]
        fits = np.split(found.predicted, len(parts))
        # The gauge that was fitted: -Delta is Delta.
        turned = -1.0 if kind == "gap" and np.vdot(fits[0], parts[0]) < 0 else 1.0
        for part, fit, name, colour in zip(parts, fits, names, CURVES, strict=False):
            data.plot(energy, turned * part, ".", color=colour, markersize=2, label=name)
            data.plot(energy, fit, color=CURVES[-1], linewidth=0.7)
        data.plot([], [], color=CURVES[-1], linewidth=0.7, label="of the a2F")
        data.set(xlabel=_AXES[kind][0], ylabel=_AXES[kind][1])
        data.set_title(rf"$\chi^2/N$ = {found.chi2:.2f}", loc="right")
        data.legend()
        panel_labels(spectrum, data)
        save(figure, [path])
