"""Disordered superconducting ring: solvers of the `chain` study."""

from __future__ import annotations

from gapworks.faces import lazy

NUMBER = 1
"""Of the study in all seeds."""

__getattr__, __all__, __dir__ = lazy(
    __name__,
    {
        "Model": "physics.model",
        "clean_ring": "physics.model",
        "Reason": "physics.solution",
        "Solution": "physics.solution",
        "dense_map": "physics.dense",
        "solve_dense": "physics.dense",
        "fast_map": "physics.solver",
        "solve": "physics.solver",
    },
)
