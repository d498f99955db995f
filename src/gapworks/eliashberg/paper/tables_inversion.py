"""The table of what the equations infer from gap functions with noise; ours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapworks.eliashberg.evaluation.readings import INFERRED
from gapworks.eliashberg.paper.figures_inversion import LEVELS, off
from gapworks.eliashberg.paper.measures import median_of, typical
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import mean_of, share_of


def inversion(inferred: Evaluated) -> pd.DataFrame:
    """A row for each noise: medians over samples, means of shares, each with its error."""
    data = inferred
    rows = []
    for at, level in enumerate(data["level"]):
        row = {"noise": level, "samples": data["a2f_error"].shape[1]}
        row["answered"] = int(data["answered"][at].sum())
        for name in ("a2f_error", "network_a2f_error", "width", "closure", "network_closure"):
            row |= _with_error(name, median_of(data[name][at]))
        for share in LEVELS:
            row |= _with_error(f"inside {share} %", mean_of(data[f"inside{share}"][at]))
        for name in ("chi2", "modes"):
            row[name] = float(np.median(data[name][at]))
        for number, name in enumerate(INFERRED):
            for who, label in (("found", name), ("network", f"network {name}")):
                row |= _with_error(f"{label} off", median_of(off(data, name, who)[at]))
            found, deviation, true = (
                data["number_found"][number, at],
                data["number_deviation"][number, at],
                data["number_true"][number],
            )
            within = np.abs(found - true) < 2 * deviation
            row |= _with_error(f"{name} within 2 deviations", share_of(within.sum(), within.size))
        rows.append(row)
    return pd.DataFrame(rows)


def _with_error(name, measured):
    return dict(zip((name, f"error of {name}"), typical(measured), strict=True))
