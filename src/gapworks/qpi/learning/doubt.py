"""How far a network's word goes: a temperature, and the least probability of a class in a 90 % set.

Networks are surer than they are right. The temperature (Guo et al. 2017) divides the logarithms of
their probabilities; the sets are split-conformal, for each class by itself (Vovk 2012): of maps of
a class that are like those of the calibration, nine in ten have it in their set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import BaseModel, NonNegativeFloat, PositiveFloat, PositiveInt
from scipy.optimize import minimize_scalar

from gapworks.qpi.config import CLASSES

COVERAGE = 0.9
_HOTTEST = 20.0


class Doubt(BaseModel):
    """What a card says of a network's doubt.

    Attributes
    ----------
    temperature : float
        Logarithms of probabilities are divided by it; at least 1.
    thresholds : dict of str to float
        Least probability with which a class is in the 90 % set.
    noise : list of float
        Levels of white noise of the maps that it was calibrated on, in units of the image's
        deviation.
    samples : int
        Fewest maps of a class at a level.
    """

    temperature: PositiveFloat
    thresholds: dict[str, NonNegativeFloat]
    noise: list[NonNegativeFloat]
    samples: PositiveInt | None

    @classmethod
    def of(
        cls,
        noise: Sequence[float],
        probabilities: Sequence[np.ndarray],
        labels: Sequence[np.ndarray],
    ) -> Self:
        """From what a network says of maps that it has not learned.

        Parameters
        ----------
        noise : sequence of float
            Levels.
        probabilities, labels : sequences of ndarray, shapes (n, 5) and (n,)
            Of each level: those of `CLASSES`, as the network gives them, and the true ones.
        """
        logs = [np.log(np.maximum(p, 1e-30)) for p in probabilities]
        temperature = float(f"{_temperature(np.concatenate(logs), np.concatenate(labels)):.6g}")
        cooled = [tempered(log, temperature) for log in logs]
        thresholds, fewest = {}, []
        for number, name in enumerate(CLASSES):
            own = [p[label == number, number] for p, label in zip(cooled, labels, strict=True)]
            fewest.append(min(map(len, own)))
            # The least of all levels, lest the noisiest be covered by the clean.
            thresholds[name] = float(min(map(_threshold, own)))
        return cls(
            temperature=temperature,
            thresholds=thresholds,
            noise=list(noise),
            samples=min(fewest) or None,
        )

    def members(self, probability: np.ndarray) -> np.ndarray:
        """Which classes are in the set; the likeliest always is.

        Parameters
        ----------
        probability : ndarray, shape (n, 5)
            Tempered.

        Returns
        -------
        ndarray of bool, shape (n, 5)
        """
        least = np.array([self.thresholds[name] for name in CLASSES])
        # A rounding below the threshold is at it.
        inside = probability >= least * (1 - 1e-5)
        inside[np.arange(len(probability)), probability.argmax(1)] = True
        return inside

    @property
    def said(self) -> str:
        """In a line."""
        least = ", ".join(f"{name} {share:.2g}" for name, share in self.thresholds.items())
        return f"temperature {self.temperature:.3g}; in the 90 % set from {least}"


def tempered(logs: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities of their logarithms, shape (n, 5), at a temperature."""
    scaled = logs / temperature
    share = np.exp(scaled - scaled.max(1, keepdims=True))
    return share / share.sum(1, keepdims=True)


def _temperature(logs: np.ndarray, label: np.ndarray) -> float:
    """That of the least cross-entropy; never below 1: where all is right, sharper is no better."""
    rows = np.arange(len(label))
    if not len(label):
        return 1.0

    def entropy(log_temperature: float) -> float:
        share = tempered(logs, np.exp(log_temperature))
        return -float(np.log(np.maximum(share[rows, label], 1e-30)).mean())

    best = minimize_scalar(entropy, bounds=(0.0, np.log(_HOTTEST)), method="bounded")
    return float(np.exp(best.x)) if best.fun < entropy(0.0) else 1.0


def _threshold(shares: np.ndarray) -> float:
    """Of the true class's probabilities: nine in ten of the next ones are not below it.

    Zero, and so the class in every set, where there are fewer than nine.
    """
    rank = int(np.floor((1 - COVERAGE) * (len(shares) + 1) + 1e-9))
    return float(np.sort(shares)[rank - 1]) if rank else 0.0
