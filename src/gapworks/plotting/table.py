"""Tables as csv for programs and as booktabs tex for papers."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

FORMATS = (".csv", ".tex")
"""What tables are saved as."""


def save(table: pd.DataFrame, paths: Iterable[Path]) -> None:
    """Save a table in the formats that the suffixes (.csv, .tex) name, each whole or absent."""
    for path in paths:
        if path.suffix == ".csv":
            text = table.to_csv(index=False, float_format="%.6g")
        else:
            text = table.to_latex(index=False, float_format="%.5g", escape=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            part.write_text(text)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
