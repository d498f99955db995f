"""Records with arrays, shown in a line or two: shapes and ranges, what one looks at first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

Record = TypeVar("Record")

WIDEST = 100
"""Characters of a line."""


def shown(*names: str) -> Callable[[type[Record]], type[Record]]:
    """A class decorator: `repr` shows these attributes, and no others.

    Arrays are shown by shape and range, truth values by how many are true; attributes that are None
    or empty are left out.

    Parameters
    ----------
    names : str
        Attributes or properties, in order.
    """

    def decorate(record: type[Record]) -> type[Record]:
        def __repr__(self: Any) -> str:
            return line(self, names)

        record.__repr__ = __repr__  # type: ignore[method-assign]
        return record

    return decorate


def line(record: Any, names: tuple[str, ...]) -> str:
    """A record by some of its attributes; a second line where the first is full."""
    parts, head = [], f"{type(record).__name__}("
    for name in names:
        if (said := _value(getattr(record, name))) is not None:
            parts.append(f"{name} {said}")
    whole = head + ", ".join(parts) + ")"
    if len(whole) <= WIDEST:
        return whole
    first = ""
    while parts and len(f"{head}{first}{parts[0]},") <= WIDEST:
        first += f"{parts.pop(0)}, "
    return f"{head}{first.rstrip()}\n    {', '.join(parts)})"


def _value(value: Any) -> str | None:
    """One attribute; None if there is nothing to show."""
    if value is None or (isinstance(value, tuple | Mapping | str) and not value):
        return None
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple) and len(value) > 4:
        return f"({len(value)})"
    if isinstance(value, tuple):
        return f"({', '.join(str(_value(one)) for one in value)})"
    return str(value)


def _array(values: np.ndarray) -> str | None:
    """Shape, and the range of its finite numbers: of |z|, where they are complex."""
    if not values.size:
        return None
    if values.dtype == bool:
        return f"{np.count_nonzero(values)} of {values.size}" if values.ndim else _value(values[()])
    bars = "|" if np.iscomplexobj(values) else ""
    finite = np.abs(values) if bars else values
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        said = "nan"
    elif (low := finite.min()) == (high := finite.max()):
        said = f"{low:.4g}"
    else:
        said = f"{bars}{low:.4g}{bars} to {bars}{high:.4g}{bars}"
    return f"{'x'.join(map(str, values.shape))}: {said}" if values.ndim else said
