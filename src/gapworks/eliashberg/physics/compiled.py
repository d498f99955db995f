"""How the entry points of the Eliashberg kernels are compiled."""

from __future__ import annotations

from pathlib import Path

from gapworks.numerics import anderson
from gapworks.numerics.compiled import FAST_MATH, entry_points

_NAMES = ("broyden", "matsubara_system", "real_axis_system")
_KERNELS = [Path(anderson.__file__), *(Path(__file__).with_name(f"{name}.py") for name in _NAMES)]

entry_point = entry_points(_KERNELS, fastmath=FAST_MATH)
