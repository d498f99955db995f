"""What the paper's text and tables state in numbers, as figures and tables set it beside ours."""

from __future__ import annotations

import math

DIFFERENCES = {
    2: (0.00336, 0.107),
    4: (0.00451, 0.084),
    8: (0.0019, 0.0624),
    16: (0.00234, 0.0623),
    32: (0.002, 0.0562),
}
"""Table I by d_L: Delta_g and Delta_f, one minus the Pearson correlation."""
COVERED = {
    1: (0.6371, 0.00001),
    2: (0.9939, 0.0001),
    4: (0.9997, 0.0038),
    8: (0.9997, 0.015),
    16: (0.9998, 0.025),
    32: (0.9999, 0.029),
}
"""Table II by d_L: portion of the gap functions that is covered, and the network's loss."""
LAST = 32
"""The d_L whose loss others are divided by: a ratio knows nothing of the spectra's amplitude."""
REQUIRED = {"a2f": (24, 32), "gap": (2, 2), "dos": (1, 1)}
"""Sec. III B: the smallest d_L that holds a field, or where it lies."""
MISSING = (math.nan, math.nan)
"""Of a d_L that the paper's tables do not have."""
