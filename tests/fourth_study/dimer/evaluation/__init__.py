"""The dimer study's evaluations, a module each."""
