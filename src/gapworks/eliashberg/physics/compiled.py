"""How the entry points of the Eliashberg kernels are compiled."""

from __future__ import annotations

from pathlib import Path

from gapworks.numerics.compiled import entry_points

# Sums may be reassociated (that is what makes them vector code); nothing may assume there are no
# NaN.
FAST_MATH = {"reassoc", "contract", "nsz"}

_NAMES = ("broyden", "matsubara_system", "real_axis_system")
_KERNELS = [Path(__file__).with_name(f"{name}.py") for name in _NAMES]

entry_point = entry_points(_KERNELS, fastmath=FAST_MATH)
