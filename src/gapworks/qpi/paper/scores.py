"""Scores of the qpi study's evaluations, found by what they are."""

from __future__ import annotations

import numpy as np

from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Estimate, Measured, share_of
from gapworks.qpi.evaluation.errors import PARAMETERS


def at_level(data: Evaluated, white: float) -> int:
    """The row of a level of white noise without 1 / f noise."""
    found = np.flatnonzero(np.isclose(data["white"], white) & (data["pink"] == 0))
    if not len(found):
        raise KeyError(f"{data.name}: no white noise {white:g} in {data['white']}")
    return int(found[0])


def reported(data: Evaluated) -> float:
    """The white noise that is reported, beside none."""
    return data.attributes["settings"]["evaluation"]["reported"]


def hit(data: Evaluated, row: int, label: int) -> Measured:
    """Share of a class's samples that are recognised; NaN without any."""
    samples = int(data["samples"][label])
    if not samples:
        return Measured(np.nan, np.nan, 0)
    return share_of(int(data["confusion"][row, label, label]), samples)


def mean_error(data: Evaluated, row: int, label: int, parameter: str) -> Measured:
    """Mean absolute error of a parameter over a class's samples."""
    at = row, label, PARAMETERS.index(parameter)
    interval = Estimate(*(float(data[key][at]) for key in ("mae", "mae_lower", "mae_upper")))
    return interval.measured(int(data["samples"][label]))


def title(data: Evaluated) -> str:
    """How a network on a data set is called in legends and columns."""
    trained = data.attributes["training_data"]["n_effective"]
    condition = data.attributes["settings_of_network"]["condition"]
    if "energies" not in condition:
        return _title_of_images(data)
    energies = len(condition["energies"])
    count = {1: "one energy", 2: "two energies"}.get(energies, f"{energies} energies")
    if grid(data) == trained:
        return f"{count}, N = {trained}"
    return f"{count}, N = {trained}, tested at {grid(data)}"


def _title_of_images(data: Evaluated) -> str:
    """Of a network that is shown the paper's images."""
    trained = data.attributes["training_data"]
    backbone = {"vgg16": "VGG16", "convnext": "ConvNeXt"}
    network = data.attributes["settings_of_network"]
    said = [
        backbone.get(network["backbone"], network["backbone"]),
        f"{trained['samples']:,} images",
        *([] if network["condition"]["noise"] else ["no noise"]),
    ]
    order, tested = (
        one["reading"]["t_order"] for one in (trained, data.attributes["data_settings"])
    )
    if order == tested:
        return ", ".join([f"T as {order}" if order == "printed" else f"T {order}", *said])
    return ", ".join([f"T as {order} on T {tested}", *said])


def grid(data: Evaluated) -> int:
    """Points in each direction of the grid that the data were computed on."""
    return data.attributes["data_settings"]["n_effective"]
