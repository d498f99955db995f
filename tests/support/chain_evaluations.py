"""Evaluations of the chain study whose content is known: no two names and no two rows agree."""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from gapworks.chain.config import Evaluation
from gapworks.chain.evaluation.agreement import agreement
from gapworks.chain.evaluation.scores import constants, score
from gapworks.chain.evaluation.statistics import take
from gapworks.factory.evaluation_file import Evaluated
from tests.support.config import section

LENGTH = 96
REALIZATIONS = {0.0: 3, 0.1: 6, 0.25: 4, 0.5: 5, 0.75: 4}
"""Of each V0, units of t; one of those at 0.1 failed."""
COARSE = {"V_bins": 10, "delta_bins": 40, "resamples": 50, "confidence": 0.9}
SETTINGS = Evaluation.model_validate(section("chain", "evaluation", **COARSE))
HIDDEN = [60, 50, 40, 30]
METHODS = ["dense", "exact", "exact 1e-03", "window-r8-n4", "surrogate"]
SECONDS = np.array([[1.0, np.nan], [1e-3, 2.1e-3], [5e-4, 1.2e-3], [1e-4, 8e-4], [9e-4, 1.3e-3]])
MSE = np.array([[1e-23, np.nan], [1e-22, 2e-22], [1e-8, 2e-8], [1e-3, 3e-3], [1e-5, 4e-5]])
"""Wall time, s, and mean squared error, t^2, of each method on rings of 256 and 512 sites."""


STATEMENTS = {
    "suppression": {
        "step": [0.0, 0.1, 0.25, 0.5],
        "fall": [0.01, 0.02, 0.03, 0.004],
        "fall_error": [0.001, 0.003, 0.005, 0.001],
        "rings": [5, 4, 6, 3],
    },
    **{
        f"{dataset}-coverage": {
            "strength": [0.0, 0.25],
            "rings": [3, 4],
            "judged": [1.0, judged],
            "coverage": [1.0, 0.91],
            "coverage_error": [0.0, 0.01],
            "half_width": [1e-4, 2e-3],
            "unjudged_coverage": [1.0, 0.85],
            "unjudged_coverage_error": [0.0, 0.02],
            "iterations": [7.0, 36.0],
            "saved": [-7.0, 5.0],
            "saved_error": [0.0, 0.1],
        }
        for dataset, judged in (("bands", 0.99), ("correlated", 0.0))
    },
    "peaks": {
        "position": [np.nan, 0.99],
        "position_error": [np.nan, 0.01],
        "width": [np.nan, 0.2],
        "present": [0.1, 1.0],
    },
    "plain_mixing": {
        "strength": [0.25, 0.5],
        "iterations": [[90.0, 120.0, 150.0], [200.0, np.nan, 300.0]],
    },
    "finite_size": {
        "strength": [0.25, 0.5],
        "length": [64, 256, 1024],
        "mean_delta": [[0.1, 0.11, 0.12], [0.07, 0.08, 0.09]],
        "shift": [[0.1, -0.02, 0.0], [0.2, 0.01, 0.0]],
        "shift_error": [[0.01, 0.002, 0.0], [0.02, 0.003, 0.0]],
        "site_difference": [[0.3, 0.1, 0.0], [0.4, 0.2, 0.0]],
        "site_difference_error": [[0.03, 0.01, 0.0], [0.04, 0.02, 0.0]],
        "mu_spread": [[0.03, 0.02, 0.01], [0.06, 0.04, 0.02]],
        "failed": [[0, 1, 0], [2, 0, 0]],
        "localisation_length": [363.0, 91.0],
    },
    "diagonalisation": {
        "length": [256, 512],
        "seconds": [[0.03, 0.25], [0.04, 0.2], [0.035, 0.3]],
    },
}
"""What evaluations of single statements hold, by name."""


def arrays(
    delta: np.ndarray, strengths: Sequence[float], valid: Sequence[float] | None = None
) -> dict[str, np.ndarray]:
    """A data set of Delta, shape (n, L), at n disorder strengths."""
    n, length = delta.shape
    ramp = np.linspace(-1, 1, n * length).reshape(n, length)
    return {
        "V": ramp * np.asarray(strengths)[:, None],
        "delta": delta,
        "disorder_strength": np.asarray(strengths),
        "gap": np.full(n, 0.1),
        "iterations": np.full(n, 30),
        "valid": np.ones(n) if valid is None else np.asarray(valid),
    }


