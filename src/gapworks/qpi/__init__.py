"""Quasiparticle interference around an impurity: the forward model of the `qpi` study.

The names below are loaded on first use: who only needs the settings does not wait for numba.
"""

from __future__ import annotations

from importlib import import_module

NUMBER = 3
"""Of the study in all seeds."""

_HOME = {
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
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
