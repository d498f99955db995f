"""What a network's card says of its inputs and errors, and how an input is judged by it.

Errors of a spectrum that nobody knows cannot be measured, but the gap function (or DOS) solved from
an answer can be compared with the one that was given. That residual is measured on test samples
when the network is trained; an input with a residual beyond theirs is unlike them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import BaseModel

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.fields import FIELDS, Split, part, real_energies, rows_of
from gapworks.eliashberg.learning.distances import relative_distance
from gapworks.eliashberg.learning.forward import Pushed, push_forward
from gapworks.eliashberg.learning.noise import with_noise
from gapworks.eliashberg.learning.traits import SAID, numbers_of

LARGEST = 1000
"""Test samples that are pushed through the equations, at most."""

LEVELS = (0.5, 0.9, 0.99)
"""Of the residuals: the median, where a warning begins, where an input is refused."""

FAR = 2.0
"""An input whose number is this factor beyond those of training is refused."""

FAR_DISTANCE = 4.0
"""The same of the distance from the training's principal components, beyond 99 % of test samples.
Noise of 1e-3 meV is within, of 1e-2 meV beyond, for networks that were trained without noise."""

ENOUGH = 100
"""Test samples from which on one in a hundred can be told; of fewer the largest is doubled."""

DIRECTIONS = 32
"""Principal components of the training inputs: what is left of an input is unlike all of them."""


class Calibration(BaseModel):
    """The part of a card that a network trained before it has not."""

    measure: str
    samples: int
    quantiles: dict[str, float]
    inputs: dict[str, tuple[float, float]] = {}
    distance: dict[str, float] = {}
    directions: str = ""


@dataclass
class Verdict:
    """What is to be said of an input and its answer."""

    said: str = ""
    warnings: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def calibrate(
    network: Any,
    arrays: Mapping[str, np.ndarray],
    noise: tuple[float, float],
    seed: int,
    threads: int,
) -> dict[str, Any]:
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
    dict
        The card's `calibration`.
    """
    physics, (source,), (target,) = network.physics, network.card["inputs"], network.card["targets"]
    rng = np.random.default_rng(seed)
    test = part(arrays, Split.TEST)[:LARGEST]
    if not len(test):  # 0 samples calibrate nothing, and the card says so
        return Calibration(measure="", samples=0, quantiles={}).model_dump()
    given = with_noise(_rows(arrays, source, test, physics), noise, rng)
    found = network.apply(given)
    made: dict[str, Any] = {"samples": len(test)}
    if target == "a2f":
        pushed = push_forward(physics, found, None, threads)
        residual = distance_of(physics, source, pushed, given)
        train = _rows(arrays, source, part(arrays, Split.TRAIN), physics)
        directions = _directions(standardised(network, train))
        x = real_energies(physics)
        # What noise blurs is judged as if there were none; what measures noise is not.
        numbers, noisy = (numbers_of(source, x, t) for t in (train, with_noise(train, noise, rng)))
        numbers |= {name: v for name, v in noisy.items() if name.endswith("noise")}
        made |= {
            "measure": f"{source}_residual",
            "inputs": {name: (v.min(), v.max()) for name, v in numbers.items()},
            "distance": _quantiles(distance(standardised(network, given), directions)),
            "directions": base64.b64encode(directions.tobytes()).decode(),
        }
    else:
        made["measure"] = f"{target}_residual"
        residual = relative_distance(found, _rows(arrays, target, test, physics))
    return Calibration(quantiles=_quantiles(residual), **made).model_dump(mode="json")


def standardised(network: Any, rows: np.ndarray) -> np.ndarray:
    """Inputs as the first layer sees them, shape (n, inputs)."""
    model = network.model
    return ((network.inputs(rows) - model.input_mean) / model.input_scale).numpy()


def distance(inputs: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """What the training's principal components leave of standardised inputs, root mean square.

    Parameters
    ----------
    inputs : ndarray, shape (n, inputs)
    directions : ndarray, shape (components, inputs)
    """
    left = inputs - (inputs @ directions.T) @ directions
    return np.sqrt((left**2).mean(1))


def known_directions(calibration: Calibration, inputs: int) -> np.ndarray:
    """The principal components on a card, shape (components, inputs)."""
    held = np.frombuffer(base64.b64decode(calibration.directions), "<f4")
    return held.reshape(-1, inputs)


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


def judge(
    calibration: Calibration | None,
    inputs: Mapping[str, np.ndarray],
    seen: np.ndarray,
    residual: float | None,
) -> Verdict:
    """Compare an input and its residual with those of training and test samples.

    Parameters
    ----------
    calibration : Calibration or None
        Of the card; None on old ones.
    inputs : mapping of str to ndarray, shape (1,)
        From `numbers_of`.
    seen : ndarray, shape (1, inputs)
        From `standardised`.
    residual : float or None
        None where there is nothing to compare.
    """
    verdict = Verdict()
    if calibration is None or not calibration.samples:
        verdict.warnings.append("the network's card has no calibration: train it again")
        return verdict
    for name, (low, high) in calibration.inputs.items():
        value = float(inputs[name][0])
        if name.endswith("noise"):
            low = 0.0
        if low <= value <= high:
            continue
        words, unit = SAID[name]
        said = f"{words} is {value:.3g}, {low:.3g} ... {high:.3g} {unit}".rstrip() + " in training"
        verdict.outside.append(name)
        far = not low / FAR <= value <= high * FAR
        (verdict.refusals if far and not name.endswith("noise") else verdict.warnings).append(said)
    if calibration.distance:
        far = float(distance(seen, known_directions(calibration, seen.shape[1]))[0])
        known = calibration.distance[f"{LEVELS[-1]:g}"]
        if not far <= known:
            said = f"is unlike the training's: distance {far:.2g}, 99 % of test samples {known:.2g}"
            (verdict.warnings if far <= FAR_DISTANCE * known else verdict.refusals).append(said)
            verdict.outside.append("distance")
    if residual is None:
        return verdict
    median, warned, refused = (calibration.quantiles[f"{q:g}"] for q in LEVELS)
    name = calibration.measure.replace("_", " ")
    verdict.said = (
        f"{name} {residual:.3g}; {calibration.samples} test samples: {median:.3g} (50 %), "
        f"{warned:.3g} (90 %), {refused:.3g} (99 %)"
    )
    beyond = f"{name} {residual:.3g} is beyond"
    if calibration.samples < ENOUGH:
        refused *= FAR
        last = f"twice the largest of {calibration.samples} test samples"
    else:
        last = "99 % of test samples"
    if not residual <= refused:
        verdict.refusals.append(f"{beyond} {refused:.3g}, {last}")
    elif residual > warned:
        verdict.warnings.append(f"{beyond} {warned:.3g}, 90 % of test samples")
    return verdict


def _quantiles(values: np.ndarray) -> dict[str, float]:
    """At `LEVELS`, each of them a value that occurred: few samples do not invent a narrow range."""
    found = np.quantile(values, LEVELS, method="higher")
    return {f"{q:g}": float(v) for q, v in zip(LEVELS, found, strict=True)}


def _directions(inputs: np.ndarray) -> np.ndarray:
    """Principal components of standardised inputs about zero, shape (components, inputs)."""
    return np.linalg.svd(inputs, full_matrices=False)[2][:DIRECTIONS].astype("<f4")


def _rows(arrays, name, rows, physics) -> np.ndarray:
    return FIELDS[name].take(rows_of(arrays, rows), physics.broadening)
