"""Isotropic Migdal-Eliashberg theory: forward solvers of the `eliashberg` study.

The names below are loaded on first use: who only needs the settings does not wait for numba.
"""

from __future__ import annotations

from importlib import import_module

NUMBER = 2
"""Of the study in all seeds."""

_HOME = {
    "BOLTZMANN": "physics.constants",
    "PAPER_CUTOFF": "physics.constants",
    "default_cutoff": "physics.coulomb",
    "coupling_constant": "physics.spectrum",
    "logarithmic_frequency": "physics.spectrum",
    "MatsubaraSolution": "physics.solution",
    "RealAxisSolution": "physics.solution",
    "density_of_states": "physics.solution",
    "double_until_converged": "physics.matsubara",
    "solve_matsubara": "physics.matsubara",
    "critical_temperature": "physics.critical_temperature",
    "back_projection": "physics.real_axis",
    "continue_to_real_axis": "physics.real_axis",
    "acceptance": "physics.pade",
    "pade": "physics.pade",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
