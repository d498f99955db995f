"""The figure of `gapworks design`: bands about the supposed spectrum, and what will be known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gapworks.eliashberg.inference.design.expected import Design
from gapworks.plotting.style import CURVES, PAGE, house_style, panel_labels, plt, save

_MOST = 4
"""Noises that are drawn, the largest first."""


def draw(found: dict[float, Design], supposed: tuple[np.ndarray, np.ndarray], path: Path) -> None:
    """Draw what a plan will tell.

    Parameters
    ----------
    found : dict of float to Design
        By noise, the largest first.
    supposed : tuple of ndarray, shape (J,) each
        omega, meV, and a2F.
    path : Path
        Of a format in `plotting.style.FORMATS`.
    """
    with house_style():
        figure, (bands, known) = plt.subplots(1, 2, figsize=(PAGE, 2.6))
        for (noise, one), color in list(zip(found.items(), CURVES, strict=False))[:_MOST]:
            expected = one.expected
            style = {"color": color, "alpha": 0.35, "linewidth": 0, "label": f"noise {noise:g}"}
            bands.fill_between(expected.omega, expected.lower, expected.upper, **style)
            errors = {
                r"$\lambda$": one.lambda_,
                r"$\omega_{\log}$": one.omega_log,
                r"$T_c$": one.critical_temperature,
                r"$\alpha^2F$": one.width,
                **{
                    f"peak {at:.3g} meV": error / at
                    for at, error in zip(one.peaks, one.peak_errors, strict=True)
                },
            }
            places = np.arange(len(errors))
            known.plot(100 * np.array(list(errors.values())), places, "o", color=color)
            known.set_yticks(places, list(errors))
        bands.plot(*supposed, color=CURVES[-1], linewidth=0.8, label="supposed")
        bands.set(
            xlabel=r"$\omega$ (meV)",
            ylabel=r"$\alpha^2F$, bands of 68 %",
            xlim=(0, supposed[0][-1]),
            ylim=(0, None),
        )
        bands.legend()
        known.set(xscale="log", xlabel="known to (%)")
        known.invert_yaxis()
        known.grid(axis="x", linewidth=0.3)
        panel_labels(bands, known)
        save(figure, [path])
