"""The network beside the exact formula."""

from __future__ import annotations

import numpy as np

from gapworks.dimer.evaluation.variables import VARIABLES
from gapworks.dimer.learning.trained import Network
from gapworks.dimer.physics.pair import exact_pair
from gapworks.dimer.steps import Compare
from gapworks.factory.container import Coordinate
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data
from gapworks.learning.data import read_dataset


def evaluate(settings: Compare, given: Given, threads: int, report: Report) -> Evaluation:
    """The network's occupations and their errors against V; DataError for other data."""
    header, arrays = read_dataset(*given.datasets("test"), "dimer")
    V = np.sort(arrays["V"])
    network = Network.load(given.networks["curve"])
    occupation = network.predict(V)
    exact = exact_pair(V, header.attributes["settings"]["physics"]["hopping"])[1]
    attributes = about_data(header, "curve")
    attributes["weights_sha256"] = network.card["weights_sha256"]
    coordinates = {"V": Coordinate(V, "eV", "level difference")}
    made = {"occupation": occupation, "error": np.abs(occupation - exact)}
    return Evaluation(attributes, coordinates, VARIABLES, made)
