"""Isotropic Migdal-Eliashberg theory: forward solvers of the `eliashberg` study.

The names below are loaded on first use: who only needs the settings does not wait for numba.
"""

from __future__ import annotations

from importlib import import_module

_HOME = {
    "BOLTZMANN": "constants",
    "PAPER_CUTOFF": "constants",
    "default_cutoff": "coulomb",
    "coupling_constant": "spectrum",
    "logarithmic_frequency": "spectrum",
    "MatsubaraSolution": "solution",
    "RealAxisSolution": "solution",
    "density_of_states": "solution",
    "double_until_converged": "matsubara",
    "solve_matsubara": "matsubara",
    "critical_temperature": "transition",
    "back_projection": "continuation",
    "continue_to_real_axis": "continuation",
    "acceptance": "approximant",
    "pade": "approximant",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
