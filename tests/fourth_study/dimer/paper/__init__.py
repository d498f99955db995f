"""Figures, tables and metrics of the dimer study."""
