"""Statistics of a data set as solved."""

from __future__ import annotations

from gapworks.chain.evaluation import statistics
from gapworks.chain.steps import Statistics
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data
from gapworks.learning.data import read_dataset


def evaluate(settings: Statistics, given: Given, threads: int, report: Report) -> Evaluation:
    """Statistics of Delta per V0; `given.data["test"]` is the data set.

    Raises
    ------
    DataError
        If it cannot be read, or has no valid realization at some V0.
    """
    (path,) = given.datasets("test")
    header, arrays = read_dataset(path, "chain")
    try:
        found = statistics.take(arrays, settings.evaluation, header.attributes["seed"])
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error
    return Evaluation(about_data(header, "bdg"), found[0], statistics.VARIABLES, found[1])
