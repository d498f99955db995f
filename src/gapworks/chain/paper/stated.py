"""What the paper's text states in numbers, as figures draw it beside ours; units of t."""

from __future__ import annotations

CUTOFF = 8
"""Sec. 4: the window of 2 R + 1 sites that is called optimal."""
THRESHOLD = 1e-3
"""Sec. 4: the mean squared error on the test data is below it from R = 8 on."""
DELTA_OVER_FERMI_ENERGY = 0.1
"""Sec. 2: mean Delta over the Fermi energy, "about"."""
FILLING = 0.85
"""Sec. 2: electrons per site."""
REACH = 2 * CUTOFF - 1
"""Sec. 4: the distance up to which the network gives the correlation function."""
