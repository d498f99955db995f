"""Tables that stand beside the paper's: thresholds, further trainings, data solved its own way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gapworks.eliashberg.data.fields import FIELDS
from gapworks.eliashberg.evaluation.readings import latent, portions, score, trainings
from gapworks.eliashberg.families import printed_name
from gapworks.eliashberg.paper.measures import (
    difference,
    held,
    median_of,
    scored,
    typical,
    unexplained,
)
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Measured, mean_of, share_of


def thresholds(choices: Sequence[Evaluated]) -> pd.DataFrame:
    """The smallest d_L that gives each field an R^2, for several R^2; empty: none does."""
    columns: dict[str, np.ndarray] = {"R2": choices[0]["threshold"]}
    for one in choices:
        source = one.attributes["input"]
        said = ", equal weights" if "equal" in one.method else ""
        for name in ("a2f", source):
            needed = one[f"required_{name}"].astype(float)
            label = f"a2F with {FIELDS[source].label}" if name == "a2f" else FIELDS[name].label
            columns[label + said] = np.where(needed > 0, needed, np.nan)
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
                    "d_L": d,
                    "training": repeat + 1,
                    "portion": portions(coders[repeat])[0],
                    "portion 99 %": portions(coders[repeat])[1],
                    "loss": score(data, "mse"),
                    "loss over variance": loss,
                    "apart, loss over variance": of_apart,
                    "apart over joint": of_apart / loss,
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
            rows.append({"of": name, **_row(shown, exact, printed[1])})
    return pd.DataFrame(rows)


def _row(shown: str, exact: Measured | None, printed: Measured | None) -> dict[str, object]:
    return {
        "what": shown,
        **dict(zip(("exact", "error"), typical(exact), strict=True)),
        **dict(zip(("as printed", "error, as printed"), typical(printed), strict=True)),
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
            "lambda, median": median_of(data["coupling"]),
            "Delta(i omega_0), median, meV": median_of(data["delta_0"]),
        }
    if "field" in data.arrays:
        made = {f"R2 {FIELDS[name].label}": held(data, name) for name in ("a2f", "gap")}
        made["pair residual"] = median_of(data["pair_residual"])
        return made | {"portion": share_of(_covered(data), len(data["own_nearest"]))}
    made = {"R2": scored(data, "r2"), "loss": scored(data, "mse")}
    made["gap residual"] = median_of(data["gap_residual"])
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
                "noise": noise,
                "a2F error": np.median(data["a2f_error"][level]),
                "residual": np.median(data["residual"][level]),
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
                    row[f"{words} in {share:.0%}"] = found.value
                    row[f"{words} in {share:.0%}, error"] = found.error
                    row[f"{words} half width, {share:.0%}"] = np.median(
                        data[f"{name}_width"][level, number]
                    )
            refused = data["refused"][level]
            found = share_of(refused.sum(), refused.size)
            rows.append(row | {"refused": found.value, "refused, error": found.error})
    return pd.DataFrame(rows)
