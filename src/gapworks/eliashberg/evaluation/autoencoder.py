"""Autoencoders: what they reconstruct, whether their pairs satisfy the equations, what they cover.

The last is appendix D: which part of the original gap functions lies as close to a generated one
as generated ones lie to each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from gapworks.eliashberg.data.fields import (
    FIELDS,
    Split,
    apart,
    as_complex,
    field,
    part,
    rows_of,
)
from gapworks.eliashberg.evaluation import errors
from gapworks.eliashberg.evaluation.readings import SCORES
from gapworks.eliashberg.evaluation.solved import printed_way
from gapworks.eliashberg.evaluation.tested import single
from gapworks.eliashberg.learning.features import as_tensor
from gapworks.eliashberg.learning.forward import push_forward
from gapworks.eliashberg.steps import Evaluate
from gapworks.factory.container import Coordinate, Variable, with_interval
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data

AT_ONCE = 256
"""Functions whose neighbours are looked for at a time."""
STRETCH = 10
"""Numbers of a function that are summed for a first, lower bound of its distances."""
ROUNDING = 1e-5
"""Of functions and distances in single precision, relative; nothing is left out for it."""

_PARTS = {"validation": Split.VALIDATION, "test": Split.TEST}

VARIABLES = {
    "squared": Variable(("field", "row"), "1", "mean squared error of a test sample's field"),
    **with_interval(
        "r2_validation", Variable(("field",), "1", "R^2 of fields, validation samples")
    ),
    **with_interval("r2_test", Variable(("field",), "1", "R^2 of fields, test samples")),
    "numbers": Variable(("field",), "1", "how many numbers a field has"),
    "median_error": Variable(("field",), "1", "median relative L2 error, test samples"),
    "example_true": Variable(("example", "number"), "1", "fields of some test samples"),
    "example_found": Variable(("example", "number"), "1", "the same, reconstructed"),
    "pair_residual": Variable(
        ("pushed",), "1", "relative L2 distance of the gap function solved from the new a2F"
    ),
    "pair_pcc": Variable(("pushed",), "1", "Pearson correlation of the two"),
    "pair_superconducts": Variable(
        ("pushed",), "1", "1 if the new a2F superconducts and was solved", "uint8"
    ),
    "own_nearest": Variable(
        ("near",), "1", "distance of a generated function to the nearest other one, l_n^i"
    ),
    "original_nearest": Variable(
        ("near",), "1", "distance of an original function to the nearest generated one, l_o^n"
    ),
}


def evaluate(settings: Evaluate, given: Given, threads: int, report: Report) -> Evaluation:
    """What an autoencoder makes of the data set "own" that it was trained on.

    Pairs are solved and distances taken where it holds a2F and input together.

    Raises
    ------
    DataError
        If the network was trained on other data.
    """
    header, arrays, name, network = single(given)
    chosen, physics, names = settings.evaluation, network.physics, network.card["targets"]
    numbers = [FIELDS[one].size(arrays) for one in names]
    training = rows_of(arrays, part(arrays, Split.TRAIN))
    means = [field(training, one, physics.broadening).mean(0) for one in names]
    made: dict[str, Any] = {}
    for label, which in _PARTS.items():
        rows = rows_of(arrays, part(arrays, which))
        true = [field(rows, one, physics.broadening) for one in names]
        found = apart(network.predict(rows), names, arrays)
        of_fields = [
            errors.score(f, t, mean, chosen, header.attributes["seed"])
            for f, t, mean in zip(found, true, means, strict=True)
        ]
        for end in ("", "_lower", "_upper"):
            made[f"r2_{label}{end}"] = _each(of_fields, f"score{end}", "r2")
    # What follows is of the test samples, the last of the two parts.
    made["numbers"] = np.array(numbers)
    made["squared"] = np.array([one["squared"] for one in of_fields])
    made["median_error"] = _each(of_fields, "score", "relative_error")
    shown = slice(0, min(chosen.examples, len(found[0])))
    made["example_true"] = np.concatenate([one[shown] for one in true], axis=1)
    made["example_found"] = np.concatenate([one[shown] for one in found], axis=1)
    coordinates = {
        "field": Coordinate(
            np.array([list(FIELDS).index(one) for one in names]), "1", ", ".join(FIELDS)
        ),
        "row": Coordinate(rows["sample"], "1", "index of the test sample"),
        "example": Coordinate(rows["sample"][shown], "1", "index of the test sample"),
        "number": Coordinate(np.arange(sum(numbers)), "1", "the fields' numbers"),
    }
    attributes = about_data(header, name) | network.attributes
    attributes["latent"] = network.card["architecture"]["latent"]
    if len(names) == 1:
        return Evaluation(attributes, coordinates, VARIABLES, made)
    if names == ["a2f", "gap"]:
        few = slice(0, chosen.forward)
        delta = as_complex(found[1][few])
        pushed = push_forward(physics, found[0][few], delta, threads, printed_way(header)).numbers
        made["pair_residual"] = pushed["gap_residual"]
        made["pair_pcc"] = pushed["gap_pcc"]
        made["pair_superconducts"] = pushed["superconducts"] & pushed["solved"]
        coordinates["pushed"] = Coordinate(rows["sample"][few], "1", "index of the test sample")
    valid = rows_of(arrays, np.flatnonzero(arrays["valid"] == 1))
    original = field(valid, names[1], physics.broadening)
    generated = apart(network.predict(valid), names, arrays)[1]
    made["own_nearest"] = nearest(generated, generated, threads, same=True)
    made["original_nearest"] = nearest(original, generated, threads)
    coordinates["near"] = Coordinate(valid["sample"], "1", "index of the sample")
    return Evaluation(attributes, coordinates, VARIABLES, made)


def _each(of_fields: list[dict[str, np.ndarray]], variable: str, score: str) -> np.ndarray:
    """One score of every field, shape (fields,)."""
    return np.array([one[variable][SCORES.index(score)] for one in of_fields])


def nearest(
    functions: np.ndarray, others: np.ndarray, threads: int, same: bool = False
) -> np.ndarray:
    """Distance of each function to the nearest of others, relative to its own size (appendix D).

    The smallest sum |f - g| / sum |f| over the others g. Most of them are told from the nearest by
    sums over stretches of numbers, which are no further apart than the numbers themselves.

    Parameters
    ----------
    functions : ndarray, shape (n, numbers)
    others : ndarray, shape (m, numbers)
    threads : int
        Of torch.
    same : bool
        The two are the same: a function is not its own neighbour.
    """
    torch.set_num_threads(threads)
    rows, columns = (as_tensor(one) for one in (functions, others))
    found = np.full(len(rows), np.inf)
    coarse = [_summed(one) for one in (rows, columns)]
    for first in range(0, len(rows), AT_ONCE):
        block = rows[first : first + AT_ONCE]
        least = torch.cdist(coarse[0][first : first + AT_ONCE], coarse[1], p=1)
        if same:
            index = torch.arange(len(block))
            least[index, first + index] = torch.inf
        likeliest = least.argmin(dim=1)
        reached = (block - columns[likeliest]).abs().sum(1, keepdim=True)
        slack = ROUNDING * (reached + block.abs().sum(1, keepdim=True))
        near = (least <= reached + slack) & least.isfinite()
        for number, others_near in enumerate(near):
            if bool(others_near.any()):
                distance = torch.cdist(block[number, None], columns[others_near], p=1)
                found[first + number] = float(distance.min())
    return found / np.abs(functions).sum(1)


def _summed(functions: torch.Tensor) -> torch.Tensor:
    """Sums over stretches of numbers: never further apart than the functions, in a tenth of the
    time; smooth functions hardly nearer."""
    missing = -functions.shape[1] % STRETCH
    return torch.nn.functional.pad(functions, (0, missing)).unflatten(1, (-1, STRETCH)).sum(2)
