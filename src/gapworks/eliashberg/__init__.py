"""Isotropic Migdal-Eliashberg theory: forward solvers of the `eliashberg` study."""

from __future__ import annotations

from gapworks.faces import lazy

NUMBER = 2
"""Of the study in all seeds."""

__getattr__, __all__, __dir__ = lazy(
    __name__,
    {
        "physics.constants": ("BOLTZMANN", "PAPER_CUTOFF"),
        "physics.coulomb": ("default_cutoff",),
        "physics.spectrum": (
            *("allen_dynes", "coupling_constant", "logarithmic_frequency", "rms_frequency"),
        ),
        "physics.solution": ("MatsubaraSolution", "RealAxisSolution", "density_of_states"),
        "physics.matsubara": ("double_until_converged", "solve_matsubara"),
        "physics.critical_temperature": ("critical_temperature",),
        "physics.real_axis": ("back_projection", "continue_to_real_axis"),
        "physics.pade": ("acceptance", "pade"),
        "inference.forward.problem": ("Forward", "solve"),
        "inference.design.expected": ("design",),
        "inference.inversion.instrument": ("Instrument", "conductance"),
        "inference.inversion.invert": ("invert", "invert_conductance", "invert_dos"),
        "inference.packaged": ("load_network",),
    },
)
