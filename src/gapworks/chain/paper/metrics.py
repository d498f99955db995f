"""Numbers of the chain study that stand beside the paper's, taken from its evaluation files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gapworks.chain.paper.networks import networks
from gapworks.chain.paper.solutions import Metrics, over, solutions
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Measured

STOPPED = "exact 1e-03"
"""The method of the cost's evaluation that stops the solver at a residual of 1e-3."""


def metrics(evaluations: Sequence[Evaluated], network: str, filling: float) -> Metrics:
    """Every metric that docs/claims.yaml may name for this study, but those of wall times.

    Parameters
    ----------
    evaluations : sequence of Evaluated
        All that the study's figures and tables are made of, without wall times.
    network : str
        The window network that stands for the paper's, "window-r8-n220".
    filling : float
        Mean n.

    Returns
    -------
    dict of str to Measured or None
        None where the scale does not measure it (a scan without that cut-off, say).
    """
    found = {data.name: data for data in evaluations}
    return solutions(found, filling) | networks(found, network) | _methods(found["cost"])


def _methods(data: Evaluated) -> Metrics:
    """Errors of the methods against the ring's length."""
    names = data.attributes["methods"]

    def mse(name: str, column: int) -> Measured | None:
        rows = [row for row, one in enumerate(names) if one == name or one.startswith(f"{name}-")]
        if not rows:
            return None
        found = data["mse"][rows[0], column], data["mse_error"][rows[0], column]
        return Measured(*map(float, found))

    stopped = [mse(STOPPED, column) for column in range(len(data["length"]))]
    return {
        "stopped_mse": max(filter(None, stopped), key=lambda one: one.value, default=None),
        "window_mse_growth": over(mse("window", -1), mse("window", 0)),
        "surrogate_mse_growth": over(mse("surrogate", -1), mse("surrogate", 0)),
    }


def timing(evaluations: Sequence[Evaluated]) -> Metrics:
    """The metrics that come of wall times: ratios, each within one process.

    Parameters
    ----------
    evaluations : sequence of Evaluated
        `timing` and `diagonalisation`.
    """
    found = {data.name: data for data in evaluations}
    data = found["timing"]
    names = data.attributes["methods"]
    row = {name.split("-")[0]: index for index, name in enumerate(names)}
    stopped = names.index(STOPPED) if STOPPED in names else None
    growth = data["length"][-1] / data["length"][0]

    def seconds(method: str | int, column: int) -> Measured:
        index = row[method] if isinstance(method, str) else method
        known = data["seconds"][index, column], data["seconds_error"][index, column]
        return Measured(*map(float, known))

    def per_site(method: str) -> Measured | None:
        """Growth of the time with the length, over that of the length."""
        one = over(seconds(method, -1), seconds(method, 0))
        return one and one._replace(value=one.value / growth, error=one.error / growth)

    return {
        "dense_over_exact": over(seconds("dense", 0), seconds("exact", 0)),
        "exact_over_window": over(seconds("exact", -1), seconds("window", -1)),
        "exact_over_surrogate": over(seconds("exact", -1), seconds("surrogate", -1)),
        "window_growth": per_site("window"),
        "exact_growth": per_site("exact"),
        "stopped_over_window": None
        if stopped is None
        else over(seconds(stopped, -1), seconds("window", -1)),
        "diagonalisation_exponent": _exponent(found["diagonalisation"]),
    }


def _exponent(data: Evaluated) -> Measured:
    """Least-squares slope of ln(time) against ln L, with the error that the residuals give it."""
    x = np.log(np.broadcast_to(data["length"], data["seconds"].shape)).ravel()
    y = np.log(data["seconds"]).ravel()
    x = x - x.mean()
    slope = (x @ y) / (x @ x)
    residuals = y - y.mean() - slope * x
    error = np.sqrt(residuals @ residuals / (len(x) - 2) / (x @ x))
    return Measured(float(slope), float(error), len(x))
