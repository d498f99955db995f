"""The figure of the dimer study, drawn from evaluation files alone."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.style import COLUMN, CURVES, SOLVED


def occupation(solved: Evaluated, predicted: Evaluated, markersize: float) -> Figure:
    """Electrons on the first site against V."""
    figure, axes = plt.subplots(figsize=(COLUMN, 2.2))
    dots = SOLVED | {"markersize": markersize}
    axes.plot(solved["V"], solved["occupation"], label="solved", **dots)
    axes.plot(predicted["V"], predicted["occupation"], color=CURVES[0], label="network")
    axes.set_xlabel("$V$ [eV]")
    axes.set_ylabel("$n_1$")
    axes.legend()
    return figure
