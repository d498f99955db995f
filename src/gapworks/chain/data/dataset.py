"""The chain study's samples as arrays of a shard."""

from __future__ import annotations

import numpy as np

from gapworks.chain.data.draw import draw_disorder
from gapworks.chain.data.rings import solve_rings
from gapworks.chain.physics.solution import Reason
from gapworks.chain.steps import Simulate as Settings
from gapworks.factory.container import VALID, Coordinate, Variable, coded

__all__ = ["VARIABLES", "Settings", "block", "coordinates", "simulate"]

VARIABLES = {
    "V": Variable(("sample", "site"), "t", "on-site disorder"),
    "delta": Variable(("sample", "site"), "t", "pairing potential Delta_i"),
    "density": Variable(("sample", "site"), "1", "electrons on the site, n_i"),
    "disorder_strength": Variable(("sample",), "t", "V0: end of the uniform law, sqrt(3) sigma"),
    "mu": Variable(("sample",), "t", "chemical potential"),
    "energy": Variable(("sample",), "t", "mean-field energy of the ring"),
    "gap": Variable(("sample",), "t", "smallest excitation energy"),
    "residual": Variable(("sample",), "t", "largest change that one more iteration would make"),
    "mean_density": Variable(("sample",), "1", "mean of n_i over the ring"),
    "min_delta": Variable(("sample",), "t", "smallest Delta_i of the ring"),
    "iterations": Variable(("sample",), "1", "iterations of the self-consistency loop", "int32"),
    "reason": coded("how the solver ended", Reason),
    "valid": VALID,
}


def block(settings: Settings) -> int:
    """Samples solved between two signs of progress; a Ctrl-C waits for so many."""
    return max(1, min(64, (1 << 14) // settings.physics.length))


def coordinates(settings: Settings) -> dict[str, Coordinate]:
    """The dimension `site`."""
    sites = np.arange(settings.physics.length)
    return {"site": Coordinate(sites, "a", "site of the ring, in lattice spacings")}


def simulate(settings: Settings, start: int, stop: int, threads: int) -> dict[str, np.ndarray]:
    """Draw and solve the samples start ... stop - 1.

    Returns
    -------
    dict of str to ndarray
        The arrays of `VARIABLES`. A sample that failed a check has `valid` 0, says its reason and
        keeps what the solver last had.
    """
    physics = settings.physics
    V, V0 = draw_disorder(
        settings.seed,
        settings.stream,
        physics.disorder_strengths,
        physics.length,
        start,
        stop,
        settings.common,
        physics.disorder,
    )
    s = solve_rings(
        physics,
        V,
        tolerance=settings.solver.tolerance,
        max_iterations=settings.solver.max_iterations,
        threads=threads,
    )
    made = {"V": V, "disorder_strength": V0, "mean_density": s.density.mean(axis=-1)}
    made["valid"] = s.converged
    return made | {name: getattr(s, name) for name in VARIABLES if name not in made}