@functools.cache
def known(name: str) -> Evaluated:
    """The evaluation of that name: floor, cost, timing, ..., or <data set>-<method>."""
    if name in ("floor", "floor-fixed"):
        return _floor(name)
    if name == "cost":
        return of_methods(name, mse=MSE, mse_error=0.1 * MSE)
    if name == "timing":
        return of_methods(name, seconds=SECONDS, seconds_error=0.1 * SECONDS)
    if name in STATEMENTS:
        values = {key: np.array(value) for key, value in STATEMENTS[name].items()}
        said = {
            "dataset": name.partition("-")[0],
            "method": name,
            "realizations": 60,
            "resamples": 100,
        }
        return Evaluated(said, values)
    dataset, _, method = name.partition("-")
    return _statistics(dataset, method)


def of_methods(name: str, **found: np.ndarray) -> Evaluated:
    """An evaluation of `METHODS`: of errors, of wall times, or of both."""
    attributes = {"dataset": name, "method": name, "methods": METHODS}
    return Evaluated(attributes, {"length": np.array([256, 512]), **found})


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def _statistics(dataset: str, method: str) -> Evaluated:
    """Statistics as they are taken of a data set, whose numbers follow from the name."""
    data = _solved(dataset)
    attributes: dict[str, Any] = {"dataset": dataset, "method": method}
    scores = {}
    if method != "bdg":
        predicted = _predicted(data["delta"], method)
        scores = score(data, predicted, constants(_solved("train")), SETTINGS, seed=1)
        scores |= agreement(data, predicted, _described(method)["window"] - 1)
        data = data | {"delta": predicted}
        attributes |= _described(method)
    coordinates, statistics = take(data, SETTINGS, seed=1)
    values = {key: coordinate.values for key, coordinate in coordinates.items()}
    return Evaluated(attributes, values | statistics | scores)


def _solved(dataset: str) -> dict[str, np.ndarray]:
    rng = _generator(dataset)
    strengths = np.repeat(list(REALIZATIONS), list(REALIZATIONS.values()))
    clean = 0.3 + 0.1 * rng.random()
    shape = (len(strengths), LENGTH)
    spread = rng.gamma(4, 0.25, shape) * rng.normal(1, 0.1, (len(strengths), 1))
    delta = clean * np.where(strengths[:, None] == 0, 1, (1 - strengths[:, None]) * spread)
    valid = np.ones(len(strengths))
    valid[REALIZATIONS[0.0]] = 0
    made = arrays(delta, strengths, valid)
    V = strengths[:, None] * rng.uniform(-1, 1, shape)
    gap, iterations = rng.uniform(0.1, 0.3, len(strengths)), rng.integers(20, 60, len(strengths))
    return made | {"V": V, "gap": gap, "iterations": iterations}


def _predicted(delta: np.ndarray, method: str) -> np.ndarray:
    """Delta as some network has it: wrong in a way of its own."""
    rng = _generator(method)
    wrong = 0.02 + 0.02 * rng.random()
    return np.clip(delta * (1 + wrong) + wrong * rng.standard_normal(delta.shape), 0, None)


def _described(method: str) -> dict[str, Any]:
    """What an evaluation says of its network."""
    if method == "surrogate":
        return {"window": 87, "parameters": 9_876, "architecture": {"kind": "surrogate"}}
    named = re.fullmatch(r"window-r(\d+)-n(\d+)(?:-fixed)?", method)
    cutoff, realizations = map(int, named.groups())
    widths = [2 * cutoff + 1, *HIDDEN, 1]
    return {
        "window": widths[0],
        "parameters": sum((a + 1) * b for a, b in zip(widths, widths[1:], strict=False)),
        "architecture": {"kind": "window", "hidden": HIDDEN},
        "settings_of_network": {"realizations": realizations},
        "epochs": 7,
        "training_loss": 1.5e-3,
    }


def _floor(name: str) -> Evaluated:
    cutoff = np.array([2, 8] if name == "floor" else [8])
    floor = np.array([1.3e-3, 1.1e-4] if name == "floor" else [1.2e-4])
    values = {
        "cutoff": cutoff,
        "floor": floor,
        "floor_lower": 0.9 * floor,
        "floor_upper": 1.2 * floor,
        "strength": np.array(list(REALIZATIONS)),
        "floor_by_strength": floor[:, None] * np.arange(1, 1 + len(REALIZATIONS)),
        "floor_by_strength_error": 0.1 * floor[:, None] * np.arange(1, 1 + len(REALIZATIONS)),
        "failed": np.zeros(len(cutoff), int),
    }
    return Evaluated({"dataset": name, "method": name}, values)
