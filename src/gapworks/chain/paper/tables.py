"""The tables of the chain study, made from evaluation files alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gapworks.chain.evaluation.scores import value
from gapworks.chain.paper.time_and_error import time_and_error
from gapworks.factory.evaluation_file import Evaluated


def disorder(solved: Evaluated) -> pd.DataFrame:
    """What each disorder strength does to Delta, with intervals over realizations."""
    data = solved
    return pd.DataFrame(
        {
            "V0": data["strength"],
            "realizations": data["realizations"],
            "failed": data["failed"],
            "mean Delta": data["mean_delta"],
            "lower": data["mean_delta_lower"],
            "upper": data["mean_delta_upper"],
            "std Delta": data["std_delta"],
            "min Delta": data["min_delta"],
            "mean gap": data["mean_gap"],
            "mean iterations": data["mean_iterations"],
        }
    )


def errors(networks: Sequence[Evaluated], floor: Evaluated) -> pd.DataFrame:
    """Errors of each network per V0 and over all, beside the constant and the window's floor.

    The floor is that of the cut-off which the table's window network has; a surrogate with mu
    closed over the whole ring is not bound by it.
    """
    rows = []
    for data in networks:
        cutoff = (data.attributes["window"] - 1) // 2
        known = np.flatnonzero(floor["cutoff"] == cutoff)
        bound = data.method != "surrogate" and len(known)
        for row, V0 in enumerate(data["strength"]):
            rows.append(
                {
                    "network": data.method,
                    "V0": f"{V0:g}",
                    "MSE": data["mse"][row],
                    "lower": data["mse_lower"][row],
                    "upper": data["mse_upper"][row],
                    "constant MSE": data["baseline_mse"][row],
                    "floor": floor["floor_by_strength"][known[0], row] if bound else np.nan,
                    "R2": np.nan,
                }
            )
        rows.append(
            {
                "network": data.method,
                "V0": "all",
                "MSE": value(data, "pooled", "mse"),
                "lower": value(data, "pooled_lower", "mse"),
                "upper": value(data, "pooled_upper", "mse"),
                "constant MSE": value(data, "pooled", "baseline_mse"),
                "floor": floor["floor"][known[0]] if bound else np.nan,
                "R2": value(data, "pooled", "r2"),
            }
        )
    return pd.DataFrame(rows)


def correlations(solved: Evaluated, predicted: Sequence[Evaluated]) -> pd.DataFrame:
    """Largest deviation of C(r) from the solved one, within the window's reach and beyond."""
    reach = predicted[0].attributes["window"] - 1  # 2 R of the window network
    rows = []
    for data in predicted:
        deviation = np.abs(data["correlation"] - solved["correlation"])
        for row, V0 in enumerate(data["strength"]):
            rows.append(
                {
                    "network": data.method,
                    "V0": V0,
                    f"r < {reach}": deviation[row, :reach].max(),
                    f"r >= {reach}": deviation[row, reach:].max(),
                    "plateau": solved["correlation"][row, reach:].mean(),
                }
            )
    return pd.DataFrame(rows)


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
