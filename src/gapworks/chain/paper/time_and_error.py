"""Wall times beside errors: the evaluations `timing` and `cost`, row by row."""

from __future__ import annotations

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


def time_and_error(errors: Evaluated, times: Evaluated) -> TimeAndError:
    """Put times and errors together.

    Raises
    ------
    DataError
        If they are of other methods or lengths.
    """
    methods, length = times.attributes["methods"], times["length"]
    other = errors.attributes["methods"], list(errors["length"])
    if other != (methods, list(length)):
        raise DataError(
            f"{times.name} and {errors.name} do not belong together: methods {methods} and "
            f"{other[0]}, lengths {list(length)} and {other[1]}; make both again"
        )
    return TimeAndError(methods, length, times["seconds"], errors["mse"])
