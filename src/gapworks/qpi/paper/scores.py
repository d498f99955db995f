"""Scores of the qpi study's evaluations, found by what they are."""

from __future__ import annotations

import numpy as np

from gapworks.factory.evaluation_file import Evaluated


def at_level(data: Evaluated, white: float) -> int:
    """The row of a level of white noise without 1 / f noise."""
    found = np.flatnonzero(np.isclose(data["white"], white) & (data["pink"] == 0))
    if not len(found):
        raise KeyError(f"{data.name}: no white noise {white:g} in {data['white']}")
    return int(found[0])


def reported(data: Evaluated) -> float:
    """The white noise that Table I is for."""
    return data.attributes["settings"]["evaluation"]["reported"]


def title(data: Evaluated) -> str:
    """How a network on a data set is called in legends and columns."""
    trained = data.attributes["training_data"]["n_effective"]
    energies = len(data.attributes["settings_of_network"]["condition"]["energies"])
    count = {1: "one energy", 2: "two energies"}.get(energies, f"{energies} energies")
    if grid(data) == trained:
        return f"N = {trained}, {count}"
    return f"N = {trained} on {grid(data)}, {count}"


def grid(data: Evaluated) -> int:
    """Points in each direction of the grid that the data were computed on."""
    return data.attributes["data_settings"]["n_effective"]
