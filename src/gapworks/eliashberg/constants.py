"""Constants of the eliashberg study; imports nothing."""

BOLTZMANN = 0.08617333262145
"""k_B in meV/K."""
