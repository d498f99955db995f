"""Readers of users' own files: text as people have it, numbers or a refusal by line, no guesses."""

from __future__ import annotations

from gapworks.faces import lazy

__getattr__, __all__, __dir__ = lazy(
    __name__,
    {
        "text": ("ReadError",),
        "spectra": ("Spectra", "read_a2f"),
        "functions": ("Measured", "read_dos", "read_gap"),
        "mapping.maps": ("Maps", "read_map"),
    },
)
