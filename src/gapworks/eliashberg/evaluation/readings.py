"""Reading evaluation files: what figures, tables and metrics all take from them; numpy only."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from gapworks.eliashberg.physics.moments import moment_name
from gapworks.factory.evaluation_file import Evaluated

FIELDS = ("a2f", "gap", "dos")
"""Meaning of the dimension `field`."""

QUANTILE = 0.99
"""Of the nearest distances, beside their maximum: one outlier sets the printed l_n."""

DEAD = 1e-6
"""A neuron whose activity varies by less over the training data says nothing."""


def latent(data: Evaluated) -> int:
    """The latent dimension of an autoencoder, or of the data that a network was trained on."""
    return data.attributes["latent"]


def family(data: Evaluated) -> str:
    """Name of a network without its latent dimension."""
    return re.sub(r"-(\d+|chosen)$", "", data.method)


def by_latent(evaluations: Iterable[Evaluated], name: str | None = None) -> list[Evaluated]:
    """Evaluations of a family by latent dimension, without the one that was chosen by the data."""
    scan = [d for d in evaluations if not d.method.endswith("chosen") and name in (None, family(d))]
    return sorted(scan, key=latent)


def of_field(data: Evaluated, name: str, part: str) -> float:
    """R^2 of one field of an autoencoder's evaluation, on "validation" or "test" samples."""
    return float(data[f"r2_{part}"][data.row("field", FIELDS.index(name))])


def components(held: np.ndarray, share: float) -> int | None:
    """Principal components that hold a share of the variance; None if more than were kept.

    Parameters
    ----------
    held : ndarray, shape (components,)
        Share held by 1, 2 ... of them.
    """
    enough = np.flatnonzero(held >= share)
    return int(enough[0]) + 1 if len(enough) else None


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
    return float(np.median(np.abs(data[f"{name}_found"] / data[f"{name}_true"] - 1)))


def alive(activity: np.ndarray) -> np.ndarray:
    """Which neurons answer to the data at all; a dead ReLU leaves its basis as it was drawn."""
    return np.nan_to_num(activity) > DEAD
