"""The forward problem: from a spectral function to T_c, gap and density of states."""
