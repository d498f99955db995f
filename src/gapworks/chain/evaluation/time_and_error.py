"""Wall times beside errors: the evaluations `timing` and `cost`, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluated


@dataclass(frozen=True)
class TimeAndError:
    """What each method takes and errs: arrays of shape (methods, lengths)."""

    methods: list[str]
    length: np.ndarray
    seconds: np.ndarray
    mse: np.ndarray


def time_and_error(evaluations: Sequence[Evaluated]) -> TimeAndError:
    """Put times and errors together; one evaluation may hold both, as those of old do.

    Raises
    ------
    DataError
        If one of them is missing, or they are of other methods or lengths.
    """
    timed, compared = _with(evaluations, "seconds"), _with(evaluations, "mse")
    methods, length = timed.attributes["methods"], timed["length"]
    other = compared.attributes["methods"], list(compared["length"])
    if other != (methods, list(length)):
        raise DataError(
            f"{timed.name} and {compared.name} do not belong together: methods {methods} and "
            f"{other[0]}, lengths {list(length)} and {other[1]}; make both again"
        )
    return TimeAndError(methods, length, timed["seconds"], compared["mse"])


def _with(evaluations: Sequence[Evaluated], array: str) -> Evaluated:
    for one in evaluations:
        if array in one.arrays:
            return one
    given = ", ".join(one.name for one in evaluations)
    raise DataError(f"no evaluation with {array} among {given}: give cost.h5 and timing.h5")
