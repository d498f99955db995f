"""Arguments of solvers: what people gave as the numbers that are computed with, or a ValueError.

The message names the argument, shows what was given and says what to give.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]


def real_number(name: str, value: Any, *, finite: bool = True) -> float:
    """A scalar argument as a finite float; infinity and NaN pass where `finite` is False."""
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}={value!r}: give a real number") from error
    if finite and not np.isfinite(number):
        raise ValueError(f"{name}={value!r}: give a finite number")
    return number


def real_numbers(name: str, values: Any, count: int) -> tuple[float, ...]:
    """So many finite floats."""
    if isinstance(values, str) or not hasattr(values, "__len__") or len(values) != count:
        raise ValueError(f"{name}={values!r}: give {count} real numbers")
    return tuple(real_number(name, value) for value in values)


def positive_number(name: str, value: Any, unit: str) -> float:
    """A scalar argument as a finite float above zero; `unit` ends the message."""
    number = real_number(name, value)
    if number <= 0:
        raise ValueError(f"{name}={value!r}: give a positive number, {unit}")
    return number


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """A scalar argument as a whole number, `least` or more; True and False are none."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name}={value!r}: give a whole number, at least {least}")
    return int(value)


def real_array(name: str, values: ArrayLike) -> Reals:
    """An array argument as finite floats in C order, a copy."""
    array = float_array(name, values)
    check_finite(name, array)
    return array


def float_array(
    name: str,
    values: ArrayLike,
    *,
    numbers: str = "real numbers",
    entries: str = "values",
    rows: str = "rows",
    hint: str = "",
) -> Reals:
    """An array argument as floats in C order, a copy; NaN and infinity pass.

    Parameters
    ----------
    name : str
        Of the argument.
    values : array_like
        Real, and no entry masked.
    numbers, entries, rows : str
        What its numbers, its single entries and its rows are called in messages.
    hint : str
        What to give, where `values` is no array of numbers.

    Raises
    ------
    ValueError
        If it is complex, masked, or no array of numbers.
    """
    if np.ma.is_masked(values):
        raise ValueError(f"{name}: has masked {entries}; fill them or leave these {rows} out")
    try:
        array = None if np.iscomplexobj(values) else np.array(values, dtype=np.float64, order="C")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: not an array of real numbers ({error}){hint}") from error
    if array is None:
        raise ValueError(f"{name}: complex; give {numbers}")
    return array


def check_finite(name: str, array: Reals) -> None:
    """ValueError with the first place where an array holds NaN or infinity."""
    finite = np.isfinite(array)
    if not finite.all():
        where = ", ".join(map(str, np.argwhere(~finite)[0]))
        raise ValueError(f"{name}: not finite at [{where}]; remove or replace NaN and infinity")
