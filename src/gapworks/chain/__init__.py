"""Disordered superconducting ring: solvers of the `chain` study."""

from __future__ import annotations

from gapworks.faces import lazy

NUMBER = 1
"""Of the study in all seeds."""

__getattr__, __all__, __dir__ = lazy(
    __name__,
    {
        "physics.model": ("Model", "clean_ring"),
        "physics.solution": ("Reason", "Solution"),
        "physics.dense": ("dense_map", "solve_dense"),
        "physics.solver": ("fast_map", "solve"),
        "inference.packaged": ("load_network",),
    },
)
