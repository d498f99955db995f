"""Solutions beside the exact formula."""

from __future__ import annotations

import numpy as np

from gapworks.dimer.evaluation.variables import VARIABLES
from gapworks.dimer.physics.pair import exact_pair
from gapworks.dimer.steps import Compare
from gapworks.factory.container import Coordinate
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data
from gapworks.learning.data import read_dataset


def evaluate(settings: Compare, given: Given, threads: int, report: Report) -> Evaluation:
    """The larger of the errors of occupation and energy, against V; DataError for other data."""
    header, arrays = read_dataset(*given.datasets("test"), "dimer")
    order = np.argsort(arrays["V"])
    V, energy, occupation = (arrays[name][order] for name in ("V", "energy", "occupation"))
    hopping = header.attributes["settings"]["physics"]["hopping"]
    exact = exact_pair(V, hopping)
    error = np.maximum(np.abs(energy - exact[0]) / hopping, np.abs(occupation - exact[1]))
    coordinates = {"V": Coordinate(V, "eV", "level difference")}
    made = {"occupation": occupation, "error": error}
    return Evaluation(about_data(header, "solved"), coordinates, VARIABLES, made)
