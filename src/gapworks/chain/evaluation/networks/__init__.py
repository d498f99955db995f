"""Evaluations of what networks say: their answers, and the bands about these."""
