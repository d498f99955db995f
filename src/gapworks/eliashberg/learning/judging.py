"""How an input, and what a network makes of it, are judged by the network's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.learning.calibration import (
    LEVELS,
    Calibration,
    depth,
    distance,
    known_directions,
)
from gapworks.eliashberg.learning.traits import SAID
from gapworks.readers.units import MEV

FAR = 2.0
"""An input whose number is this factor beyond those of training is refused."""

ENOUGH = 100
"""Samples from which on one in a hundred can be told; of fewer the largest is doubled."""

MOST = 0.5
"""Residual beyond which no answer with intervals is given, whatever those of small gaps are."""

SAME = 0.02
"""Relative difference up to which physics that is stated is that of the training."""

STATED = {
    "temperature": ("temperature", " K"),
    "mu_star": ("mu*", ""),
    "broadening": ("Gamma", " meV"),
}
"""The physics that may be stated: in words, and its unit."""


@dataclass
class Verdict:
    """What is to be said of an input and its answer."""

    said: str = ""
    warnings: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    doubted: bool = False
    """Whether something is beyond 90 % of the samples kept for that."""


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
        noise = name.endswith("noise")
        if noise:
            low = 0.0
        if low <= value <= high:
            continue
        words, unit = SAID[name]
        said = f"{words} is {value:.3g}, {low:.3g} ... {high:.3g} {unit}".rstrip() + " in training"
        verdict.outside.append(name)
        far = not low / FAR <= value <= high * FAR
        # Intervals are those of inputs with the noise of training.
        worse = bool(calibration.levels) if noise else far
        (verdict.refusals if worse else verdict.warnings).append(said)
    if calibration.distance:
        found = (
            distance(seen, known_directions(calibration, seen.shape[1])),
            depth(seen, calibration),
        )
        _judge_place(verdict, calibration, *(float(one[0]) for one in found))
    if residual is not None:
        _judge_residual(verdict, calibration, residual)
    if verdict.refusals and "largest" in calibration.inputs:
        bounds = calibration.inputs["largest"]
        verdict.refusals += _in_another_unit(float(inputs["largest"][0]), *bounds)
    return verdict


def judge_physics(physics: Physics, stated: Mapping[str, float | None]) -> list[str]:
    """What is to be said of a function of another temperature, mu* or broadening.

    Parameters
    ----------
    physics : Physics
        Of the network's training.
    stated : mapping of str to float or None
        By the name in `Physics`; None: not stated.
    """
    return [
        f"{words} of {value:g}{unit} was stated, the network is for "
        f"{getattr(physics, name):g}{unit}: gapworks invert takes any; or train networks for it"
        for name, (words, unit) in STATED.items()
        if (value := stated[name]) is not None
        and abs(value - getattr(physics, name)) > SAME * abs(getattr(physics, name))
    ]


def _judge_place(verdict: Verdict, calibration: Calibration, beside: float, out: float) -> None:
    """What is to be said of an input beside the training's components, or far out along them."""
    for name, value, known, words in (
        ("distance", beside, calibration.distance, "is unlike the training's: distance"),
        ("depth", out, calibration.depth, "is far from the training's mean: deviations"),
    ):
        if not known:
            continue
        warned, last = (known[f"{q:g}"] for q in LEVELS[1:])
        if value <= warned:
            continue
        limit = last * max(calibration.far, FAR if calibration.samples < ENOUGH else 1.0)
        verdict.outside.append(name)
        verdict.doubted = True
        said = f"{words} {value:.2g}; {calibration.part}: {warned:.2g} (90 %), {last:.2g} (99 %)"
        (verdict.warnings if value <= limit else verdict.refusals).append(said)


def _judge_residual(verdict: Verdict, calibration: Calibration, residual: float) -> None:
    """What is to be said of an answer by what the equations make of it."""
    median, warned, refused = (calibration.quantiles[f"{q:g}"] for q in LEVELS)
    name, of = calibration.measure.replace("_", " "), f"{calibration.samples} {calibration.part}"
    verdict.said = (
        f"{name} {residual:.3g}; {of}: {median:.3g} (50 %), {warned:.3g} (90 %), "
        f"{refused:.3g} (99 %)"
    )
    if errors := calibration.errors:
        middle, most = (errors[f"{q:g}"] for q in LEVELS[:2])
        verdict.said += f"; their a2F is off by {middle:.0%} (50 %), {most:.0%} (90 %)"
    beyond = f"{name} {residual:.3g} is beyond"
    if calibration.samples < ENOUGH:
        refused *= FAR
        last = f"twice the largest of {of}"
    else:
        last = f"99 % of {calibration.part}"
    if calibration.levels and not residual <= MOST:
        verdict.refusals.append(f"{beyond} {MOST:g}: the answer explains too little of the input")
    elif not residual <= refused:
        verdict.refusals.append(f"{beyond} {refused:.3g}, {last}")
    elif residual > warned:
        verdict.doubted = True
        verdict.warnings.append(f"{beyond} {warned:.3g}, 90 % of {calibration.part}")


def _in_another_unit(largest: float, low: float, high: float) -> list[str]:
    """The way out where |Delta| lies within the training's range if it is in another unit."""
    return [
        f"is Delta in {unit}? Say so in a header: energy (meV), Re Delta ({unit}), "
        f"Im Delta ({unit})"
        for unit, other in (("eV", largest < high), ("ueV", largest > FAR * high))
        if other and low <= largest * MEV[unit] <= high
    ]
