"""The tables of the eliashberg study, from evaluation files alone; the paper's numbers beside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gapworks.eliashberg.data.fields import FIELDS, Split
from gapworks.eliashberg.evaluation.readings import (
    QUANTILE,
    alive,
    answered,
    by_latent,
    components,
    family,
    latent,
    median_error,
    moment_difference,
    of_field,
    portions,
    samples,
    score,
    variance_of,
)
from gapworks.eliashberg.paper.measures import difference, typical, unexplained
from gapworks.eliashberg.physics.moments import MOMENTS
from gapworks.factory.evaluation_file import Evaluated

HELD = ("a2f", "gap", "dos", "finedos")
"""The fields that autoencoders hold."""
MISSING = (np.nan, np.nan)
PAPER = {
    1: (MISSING, (0.6371, 0.00001)),
    2: ((0.00336, 0.107), (0.9939, 0.0001)),
    4: ((0.00451, 0.084), (0.9997, 0.0038)),
    8: ((0.0019, 0.0624), (0.9997, 0.015)),
    16: ((0.00234, 0.0623), (0.9998, 0.025)),
    32: ((0.002, 0.0562), (0.9999, 0.029)),
}
"""Tables I and II by d_L: Delta_g, Delta_f; portion, loss."""
LAST = 32
"""The d_L whose loss others are divided by: a ratio knows nothing of the spectra's amplitude."""


def table1(networks: Sequence[Evaluated]) -> pd.DataFrame:
    """Table I: differences of gap functions and of a2F by the Pearson correlation."""
    rows = []
    for data in by_latent(networks):
        d = latent(data)
        paper_g, paper_f = PAPER.get(d, (MISSING, MISSING))[0]
        kept = answered(data)
        delta_g, delta_f = 1 - data["gap_pcc"][kept], 1 - data["a2f_pcc"][kept]
        (of_g, error_g), (of_f, error_f) = (typical(difference(data, n)) for n in ("gap", "a2f"))
        rows.append(
            {
                "d_L": d,
                "paper Delta_g": paper_g,
                "Delta_g": of_g,
                "error Delta_g": error_g,
                "paper Delta_f": paper_f,
                "Delta_f": of_f,
                "error Delta_f": error_f,
                "ratio": of_f / of_g,
                "median Delta_g": _median(delta_g),
                "median Delta_f": _median(delta_f),
                "ratio of medians": _median(delta_f) / _median(delta_g),
                "samples": len(delta_g),
                "not superconducting": len(kept) - len(delta_g),
            }
        )
    return pd.DataFrame(rows)


def _median(values: np.ndarray) -> float:
    """NaN of none: a network that has learned little predicts no superconductor."""
    return float(np.median(values)) if len(values) else np.nan


def table2(autoencoders: Sequence[Evaluated], networks: Sequence[Evaluated]) -> pd.DataFrame:
    """Table II: portion of the original gap functions that generated ones cover; loss of the SL."""
    coders = {latent(one): one for one in autoencoders}
    losses = {latent(one): score(one, "mse") for one in networks}
    last = losses.get(LAST, np.nan)
    rows = []
    for data in by_latent(networks):
        d = latent(data)
        own = coders[d]["own_nearest"]
        printed, quantile = portions(coders[d])
        paper_portion, paper_loss = PAPER.get(d, (MISSING, MISSING))[1]
        rows.append(
            {
                "d_L": d,
                "paper portion": paper_portion,
                "portion": printed,
                "portion 99 %": quantile,
                "l_n": own.max(),
                "l_n 99 %": np.quantile(own, QUANTILE),
                "paper loss": paper_loss,
                "loss": losses[d],
                "loss over variance": unexplained(data).value,
                "paper ratio": paper_loss / PAPER[LAST][1][1],
                "ratio": losses[d] / last,
            }
        )
    return pd.DataFrame(rows)


def data(datasets: Sequence[Evaluated]) -> pd.DataFrame:
    """The data sets: sizes, redraws, ranges, residuals and complexity."""
    rows = []
    for one in datasets:
        row: dict[str, object] = {"data set": one.dataset}
        row |= {which.name.lower(): samples(one, which) for which in Split}
        row |= {
            "failed": one["failed"].sum(),
            "redrawn": (one["redraws"] > 0).mean(),
            "normal draws": one["redraws"].sum() / (one["redraws"].sum() + len(one["redraws"])),
            "residual": one["residual"].max(),
            "line residual": one["line_residual"].max(),
            "back projection": one["back_projection"].max(),
        }
        for name in ("coupling", "omega_log", "delta_0", "critical_temperature"):
            row |= {f"{name} {q}": np.quantile(one[name], q) for q in (0, 0.5, 1)}
        for name in FIELDS:
            held = variance_of(one, name)
            row |= {f"{name} {share:.1%}": components(held, share) for share in (0.9, 0.999)}
        rows.append(row)
    return pd.DataFrame(rows).set_index("data set").T.reset_index(names="quantity")


