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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gapworks.eliashberg.data.fields import FIELDS, Split, part, real_energies, rows_of
from gapworks.eliashberg.learning.calibration import (
    Calibration,
    Level,
    distance_of,
    quantiles_at,
    standardised,
    strength_of,
)
from gapworks.eliashberg.learning.forward import push_forward, spectrum_numbers
from gapworks.eliashberg.learning.judging import judge
from gapworks.eliashberg.learning.noise import with_noise
from gapworks.eliashberg.learning.traits import numbers_of
from gapworks.learning.intervals import Measured, mean_of, share_of

SHARES = (0.68, 0.95)
"""Of the samples that lie in the intervals."""

LEVELS = 4
"""Of noise: from the smallest to the largest of training, in equal ratios."""

NUMBERS = ("coupling", "omega_log")
"""What has intervals beside a2F: lambda, and omega_log in meV."""

FLOOR = 0.3
"""`Calibration.floor` over the median strength of the training inputs."""

LARGEST = 1000
"""Samples at each level of noise, at most."""

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
    a2f, spread, numbers = _answers(network, rows)
    half = network.model.widths[level].double().numpy()[:, None] * spread
    held = network.calibration.levels[level].intervals
    ends = {}
    for name, found in numbers.items():
        widths = np.array([math.inf if one is None else one for one in held[name]])
        ends[name] = found * np.exp(np.array([-1, 1])[None, :, None] * widths[:, None, None])
    return Bands(a2f, np.clip(a2f - half, 0.0, None), a2f + half, numbers, ends)


def calibrate_intervals(
    network: Any,
    arrays: Mapping[str, np.ndarray],
    calibration: Calibration,
    noise: Ends,
    seed: int,
    threads: int,
    report: Callable[[str], None],
) -> Calibration:
    """The card's calibration with levels of noise; the widths go into the ensemble itself.

    Parameters
    ----------
    network : gapworks.eliashberg.learning.trained.Network
        An ensemble, with the card as far as it is known; its card gets the calibration, too.
    arrays : mapping of str to ndarray
        The data that it was trained on.
    calibration : Calibration
        What `calibrate` says of the inputs.
    noise : tuple of float
        Smallest and largest in training.
    seed : int
        Of the noise.
    threads : int
        Of the solvers.
    report : callable
        Is told one line a level.
    """
    train, validation, test = (part(arrays, one) for one in Split)
    validation, test = validation[:LARGEST], test[:LARGEST]
    (source,) = network.card["inputs"]
    rows = FIELDS[source].take(rows_of(arrays, train), network.physics.broadening)
    floor = FLOOR * float(np.median(strength_of(source, rows)))
    calibration = calibration.model_copy(update={"floor": floor})
    levels = [
        _level(network, arrays, calibration, validation, number, one, seed, threads)
        for number, one in enumerate(np.geomspace(*noise, LEVELS))
    ]
    made = calibration.model_copy(
        update={
            "levels": levels,
            "quantiles": levels[-1].quantiles,
            "samples": len(validation),
            "part": "validation samples",
            "far": 1.0,
            "tested": len(test),
        }
    )
    network.card["calibration"] = made.model_dump(mode="json")
    for number, level in enumerate(levels):
        rng = np.random.default_rng([seed, number, 1])
        tested = measure(network, rows_of(arrays, test), number, rng, threads)
        level.coverage = tested.coverage()
        refused = share_of(tested.refused.sum(), len(test))
        level.refused = refused.value, refused.error
        report(f"noise {level.noise:.2g}: {level.coverage['a2f'][1][0]:.1%} of a2F in 95 %")
    return made


