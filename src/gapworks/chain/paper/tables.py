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
from gapworks.plotting.table import ERROR

V0, LENGTH = "V0 [t]", "length L [sites]"
MSE = "mean squared error"
COMPARED = {
    "bias": ("mean Delta, predicted less solved", " [t]"),
    "r2": ("share of the variance explained", ""),
    "near_zero_ratio": ("sites near zero, predicted over solved", ""),
    "enhanced_ratio": ("enhanced sites, predicted over solved", ""),
    "enhanced_recall": ("enhanced sites that are found", ""),
    "enhanced_precision": ("sites named enhanced that are", ""),
    "distribution_distance": ("area between the distributions over mean Delta", ""),
}
"""What is compared at each strength, and its unit, by its name in the evaluation."""


def disorder(solved: Evaluated) -> pd.DataFrame:
    """What each disorder strength does to Delta, with intervals over realizations."""
    return pd.DataFrame(
        {
            V0: solved["strength"],
            "rings": solved["realizations"],
            "rings that failed": solved["failed"],
            "mean Delta [t]": solved["mean_delta"],
            "mean Delta, lower [t]": solved["mean_delta_lower"],
            "mean Delta, upper [t]": solved["mean_delta_upper"],
            "standard deviation of Delta over sites [t]": solved["std_delta"],
            "smallest Delta [t]": solved["min_delta"],
            "mean excitation gap [t]": solved["mean_gap"],
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
            V0: [*(f"{strength:g}" for strength in strengths), "all"],
            f"{MSE} [t^2]": [*data["mse"], value(data, "pooled", "mse")],
            f"{MSE}, lower [t^2]": [*data["mse_lower"], value(data, "pooled_lower", "mse")],
            f"{MSE}, upper [t^2]": [*data["mse_upper"], value(data, "pooled_upper", "mse")],
            f"{MSE} of a constant [t^2]": [
                *data["baseline_mse"],
                value(data, "pooled", "baseline_mse"),
            ],
            "irreducible error of the window [t^2]": [
                *floor["floor_by_strength"][known[0]],
                floor["floor"][known[0]],
            ]
            if bound
            else np.nan,
            "R squared": [*np.full(len(strengths), np.nan), value(data, "pooled", "r2")],
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
                "C(r) over": normalisation,
                "reach 2 R [sites]": data.attributes["window"] - 1,
                V0: data["strength"],
                "largest error at r < 2 R": data["correlation_near"][row],
                f"largest error at r < 2 R{ERROR}": data["correlation_near_error"][row],
                "largest error at r >= 2 R": data["correlation_far"][row],
                f"largest error at r >= 2 R{ERROR}": data["correlation_far_error"][row],
                "dip of the prediction below its plateau": data["dip"][row],
            }
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def fixed_mu(evaluations: Sequence[Evaluated]) -> pd.DataFrame:
    """Floor and errors at fixed mu: the first evaluation is the floor, the others networks'."""
    floor, *networks = evaluations
    known = [
        (f"irreducible, R = {cutoff}", floor, "floor_by_strength", row)
        for row, cutoff in enumerate(floor["cutoff"])
    ]
    known += [(data.method, data, "mse", ...) for data in networks]
    tables = [
        pd.DataFrame(
            {
                "error of": name,
                V0: data["strength"],
                f"{MSE} [t^2]": data[array][row],
                f"{MSE}{ERROR} [t^2]": data[f"{array}_error"][row],
            }
        )
        for name, data, array, row in known
    ]
    return pd.concat(tables, ignore_index=True)


def agreement(predicted: Sequence[Evaluated]) -> pd.DataFrame:
    """What networks make of each V0, each number with its standard error."""
    tables = []
    for data in predicted:
        columns = {"network": data.method, V0: data["strength"]}
        for name in STATEMENTS:
            title, unit = COMPARED[name]
            columns[f"{title}{unit}"] = data[name]
            columns[f"{title}{ERROR}{unit}"] = data[f"{name}_error"]
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def suppression(falls: Evaluated) -> pd.DataFrame:
    """The fall of mean Delta at each step of V0."""
    return pd.DataFrame(
        {
            "from V0 [t]": falls["step"],
            "fall of mean Delta [t]": falls["fall"],
            f"fall of mean Delta{ERROR} [t]": falls["fall_error"],
            "disorders": falls["rings"],
        }
    )


def bands(judged: Sequence[Evaluated]) -> pd.DataFrame:
    """Coverage and width of the surrogate's bands per V0, and iterations that it saves."""
    columns = {
        "share of rings with a band": "judged",
        "share of sites inside": "coverage",
        f"share of sites inside{ERROR}": "coverage_error",
        "mean half width [t]": "half_width",
        "share of sites inside if all had a band": "unjudged_coverage",
        f"share of sites inside if all had a band{ERROR}": "unjudged_coverage_error",
        "iterations of the exact solver": "iterations",
        "iterations saved": "saved",
        f"iterations saved{ERROR}": "saved_error",
    }
    tables = [
        pd.DataFrame(
            {"data set": data.dataset, V0: data["strength"], "rings": data["rings"]}
            | {title: data[name] for title, name in columns.items()}
        )
        for data in judged
    ]
    return pd.concat(tables, ignore_index=True)


def peaks(peaks: Evaluated) -> pd.DataFrame:
    """Where the distribution of Delta has local maxima."""
    return pd.DataFrame(
        {
            "peak": list(PEAKS),
            "position over the clean ring's Delta": peaks["position"],
            f"position over the clean ring's Delta{ERROR}": peaks["position_error"],
            "width over the clean ring's Delta": peaks["width"],
            "share of resamples that have it": peaks["present"],
        }
    )


def iterations(plain: Evaluated, solved: Evaluated) -> pd.DataFrame:
    """Iterations under plain mixing per V0, beside the exact solver's."""
    counted = plain["iterations"]
    rows = [solved.row("strength", strength) for strength in plain["strength"]]
    return pd.DataFrame(
        {
            V0: plain["strength"],
            "rings": np.isfinite(counted).sum(axis=1),
            "rings that failed": np.isnan(counted).sum(axis=1),
            "fewest iterations": np.nanmin(counted, axis=1),
            "median iterations": np.nanmedian(counted, axis=1),
            "most iterations": np.nanmax(counted, axis=1),
            "mean iterations of the exact solver": solved["mean_iterations"][rows],
        }
    )


def finite_size(sizes: Evaluated) -> pd.DataFrame:
    """What the ring's length changes, per V0 and length."""
    strengths, lengths = np.meshgrid(sizes["strength"], sizes["length"], indexing="ij")
    titles = {
        "mean_delta": "mean Delta [t]",
        "shift": "relative shift of mean Delta",
        "shift_error": f"relative shift of mean Delta{ERROR}",
        "site_difference": "rms change of Delta over its mean",
        "mu_spread": "standard deviation of mu [t]",
        "failed": "rings that failed",
    }
    columns = {V0: strengths.ravel(), LENGTH: lengths.ravel().astype(int)}
    columns |= {title: sizes[name].ravel() for name, title in titles.items()}
    localised = sizes["localisation_length"][:, None] / lengths
    return pd.DataFrame(columns | {"localisation length over L": localised.ravel()})


def diagonalisation(times: Evaluated) -> pd.DataFrame:
    """Time of one iteration by diagonalisation."""
    seconds = times["seconds"]
    return pd.DataFrame(
        {
            LENGTH: times["length"].astype(int),
            "median time [s]": np.median(seconds, axis=0),
            "shortest time [s]": seconds.min(axis=0),
            "longest time [s]": seconds.max(axis=0),
        }
    )


def cost(errors: Evaluated, times: Evaluated) -> pd.DataFrame:
    """Time and error of each method at each length of the ring."""
    found = time_and_error(errors, times)
    rows = [
        {
            "method": name,
            LENGTH: int(length),
            "time for a ring [s]": found.seconds[row, column],
            f"{MSE} [t^2]": found.mse[row, column],
        }
        for row, name in enumerate(found.methods)
        for column, length in enumerate(found.length)
        if np.isfinite(found.seconds[row, column])
    ]
    return pd.DataFrame(rows)
