"""Numbers of the qpi study that stand beside the paper's, taken from its evaluation files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gapworks.factory.evaluation_file import Evaluated
from gapworks.qpi.config import CLASSES
from gapworks.qpi.evaluation.errors import PARAMETERS
from gapworks.qpi.paper.scores import at_level, reported


def metrics(evaluations: Sequence[Evaluated], network: str) -> dict[str, float | None]:
    """Every metric that docs/claims.yaml may name for this study.

    Parameters
    ----------
    evaluations : sequence of Evaluated
        All that the study's figures and tables are made of.
    network : str
        The backbone that is shown.

    Returns
    -------
    dict of str to float or None
        None where there is no number (a class without a sample).
    """
    found = {data.name: data for data in evaluations}
    converged = found[f"test-{network}-converged"]
    single_grid = found[f"literal_test-{network}-literal"]
    crossed = found[f"literal_converged-{network}-literal"]
    made: dict[str, float | None] = _tested(converged, "")
    made |= _tested(single_grid, "literal_")
    made["crossed_mean_hit"] = crossed["mean_hit"][at_level(crossed, reported(crossed))]
    made["crossed_loss_of_hits"] = made["literal_mean_hit"] - made["crossed_mean_hit"]
    made["parameters"] = converged.attributes["parameters"]
    made["training_samples"] = converged.attributes["training_data"]["samples"]
    made["test_samples_per_class"] = converged["samples"].min()
    made |= _statements(found["statements"])
    symmetry = found["symmetry"]
    made["c3_accuracy"] = symmetry["accuracy"][symmetry.row("white", reported(symmetry))]
    pairs = found["examples"]
    median = pairs.row("quantile", 0.5)
    for label, name in enumerate(CLASSES):
        made[f"grid_error_{name}"] = pairs["error_quantiles"][label, median]
    return {
        name: None if value is None or np.isnan(value) else float(value)
        for name, value in made.items()
    }


def _tested(data: Evaluated, prefix: str) -> dict[str, float | None]:
    """Hits and errors at the reported noise, in the units of Table I (eps_0: meV)."""
    row = at_level(data, reported(data))
    made = {f"{prefix}mean_hit": data["mean_hit"][row]}
    for label, name in enumerate(CLASSES):
        made[f"{prefix}hit_{name}"] = data["hit"][row, label]
        for column, parameter in enumerate(PARAMETERS):
            if (name, parameter) != ("A12u", "theta"):
                made[f"{prefix}{parameter}_{name}"] = data["mae"][row, label, column]
    made[f"{prefix}lowest_hit"] = data["hit"][row].min()
    made[f"{prefix}hit_without_noise"] = data["mean_hit"][at_level(data, 0.0)]
    made[f"{prefix}largest_delta_error"] = data["mae"][row, :, PARAMETERS.index("delta")].max()
    made[f"{prefix}largest_eps0_error"] = data["mae"][row, :, PARAMETERS.index("eps0")].max()
    made[f"{prefix}largest_theta_error"] = np.nanmax(data["mae"][row, :, PARAMETERS.index("theta")])
    return made


def _statements(data: Evaluated) -> dict[str, float | None]:
    """Largest difference of what should be degenerate, smallest of what should be visible."""
    compared, difference = data.attributes["statements"], data["difference"]

    def taken(about: str, worst, **keys: object) -> float:
        rows = [
            row
            for row, one in enumerate(compared)
            if one["about"] == about and all(one[key] == value for key, value in keys.items())
        ]
        return worst(difference[rows])

    def clean(row: Mapping[str, object]) -> bool:
        return row["about"] == "degeneracy" and row["rashba"] == 0

    at_zero = [row for row, one in enumerate(compared) if clean(one) and one["omega"] == 0]
    elsewhere = [row for row, one in enumerate(compared) if clean(one) and one["omega"] != 0]
    split = [row for row, one in enumerate(compared) if one["rashba"] > 0]
    return {
        "a1u_a2u_at_zero": difference[at_zero].max(),
        "a1u_a2u_elsewhere": difference[elsewhere].max() if elsewhere else None,
        "a1u_a2u_rashba": np.median(difference[split]),
        "sign_of_gap": taken("sign of the gap", np.max),
        "sign_of_theta": taken("sign of theta", np.min),
        "phi_scalar_Eg": taken("size of phi", np.median, irrep="Eg", impurity="scalar"),
        "phi_scalar_Eu": taken("size of phi", np.median, irrep="Eu", impurity="scalar"),
        "phi_sign_scalar": taken("sign of phi", np.max, impurity="scalar"),
        "phi_sign_sz_Eg": taken("sign of phi", np.median, irrep="Eg", impurity="sz"),
        "phi_sign_sz_Eu": taken("sign of phi", np.median, irrep="Eu", impurity="sz"),
    }
