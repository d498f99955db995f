"""Whether mean Delta falls with every step of the disorder strength, by common random numbers.

Each ring stands at every V0 with the same disorder, scaled by it: what the steps differ by from
ring to ring drops out of their difference, which independent rings would hide.
"""

from __future__ import annotations

import numpy as np

from gapworks.chain.steps import NoSettings
from gapworks.factory.container import Coordinate, Variable, with_error
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluation, Given, Report, alone
from gapworks.learning.data import read_dataset
from gapworks.learning.intervals import jackknifed

VARIABLES = {
    **with_error("fall", Variable(("step",), "t", "mean Delta at V0 less that at the next V0")),
    "rings": Variable(("step",), "1", "disorders solved at both", "int64"),
}


def evaluate(settings: NoSettings, given: Given, threads: int, report: Report) -> Evaluation:
    """The fall of mean Delta from each V0 to the next; `given.data["common"]` is the data set.

    Raises
    ------
    DataError
        If it cannot be read, its disorder is not common to all V0, or at some step no ring is
        solved at both.
    """
    (path,) = given.datasets("common")
    header, arrays = read_dataset(path, "chain")
    said = header.attributes["settings"]
    if not said.get("common"):
        raise DataError(f"{path}: draws its disorder anew at every V0; wanted: common: true")
    strengths = np.array(said["physics"]["disorder_strengths"])
    whole = len(arrays["delta"]) // len(strengths) * len(strengths)
    means = np.where(arrays["valid"] == 1, arrays["delta"].mean(axis=1), np.nan)
    falls = -np.diff(means[:whole].reshape(-1, len(strengths)), axis=1)
    rows = []
    for V0, fall in zip(strengths, falls.T, strict=False):
        known = fall[np.isfinite(fall)]
        if not len(known):
            raise DataError(f"{path}: no ring is solved at V0 = {V0:g} and at the next")
        rows.append((*jackknifed(lambda mean: mean, known), len(known)))
    fall, error, rings = map(np.array, zip(*rows, strict=True))
    coordinates = {"step": Coordinate(strengths[:-1], "t", "V0 that the step begins at")}
    attributes = alone("suppression")
    arrays = {"fall": fall, "fall_error": error, "rings": rings}
    return Evaluation(attributes, coordinates, VARIABLES, arrays)
