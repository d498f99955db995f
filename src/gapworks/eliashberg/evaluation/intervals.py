"""How often the intervals of an ensemble hold on test samples, and how wide they are."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.data.fields import Split, part, rows_of
from gapworks.eliashberg.evaluation.tested import single
from gapworks.eliashberg.learning.coverage import measure
from gapworks.eliashberg.learning.intervals import NUMBERS, SHARES
from gapworks.eliashberg.steps import Evaluate
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data

_EACH = ("level", "share", "row")

VARIABLES = {
    "a2f_error": Variable(("level", "row"), "1", "relative L2 error of the mean of the members"),
    "residual": Variable(
        ("level", "row"), "1", "relative L2 distance of what is solved from it to what was given"
    ),
    "refused": Variable(("level", "row"), "1", "1 if `gapworks predict` refuses", "uint8"),
    "a2f_inside": Variable(_EACH, "1", "share of the energies whose a2F is in the interval"),
    "a2f_width": Variable(_EACH, "1", "median half width of the interval over the largest a2F"),
} | {
    f"{name}_{what}": Variable(_EACH, "1", f"{words} of the interval of {name}", kind)
    for name in NUMBERS
    for what, words, kind in (
        ("inside", "1 if it is in the ends", "uint8"),
        ("width", "half the logarithm of the ratio of the ends", "f8"),
    )
}


def evaluate(settings: Evaluate, given: Given, threads: int, report: Report) -> Evaluation:
    """Intervals on test samples with noise, at every level that they are calibrated for.

    Parameters
    ----------
    settings : Evaluate
        Not used: all test samples are asked for.
    given : Given
        The data set "own" that the network was trained on; one ensemble.
    threads, report
        The first of the solvers; nothing is reported.

    Raises
    ------
    DataError
        If the network was trained on other data, or has no intervals.
    """
    header, arrays, name, network = single(given)
    if network.calibration is None or not network.calibration.levels:
        raise DataError(f"{given.networks[name]}: has no intervals; give an ensemble-...")
    samples = rows_of(arrays, part(arrays, Split.TEST))
    made: dict[str, list] = {one: [] for one in VARIABLES}
    for number, _ in enumerate(network.calibration.levels):
        # Other noise than that of the card's own test.
        rng = np.random.default_rng([header.attributes["seed"], number, 2])
        found = measure(network, samples, number, rng, threads)
        bands = found.bands
        made["a2f_error"].append(found.error)
        made["residual"].append(found.residual)
        made["refused"].append(found.refused)
        made["a2f_inside"].append(found.inside)
        half = (bands.upper - bands.lower) / 2 / samples["a2f"].max(1)[:, None]
        made["a2f_width"].append(np.median(half, axis=2))
        for one in NUMBERS:
            made[f"{one}_inside"].append(found.held[one])
            low, high = bands.ends[one][:, 0], bands.ends[one][:, 1]
            with np.errstate(divide="ignore"):
                made[f"{one}_width"].append(np.log(high / low) / 2)
    noise = np.array([one.noise for one in network.calibration.levels])
    coordinates = {
        "level": Coordinate(noise, "meV", "noise of Re Delta and Im Delta (of a DOS: 1)"),
        "share": Coordinate(np.array(SHARES), "1", "that the intervals are for"),
        "row": Coordinate(samples["sample"], "1", "index of the test sample"),
    }
    attributes = about_data(header, name) | network.attributes
    attributes["calibrated_on"] = network.calibration.samples
    arrays_of = {one: np.array(values).astype(VARIABLES[one].dtype) for one, values in made.items()}
    return Evaluation(attributes, coordinates, VARIABLES, arrays_of)
