"""How the chain solver's entry points are compiled."""

from __future__ import annotations

from pathlib import Path

from gapworks.compiled import entry_points

_NAMES = ("lanes", "poles", "solution", "sweep", "gap", "anderson", "ring", "relaxation")
_KERNELS = [Path(__file__).with_name(f"{name}.py") for name in _NAMES]

entry_point = entry_points(_KERNELS)
