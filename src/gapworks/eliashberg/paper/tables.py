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
from gapworks.eliashberg.names import WORDS, NetworkName
from gapworks.eliashberg.paper.measures import difference, typical, unexplained
from gapworks.eliashberg.paper.stated import COVERED, DIFFERENCES, LAST, MISSING
from gapworks.eliashberg.physics.moments import MOMENTS
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plotting.table import ERROR

LATENT = "latent dimension d_L"
SAMPLES = {
    Split.TRAIN: "samples that train",
    Split.VALIDATION: "samples that validate",
    Split.TEST: "samples that test",
}
RANGES = {
    "coupling": ("lambda", ""),
    "omega_log": ("omega_log", " [meV]"),
    "delta_0": ("Delta(i omega_0)", " [meV]"),
    "critical_temperature": ("T_c", " [K]"),
}
"""Symbol and unit of what a data set's ranges are given of."""
HELD = ("a2f", "gap", "dos", "finedos")
"""The fields that autoencoders hold."""


def table1(networks: Sequence[Evaluated]) -> pd.DataFrame:
    """Table I: differences of gap functions and of a2F by the Pearson correlation."""
    rows = []
    for data in by_latent(networks):
        d = latent(data)
        paper_g, paper_f = DIFFERENCES.get(d, MISSING)
        kept = answered(data)
        delta_g, delta_f = 1 - data["gap_pcc"][kept], 1 - data["a2f_pcc"][kept]
        (of_g, error_g), (of_f, error_f) = (typical(difference(data, n)) for n in ("gap", "a2f"))
        rows.append(
            {
                LATENT: d,
                "Delta_g, the paper's": paper_g,
                "Delta_g": of_g,
                f"Delta_g{ERROR}": error_g,
                "Delta_f, the paper's": paper_f,
                "Delta_f": of_f,
                f"Delta_f{ERROR}": error_f,
                "Delta_f over Delta_g": of_f / of_g,
                "median of Delta_g": _median(delta_g),
                "median of Delta_f": _median(delta_f),
                "ratio of the medians": _median(delta_f) / _median(delta_g),
                "samples": len(delta_g),
                "predictions that do not superconduct": len(kept) - len(delta_g),
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
        paper_portion, paper_loss = COVERED.get(d, MISSING)
        rows.append(
            {
                LATENT: d,
                "portion covered, the paper's": paper_portion,
                "portion covered": printed,
                "portion covered, by the 99 % quantile": quantile,
                "largest nearest distance": own.max(),
                "99 % quantile of nearest distances": np.quantile(own, QUANTILE),
                "loss, the paper's": paper_loss,
                "loss": losses[d],
                "loss over variance": unexplained(data).value,
                "loss over that of d_L = 32, the paper's": paper_loss / COVERED[LAST][1],
                "loss over that of d_L = 32": losses[d] / last,
            }
        )
    return pd.DataFrame(rows)


def data(datasets: Sequence[Evaluated]) -> pd.DataFrame:
    """The data sets: sizes, redraws, ranges, residuals and complexity."""
    rows = []
    for one in datasets:
        row: dict[str, object] = {"data set": one.dataset}
        row |= {SAMPLES[which]: samples(one, which) for which in Split}
        row |= {
            "samples that failed": one["failed"].sum(),
            "share of samples drawn again": (one["redraws"] > 0).mean(),
            "share of draws in the normal state": one["redraws"].sum()
            / (one["redraws"].sum() + len(one["redraws"])),
            "largest residual at Matsubara frequencies": one["residual"].max(),
            "largest residual on the real axis": one["line_residual"].max(),
            "largest error of the projection back": one["back_projection"].max(),
        }
        for name, (symbol, unit) in RANGES.items():
            for word, q in (("smallest", 0), ("median", 0.5), ("largest", 1)):
                row[f"{word} {symbol}{unit}"] = np.quantile(one[name], q)
        for name in FIELDS:
            known = variance_of(one, name)
            for share in (0.9, 0.999):
                title = f"components with {share:.1%} of the variance, {WORDS[name]}"
                row[title] = components(known, share)
        rows.append(row)
    return pd.DataFrame(rows).set_index("data set").T.reset_index(names="property")


def reconstruction(autoencoders: Sequence[Evaluated]) -> pd.DataFrame:
    """Autoencoders: R^2 of each field with its interval, and their pairs pushed forward."""
    rows = []
    for one in autoencoders:
        row: dict[str, object] = {
            "autoencoder": family(one).removeprefix("ae-"),
            "holds": NetworkName.parse(one.method).words,
            LATENT: latent(one),
        }
        for name in HELD:
            for end in ("", "_lower", "_upper"):
                title = f"R squared of the {WORDS[name]}{end.replace('_', ', ')}"
                row[title] = of_field(one, name, "test", end)
        pairs = "pair_residual" in one.arrays
        kept = one["pair_superconducts"] == 1 if pairs else []
        row["median relative residual of pairs"] = (
            _median(one["pair_residual"][kept]) if pairs else np.nan
        )
        row["median of 1 - correlation of pairs"] = (
            _median(1 - one["pair_pcc"][kept]) if pairs else np.nan
        )
        rows.append(row)
    return pd.DataFrame(rows)


def learning(networks: Sequence[Evaluated]) -> pd.DataFrame:
    """Supervised networks: errors on their own test data, and pushed forward on solved data."""
    rows = []
    for one in networks:
        row = {
            "network": one.method,
            "what it does": NetworkName.parse(one.method).words,
            "R squared": score(one, "r2"),
            "R squared, lower": score(one, "r2", "_lower"),
            "R squared, upper": score(one, "r2", "_upper"),
            "mean squared error (of gap functions in meV^2)": score(one, "mse"),
            "median relative error": score(one, "relative_error"),
        }
        if "gap_residual" in one.arrays:
            row |= {
                "median relative error of a2F": np.median(one["a2f_error"]),
                "median relative error of the gap": np.median(one["gap_residual"]),
                "90 % quantile of the relative error": np.quantile(one["gap_residual"], 0.9),
                "median relative error of lambda": median_error(one, "coupling"),
                "median relative error of omega_log": median_error(one, "omega_log"),
                "share set to zero": np.mean(one["clipped"]),
                "share that superconducts": np.mean(one["superconducts"]),
            }
            for p in MOMENTS:
                row[f"mean relative difference of moment {p}"] = np.mean(moment_difference(one, p))
        rows.append(row)
    return pd.DataFrame(rows)


def bases(networks: Evaluated) -> pd.DataFrame:
    """Networks of appendix B: score and neurons alive, seed by seed."""
    live, rough = alive(networks["activity"]), pd.DataFrame(networks["roughness"])
    return pd.DataFrame(
        {
            "neurons": networks["neurons"],
            "seed": networks["repeat"],
            "neurons alive": live.sum(axis=1),
            "R squared": networks["r2"],
            "R squared without bias": networks["r2_without_bias"],
            "largest roughness of those alive": rough.where(live).max(axis=1),
            "smallest roughness of those dead": rough.mask(live).min(axis=1),
        }
    )


def dimensions(choices: Sequence[Evaluated]) -> pd.DataFrame:
    """The choice of d_L: R^2 of a2F and input on validation data, and what follows."""
    outcomes = {
        "required_a2f": "smallest for a2F",
        "required_input": "smallest for the input",
        "chosen": "chosen",
    }
    tables = []
    for one in choices:
        source, said = one.attributes["input"], one.attributes
        columns = {
            "input": WORDS[source],
            "weights": "equal" if "equal" in one.method else "raw units",
            LATENT: one["latent"],
            "R squared of a2F": one["r2_validation_a2f"],
            "R squared of the input": one[f"r2_validation_{source}"],
            "role": [
                ", ".join(role for it, role in outcomes.items() if said[it] == d)
                for d in one["latent"]
            ],
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
            "statement": text,
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
                "relative tolerance": tolerance,
                "share that passes": passed.mean(),
                "median relative error of those that pass": error[passed].median(),
                "largest relative error of those that pass": error[passed].max(),
                "median relative error of all": error.median(),
                "largest relative error of all": error.max(),
            }
            rows.append(row)
    return pd.DataFrame(rows)
