"""A person's own disorder through a trained network."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from gapworks.chain.learning import doubts
from gapworks.chain.learning.trained import Network
from gapworks.chain.physics.model import check_disorder
from gapworks.factory.errors import DataError
from gapworks.learning.answers import Answer
from gapworks.readers.array import read_array
from gapworks.readers.table import read_table
from gapworks.readers.units import DoubtfulUnit, units

FORMATS = (".npy", ".csv")
"""Suffixes of what is read and of what is written."""


def answer(network: Path, source: Path, target: Path, force: bool) -> Answer:
    """Delta for a person's own disorder.

    Parameters
    ----------
    network, source, target : Path
        Weights; V, units of t: .npy of shape (..., L), or .csv with one ring a row; Delta, units of
        t, in the same shape: .npy or .csv, NaN in rings whose mu is not bracketed.
    force : bool
        Give the nearer end of the range of mu where it is not bracketed.

    Raises
    ------
    DataError
        If a file cannot be read, or V does not fit the network.
    """
    if source.suffix not in FORMATS:
        raise DataError(f"{source}: must be {' or '.join(FORMATS)}")
    loaded = Network.load(network)
    try:
        V, notes = _read(source)
        V = check_disorder(V)
        found = [doubts.Doubt(note) for note in notes]
        length = loaded.card["training_data"]["physics"]["length"]
        found += doubts.layout(V, loaded.card["window"], length)
        rings = loaded.answer(V)
    except (ValueError, MemoryError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{source}: {error or 'is too large for memory; split it'}") from error
    rows = (-1, V.shape[-1])
    delta = rings.delta if force else np.where(rings.closed[..., None], rings.delta, np.nan)
    found += loaded.doubts(V, rings)
    if np.isfinite(delta).any():
        found += doubts.of_delta(delta.reshape(rows), loaded.card["delta_range"][1])
    content = io.BytesIO()
    if target.suffix == ".npy":
        np.save(content, delta)
    else:
        np.savetxt(content, delta.reshape(rows), delimiter=",")
    # That mu is tuned goes without saying.
    named = {key: value for key, value in loaded.physics.items() if value != "tuned"}
    said = "Delta for " + ", ".join(f"{key} {value}" for key, value in named.items())
    if open_rings := int((~rings.closed).sum()):
        said += f"; mu is not bracketed in {open_rings} of {rings.closed.size} rings"
    return Answer(
        said,
        {target: content.getvalue()},
        notes=[doubt.text for doubt in found if not doubt.refused],
        refusals=[doubt.text for doubt in found if doubt.refused],
    )


def _read(source: Path) -> tuple[np.ndarray, list[str]]:
    """V as it stands in a file, and what was assumed in reading it."""
    if source.suffix == ".csv":
        table = read_table(source)
        try:
            said = set(units(table.header, 1)) - {None}
        except DoubtfulUnit as error:
            raise DataError(f"{source}: {error}; give V in units of t, and no unit") from error
        if said:
            raise DataError(
                f"{source}: the header speaks of {', '.join(said)}; give V in units of t, and no "
                "other unit in the header"
            )
        return table.values, list(table.notes)
    V = read_array(source, "V")
    if V.dtype.itemsize < 4 and V.dtype.kind == "f":
        return V, [f"{V.dtype} keeps V to {np.finfo(V.dtype).eps / 2:.0e} of itself"]
    return V, []
