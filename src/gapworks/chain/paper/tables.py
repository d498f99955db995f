"""The tables of the chain study, made from evaluation files alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gapworks.chain.evaluation.scores import cutoff, value
from gapworks.chain.paper.time_and_error import time_and_error
from gapworks.factory.evaluation_file import Evaluated


def disorder(solved: Evaluated) -> pd.DataFrame:
    """What each disorder strength does to Delta, with intervals over realizations."""
    return pd.DataFrame(
        {
            "V0": solved["strength"],
            "realizations": solved["realizations"],
            "failed": solved["failed"],
            "mean Delta": solved["mean_delta"],
            "lower": solved["mean_delta_lower"],
            "upper": solved["mean_delta_upper"],
            "std Delta": solved["std_delta"],
            "min Delta": solved["min_delta"],
            "mean gap": solved["mean_gap"],
            "mean iterations": solved["mean_iterations"],
        }
    )


def errors(networks: Sequence[Evaluated], floor: Evaluated) -> pd.DataFrame:
    """Errors of each network per V0 and over all, beside the constant and the window's floor.

    The floor is that of the cut-off which the table's window network has; a surrogate with mu
    closed over the whole ring is not bound by it.
    """
    tables = []
    for data in networks:
        strengths = data["strength"]
        known = np.flatnonzero(floor["cutoff"] == cutoff(data))
        bound = data.method != "surrogate" and len(known)
        columns = {
            "network": data.method,
            "V0": [*(f"{V0:g}" for V0 in strengths), "all"],
            "MSE": [*data["mse"], value(data, "pooled", "mse")],
            "lower": [*data["mse_lower"], value(data, "pooled_lower", "mse")],
            "upper": [*data["mse_upper"], value(data, "pooled_upper", "mse")],
            "constant MSE": [*data["baseline_mse"], value(data, "pooled", "baseline_mse")],
            "floor": [*floor["floor_by_strength"][known[0]], floor["floor"][known[0]]]
            if bound
            else np.nan,
            "R2": [*np.full(len(strengths), np.nan), value(data, "pooled", "r2")],
        }
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def correlations(solved: Evaluated, predicted: Sequence[Evaluated]) -> pd.DataFrame:
    """Largest deviation of C(r) from the solved one, within the window's reach and beyond."""
    reach = predicted[0].attributes["window"] - 1  # 2 R of the window network
    tables = []
    for data in predicted:
        deviation = np.abs(data["correlation"] - solved["correlation"])
        columns = {
            "network": data.method,
            "V0": data["strength"],
            f"r < {reach}": deviation[:, :reach].max(axis=1),
            f"r >= {reach}": deviation[:, reach:].max(axis=1),
            "plateau": solved["correlation"][:, reach:].mean(axis=1),
        }
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def cost(errors: Evaluated, times: Evaluated) -> pd.DataFrame:
    """Time and error of each method at each length of the ring."""
    found = time_and_error(errors, times)
    rows = [
        {
            "method": name,
            "L": int(length),
            "seconds": found.seconds[row, column],
            "MSE": found.mse[row, column],
        }
        for row, name in enumerate(found.methods)
        for column, length in enumerate(found.length)
        if np.isfinite(found.seconds[row, column])
    ]
    return pd.DataFrame(rows)
