"""Constants of the eliashberg study; imports nothing but math."""

import math

BOLTZMANN = 0.08617333262145
"""k_B in meV/K."""

PAPER_TERMS = 702
"""Matsubara frequencies of the paper, both signs: n = -351 ... 350."""

PAPER_CUTOFF = PAPER_TERMS * math.pi * BOLTZMANN * 1.16
"""Cut-off of mu* in the paper's data sets, 702 pi k_B T at 1.16 K, meV."""
