"""What the paper's Table I states, as figures and tables set it beside ours."""

from __future__ import annotations

import math

TABLE1 = {
    "A1g": {"hit": 86, "delta": 0.01, "theta": 0.30, "eps0": 70},
    "A12u": {"hit": 94, "delta": 0.01, "theta": math.nan, "eps0": 10},
    "A2g": {"hit": 98, "delta": 0.01, "theta": 0.06, "eps0": 20},
    "Eg": {"hit": 98, "delta": 0.01, "theta": 0.01, "eps0": 10},
    "Eu": {"hit": 96, "delta": 0.01, "theta": 0.05, "eps0": 10},
}
"""Hits in per cent, errors of Delta (meV), theta (rad) and eps_0 (meV; printed in eV)."""
SAMPLES = 50
"""Of each class in its test: about 250 of five classes (Sec. II)."""
