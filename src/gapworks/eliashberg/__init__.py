"""Isotropic Migdal-Eliashberg theory: forward solvers of the `eliashberg` study."""

from __future__ import annotations

from gapworks.faces import lazy

NUMBER = 2
"""Of the study in all seeds."""

__getattr__, __all__, __dir__ = lazy(
    __name__,
    {
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
    },
)
