"""The tables of the chain study, made from evaluation files alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gapworks.chain.evaluation.agreement import STATEMENTS
from gapworks.chain.evaluation.correlations import NORMALISATIONS
from gapworks.chain.evaluation.peaks import PEAKS
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


def correlations(predicted: Sequence[Evaluated]) -> pd.DataFrame:
    """Largest error of C(r) within each window's reach, 2 R, and beyond, in both normalisations."""
    tables = []
    for data in predicted:
        for row, normalisation in enumerate(NORMALISATIONS):
            columns = {
                "network": data.method,
                "over": normalisation,
                "2 R": data.attributes["window"] - 1,
                "V0": data["strength"],
                "r < 2 R": data["correlation_near"][row],
                "error": data["correlation_near_error"][row],
                "r >= 2 R": data["correlation_far"][row],
                "its error": data["correlation_far_error"][row],
                "dip": data["dip"][row],
            }
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def fixed_mu(evaluations: Sequence[Evaluated]) -> pd.DataFrame:
    """Floor and errors at fixed mu: the first evaluation is the floor, the others networks'."""
    floor, *networks = evaluations
    tables = [
        pd.DataFrame(
            {
                "what": f"floor, R = {cutoff}",
                "V0": floor["strength"],
                "MSE": floor["floor_by_strength"][row],
                "error": floor["floor_by_strength_error"][row],
            }
        )
        for row, cutoff in enumerate(floor["cutoff"])
    ]
    for data in networks:
        columns = {"what": data.method, "V0": data["strength"], "MSE": data["mse"]}
        tables.append(pd.DataFrame(columns | {"error": data["mse_error"]}))
    return pd.concat(tables, ignore_index=True)


def agreement(predicted: Sequence[Evaluated]) -> pd.DataFrame:
    """What networks make of each V0, each number with its standard error."""
    tables = []
    for data in predicted:
        columns = {"network": data.method, "V0": data["strength"]}
        for name in STATEMENTS:
            columns |= {name: data[name], f"{name} error": data[f"{name}_error"]}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True).rename(columns=lambda name: name.replace("_", " "))


def suppression(falls: Evaluated) -> pd.DataFrame:
    """The fall of mean Delta at each step of V0."""
    columns = {"from V0": falls["step"], "fall": falls["fall"], "error": falls["fall_error"]}
    return pd.DataFrame(columns | {"disorders": falls["rings"]})


def bands(judged: Sequence[Evaluated]) -> pd.DataFrame:
    """Coverage and width of the surrogate's bands per V0, and iterations that it saves."""
    columns = {
        "judged": "judged",
        "coverage": "coverage",
        "error": "coverage_error",
        "half width": "half_width",
        "coverage of all": "unjudged_coverage",
        "its error": "unjudged_coverage_error",
        "iterations": "iterations",
        "saved": "saved",
        "error of saved": "saved_error",
    }
    tables = [
        pd.DataFrame(
            {"data": data.dataset, "V0": data["strength"], "rings": data["rings"]}
            | {title: data[name] for title, name in columns.items()}
        )
        for data in judged
    ]
    return pd.concat(tables, ignore_index=True)


def peaks(peaks: Evaluated) -> pd.DataFrame:
    """Where the distribution of Delta has local maxima."""
    columns = {"peak": list(PEAKS), "position": peaks["position"]}
    columns |= {"error": peaks["position_error"], "width": peaks["width"]}
    return pd.DataFrame(columns | {"present": peaks["present"]})


def iterations(plain: Evaluated, solved: Evaluated) -> pd.DataFrame:
    """Iterations under plain mixing per V0, beside the exact solver's."""
    counted = plain["iterations"]
    rows = [solved.row("strength", V0) for V0 in plain["strength"]]
    return pd.DataFrame(
        {
            "V0": plain["strength"],
            "rings": np.isfinite(counted).sum(axis=1),
            "failed": np.isnan(counted).sum(axis=1),
            "least": np.nanmin(counted, axis=1),
            "median": np.nanmedian(counted, axis=1),
            "most": np.nanmax(counted, axis=1),
            "exact solver": solved["mean_iterations"][rows],
        }
    )


def finite_size(sizes: Evaluated) -> pd.DataFrame:
    """What the ring's length changes, per V0 and length."""
    strengths, lengths = np.meshgrid(sizes["strength"], sizes["length"], indexing="ij")
    names = ("mean_delta", "shift", "shift_error", "site_difference", "mu_spread", "failed")
    columns = {"V0": strengths.ravel(), "L": lengths.ravel().astype(int)}
    columns |= {name.replace("_", " "): sizes[name].ravel() for name in names}
    localised = sizes["localisation_length"][:, None] / lengths
    return pd.DataFrame(columns | {"localisation length / L": localised.ravel()})


def diagonalisation(times: Evaluated) -> pd.DataFrame:
    """Time of one iteration by diagonalisation."""
    seconds = times["seconds"]
    columns = {"L": times["length"].astype(int), "seconds": np.median(seconds, axis=0)}
    return pd.DataFrame(columns | {"least": seconds.min(axis=0), "most": seconds.max(axis=0)})


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
