"""Supervised networks on test samples: errors, examples, and predictions pushed forward."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg import networks
from gapworks.eliashberg.config import AsPrinted
from gapworks.eliashberg.data.fields import (
    Arrays,
    Split,
    as_numbers,
    field,
    gap_function,
    grids,
    part,
    rows_of,
)
from gapworks.eliashberg.evaluation import errors
from gapworks.eliashberg.evaluation.readings import SCORES
from gapworks.eliashberg.evaluation.solved import printed_way
from gapworks.eliashberg.evaluation.tested import single
from gapworks.eliashberg.learning import forward
from gapworks.eliashberg.learning.distances import pearson, relative_distance
from gapworks.eliashberg.learning.trained import Network
from gapworks.eliashberg.physics.moments import MOMENTS, moment_name
from gapworks.eliashberg.steps import Evaluate
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data
from gapworks.learning.data import read_dataset

NUMBERS = {"coupling": "1", "omega_log": "meV"} | {
    moment_name(p): unit for p, unit in zip(MOMENTS, ("1", "meV", "meV^2", "meV^3"), strict=True)
}
"""Of a spectrum, compared between prediction and truth, with their units."""

PUSHED = forward.VARIABLES | {
    "a2f_pcc": Variable(("pushed",), "1", "Pearson correlation of predicted and true a2F"),
    "a2f_error": Variable(("pushed",), "1", "relative L2 error of the predicted a2F"),
    **{
        f"{name}_{which}": Variable(("pushed",), unit, f"{name} of the {said} a2F")
        for name, unit in NUMBERS.items()
        for which, said in (("true", "true"), ("found", "predicted"))
    },
}
"""Predictions from the solved test samples' own inputs, pushed through the equations."""

EXAMPLES = {
    "example_true": Variable(("example", "target"), "1", "targets of some test samples"),
    "example_found": Variable(("example", "target"), "1", "their predictions"),
}
"""Of the data that the network was trained on; in the target's units."""

SOLVED_EXAMPLES = {
    "solved_true": Variable(("example", "omega"), "1", "a2F of some solved test samples"),
    "solved_found": Variable(("example", "omega"), "1", "a2F predicted, >= 0 as it was solved"),
    "solved_gap_true": Variable(("example", "gap_number"), "meV", "their gap functions"),
    "solved_gap_found": Variable(("example", "gap_number"), "meV", "those of the predictions"),
    "solved_z_true": Variable(("example", "energy"), "1", "their Re Z"),
    "solved_z_found": Variable(("example", "energy"), "1", "those of the predictions"),
}

VARIABLES = errors.VARIABLES | PUSHED | EXAMPLES | SOLVED_EXAMPLES


def evaluate(settings: Evaluate, given: Given, threads: int, report: Report) -> Evaluation:
    """Errors on the test samples of a network's own data, and its predictions pushed forward.

    Parameters
    ----------
    settings : Evaluate
    given : Given
        The data set "own" that the network was trained on, solved or generated, and the "solved"
        one, the same or what the generated data were made from; one network.
    threads : int
        Of the solvers.
    report : callable
        Not used.

    Raises
    ------
    DataError
        If the network was trained on other data.
    """
    header, own, name, network = single(given, "solved")
    solved_header, solved = header, own
    if given.data["solved"] != given.data["own"]:
        solved_header, solved = read_dataset(given.data["solved"], "eliashberg")
    physics = network.physics
    (target,) = network.card["targets"]
    train, test = part(own, Split.TRAIN), part(own, Split.TEST)
    chosen = rows_of(own, test)
    true = field(chosen, target, physics.broadening)
    mean = field(rows_of(own, train), target, physics.broadening).mean(0)
    found = network.predict(chosen)
    made = errors.score(found, true, mean, settings.evaluation, header.attributes["seed"])
    examples = slice(0, min(settings.evaluation.examples, len(test)))
    made |= {"example_true": true[examples], "example_found": found[examples]}
    coordinates = {
        "row": Coordinate(own["sample"][test], "1", "index of the test sample"),
        "measure": Coordinate(np.arange(len(SCORES)), "1", ", ".join(SCORES)),
        "example": Coordinate(own["sample"][test[examples]], "1", "index of the test sample"),
        "target": Coordinate(np.arange(true.shape[1]), "1", "numbers of the target"),
    }
    if target == "a2f":
        printed = printed_way(solved_header)
        pushed, more = _push(network, solved, settings.evaluation, threads, examples, printed)
        made |= more
        coordinates |= pushed
    attributes = about_data(solved_header, name) | network.attributes
    if "latent" in header.attributes:
        attributes["latent"] = header.attributes["latent"]
    return Evaluation(attributes, coordinates, VARIABLES, made)


def _push(
    network: Network,
    solved: Arrays,
    settings: networks.Evaluation,
    threads: int,
    shown: slice,
    printed: AsPrinted | None,
) -> tuple[dict[str, Coordinate], dict[str, np.ndarray]]:
    """Predictions from solved test samples, solved in their turn."""
    physics = network.physics
    test = part(solved, Split.TEST)[: max(settings.forward, settings.examples)]
    chosen = rows_of(solved, test)
    delta, a2f = gap_function(chosen), chosen["a2f"]
    predicted = network.predict(chosen)
    pushed = forward.push_forward(physics, predicted, delta, threads, printed)
    made = dict(pushed.numbers)
    made["a2f_pcc"] = pearson(predicted, a2f)
    made["a2f_error"] = relative_distance(predicted, a2f)
    for ending, spectra in (("true", a2f), ("found", pushed.a2f)):
        numbers = forward.spectrum_numbers(physics, spectra)
        made |= {f"{name}_{ending}": values for name, values in numbers.items()}
    made |= {
        "solved_true": a2f[shown],
        "solved_found": pushed.a2f[shown],
        "solved_gap_true": as_numbers(delta[shown]),
        "solved_gap_found": as_numbers(pushed.delta[shown]),
        "solved_z_true": chosen["z_real"][shown],
        "solved_z_found": pushed.z.real[shown],
    }
    coordinates = grids(solved) | {
        "pushed": Coordinate(solved["sample"][test], "1", "index of the test sample"),
    }
    return coordinates, made
