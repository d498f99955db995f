"""A solved data set, as evaluations that need no network take it."""

from __future__ import annotations

from typing import Any

import numpy as np

from gapworks.eliashberg.config import AsPrinted, Physics, Solver
from gapworks.eliashberg.data.fields import Split, part, rows_of
from gapworks.factory.evaluation_file import Given, about_data
from gapworks.factory.reading import Header
from gapworks.learning.data import read_dataset


def solved_data(given: Given) -> tuple[Header, dict[str, np.ndarray], Physics, Solver]:
    """The data set "solved", its physics, and the tolerances to which it was solved.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    header, arrays = read_dataset(*given.datasets("solved"), "eliashberg")
    settings = header.attributes["settings"]
    physics = Physics.model_validate(settings["physics"])
    return header, arrays, physics, Solver.model_validate(settings["solver"])


def printed_way(header: Header) -> AsPrinted | None:
    """How data, solved or generated of such, were solved the paper's way; None: they were not."""
    said = header.attributes["settings"].get("as_printed")
    return None if said is None else AsPrinted.model_validate(said)


def first_tests(arrays: dict[str, np.ndarray], most: int) -> dict[str, np.ndarray]:
    """The first valid test samples, `most` at most."""
    return rows_of(arrays, part(arrays, Split.TEST)[:most])


def about_solved(header: Header, method: str, physics: Physics) -> dict[str, Any]:
    """Attributes of an evaluation of a solved data set."""
    return about_data(header, method) | {"mu_star_cutoff": physics.mu_star_cutoff}
