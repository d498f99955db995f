"""Moments of a spectral function, and what they are called in files."""

from __future__ import annotations

MOMENTS = (-1, 0, 1, 2)
"""p of the moments mu_p = int omega^p a2F (appendix E)."""


def moment_name(p: int) -> str:
    """moment_-1 is written moment_m1."""
    return f"moment_{p}".replace("-", "m")