@dataclass(frozen=True)
class Tested:
    """Intervals on samples whose a2F is known.

    Attributes
    ----------
    bands : Bands
    inside : ndarray, shape (2, n)
        Share of the energies of each sample whose a2F lies in the intervals of `SHARES`.
    held : dict of str to ndarray of bool, shape (2, n)
        Whether those of `NUMBERS` hold.
    error : ndarray, shape (n,)
        Relative L2 error of a2F.
    residual : ndarray, shape (n,)
        Of the gap function (or DOS) solved from the answer.
    refused : ndarray of bool, shape (n,)
        Whether `gapworks predict` would refuse.
    """

    bands: Bands
    inside: np.ndarray
    held: dict[str, np.ndarray]
    error: np.ndarray
    residual: np.ndarray
    refused: np.ndarray

    def coverage(self) -> dict[str, tuple[Ends, Ends]]:
        """Shares that hold with their standard errors over samples, as a card has them."""
        found = {"a2f": [mean_of(row) for row in self.inside]}
        for name, rows in self.held.items():
            found[name] = [share_of(row.sum(), len(row)) for row in rows]
        return {name: tuple(map(_pair, pair)) for name, pair in found.items()}


def measure(
    network: Any,
    samples: Mapping[str, np.ndarray],
    level: int,
    rng: np.random.Generator,
    threads: int,
) -> Tested:
    """Ask an ensemble for samples with the noise of a level.

    Parameters
    ----------
    network : gapworks.eliashberg.learning.trained.Network
    samples : mapping of str to ndarray
        Of a data set; see `rows_of`.
    level : int
    rng : Generator
        Of the noise.
    threads : int
        Of the solvers.
    """
    physics, (source,) = network.physics, network.card["inputs"]
    calibration = network.calibration
    rows = _noisy(network, samples, calibration.levels[level].noise, rng)
    found, true = bands(network, rows, level), samples["a2f"]
    inside = ((found.lower <= true) & (true <= found.upper)).mean(2)
    held = {}
    for name, values in spectrum_numbers(physics, true).items():
        if name in NUMBERS:
            low, high = found.ends[name][:, 0], found.ends[name][:, 1]
            held[name] = (low <= values) & (values <= high)
    pushed = push_forward(physics, found.a2f, None, threads)
    residual = distance_of(physics, source, pushed, rows)
    numbers = numbers_of(source, real_energies(physics), rows)
    seen, strength = standardised(network, rows), strength_of(source, rows)
    refused = [
        bool(
            judge(
                calibration.at(level, strength[row]),
                {name: values[[row]] for name, values in numbers.items()},
                seen[[row]],
                residual[row],
            ).refusals
        )
        for row in range(len(rows))
    ]
    error = np.linalg.norm(found.a2f - true, axis=1) / np.linalg.norm(true, axis=1)
    return Tested(found, inside, held, error, residual, np.array(refused))


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


def _level(network, arrays, calibration, validation, number, noise, seed, threads) -> Level:
    """One level of noise by validation samples; sets the ensemble's widths."""
    rng = np.random.default_rng([seed, number])
    samples = rows_of(arrays, validation)
    rows = _noisy(network, samples, noise, rng)
    a2f, spread, numbers = _answers(network, rows)
    errors = np.abs(a2f - samples["a2f"]) / spread
    widths = np.array([conformal(errors, share) for share in SHARES])
    network.model.widths[number] = network.model.widths.new_tensor(widths)
    true = spectrum_numbers(network.physics, samples["a2f"])
    intervals = {}
    for name, found in numbers.items():
        both = (conformal(np.abs(np.log(found / true[name])), share) for share in SHARES)
        intervals[name] = tuple(float(one) if np.isfinite(one) else None for one in both)
    return Level(
        noise=noise,
        intervals=intervals,
        **quantiles_at(network, calibration, rows, threads),
    )


def _answers(network: Any, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, dict]:
    """Mean without negative values, spread of the members (n, 1), and `NUMBERS` of the mean."""
    members = network.members(rows)
    a2f = np.clip(members.mean(0), 0.0, None)
    a2f[~a2f.any(axis=1), -1] = 1e-12  # nothing left is no spectrum: one that is far too weak
    spread = np.sqrt(members.var(0).mean(1, keepdims=True))
    found = spectrum_numbers(network.physics, a2f)
    return a2f, spread, {name: found[name] for name in NUMBERS}


def _noisy(network: Any, samples: Mapping, noise: float, rng: np.random.Generator) -> np.ndarray:
    """What the ensemble sees of samples, with noise."""
    (source,) = network.card["inputs"]
    rows = FIELDS[source].take(samples, network.physics.broadening)
    return with_noise(rows, (noise, noise), rng)


def _pair(one: Measured) -> Ends:
    return float(one.value), float(one.error)
