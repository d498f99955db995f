"""Quasiparticle interference around an impurity: the forward model of the `qpi` study."""

from __future__ import annotations

from gapworks.faces import lazy

NUMBER = 3
"""Of the study in all seeds."""

__getattr__, __all__, __dir__ = lazy(
    __name__,
    {
        "physics.ldos": (
            "GreenWindow",
            "LdosWindow",
            "green_window",
            "ldos_from_window",
            "ldos_window",
            "twisted_window",
            "windows",
        ),
        "physics.grid_ladder": ("Ladder", "SubGrid", "assemble", "integrate"),
        "physics.parameters": ("Parameters",),
        "physics.hamiltonian": ("bdg_matrix",),
        "physics.image": ("direct_sum_image", "image"),
        "inference.identify": ("Identification", "identify"),
        "inference.packaged": ("load_network",),
    },
)
