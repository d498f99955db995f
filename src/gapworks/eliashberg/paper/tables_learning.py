"""Tables that stand beside the paper's: thresholds, further trainings, data solved its own way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gapworks.eliashberg.evaluation.readings import latent, portions, score, trainings
from gapworks.eliashberg.families import printed_name
from gapworks.eliashberg.names import WORDS
from gapworks.eliashberg.paper.measures import (
    difference,
    held,
    median_of,
    scored,
    typical,
    unexplained,
)
from gapworks.eliashberg.paper.tables import LATENT
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Measured, mean_of, share_of
from gapworks.plotting.table import ERROR


def thresholds(choices: Sequence[Evaluated]) -> pd.DataFrame:
    """The smallest d_L that gives each field an R^2, for several R^2; empty: none does."""
    columns: dict[str, np.ndarray] = {"R squared": choices[0]["threshold"]}
    for one in choices:
        source = one.attributes["input"]
        said = ", equal weights" if "equal" in one.method else ""
        for name in ("a2f", source):
            needed = one[f"required_{name}"].astype(float)
            label = f"a2F with {WORDS[source]}" if name == "a2f" else WORDS[name]
            columns[f"d_L for {label}{said}"] = np.where(needed > 0, needed, np.nan)
    return pd.DataFrame(columns)


def repeats(autoencoders: Sequence[Evaluated], networks: Sequence[Evaluated]) -> pd.DataFrame:
    """Every training of the autoencoders that generate data, and of the networks on such data."""
    rows = []
    for d in sorted({latent(one) for one in autoencoders}):
        coders = trainings(autoencoders, "ae-joint-gap", d)
        joint = trainings(networks, "sl-joint-gap", d)
        apart = trainings(networks, "sl-separate-gap", d)
        for repeat, data in joint.items():
            loss, other = unexplained(data).value, apart.get(repeat)
            of_apart = np.nan if other is None else unexplained(other).value
            rows.append(
                {
                    LATENT: d,
                    "training": repeat + 1,
                    "portion covered": portions(coders[repeat])[0],
                    "portion covered, by the 99 % quantile": portions(coders[repeat])[1],
                    "loss": score(data, "mse"),
                    "loss over variance": loss,
                    "loss over variance, transformed apart": of_apart,
                    "loss apart over together": of_apart / loss,
                    "Delta_g": typical(difference(data, "gap"))[0],
                    "Delta_f": typical(difference(data, "a2f"))[0],
                }
            )
    return pd.DataFrame(rows)


def as_printed(
    datasets: Sequence[Evaluated], networks: Sequence[Evaluated], autoencoders: Sequence[Evaluated]
) -> pd.DataFrame:
    """What figures 3 to 8 and both tables show, of both ways to the real axis, side by side."""
    every = {one.name: one for one in (*datasets, *networks, *autoencoders)}
    rows = []
    for name, data in every.items():
        if printed_name(name) not in every:
            continue
        of_both = (_shown(one) for one in (data, every[printed_name(name)]))
        for (shown, exact), printed in zip(*(one.items() for one in of_both), strict=True):
            rows.append({"evaluation": name, **_row(shown, exact, printed[1])})
    return pd.DataFrame(rows)


def _row(shown: str, exact: Measured | None, printed: Measured | None) -> dict[str, object]:
    return {
        "number": shown,
        **dict(zip(("exact", f"exact{ERROR}"), typical(exact), strict=True)),
        **dict(zip(("as printed", f"as printed{ERROR}"), typical(printed), strict=True)),
    }


def _shown(data: Evaluated) -> dict[str, Measured | None]:
    """The numbers of an evaluation that figures 3 to 8 and both tables show."""
    if data.method == "data":
        n = len(data["redraws"])
        dropped = data["continuation"][:, 0].sum() if "continuation" in data.arrays else 0
        drawn = n + dropped + data["redraws"].sum()
        return {
            "draws in the normal state": share_of(data["redraws"].sum(), drawn),
            "draws dropped by the test": share_of(dropped, drawn),
            "median lambda": median_of(data["coupling"]),
            "median Delta(i omega_0) [meV]": median_of(data["delta_0"]),
        }
    if "field" in data.arrays:
        made = {f"R squared of the {WORDS[name]}": held(data, name) for name in ("a2f", "gap")}
        made["median relative residual of pairs"] = median_of(data["pair_residual"])
        return made | {"portion covered": share_of(_covered(data), len(data["own_nearest"]))}
    made = {"R squared": scored(data, "r2"), "loss": scored(data, "mse")}
    made["median relative error of the gap"] = median_of(data["gap_residual"])
    return made | {"Delta_g": difference(data, "gap"), "Delta_f": difference(data, "a2f")}


def _covered(data: Evaluated) -> float:
    return portions(data)[0] * len(data["own_nearest"])


def intervals(networks: Sequence[Evaluated]) -> pd.DataFrame:
    """Intervals of ensembles on test samples, by the noise of their inputs."""
    rows = []
    for data in networks:
        for level, noise in enumerate(data["level"]):
            row: dict[str, Any] = {
                "network": data.method,
                "noise [meV]": noise,
                "median relative error of a2F": np.median(data["a2f_error"][level]),
                "median relative error of the gap": np.median(data["residual"][level]),
            }
            for number, share in enumerate(data["share"]):
                for name, words in (
                    ("a2f", "a2F"),
                    ("coupling", "lambda"),
                    ("omega_log", "omega_log"),
                ):
                    inside = data[f"{name}_inside"][level, number].astype(float)
                    found = (
                        mean_of(inside) if name == "a2f" else share_of(inside.sum(), inside.size)
                    )
                    title = f"share of {words} inside {100 * share:.0f} %"
                    row |= {title: found.value, f"{title}{ERROR}": found.error}
                    width = np.median(data[f"{name}_width"][level, number])
                    row[f"median relative half width of {words}, {100 * share:.0f} %"] = width
            refused = data["refused"][level]
            found = share_of(refused.sum(), refused.size)
            rows.append(row | {"share refused": found.value, f"share refused{ERROR}": found.error})
    return pd.DataFrame(rows)
