# What type checkers and editors see of the names that __init__.py loads on first use.

from gapworks.qpi.inference.identify import Identification, identify
from gapworks.qpi.inference.packaged import load_network
from gapworks.qpi.physics.grid_ladder import Ladder, SubGrid, assemble, integrate
from gapworks.qpi.physics.hamiltonian import bdg_matrix
from gapworks.qpi.physics.image import direct_sum_image, image
from gapworks.qpi.physics.ldos import (
    GreenWindow,
    LdosWindow,
    green_window,
    ldos_from_window,
    ldos_window,
    twisted_window,
    windows,
)
from gapworks.qpi.physics.parameters import Parameters

__all__ = [
    "GreenWindow",
    "Identification",
    "Ladder",
    "LdosWindow",
    "Parameters",
    "SubGrid",
    "assemble",
    "bdg_matrix",
    "direct_sum_image",
    "green_window",
    "identify",
    "image",
    "integrate",
    "ldos_from_window",
    "ldos_window",
    "load_network",
    "twisted_window",
    "windows",
]

NUMBER: int
