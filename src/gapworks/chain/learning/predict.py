"""A person's own disorder through a trained network."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from gapworks.chain.learning import doubts
from gapworks.chain.learning.drawing import drawn
from gapworks.chain.learning.trained import Network
from gapworks.chain.physics.model import check_disorder
from gapworks.factory.errors import DataError
from gapworks.learning.answers import Answer
from gapworks.learning.library import again, open_network
from gapworks.readers.potentials import HDF5, Potential, read_potential

FORMATS = (".npy", ".csv")
"""Suffixes of what is written."""
DRAWN = (".pdf", ".png")
"""Those of a figure."""
READ = (*FORMATS, ".txt", ".dat", *HDF5)


def answer(
    network: Path,
    source: Path,
    target: Path,
    force: bool,
    axis: str | None = None,
    dataset: str | None = None,
    bands: Path | None = None,
    figure: Path | None = None,
) -> Answer:
    """Delta for a person's own disorder.

    Parameters
    ----------
    network, source, target : Path
        Weights; V, units of t, as `gapworks.readers.potentials` reads it; Delta, units of t, laid
        out alike: .npy or .csv, NaN in rings whose mu is not bracketed.
    force : bool
        Give the nearer end of the range of mu where it is not bracketed.
    axis : {"row", "column"}, optional
        What a ring is in a table; a row, unless the file or its numbers speak against it.
    dataset : str, optional
        The array of an HDF5 file.
    bands : Path, optional
        Half width of the band of each site, units of t, laid out like Delta; .npy or .csv, NaN in
        rings that have none.
    figure : Path, optional
        V, and Delta with its band, along the first rings; .pdf or .png.

    Raises
    ------
    DataError
        If a file cannot be read, or V does not fit the network.
    """
    if source.suffix.lower() not in READ:
        raise DataError(f"{source}: must be {', '.join(READ[:-1])} or {READ[-1]}")
    if bands is not None and bands.suffix not in FORMATS:
        raise DataError(f"{bands}: must be {' or '.join(FORMATS)}")
    if figure is not None and figure.suffix not in DRAWN:
        raise DataError(f"{figure}: must be {' or '.join(DRAWN)}")
    loaded = open_network(Network, network)
    try:
        given = _read(source, axis, dataset)
        V = check_disorder(given.values)
        found = [doubts.Doubt(note) for note in given.notes]
        length = loaded.card["training_data"]["physics"]["length"]
        found += doubts.layout(V, loaded.card["window"], length, given.asked)
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
    files = {target: _laid_out(target, given, delta)}
    band = loaded.bands(V)
    if band is not None:
        found += doubts.of_bands(band, bands is not None)
    if bands is not None:
        if band is None:
            raise DataError(f"{network}: has no bands calibrated; {again(network)}")
        widths = np.where(np.isfinite(delta), band.half_width[..., None], np.nan)
        files[bands] = _laid_out(bands, given, widths)
    if figure is not None:
        width = None if band is None else band.half_width.reshape(-1)
        files[figure] = drawn(V.reshape(rows), delta.reshape(rows), width, figure.suffix)
    # That mu is tuned goes without saying.
    named = {key: value for key, value in loaded.physics.items() if value != "tuned"}
    said = "Delta for " + ", ".join(f"{key} {value}" for key, value in named.items())
    if open_rings := int((~rings.closed).sum()):
        said += f"; mu is not bracketed in {open_rings} of {rings.closed.size} rings"
    if band is not None and np.isfinite(band.half_width).any():
        least, most = np.nanmin(band.half_width), np.nanmax(band.half_width)
        widths = f"{least:.2g}" if least == most else f"{least:.2g} to {most:.2g}"
        said += f"; {band.coverage:.0%} of the sites within {widths} t, calibrated on {band.said}"
    return Answer(
        said,
        files,
        notes=[doubt.text for doubt in found if not doubt.refused],
        refusals=[doubt.text for doubt in found if doubt.refused],
    )


def _laid_out(path: Path, given: Potential, values: np.ndarray) -> bytes:
    """Numbers of the sites, shape (..., L), as the file `path` holds them."""
    content = io.BytesIO()
    if path.suffix == ".npy":
        np.save(content, given.turned_back(values))
    else:
        rows = values.reshape(-1, values.shape[-1])
        np.savetxt(content, given.turned_back(rows), delimiter=",")
    return content.getvalue()


def _read(source: Path, axis: str | None, dataset: str | None) -> Potential:
    """V as it stands in a file."""
    given = read_potential(source, axis, dataset, usual="row")
    if given.unit is not None:
        raise DataError(
            f"{source}: the header speaks of {given.unit}; give V in units of t, and no other unit"
        )
    return given