def reconstruction(autoencoders: Sequence[Evaluated]) -> pd.DataFrame:
    """Autoencoders: R^2 of each field with its interval, and their pairs pushed forward."""
    rows = []
    for one in autoencoders:
        row: dict[str, object] = {
            "autoencoder": family(one).removeprefix("ae-"),
            "d_L": latent(one),
        }
        for name in HELD:
            field = FIELDS[name]
            for end in ("", "_lower", "_upper"):
                row[f"R2 {field.label}{end.replace('_', ' ')}"] = of_field(one, name, "test", end)
        pairs = "pair_residual" in one.arrays
        kept = one["pair_superconducts"] == 1 if pairs else []
        row["pair residual"] = _median(one["pair_residual"][kept]) if pairs else np.nan
        row["pair 1 - PCC"] = _median(1 - one["pair_pcc"][kept]) if pairs else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def learning(networks: Sequence[Evaluated]) -> pd.DataFrame:
    """Supervised networks: errors on their own test data, and pushed forward on solved data."""
    rows = []
    for one in networks:
        row = {
            "network": one.method,
            "R2": score(one, "r2"),
            "lower": score(one, "r2", "_lower"),
            "upper": score(one, "r2", "_upper"),
            "MSE": score(one, "mse"),
            "median error": score(one, "relative_error"),
        }
        if "gap_residual" in one.arrays:
            row |= {
                "a2F error": np.median(one["a2f_error"]),
                "gap residual": np.median(one["gap_residual"]),
                "gap residual 90 %": np.quantile(one["gap_residual"], 0.9),
                "lambda error": median_error(one, "coupling"),
                "omega_log error": median_error(one, "omega_log"),
                "clipped": np.mean(one["clipped"]),
                "superconducting": np.mean(one["superconducts"]),
            }
            row |= {f"moment {p}": np.mean(moment_difference(one, p)) for p in MOMENTS}
        rows.append(row)
    return pd.DataFrame(rows)


def bases(networks: Evaluated) -> pd.DataFrame:
    """Networks of appendix B: score and neurons alive, seed by seed."""
    live, rough = alive(networks["activity"]), pd.DataFrame(networks["roughness"])
    return pd.DataFrame(
        {
            "neurons": networks["neurons"],
            "seed": networks["repeat"],
            "alive": live.sum(axis=1),
            "R2": networks["r2"],
            "R2 without bias": networks["r2_without_bias"],
            "roughness, alive": rough.where(live).max(axis=1),
            "roughness, dead": rough.mask(live).min(axis=1),
        }
    )


def dimensions(choices: Sequence[Evaluated]) -> pd.DataFrame:
    """The choice of d_L: R^2 of a2F and input on validation data, and what follows."""
    outcomes = ("required_a2f", "required_input", "chosen")
    tables = []
    for one in choices:
        source, said = one.attributes["input"], one.attributes
        columns = {
            "input": source,
            "weights": "equal" if "equal" in one.method else "raw",
            "d_L": one["latent"],
            "R2 a2F": one["r2_validation_a2f"],
            "R2 input": one[f"r2_validation_{source}"],
            "is": [", ".join(it for it in outcomes if said[it] == d) for d in one["latent"]],
        }
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def statements(measured: Evaluated) -> pd.DataFrame:
    """Side remarks of the paper on test samples: median, and the worst or extreme value."""
    said = {
        "scaling_error": "change of Delta from 10 meV, 1.16 K to 50 meV, 5.8 K (relative)",
        "scaling_error_same_cutoff": "the same where the cut-off of mu* stays as it is",
        "mu_star_delta_0": "Delta_0 at mu* = 0.2 over Delta_0 at 0.1",
        "mu_star_pcc": "Pearson correlation of the gap functions at the two",
        "far_z": "|Z - 1| at 60 meV",
        "far_delta": "|Delta| at 60 meV over its largest",
        "doubling": "change of Delta_0 when M is doubled (relative)",
        "broyden": "iterations, Broyden",
        "anderson": "iterations, Anderson",
        "plain": "iterations, plain",
    }
    return pd.DataFrame(
        {
            "quantity": text,
            "median": np.median(measured[name]),
            "smallest": measured[name].min(),
            "largest": measured[name].max(),
        }
        for name, text in said.items()
    )


def pade(datasets: Sequence[Evaluated]) -> pd.DataFrame:
    """Pade approximants: errors against the equations, and who passes the paper's test."""
    rows = []
    for one in datasets:
        error = pd.Series(one["pade_error"])
        for tolerance, passed in zip(one["tolerance"], one["passed"].T == 1, strict=True):
            row = {
                "data set": one.dataset,
                "tolerance": tolerance,
                "passed": passed.mean(),
                "median error": error[passed].median(),
                "largest error": error[passed].max(),
                "median error, all": error.median(),
                "largest error, all": error.max(),
            }
            rows.append(row)
    return pd.DataFrame(rows)
