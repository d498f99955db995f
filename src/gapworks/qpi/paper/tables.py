"""The tables of the qpi study, made from evaluation files alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Measured
from gapworks.plotting.table import ERROR, LOWER, QUANTITY, UPPER
from gapworks.qpi.config import CLASSES, E_GAPS, U_GAPS
from gapworks.qpi.paper.scores import at_level, grid, hit, mean_error, reported, title
from gapworks.qpi.paper.stated import SAMPLES, TABLE1

NOISE = "white noise [%]"
"""Of the image's standard deviation."""
QUANTITIES = {
    "hit": "hits [%]",
    "delta": "mean error of Delta [meV]",
    "theta": "mean error of theta [rad]",
    "eps0": "mean error of eps_0 [meV]",
}
"""Parts of Table I, by their names in `TABLE1`."""


def table1(tested: Sequence[Evaluated], faithful: Sequence[Evaluated] = ()) -> pd.DataFrame:
    """Table I, a part for each quantity: the paper's numbers, and ours with standard errors.

    Errors are means over all samples of a class, whatever the answer, as the paper takes them.
    Under the paper's own condition both readings stand: noise in training alone, and in the test,
    too.
    """
    shown = [(data, white) for data in faithful for white in (0.0, reported(data))]
    shown += [(data, reported(data)) for data in tested]
    rows = []
    for quantity, title_of_part in QUANTITIES.items():
        for label, name in enumerate(CLASSES):
            row = {QUANTITY: title_of_part, "class": name, "paper": TABLE1[name][quantity]}
            for data, white in shown:
                of, measured = _condition(data, white), _measured(data, white, label, quantity)
                row |= {of: measured.value, f"{of}{ERROR}": measured.error}
            rows.append(row)
    for label, name in enumerate(CLASSES):
        row = {QUANTITY: "samples of the test", "class": name, "paper": SAMPLES}
        row |= {_condition(data, white): int(data["samples"][label]) for data, white in shown}
        rows.append(row)
    return pd.DataFrame(rows)


def _condition(data: Evaluated, white: float) -> str:
    return f"{title(data)}, {100 * white:g} % noise"


def _measured(data: Evaluated, white: float, label: int, quantity: str) -> Measured:
    level = at_level(data, white)
    if quantity != "hit":
        return mean_error(data, level, label, quantity)
    share = hit(data, level, label)
    return Measured(100 * share.value, 100 * share.error, share.samples)


ERRORS_OF = (
    ("mean error of Delta", " [meV]"),
    ("mean error of theta", " [rad]"),
    ("mean error of eps_0", " [meV]"),
)
"""Along the dimension `parameter` of errors, and their units."""


def networks(tested: Sequence[Evaluated]) -> pd.DataFrame:
    """Each network on each data set at every level of noise, with intervals."""
    rows = []
    for data in tested:
        trained = data.attributes["training_data"]
        for level, (white, pink) in enumerate(zip(data["white"], data["pink"], strict=True)):
            for label, name in enumerate(CLASSES):
                rows.append(
                    {
                        "network": data.method,
                        "trained on": f"{trained['dataset']}, N = {trained['n_effective']}",
                        "tested on": f"{data.dataset}, N = {grid(data)}",
                        NOISE: 100 * white,
                        "1/f noise [%]": 100 * pink,
                        "class": name,
                        "samples": int(data["samples"][label]),
                        "hits [%]": 100 * data["hit"][level, label],
                        f"hits{LOWER} [%]": 100 * data["hit_lower"][level, label],
                        f"hits{UPPER} [%]": 100 * data["hit_upper"][level, label],
                        **{
                            f"{parameter}{end}{unit}": data[key][level, label, column]
                            for column, (parameter, unit) in enumerate(ERRORS_OF)
                            for end, key in (
                                ("", "mae"),
                                (LOWER, "mae_lower"),
                                (UPPER, "mae_upper"),
                            )
                        },
                    }
                )
    return pd.DataFrame(rows)


def curves(trained: Sequence[Evaluated]) -> pd.DataFrame:
    """The course of each training: losses of eq. 16 by epoch, as `figures/curves` draws them."""
    return pd.DataFrame(
        {
            "network": data.method,
            "samples": data.attributes["training_data"]["samples"],
            "epoch": one["epoch"],
            "learning rate": one["rate"],
            "training loss": one["train"],
            "validation loss": one["validation"],
            "kept": int(one["epoch"] == data.attributes["best_epoch"]),
        }
        for data in trained
        for one in data.attributes["history"]
    )


def degeneracy(
    statements: Evaluated, symmetry: Evaluated, phase: Sequence[Evaluated] = ()
) -> pd.DataFrame:
    """What images tell apart: relative differences over random samples, the C3-odd share, and what
    a network tells of phi."""
    rows = []
    for one, values in zip(
        statements.attributes["statements"], statements["difference"], strict=True
    ):
        rows.append(
            {
                QUANTITY: "relative difference of the LDOS: median (least to largest)",
                "statement": one["about"],
                "representation": one["irrep"],
                "compared": one["change"],
                "impurity": one["impurity"],
                "omega over Delta": one["omega"],
                "Rashba coupling [meV]": one["rashba"],
                "value": np.median(values),
                f"value{LOWER}": values.min(),
                f"value{UPPER}": values.max(),
            }
        )
    for row, white in enumerate(symmetry["white"]):
        of_each = {name: symmetry["hit"][row, U_GAPS.index(name)] for name in U_GAPS}
        for name, share in (of_each | {" and ".join(U_GAPS): symmetry["accuracy"][row]}).items():
            rows.append(
                {
                    QUANTITY: "share told apart by the C3-odd share",
                    "representation": name,
                    "impurity": "scalar",
                    NOISE: 100 * white,
                    "value": share,
                }
            )
    for data in phase:
        for row, white in enumerate(data["white"]):
            for column, name in enumerate(E_GAPS):
                rows.append(
                    {
                        QUANTITY: "R squared of |phi| by a network (its interval)",
                        "representation": name,
                        "impurity": "scalar",
                        NOISE: 100 * white,
                        "value": data["r2"][row, column],
                        f"value{LOWER}": data["r2_lower"][row, column],
                        f"value{UPPER}": data["r2_upper"][row, column],
                    }
                )
    return pd.DataFrame(rows)
