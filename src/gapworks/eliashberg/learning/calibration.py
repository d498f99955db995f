"""What a network's card says of its inputs and errors, by which inputs are judged.

Errors of a spectrum that nobody knows cannot be measured, but the gap function (or DOS) solved from
an answer can be compared with the one that was given. That residual is measured on test samples
when the network is trained; an input with a residual beyond theirs is unlike them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.fields import FIELDS, Split, part, real_energies, rows_of
from gapworks.eliashberg.learning.distances import relative_distance
from gapworks.eliashberg.learning.forward import Pushed, push_forward
from gapworks.eliashberg.learning.noise import with_noise
from gapworks.eliashberg.learning.traits import numbers_of

LARGEST = 1000
"""Test samples that are pushed through the equations, at most."""

LEVELS = (0.5, 0.9, 0.99)
"""Of the residuals: the median, where a warning begins, where an input is refused."""

FAR_DISTANCE = 4.0
"""The same of the distance from the training's principal components, beyond 99 % of test samples.
Noise of 1e-3 meV is within, of 1e-2 meV beyond, for networks that were trained without noise."""

DIRECTIONS = 32
"""Principal components of the training inputs: what is left of an input is unlike all of them."""

LEADING = 0.999
"""Share of the variance in the components along which an input may lie too far out."""

NOISIER = 1.3
"""Noise measured on 57 energies is off by up to that factor: a level is for inputs up to there."""

Quantiles = dict[str, float]
Pair = tuple[float, float]


class Level(BaseModel):
    """What holds for inputs with up to so much noise."""

    noise: float
    quantiles: Quantiles
    distance: Quantiles
    depth: Quantiles
    intervals: dict[str, tuple[float | None, float | None]]
    """Half widths of ln lambda and ln omega_log at 68 and 95 %; None: too few samples to tell."""
    coverage: dict[str, tuple[Pair, Pair]] = {}
    """Shares of test samples in the intervals of 68 and 95 %, each with its standard error."""
    refused: Pair | None = None
    """Share of test samples that would be refused, with its standard error."""


class Calibration(BaseModel):
    """The part of a card that a network trained before it has not."""

    measure: str
    samples: int
    quantiles: Quantiles
    errors: Quantiles = {}
    """Relative L2 errors of a2F of the samples; empty where intervals say more."""
    part: str = "test samples"
    inputs: dict[str, Pair] = {}
    distance: Quantiles = {}
    depth: Quantiles = {}
    far: float = FAR_DISTANCE
    directions: str = ""
    deviations: list[float] = []
    """Of the training inputs along the leading directions."""
    floor: float = 0.0
    """Residuals of functions as small as this count half, those of smaller ones less: relative
    errors of small gaps are large, and no measure of others'."""
    levels: list[Level] = []
    """Of noise, increasing; networks without intervals have none."""
    tested: int = 0
    """Test samples that `coverage` was measured on."""

    def level(self, noise: float) -> int:
        """Number of the level for an input with so much noise; the last one if it has more."""
        enough = [noise <= NOISIER * one.noise for one in self.levels]
        return enough.index(True) if any(enough) else len(enough) - 1

    def at(self, level: int, strength: float) -> Calibration:
        """The same with what holds at one of its levels, for a function of some `strength_of`."""
        held = self.levels[level]
        larger = 1 + self.floor / strength
        quantiles = {name: larger * one for name, one in held.quantiles.items()}
        inputs = {
            name: (low, NOISIER * self.levels[-1].noise) if name.endswith("noise") else (low, high)
            for name, (low, high) in self.inputs.items()
        }
        update = {
            "inputs": inputs,
            "quantiles": quantiles,
            "distance": held.distance,
            "depth": held.depth,
        }
        return self.model_copy(update=update)


def calibrate(
    network: Any,
    arrays: Mapping[str, np.ndarray],
    noise: tuple[float, float],
    seed: int,
    threads: int,
) -> Calibration:
    """Residuals over the test samples of a network's own data, and the range of its inputs.

    Parameters
    ----------
    network : gapworks.eliashberg.learning.trained.Network
        Supervised, with the card as far as it is known.
    arrays : mapping of str to ndarray
        The data that it was trained on.
    noise : tuple of float
        That it was trained with; test samples get it, too.
    seed : int
        Of the noise.
    threads : int
        Of the solvers.

    Returns
    -------
    Calibration
        As the card holds it.
    """
    physics, (source,), (target,) = network.physics, network.card["inputs"], network.card["targets"]
    rng = np.random.default_rng(seed)
    test = part(arrays, Split.TEST)[:LARGEST]
    if not len(test):  # 0 samples calibrate nothing, and the card says so
        return Calibration(measure="", samples=0, quantiles={})
    given = with_noise(_rows(arrays, source, test, physics), noise, rng)
    off = relative_distance(network.apply(given), _rows(arrays, target, test, physics))
    if target != "a2f":
        measure, samples = f"{target}_residual", len(test)
        return Calibration(measure=measure, samples=samples, quantiles=quantiles_of(off))
    train = _rows(arrays, source, part(arrays, Split.TRAIN), physics)
    x = real_energies(physics)
    # What noise blurs is judged as if there were none; what measures noise is not.
    numbers, noisy = (numbers_of(source, x, t) for t in (train, with_noise(train, noise, rng)))
    numbers |= {name: v for name, v in noisy.items() if name.endswith("noise")}
    directions, deviations = _directions(standardised(network, train))
    made = Calibration(
        measure=f"{source}_residual",
        samples=len(test),
        quantiles={},
        errors=quantiles_of(off),
        inputs={name: (v.min(), v.max()) for name, v in numbers.items()},
        directions=base64.b64encode(directions.tobytes()).decode(),
        deviations=deviations.tolist(),
    )
    return made.model_copy(update=quantiles_at(network, made, given, threads))


