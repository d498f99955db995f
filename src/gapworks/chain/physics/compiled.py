"""How the chain solver's entry points are compiled."""

from __future__ import annotations

from pathlib import Path

from gapworks.numerics import anderson, simd
from gapworks.numerics.compiled import entry_points

_NAMES = (
    "zolotarev",
    "solution",
    "green_sweep",
    "excitation_gap",
    "anderson",
    "transfer_map",
    "self_consistency",
)
_SHARED = (Path(module.__file__) for module in (anderson, simd))
_KERNELS = [*_SHARED, *(Path(__file__).with_name(f"{name}.py") for name in _NAMES)]

entry_point = entry_points(_KERNELS)
