"""Autoencoders: what they reconstruct, whether their pairs satisfy the equations, what they cover.

The last is appendix D: which part of the original gap functions lies as close to a generated one
as generated ones lie to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gapworks.eliashberg.data.fields import Split, field, part, rows_of, sizes
from gapworks.eliashberg.evaluation.readings import FIELDS
from gapworks.eliashberg.learning import scores
from gapworks.eliashberg.learning.forward import FORWARD_SOLVER, push_forward
from gapworks.eliashberg.networks import Evaluation
from gapworks.factory.container import Coordinate, Variable

_PARTS = {"validation": Split.VALIDATION, "test": Split.TEST}

VARIABLES = {
    "squared": Variable(("field", "row"), "1", "mean squared error of a test sample's field"),
    **{
        f"{name}{end}": Variable(("field",), "1", f"R^2 of each field, {name[3:]} samples{said}")
        for name in ("r2_validation", "r2_test")
        for end, said in (("", ""), ("_lower", ", lower end"), ("_upper", ", upper end"))
    },
    "numbers": Variable(("field",), "1", "how many numbers a field has"),
    "median_error": Variable(("field",), "1", "median relative L2 error, test samples"),
    "example_true": Variable(("example", "number"), "1", "fields of some test samples"),
    "example_found": Variable(("example", "number"), "1", "the same, reconstructed"),
    "pair_residual": Variable(
        ("pushed",), "1", "relative L2 distance of the gap function solved from the new EBSF"
    ),
    "pair_pcc": Variable(("pushed",), "1", "Pearson correlation of the two"),
    "own_nearest": Variable(
        ("near",), "1", "distance of a generated function to the nearest other one, l_n^i"
    ),
    "original_nearest": Variable(
        ("near",), "1", "distance of an original function to the nearest generated one, l_o^n"
    ),
}


def evaluate(
    network: Any,
    arrays: Mapping[str, np.ndarray],
    settings: Evaluation,
    seed: int,
    threads: int,
) -> tuple[dict[str, Coordinate], dict[str, np.ndarray]]:
    """What an autoencoder makes of a solved data set.

    Pairs are solved and distances taken where it holds EBSF and input together.

    Parameters
    ----------
    network : gapworks.eliashberg.learning.trained.Network
    arrays : mapping of str to ndarray
        The solved data set that it was trained on.
    """
    physics, names = network.physics, network.card["targets"]
    size = sizes(arrays)
    ends = np.cumsum([size[name] for name in names])[:-1]
    training = rows_of(arrays, part(arrays, Split.TRAIN))
    means = [field(training, name, physics.broadening).mean(0) for name in names]
    made: dict[str, Any] = {}
    for label, which in _PARTS.items():
        chosen = rows_of(arrays, part(arrays, which))
        true = [field(chosen, name, physics.broadening) for name in names]
        found = np.split(network.predict(chosen), ends, axis=1)
        of_fields = [
            scores.score(f, t, mean, settings, seed)
            for f, t, mean in zip(found, true, means, strict=True)
        ]
        for end in ("", "_lower", "_upper"):
            made[f"r2_{label}{end}"] = np.array([one[f"score{end}"][0] for one in of_fields])
    # What follows is of the test samples, the last of the two parts.
    made["numbers"] = np.array([size[name] for name in names])
    made["squared"] = np.array([one["squared"] for one in of_fields])
    made["median_error"] = np.array([one["score"][2] for one in of_fields])
    shown = slice(0, min(settings.examples, len(found[0])))
    made["example_true"] = np.concatenate([one[shown] for one in true], axis=1)
    made["example_found"] = np.concatenate([one[shown] for one in found], axis=1)
    coordinates = {
        "field": Coordinate(np.array([FIELDS.index(n) for n in names]), "1", ", ".join(FIELDS)),
        "row": Coordinate(chosen["sample"], "1", "index of the test sample"),
        "example": Coordinate(chosen["sample"][shown], "1", "index of the test sample"),
        "number": Coordinate(np.arange(sum(size[n] for n in names)), "1", "the fields' numbers"),
    }
    if len(names) == 1:
        return coordinates, made
    if names == ["a2f", "gap"]:
        few = slice(0, settings.forward)
        pushed = push_forward(physics, found[0][few], found[1][few], FORWARD_SOLVER, threads)
        made["pair_residual"] = pushed.numbers["gap_residual"]
        made["pair_pcc"] = pushed.numbers["gap_pcc"]
        coordinates["pushed"] = Coordinate(chosen["sample"][few], "1", "index of the test sample")
    valid = rows_of(arrays, np.flatnonzero(arrays["valid"] == 1))
    original = field(valid, names[1], physics.broadening)
    generated = network.predict(valid)[:, ends[0] :]
    made["own_nearest"] = nearest(generated, generated, threads, same=True)
    made["original_nearest"] = nearest(original, generated, threads)
    coordinates["near"] = Coordinate(valid["sample"], "1", "index of the sample")
    return coordinates, made


def nearest(
    functions: np.ndarray, others: np.ndarray, threads: int, same: bool = False
) -> np.ndarray:
    """Distance of each function to the nearest of others, relative to its own size (appendix D).

    The smallest sum |f - g| / sum |f| over the others g.

    Parameters
    ----------
    functions : ndarray, shape (n, numbers)
    others : ndarray, shape (m, numbers)
    same : bool
        The two are the same: a function is not its own neighbour.
    """
    import torch

    torch.set_num_threads(threads)
    rows, columns = (torch.from_numpy(np.ascontiguousarray(a)).float() for a in (functions, others))
    found = np.empty(len(rows))
    for first in range(0, len(rows), 256):
        block = rows[first : first + 256]
        distance = torch.cdist(block, columns, p=1)
        if same:
            index = torch.arange(len(block))
            distance[index, first + index] = torch.inf
        found[first : first + 256] = distance.min(dim=1).values.numpy()
    return found / np.abs(functions).sum(1)
