"""Answers on people's own data, by the equations."""
