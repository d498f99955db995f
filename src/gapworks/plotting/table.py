"""Tables as csv for programs and as booktabs tex for papers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gapworks.factory.disk import write_whole

FORMATS = (".csv", ".tex")
"""What tables are saved as."""


def save(table: pd.DataFrame, paths: Iterable[Path]) -> None:
    """Save a table in the formats that the suffixes (.csv, .tex) name, each whole or absent."""
    for path in paths:
        if path.suffix == ".csv":
            text = table.to_csv(index=False, float_format="%.6g")
        else:
            text = table.to_latex(index=False, float_format="%.5g", escape=True)
        write_whole(path, text.encode())
