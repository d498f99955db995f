"""What a data set is like: its spectra, their numbers, and how complex its functions are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gapworks.eliashberg.data import dataset
from gapworks.eliashberg.data.fields import FIELDS, Split, field, grids, part, rows_of
from gapworks.eliashberg.evaluation.solved import about_solved, solved_data
from gapworks.eliashberg.physics.critical_temperature import critical_temperature
from gapworks.eliashberg.steps import Evaluate
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report

COMPONENTS = 64
"""Principal components that are kept."""

AS_SOLVED = ("coupling", "omega_log", "redraws", "residual", "line_residual", "back_projection")
"""Taken from the data set as they are."""

VARIABLES = {
    **{name: replace(dataset.VARIABLES[name], dimensions=("row",)) for name in AS_SOLVED},
    "continuation": replace(dataset.VARIABLES["continuation"], dimensions=("row", "said")),
    "delta_0": Variable(("row",), "meV", "Delta(i omega_0)"),
    "samples": Variable(("split",), "1", "valid samples that train, validate, test", "int32"),
    "failed": Variable(("split",), "1", "samples that failed a check", "int32"),
    "critical_temperature": Variable(("checked",), "K", "Tc of some test samples"),
    "variance": Variable(
        ("field", "component"), "1", "share of the variance held by so many principal components"
    ),
    "total_variance": Variable(("field",), "1", "variance of the field, mean over its numbers"),
    "example_a2f": Variable(("example", "omega"), "1", "a2F of some test samples"),
    "example_gap": Variable(("example", "gap_number"), "meV", "their Re Delta, then Im Delta"),
    "example_dos": Variable(("example", "energy"), "1", "their N / N_F"),
}


def evaluate(settings: Evaluate, given: Given, threads: int, report: Report) -> Evaluation:
    """Numbers of all valid samples of the data set "solved", principal components, examples."""
    header, arrays, physics, _ = solved_data(given)
    chosen = settings.evaluation
    valid = rows_of(arrays, np.flatnonzero(arrays["valid"] == 1))
    test = part(arrays, Split.TEST)
    checked = rows_of(arrays, test[: chosen.checks])
    shown = rows_of(arrays, test[: chosen.examples])
    held = {name: field(valid, name, physics.broadening) for name in FIELDS}
    components = np.arange(1, COMPONENTS + 1)
    made = {name: valid[name] for name in AS_SOLVED} | {
        **{name: valid[name] for name in ("continuation",) if name in valid},
        "delta_0": valid["matsubara_delta"][:, 0],
        "samples": np.bincount(valid["split"], minlength=3),
        "failed": np.bincount(arrays["split"][arrays["valid"] == 0], minlength=3),
        "critical_temperature": critical_temperature(
            arrays["omega"], checked["a2f"], physics.mu_star, cutoff=physics.mu_star_cutoff
        ),
        "variance": np.array([variance_held(rows, COMPONENTS) for rows in held.values()]),
        "total_variance": np.array([rows.var(axis=0).mean() for rows in held.values()]),
        "example_a2f": shown["a2f"],
        "example_gap": field(shown, "gap", physics.broadening),
        "example_dos": field(shown, "dos", physics.broadening),
    }
    coordinates = grids(arrays) | {
        "row": Coordinate(valid["sample"], "1", "index of the sample"),
        "checked": Coordinate(checked["sample"], "1", "index of the test sample"),
        "example": Coordinate(shown["sample"], "1", "index of the test sample"),
        "field": Coordinate(np.arange(len(FIELDS)), "1", ", ".join(FIELDS)),
        "said": Coordinate(np.arange(len(dataset.SAID)), "1", ", ".join(dataset.SAID)),
        "split": Coordinate(np.arange(3), "1", ", ".join(one.name.lower() for one in Split)),
        "component": Coordinate(components, "1", "principal components"),
    }
    return Evaluation(about_solved(header, "data", physics), coordinates, VARIABLES, made)


def variance_held(rows: np.ndarray, components: int) -> np.ndarray:
    """Share of the variance that 1, 2 ... principal components hold, shape (components,)."""
    centred = rows - rows.mean(0)
    variances = np.clip(np.linalg.eigvalsh(centred.T @ centred)[::-1], 0, None)
    return (variances.cumsum() / variances.sum())[:components]
