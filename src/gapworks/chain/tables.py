"""The tables of the chain study, made from evaluation files alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from gapworks.chain.evaluation import Evaluated


def disorder(evaluations: Sequence[Evaluated]) -> pd.DataFrame:
    """What each disorder strength does to Delta, with intervals over realizations."""
    data = evaluations[0]
    return pd.DataFrame(
        {
            "V0": data["strength"],
            "realizations": data["realizations"],
            "failed": data["failed"],
            "mean Delta": data["mean_delta"],
            "lower": data["mean_delta_lower"],
            "upper": data["mean_delta_upper"],
            "std Delta": data["std_delta"],
            "min Delta": data["min_delta"],
            "mean gap": data["mean_gap"],
            "mean iterations": data["mean_iterations"],
        }
    )


TABLES: dict[str, Callable[..., pd.DataFrame]] = {"disorder": disorder}
"""Each table's function."""
