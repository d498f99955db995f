"""The forward problem as a figure: spectra with running lambda, Delta(T), N(E)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from gapworks.eliashberg.inference.forward.problem import Forward
from gapworks.eliashberg.inference.forward.report import dos_temperatures
from gapworks.plotting.style import CURVES, PAGE, house_style, panel_labels, save
from gapworks.readers.spectra import running_coupling

_MOST_NAMED = 6


def draw(found: Mapping[str, Forward], paths: Sequence[Path]) -> None:
    """Draw what was solved with `curve` and `dos`, and save it.

    Parameters
    ----------
    found : mapping of str to Forward
        By file.
    paths : sequence of Path
        .pdf or .png.
    """
    with house_style():
        figure, (spectra, gaps, densities) = plt.subplots(1, 3, figsize=(PAGE, 2.3))
        coupling = spectra.twinx()
        cases = [
            (file, one, c, m)
            for file, one in found.items()
            for c in range(len(one.labels))
            for m in range(len(one.mu_star))
        ]
        for k, (file, one, c, m) in enumerate(cases):
            color = CURVES[k % len(CURVES)]
            if m == 0:
                spectra.plot(one.omega, one.a2f[c], color=color)
                running = running_coupling(one.omega, one.a2f[c])
                coupling.plot(one.omega, running, color=color, linestyle=":")
            tc = one.critical_temperature[c, m]
            curve_t = np.append(one.curve_temperature[c, m], tc)
            gaps.plot(curve_t, np.append(one.curve[c, m], 0.0), color=color)
            gaps.plot(one.temperature, one.delta[c, m], "o", color=color, markersize=3)
            for t, temperature in enumerate(dos_temperatures(one, c, m)):
                name = _name(file, one, c, m, len(found)) if t == 0 else ""
                label = f"{name}{', ' if name else ''}{temperature:.3g} K"
                style = ("-", "--", "-.", ":")[t % 4]
                densities.plot(
                    one.energy, one.dos[c, m, t], color=color, linestyle=style, label=label
                )
        spectra.set(xlabel=r"$\omega$ (meV)", ylabel=r"$\alpha^2F$")
        coupling.set(ylabel=r"running $\lambda$ (dotted)")
        gaps.set(xlabel="T (K)", ylabel=r"$\Delta(i\omega_0)$ (meV)")
        widths = ", ".join(dict.fromkeys(f"{one.broadening:.3g}" for one in found.values()))
        densities.set(xlabel="E (meV)", ylabel=rf"$N(E)/N_F$, $\Gamma$ = {widths} meV")
        for panel in (spectra, coupling, gaps, densities):
            panel.set(xlim=(0, None), ylim=(0, None))
        drawn = densities.get_lines()
        if len(drawn) <= _MOST_NAMED:
            densities.legend()
        else:
            densities.set_title(f"{len(drawn)} curves", fontsize=7, loc="right")
        panel_labels(spectra, gaps, densities)
        save(figure, paths)


def _name(file: str, one: Forward, c: int, m: int, files: int) -> str:
    """What tells a curve from the others."""
    parts = [Path(file).name] if files > 1 else []
    parts += [one.labels[c]] if len(one.labels) > 1 else []
    parts += [rf"$\mu^*$ {one.mu_star[m]:g}"] if len(one.mu_star) > 1 else []
    return ", ".join(parts)
