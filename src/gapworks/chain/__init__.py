"""Disordered superconducting ring: solvers of the `chain` study.

The names below are loaded on first use: who only needs the settings does not wait for numba.
"""

from __future__ import annotations

from importlib import import_module

_HOME = {
    "Model": "model",
    "clean_ring": "model",
    "Reason": "solution",
    "Solution": "solution",
    "dense_map": "dense",
    "solve_dense": "dense",
    "fast_map": "solver",
    "solve": "solver",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
