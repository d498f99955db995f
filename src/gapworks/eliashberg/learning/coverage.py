"""How wide intervals have to be, and how often they hold: by samples that trained nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gapworks.eliashberg.data.fields import FIELDS, Split, part, real_energies, rows_of
from gapworks.eliashberg.learning.calibration import (
    LARGEST,
    Calibration,
    Level,
    distance_of,
    quantiles_at,
    standardised,
    strength_of,
)
from gapworks.eliashberg.learning.distances import relative_distance
from gapworks.eliashberg.learning.forward import push_forward, spectrum_numbers
from gapworks.eliashberg.learning.intervals import (
    NUMBERS,
    SHARES,
    Bands,
    Ends,
    answers,
    bands,
    conformal,
    noisy,
)
from gapworks.eliashberg.learning.judging import judge
from gapworks.eliashberg.learning.traits import numbers_of
from gapworks.learning.intervals import Measured, mean_of, share_of

LEVELS = 4
"""Of noise: from the smallest to the largest of training, in equal ratios."""

FLOOR = 0.3
"""`Calibration.floor` over the median strength of the training inputs."""


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
            "errors": {},
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
    rows = noisy(network, samples, calibration.levels[level].noise, rng)
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
    error = relative_distance(found.a2f, true)
    return Tested(found, inside, held, error, residual, np.array(refused))


def _level(network, arrays, calibration, validation, number, noise, seed, threads) -> Level:
    """One level of noise by validation samples; sets the ensemble's widths."""
    rng = np.random.default_rng([seed, number])
    samples = rows_of(arrays, validation)
    rows = noisy(network, samples, noise, rng)
    a2f, spread, numbers = answers(network, rows)
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


def _pair(one: Measured) -> Ends:
    return float(one.value), float(one.error)
