"""Spectra drawn as config.yaml says, and otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator

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
