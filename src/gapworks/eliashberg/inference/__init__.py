"""Answers on people's own data, by solving the equations: no network has a part in them."""
