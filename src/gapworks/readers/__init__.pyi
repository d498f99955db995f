# What type checkers and editors see of the names that __init__.py loads on first use.

from gapworks.readers.functions import Measured, read_dos, read_gap
from gapworks.readers.mapping.maps import Maps, read_map
from gapworks.readers.spectra import Spectra, read_a2f
from gapworks.readers.text import ReadError

__all__ = [
    "Maps",
    "Measured",
    "ReadError",
    "Spectra",
    "read_a2f",
    "read_dos",
    "read_gap",
    "read_map",
]
