"""Solvers of the dimer, on arrays."""
