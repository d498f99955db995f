"""Tables as csv for programs, and as people read them: booktabs tex, rows of the report.

A header ends in its unit, "mean Delta [t]"; one without has none. How well a number is known stands
in columns of its own, "mean Delta, standard error [t]", or the ends of its interval, "mean Delta,
lower [t]" and "mean Delta, upper [t]". A column "quantity" says what the numbers of a row are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gapworks.factory.disk import write_whole

FORMATS = (".csv", ".tex")
"""What tables are saved as."""

QUANTITY = "quantity"
"""The column by which a table is split for its readers."""
ERROR, LOWER, UPPER = ", standard error", ", lower", ", upper"
"""Ends of headers, before the unit."""
_UNIT = re.compile(r" \[[^\]]+\]$")


def save(table: pd.DataFrame, paths: Iterable[Path]) -> None:
    """Save a table in the formats that the suffixes (.csv, .tex) name, each whole or absent."""
    for path in paths:
        if path.suffix == ".csv":
            text = table.to_csv(index=False, float_format="%.6g")
        else:
            text = "\n".join(_tex(*one) for one in parts(table))
        write_whole(path, text.encode())


def parts(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """A table as people read it: a part for each quantity, cells as text, "0.91 ± 0.02".

    Returns
    -------
    list of (str, DataFrame)
        The quantity, empty without any, and its rows; columns that say nothing of it are left out.
    """
    if QUANTITY not in table:
        return [("", _joined(table))]
    found = []
    for name in table[QUANTITY].unique():
        rows = table[table[QUANTITY] == name].drop(columns=QUANTITY)
        found.append((str(name), _joined(rows.dropna(axis="columns", how="all"))))
    return found


def _joined(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers together with their errors or intervals."""
    columns: dict[str, list[str]] = {}
    for header in table:
        bare, unit = split(header)
        if bare.endswith((ERROR, LOWER, UPPER)):
            continue
        known = {end: table.get(f"{bare}{end}{unit}") for end in (ERROR, LOWER, UPPER)}
        columns[header] = [
            _cell(value, *(None if one is None else one.iloc[row] for one in known.values()))
            for row, value in enumerate(table[header])
        ]
    return pd.DataFrame(columns)


def split(header: str) -> tuple[str, str]:
    """A header's name and its unit in brackets, " [meV]", or nothing."""
    unit = _UNIT.search(header)
    return (header[: unit.start()], unit[0]) if unit else (header, "")


def _cell(value: object, error: float | None, low: float | None, high: float | None) -> str:
    if not isinstance(value, float):
        return "" if pd.isna(value) else f"{value:,}" if isinstance(value, int) else str(value)
    if math.isnan(value):
        return ""
    if error is not None:
        return with_error(value, error)
    number = rounded(value)
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return number
    return f"{number} ({rounded(low)} to {rounded(high)})"


def rounded(value: float) -> str:
    """A number to four digits; a whole one of up to six as it is."""
    whole = float(value).is_integer() and abs(value) < 1e6
    return f"{value:.0f}" if whole else f"{value:.4g}"


def with_error(value: float, error: float | None) -> str:
    """A number with its standard error: "0.0852 ± 0.0011"; an exact one alone."""
    if error is None:
        return f"{value:.4g} ± ?"
    if not math.isfinite(error):
        return rounded(value)
    if error <= 1e-9 * abs(value):  # exact, or known to the last digit
        return f"{value:.6g}"
    last = math.floor(math.log10(error)) - 1
    first = math.floor(math.log10(max(abs(value), error)))
    if -4 <= first < 6:
        places = max(0, -last)
        return f"{value:.{places}f} ± {error:.{places}f}"
    scaled = (value / 10.0**first, error / 10.0**first)
    return "({:.{places}f} ± {:.{places}f})e{:+03d}".format(*scaled, first, places=first - last)


def _tex(quantity: str, rows: pd.DataFrame) -> str:
    """One part as a tabular, its quantity in the first line."""
    text = rows.to_latex(index=False, escape=True)
    text = text.replace("±", r"$\pm$").replace(r"\textasciicircum 2", "$^2$")
    return f"% {quantity}\n{text}" if quantity else text
