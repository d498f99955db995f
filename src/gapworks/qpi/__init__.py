"""Quasiparticle interference around an impurity: the forward model of the `qpi` study.

The names below are loaded on first use: who only needs the settings does not wait for numba.
"""

from __future__ import annotations

from importlib import import_module

_HOME = {
    "GreenWindow": "window",
    "Ladder": "ladder",
    "LdosWindow": "window",
    "Parameters": "parameters",
    "SubGrid": "ladder",
    "assemble": "ladder",
    "bdg_matrix": "model",
    "green_window": "window",
    "image": "interference",
    "integrate": "ladder",
    "ldos_from_window": "window",
    "ldos_window": "window",
    "literal_image": "interference",
    "twisted_window": "window",
    "windows": "window",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
