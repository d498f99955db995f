# What type checkers and editors see of the names that __init__.py loads on first use.

from gapworks.eliashberg.inference.design.expected import design
from gapworks.eliashberg.inference.forward.problem import Forward, solve
from gapworks.eliashberg.inference.inversion.instrument import Instrument, conductance
from gapworks.eliashberg.inference.inversion.invert import invert, invert_conductance, invert_dos
from gapworks.eliashberg.inference.packaged import load_network
from gapworks.eliashberg.physics.constants import BOLTZMANN, PAPER_CUTOFF
from gapworks.eliashberg.physics.coulomb import default_cutoff
from gapworks.eliashberg.physics.critical_temperature import critical_temperature
from gapworks.eliashberg.physics.matsubara import double_until_converged, solve_matsubara
from gapworks.eliashberg.physics.pade import acceptance, pade
from gapworks.eliashberg.physics.real_axis import back_projection, continue_to_real_axis
from gapworks.eliashberg.physics.solution import (
    MatsubaraSolution,
    RealAxisSolution,
    density_of_states,
)
from gapworks.eliashberg.physics.spectrum import (
    allen_dynes,
    coupling_constant,
    logarithmic_frequency,
    rms_frequency,
)

__all__ = [
    "BOLTZMANN",
    "Forward",
    "Instrument",
    "MatsubaraSolution",
    "PAPER_CUTOFF",
    "RealAxisSolution",
    "acceptance",
    "allen_dynes",
    "back_projection",
    "conductance",
    "continue_to_real_axis",
    "coupling_constant",
    "critical_temperature",
    "default_cutoff",
    "density_of_states",
    "design",
    "double_until_converged",
    "invert",
    "invert_conductance",
    "invert_dos",
    "load_network",
    "logarithmic_frequency",
    "pade",
    "rms_frequency",
    "solve",
    "solve_matsubara",
]

NUMBER: int
