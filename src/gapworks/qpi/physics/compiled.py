"""How the entry points of the QPI kernels are compiled."""

from __future__ import annotations

from pathlib import Path

from gapworks.numerics import simd
from gapworks.numerics.compiled import FAST_MATH, entry_points

_NAMES = ("green", "nufft", "row_kernels", "t_matrix")
_KERNELS = [Path(simd.__file__), *(Path(__file__).with_name(f"{name}.py") for name in _NAMES)]

entry_point = entry_points(_KERNELS, fastmath=FAST_MATH, error_model="numpy")
