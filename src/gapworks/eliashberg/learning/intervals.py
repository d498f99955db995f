"""Intervals about the answer of an ensemble, and how often they hold.

Split conformal: the errors of the answers to whole validation samples, which decided no more than
which epoch's weights are kept, are put in order; the interval is as wide as so many of them were.
That is done at each energy by itself, in units of the members' spread, and of the logarithms of
lambda and omega_log; at several levels of noise, since an input's own noise can be measured. It
holds for inputs that could have been drawn with the validation samples, and for no others; test
samples say how well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gapworks.eliashberg.data.fields import FIELDS
from gapworks.eliashberg.learning.forward import spectrum_numbers
from gapworks.eliashberg.learning.noise import with_noise

SHARES = (0.68, 0.95)
"""Of the samples that lie in the intervals."""

NUMBERS = ("coupling", "omega_log")
"""What has intervals beside a2F: lambda, and omega_log in meV."""

Ends = tuple[float, float]


@dataclass(frozen=True)
class Bands:
    """Answers with their intervals, of n inputs.

    Attributes
    ----------
    a2f : ndarray, shape (n, points)
        The members' mean, negative values set to zero.
    lower, upper : ndarray, shape (2, n, points)
        Ends of the intervals of `SHARES`, each energy by itself; from zero to infinity where
        there were too few validation samples to tell.
    numbers : dict of str to ndarray, shape (n,)
        `NUMBERS` of a2f.
    ends : dict of str to ndarray, shape (2, 2, n)
        Their intervals: share, lower and upper, input.
    """

    a2f: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    numbers: dict[str, np.ndarray]
    ends: dict[str, np.ndarray]


def bands(network: Any, rows: np.ndarray, level: int) -> Bands:
    """Answers of an ensemble with intervals as of one of its card's levels of noise.

    Parameters
    ----------
    network : gapworks.eliashberg.learning.trained.Network
        An ensemble.
    rows : ndarray, shape (n, size)
        Of the field that it sees.
    level : int
        Of its calibration.
    """
    a2f, spread, numbers = answers(network, rows)
    half = network.model.widths[level].double().numpy()[:, None] * spread
    held = network.calibration.levels[level].intervals
    ends = {}
    for name, found in numbers.items():
        widths = np.array([math.inf if one is None else one for one in held[name]])
        ends[name] = found * np.exp(np.array([-1, 1])[None, :, None] * widths[:, None, None])
    return Bands(a2f, np.clip(a2f - half, 0.0, None), a2f + half, numbers, ends)


def conformal(errors: np.ndarray, share: float) -> np.ndarray:
    """What a further error, drawn like n others, is below with a probability of at least `share`.

    Parameters
    ----------
    errors : ndarray, shape (n, ...)
        Of n samples.
    share : float

    Returns
    -------
    ndarray, shape (...)
        Infinite where n is too small.
    """
    rank = math.ceil((len(errors) + 1) * share)
    if rank > len(errors):
        return np.full(errors.shape[1:], np.inf)
    return np.sort(errors, axis=0)[rank - 1]


def answers(network: Any, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, dict]:
    """Mean without negative values, spread of the members (n, 1), and `NUMBERS` of the mean."""
    members = network.members(rows)
    a2f = np.clip(members.mean(0), 0.0, None)
    a2f[~a2f.any(axis=1), -1] = 1e-12  # nothing left is no spectrum: one that is far too weak
    spread = np.sqrt(members.var(0).mean(1, keepdims=True))
    found = spectrum_numbers(network.physics, a2f)
    return a2f, spread, {name: found[name] for name in NUMBERS}


def noisy(network: Any, samples: Mapping, noise: float, rng: np.random.Generator) -> np.ndarray:
    """What the ensemble sees of samples, with noise."""
    (source,) = network.card["inputs"]
    rows = FIELDS[source].take(samples, network.physics.broadening)
    return with_noise(rows, (noise, noise), rng)
