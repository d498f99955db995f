"""The smallest study: square numbers, with a sample that fails now and then."""

from typing import Literal

import numpy as np

from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.settings import DatasetSettings

VARIABLES = {
    "square": Variable(("sample", "axis"), "meV", "i^2 and i^2 + .5"),
    "reason": Variable(("sample",), "1", "why it failed", "uint8", {0: "fine", 1: "unlucky"}),
    "valid": Variable(("sample",), "1", "1 if fine", "uint8"),
}
simulated: list[int] = []
"""Every sample that was simulated, in order: reused ones are not in it."""


class Settings(DatasetSettings):
    """The base of the squares, and which samples fail."""

    study: Literal["chain"] = "chain"
    dataset: str = "train"
    seed: int = 1
    stream: int = 1
    data_version: int = 1
    offset: float = 0.0
    fails: tuple[int, ...] = ()


def block(settings):
    return 4


def coordinates(settings):
    return {"axis": Coordinate(np.arange(2), "1", "which square")}


def simulate(settings, start, stop, threads):
    simulated.extend(range(start, stop))
    i = np.arange(start, stop)
    failed = np.isin(i, settings.fails)
    square = np.stack([i**2, i**2 + 0.5], axis=1) + settings.offset
    square[failed] = np.nan
    return {"square": square, "reason": failed, "valid": ~failed}
