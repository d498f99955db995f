"""Quasiparticle interference around an impurity: the forward model of the `qpi` study."""

from __future__ import annotations

from gapworks.faces import lazy

NUMBER = 3
"""Of the study in all seeds."""

__getattr__, __all__, __dir__ = lazy(
    __name__,
    {
        "GreenWindow": "physics.ldos",
        "Ladder": "physics.grid_ladder",
        "LdosWindow": "physics.ldos",
        "Parameters": "physics.parameters",
        "SubGrid": "physics.grid_ladder",
        "assemble": "physics.grid_ladder",
        "bdg_matrix": "physics.hamiltonian",
        "direct_sum_image": "physics.image",
        "green_window": "physics.ldos",
        "image": "physics.image",
        "integrate": "physics.grid_ladder",
        "ldos_from_window": "physics.ldos",
        "ldos_window": "physics.ldos",
        "twisted_window": "physics.ldos",
        "windows": "physics.ldos",
    },
)
