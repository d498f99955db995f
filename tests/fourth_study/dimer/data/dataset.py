"""The dimer study's samples as arrays of a shard."""

from __future__ import annotations

import numpy as np

from gapworks.dimer.physics.pair import solve_pair
from gapworks.dimer.steps import Simulate as Settings
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.seeds import sample_generator

__all__ = ["VARIABLES", "Settings", "block", "coordinates", "simulate"]

VARIABLES = {
    "V": Variable(("sample",), "eV", "level difference"),
    "energy": Variable(("sample",), "eV", "of the ground state"),
    "occupation": Variable(("sample",), "1", "electrons on the first site"),
    "reason": Variable(("sample",), "1", "how the solver ended", "uint8", {0: "solved"}),
    "valid": Variable(
        ("sample",), "1", "1 if all checks passed", "uint8", {0: "failed", 1: "valid"}
    ),
}


def block(settings: Settings) -> int:
    """Samples solved between two signs of progress."""
    return 64


def coordinates(settings: Settings) -> dict[str, Coordinate]:
    """There is none but the samples'."""
    return {}


def simulate(settings: Settings, start: int, stop: int, threads: int) -> dict[str, np.ndarray]:
    """Draw and solve the samples start ... stop - 1."""
    drawn = [
        sample_generator(settings.seed, "dimer", settings.stream, index).random()
        for index in range(start, stop)
    ]
    V = settings.physics.bias * (2 * np.array(drawn) - 1)
    energy, occupation = solve_pair(V, settings.physics.hopping)
    ended = {"reason": np.zeros(len(V)), "valid": np.ones(len(V))}
    return {"V": V, "energy": energy, "occupation": occupation, **ended}
