"""The network of the dimer study."""
