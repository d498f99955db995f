"""Which latent dimension: decided by validation data, from the autoencoders' evaluations (Fig. 1).

Steps 3 and 4 of the flow chart: the dimension from which a2F and input are reconstructed, d_Lo and
d_Li, and the choice of d_Li where d_Lo is larger.
"""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.data.fields import FIELDS
from gapworks.eliashberg.evaluation.readings import by_latent, latent, of_field, required
from gapworks.eliashberg.names import NetworkName
from gapworks.eliashberg.steps import ChooseDimension
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluation, Given, Report, read_evaluation

VARIABLES = {
    **{
        f"r2_{part}_{name}": Variable(("latent",), "1", f"R^2 of the {name}, {part} samples")
        for part in ("validation", "test")
        for name in FIELDS
    },
    **{
        f"required_{name}": Variable(
            ("threshold",), "1", f"smallest d_L that gives the {name} this R^2, validation; 0: none"
        )
        for name in FIELDS
    },
}


def evaluate(settings: ChooseDimension, given: Given, threads: int, report: Report) -> Evaluation:
    """R^2 of a2F and input against d_L, and what follows.

    The file says, as attributes: `required_a2f` and `required_input`, the smallest d_L that
    reconstructs each (0: none does); `reduce`, whether the first is larger; `chosen`, the input's,
    or the best if none.

    Parameters
    ----------
    settings : ChooseDimension
    given : Given
        Evaluations of autoencoders of a2F and input together, one for each d_L.
    threads : int
        Not used.
    report : callable
        Not used.

    Raises
    ------
    DataError
        If an evaluation cannot be read.
    """
    source, flow = settings.input, settings.flow
    if not given.evaluations:
        raise DataError("--evaluation NAME=FILE is missing: those of the autoencoders")
    every = [read_evaluation(path, "eliashberg") for path in given.evaluations.values()]
    ordered = by_latent(every)
    tried = np.array([latent(one) for one in ordered])
    made = {
        f"r2_{part}_{name}": np.array([of_field(one, name, part) for one in ordered])
        for part in ("validation", "test")
        for name in ("a2f", source)
    }
    required_a2f = required(tried, made["r2_validation_a2f"], flow.a2f)
    required_input = required(tried, made[f"r2_validation_{source}"], flow.of(source))
    made |= {
        f"required_{name}": np.array(
            [required(tried, made[f"r2_validation_{name}"], one) for one in flow.thresholds]
        )
        for name in ("a2f", source)
    }
    weights = "equal-" if NetworkName.parse(every[0].method).transform == "equal" else ""
    best = int(tried[made[f"r2_validation_{source}"].argmax()])
    attributes = {
        "dataset": every[0].dataset,
        "method": f"dimensions-{weights}{source}",
        "input": source,
        "required_a2f": required_a2f,
        "required_input": required_input,
        "reduce": int(required_input > 0 and not 0 < required_a2f <= required_input),
        "chosen": required_input or best,
    }
    coordinates = {
        "latent": Coordinate(tried, "1", "latent dimension d_L"),
        "threshold": Coordinate(np.array(flow.thresholds), "1", "R^2 that is asked for"),
    }
    return Evaluation(attributes, coordinates, VARIABLES, made)
