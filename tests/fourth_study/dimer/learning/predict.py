"""A person's own level differences through the trained network."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gapworks.dimer.learning.trained import Network
from gapworks.learning.answers import Answer
from gapworks.readers.table import read_table

FORMATS = (".csv",)
"""Suffixes of answers."""


def answer(network: Path, source: Path, target: Path, force: bool) -> Answer:
    """Occupations for a person's own V, a number a line; DataError if it cannot be read."""
    loaded, table = Network.load(network), read_table(source)
    V = table.values[:, 0]
    bias = loaded.card["training_data"]["physics"]["bias"]
    beyond = np.abs(V).max() > bias
    return Answer(
        f"occupations of {len(V)} pairs",
        {target: "".join(f"{n:.6g}\n" for n in loaded.predict(V)).encode()},
        notes=table.notes,
        refusals=[f"V goes beyond {bias:g}, all that the network has seen"] if beyond else [],
    )
