"""Spectra drawn as config.yaml says, and otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator

from gapworks.eliashberg import coupling_constant
from gapworks.eliashberg.config import Spectra
from gapworks.eliashberg.data.dataset import DRAW
from tests.support.config import section


def drawn_with(kind: str, points: int = 1000, **changes: Any) -> Callable[[Generator], np.ndarray]:
    """Draws spectra of a kind, "simple" or "complex", with other choices than config.yaml's."""
    said = section("eliashberg", "spectra")
    said[kind] |= changes
    choices = getattr(Spectra.model_validate(said), kind)
    return lambda rng: DRAW[kind](rng, points, choices)


DRAWN = {kind: drawn_with(kind) for kind in ("simple", "complex")}
"""With the choices of config.yaml, on the paper's grid."""


def two_peaks(end: float, coupling: float, points: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Two Gaussian peaks on a grid to `end` meV, scaled to lambda: omega and a2F."""
    omega = end / points * np.arange(1, points + 1)
    share = omega / end
    a2f = sum(np.exp(-0.5 * ((share - c) / 0.08) ** 2) for c in (0.35, 0.7))
    a2f *= share**2 * np.maximum(1 - share, 0)
    return omega, a2f * (coupling / coupling_constant(omega, a2f))
