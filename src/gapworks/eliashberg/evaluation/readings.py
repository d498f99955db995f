"""Reading evaluation files: what figures, tables and metrics all take from them; numpy only."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gapworks.eliashberg.data.fields import FIELDS, Split
from gapworks.eliashberg.names import NetworkName
from gapworks.eliashberg.physics.moments import moment_name
from gapworks.factory.evaluation_file import Evaluated

SCORES = ("r2", "mse", "relative_error", "pcc")
"""Meaning of `score` along its dimension `measure`: R^2 over all samples and numbers, mean squared
error, median relative L2 error, mean Pearson correlation."""

INFERRED = ("lambda", "omega_log", "T_c")
"""Along the dimension `number` of spectra that were inferred: units 1, meV, K."""

MEASURED = {
    "gap": r"$\Delta(x + i\Gamma)$",
    "dos": r"$N / N_F$",
    "matsubara": r"$\Delta(i\omega_n)$",
}
"""Kinds of data by their names along the dimension `kind`, as figures write them."""

QUANTILE = 0.99
"""Of the nearest distances, beside their maximum: one outlier sets the printed l_n."""

DEAD = 1e-6
"""A neuron whose activity varies by less over the training data says nothing."""


def score(data: Evaluated, name: str, end: str = "") -> float:
    """One of `SCORES` of a supervised network; `end` "_lower" or "_upper": of its interval."""
    return float(data[f"score{end}"][SCORES.index(name)])


def samples(data: Evaluated, which: Split) -> int:
    """Valid samples of a part of a data set."""
    return int(data["samples"][data.row("split", which)])


def latent(data: Evaluated) -> int:
    """The latent dimension of an autoencoder, or of the data that a network was trained on."""
    return data.attributes["latent"]


def family(data: Evaluated) -> str:
    """Name of a network without its latent dimension."""
    return NetworkName.parse(data.method).family


def by_latent(evaluations: Iterable[Evaluated]) -> list[Evaluated]:
    """Evaluations by latent dimension."""
    return sorted(evaluations, key=latent)


def of_family(evaluations: Iterable[Evaluated], name: str) -> list[Evaluated]:
    """Those of one family, "ae-joint-gap", by latent dimension: of each the first training.

    The network on data of the dimension that was chosen is left out: it stands among the others.
    """
    found = [(one, data) for one, data in _named(evaluations) if not one.repeat]
    return by_latent(d for one, d in found if one.family == name and one.latent != "chosen")


def trainings(evaluations: Iterable[Evaluated], name: str, d: int) -> dict[int, Evaluated]:
    """All trainings of one network of a family, by their number."""
    return {
        one.repeat: data
        for one, data in _named(evaluations)
        if one.family == name and one.latent == d
    }


def _named(evaluations: Iterable[Evaluated]) -> list[tuple[NetworkName, Evaluated]]:
    networks = [data for data in evaluations if "weights_sha256" in data.attributes]
    return [(NetworkName.parse(data.method), data) for data in networks]


def answered(data: Evaluated) -> np.ndarray:
    """Which predictions superconduct and were solved: only they have a gap function to compare.

    The paper, too, keeps nonzero Delta only; those that are left out are counted.
    """
    return (data["superconducts"] == 1) & (data["solved"] == 1)


def of_field(data: Evaluated, name: str, part: str, end: str = "") -> float:
    """R^2 of one field of an autoencoder's evaluation, on "validation" or "test" samples.

    NaN if it does not hold the field; `end` as of `score`.
    """
    held = data["field"] == list(FIELDS).index(name)
    return float(data[f"r2_{part}{end}"][held][0]) if held.any() else np.nan


def variance_of(data: Evaluated, name: str) -> np.ndarray:
    """Share of a field's variance in 1, 2 ... principal components, shape (components,)."""
    return data["variance"][data.row("field", list(FIELDS).index(name))]


def components(held: np.ndarray, share: float) -> int | None:
    """Principal components that hold a share of the variance; None if more than were kept.

    Parameters
    ----------
    held : ndarray, shape (components,)
        Share held by 1, 2 ... of them.
    share : float
        That they hold at least.
    """
    enough = np.flatnonzero(held >= share)
    return int(enough[0]) + 1 if len(enough) else None


def required(tried: np.ndarray, r2: np.ndarray, least: float) -> int:
    """The smallest latent dimension with an R^2 of at least `least`; 0 if there is none.

    Parameters
    ----------
    tried, r2 : ndarray, shape (dimensions,)
        In increasing order of the first.
    least : float
        R^2 that is enough.
    """
    enough = np.flatnonzero(r2 >= least)
    return int(tried[enough[0]]) if len(enough) else 0


def portions(data: Evaluated) -> tuple[float, float]:
    """Share of the original functions within l_n of a generated one (Table II).

    Returns
    -------
    printed, quantile : float
        With l_n the largest of the generated functions' nearest distances, as in the paper, and
        with their 99 % quantile.
    """
    own, original = data["own_nearest"], data["original_nearest"]
    return (
        float((original <= own.max()).mean()),
        float((original <= np.quantile(own, QUANTILE)).mean()),
    )


def moment_difference(data: Evaluated, p: int) -> np.ndarray:
    """(mu_true - mu_found) / mu_true of each sample pushed forward (Fig. 11)."""
    true = data[f"{moment_name(p)}_true"]
    return (true - data[f"{moment_name(p)}_found"]) / true


def median_error(data: Evaluated, name: str) -> float:
    """Median relative error of a number of the predicted spectrum, "coupling" or "omega_log"."""
    return float(np.median(relative_errors(data, name)))


def relative_errors(data: Evaluated, name: str) -> np.ndarray:
    """Of a number of each predicted spectrum, "coupling" or "omega_log", shape (n,)."""
    return np.abs(data[f"{name}_found"] / data[f"{name}_true"] - 1)


def alive(activity: np.ndarray) -> np.ndarray:
    """Which neurons answer to the data at all; a dead ReLU leaves its basis as it was drawn."""
    return np.nan_to_num(activity) > DEAD
