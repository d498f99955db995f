"""Disordered superconducting ring: solvers of the `chain` study.

The names below are loaded on first use: who only needs the settings does not wait for numba.
"""

from __future__ import annotations

from importlib import import_module

NUMBER = 1
"""Of the study in all seeds."""

_HOME = {
    "Model": "physics.model",
    "clean_ring": "physics.model",
    "Reason": "physics.solution",
    "Solution": "physics.solution",
    "dense_map": "physics.dense",
    "solve_dense": "physics.dense",
    "fast_map": "physics.solver",
    "solve": "physics.solver",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
