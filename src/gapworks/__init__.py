"""A factory of simulated superconductors and of the networks trained on them."""

__version__ = "0.1.0"
