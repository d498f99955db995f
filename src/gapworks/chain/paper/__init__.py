"""Figures, tables and metrics: made of evaluation files alone."""