def quantiles_at(
    network: Any, calibration: Calibration, given: np.ndarray, threads: int
) -> dict[str, Quantiles]:
    """Quantiles of all that inputs and answers are judged by, over inputs of shape (n, size).

    `network`, `threads`: as of `calibrate`; `calibration`: with the directions of the inputs.
    """
    (source,) = network.card["inputs"]
    physics = network.physics
    pushed = push_forward(physics, network.apply(given), None, threads)
    seen = standardised(network, given)
    residual = distance_of(physics, source, pushed, given)
    return {
        "quantiles": quantiles_of(residual / (1 + calibration.floor / strength_of(source, given))),
        "distance": quantiles_of(distance(seen, known_directions(calibration, seen.shape[1]))),
        "depth": quantiles_of(depth(seen, calibration)),
    }


def standardised(network: Any, rows: np.ndarray) -> np.ndarray:
    """Inputs as the first layer sees them, shape (n, inputs)."""
    return network.model.scaled(network.inputs(rows)).numpy()


def distance(inputs: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """What the training's principal components leave of standardised inputs, root mean square.

    Parameters
    ----------
    inputs : ndarray, shape (n, inputs)
    directions : ndarray, shape (components, inputs)
    """
    left = inputs - (inputs @ directions.T) @ directions
    return np.sqrt((left**2).mean(1))


def depth(inputs: np.ndarray, calibration: Calibration) -> np.ndarray:
    """How far out inputs lie along the training's leading components, in its deviations.

    Mahalanobis' distance over the root of the number of components; about 1 in training. Shapes as
    of `distance`; shape (n,).
    """
    deviations = np.array(calibration.deviations)
    directions = known_directions(calibration, inputs.shape[1])[: len(deviations)]
    return np.sqrt(((inputs @ directions.T / deviations) ** 2).mean(1))


def known_directions(calibration: Calibration, inputs: int) -> np.ndarray:
    """The principal components on a card, shape (components, inputs)."""
    held = np.frombuffer(base64.b64decode(calibration.directions), "<f4")
    return held.reshape(-1, inputs)


def strength_of(source: str, rows: np.ndarray) -> np.ndarray:
    """Root mean square of what tells functions from a metal's, shape (n,), from (n, size)."""
    return np.sqrt(((rows - FIELDS[source].normal) ** 2).mean(1))


def distance_of(physics: Physics, source: str, pushed: Pushed, given: np.ndarray) -> np.ndarray:
    """Distance of solutions' field from one given, relative to what tells it from a metal.

    Parameters
    ----------
    physics : Physics
        Energies and Gamma.
    source : str
        The field's name.
    pushed : Pushed
        Solutions, of n spectra.
    given : ndarray, shape (n, size of the field)
    """
    asked, delta, z = FIELDS[source], pushed.delta, pushed.z
    arrays = {"energy": real_energies(physics), "delta_real": delta.real, "delta_imag": delta.imag}
    arrays |= {"z_real": z.real, "z_imag": z.imag}
    found = asked.of(arrays, physics.broadening)
    return relative_distance(found - asked.normal, given - asked.normal)


def quantiles_of(values: np.ndarray) -> Quantiles:
    """At `LEVELS`, each of them a value that occurred: few samples do not invent a narrow range."""
    found = np.quantile(values, LEVELS, method="higher")
    return {f"{q:g}": float(v) for q, v in zip(LEVELS, found, strict=True)}


def _directions(inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Principal components of standardised inputs about zero, and deviations along the leading.

    Shapes (components, inputs) and (leading,).
    """
    _, values, rows = np.linalg.svd(inputs, full_matrices=False)
    held = np.cumsum(values**2) / (values**2).sum()
    leading = min(int(np.searchsorted(held, LEADING)) + 1, DIRECTIONS)
    return rows[:DIRECTIONS].astype("<f4"), values[:leading] / np.sqrt(len(inputs))


def _rows(arrays, name, rows, physics) -> np.ndarray:
    return FIELDS[name].take(rows_of(arrays, rows), physics.broadening)
