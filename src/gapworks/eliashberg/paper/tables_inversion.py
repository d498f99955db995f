"""The table of what the equations infer from gap functions with noise; ours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapworks.eliashberg.evaluation.readings import INFERRED
from gapworks.eliashberg.paper.figures_inversion import LEVELS, off
from gapworks.eliashberg.paper.measures import median_of, typical
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import mean_of, share_of
from gapworks.plotting.table import ERROR

ERRORS = {
    "a2f_error": "median relative error of a2F, equations",
    "network_a2f_error": "median relative error of a2F, network",
    "width": "median half width of the 68 % band over a2F",
    "closure": "median relative error of the gap, equations",
    "network_closure": "median relative error of the gap, network",
}
"""Relative errors by their names in the evaluation."""


def inversion(inferred: Evaluated) -> pd.DataFrame:
    """A row for each noise: medians over samples, means of shares, each with its error."""
    data = inferred
    rows = []
    for at, level in enumerate(data["level"]):
        row = {"noise over Delta at the lowest energy": level}
        row["samples"] = data["a2f_error"].shape[1]
        row["samples answered"] = int(data["answered"][at].sum())
        for name, title in ERRORS.items():
            row |= _with_error(title, median_of(data[name][at]))
        for share in LEVELS:
            inside = mean_of(data[f"inside{share}"][at])
            row |= _with_error(f"share of a2F inside {share} %", inside)
        row["median chi squared per degree of freedom"] = float(np.median(data["chi2"][at]))
        row["median number of modes resolved"] = float(np.median(data["modes"][at]))
        for number, name in enumerate(INFERRED):
            for who, by in (("found", "equations"), ("network", "network")):
                off_by = median_of(off(data, name, who)[at])
                row |= _with_error(f"median relative error of {name}, {by}", off_by)
            found, deviation, true = (
                data["number_found"][number, at],
                data["number_deviation"][number, at],
                data["number_true"][number],
            )
            within = np.abs(found - true) < 2 * deviation
            inside = share_of(within.sum(), within.size)
            row |= _with_error(f"share of {name} within 2 standard deviations", inside)
        rows.append(row)
    return pd.DataFrame(rows)


def _with_error(title, measured):
    return dict(zip((title, f"{title}{ERROR}"), typical(measured), strict=True))
