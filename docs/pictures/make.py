"""Make the pictures of README and of the site's front page: python docs/pictures/make.py [FOLDER]

One a study, by its solvers alone: no run of the workflow is needed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gapworks.plotting.style import COLUMN, CURVES, house_style, plt

HERE = Path(__file__).parent
DPI = 160


def chain() -> plt.Figure:
    """The same disorder at three strengths, and the pairing potential that it leaves."""
    from gapworks.chain import solve

    shape = np.random.default_rng(3).uniform(-1, 1, 256)
    strengths = np.array([0.1, 0.25, 0.75])
    delta = solve(strengths[:, None] * shape).delta
    figure, (above, below) = plt.subplots(
        2, 1, sharex=True, height_ratios=[1, 2], figsize=(COLUMN, 2.4)
    )
    sites = np.arange(shape.size)
    above.bar(sites, strengths[-1] * shape, width=1, color="0.5")
    above.set_ylabel("$V_i$ ($t$)")
    for strength, row, colour in zip(strengths, delta, CURVES, strict=False):
        below.plot(sites, row, color=colour, label=f"$V_0 = {strength:g}\\,t$")
    below.set(xlabel="site $i$", ylabel=r"$\Delta_i$ ($t$)", xlim=(0, shape.size - 1), ylim=0)
    below.legend(ncols=3, loc="upper center")
    below.margins(y=0.25)
    return figure


def eliashberg() -> plt.Figure:
    """A spectrum like lead's, and the density of states with its phonons in it."""
    from gapworks.eliashberg import solve

    found = solve(str(HERE.parent / "examples/lead.a2f"), 0.1, 1.2, dos=True)
    figure, (left, right) = plt.subplots(1, 2, figsize=(COLUMN, 2.0))
    left.plot(found.omega, np.atleast_2d(found.a2f)[0], color=CURVES[0])
    left.set(xlabel=r"$\omega$ (meV)", ylabel=r"$\alpha^2F(\omega)$", xlim=(0, 10), ylim=0)
    dos = found.dos.reshape(-1, found.energy.size)[0]
    right.plot(found.energy, dos, color=CURVES[0])
    right.set(xlabel="$E$ (meV)", ylabel="$N(E) / N_0$", xlim=(0, 12), ylim=(0, 2))
    return figure


def qpi() -> plt.Figure:
    """The density of states about an impurity, of three pairings."""
    from gapworks.qpi import Parameters, ldos_window

    size, shown = 48, ("A1g", "A1u", "Eu")
    i, j = np.indices((size, size)) - size // 2
    x, y = i + 0.5 * j, np.sqrt(0.75) * j
    figure, panels = plt.subplots(1, 3, figsize=(COLUMN, 1.4))
    for irrep, panel in zip(shown, panels, strict=True):
        given = Parameters(irrep, theta=0.7, delta=1.0, eps0=-60.0, impurity=100.0, broadening=0.3)
        values = ldos_window(given, size=size).values
        top = np.quantile(np.abs(values), 0.99)
        cells = {"marker": "h", "s": 8.6, "linewidths": 0}  # of a1 along x: hexagons on a point
        panel.scatter(x, y, c=values, cmap="RdBu_r", vmin=-top, vmax=top, **cells)
        panel.set(title=irrep, aspect="equal", xlim=(-15, 15), ylim=(-15, 15), xticks=[], yticks=[])
    return figure


PICTURES: dict[str, Callable[[], plt.Figure]] = {
    "chain": chain,
    "eliashberg": eliashberg,
    "qpi": qpi,
}


def main(folder: Path) -> None:
    """Draw all of them into a folder."""
    with house_style():
        for name, draw in PICTURES.items():
            figure = draw()
            figure.savefig(folder / f"{name}.png", dpi=DPI)
            plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
