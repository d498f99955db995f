"""Which latent dimension: decided by validation data, from the autoencoders' evaluations (Fig. 1).

Steps 3 and 4 of the flow chart: the dimension from which EBSF and input are reconstructed, d_Lo and
d_Li, and the choice of d_Li where d_Lo is larger.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gapworks.eliashberg.evaluation.readings import FIELDS, by_latent, latent, of_field
from gapworks.eliashberg.networks import Flow
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluated

VARIABLES = {
    f"r2_{part}_{name}": Variable(("latent",), "1", f"R^2 of the {name}, {part} samples")
    for part in ("validation", "test")
    for name in FIELDS
}


def evaluate(
    autoencoders: Sequence[Evaluated], source: str, flow: Flow
) -> tuple[dict[str, Coordinate], dict[str, np.ndarray], dict[str, object]]:
    """R^2 of EBSF and input against d_L, and what follows.

    Parameters
    ----------
    autoencoders : sequence of Evaluated
        Of EBSF and input together, one for each d_L.
    source : str
        The input: "gap" or "dos".

    Returns
    -------
    coordinates, arrays
    decision : dict
        `required_a2f` and `required_input`, the smallest d_L that reconstructs each (0: none
        does); `reduce`, whether the first is larger; `chosen`, the input's, or the best if none.
    """
    ordered = by_latent(autoencoders)
    tried = np.array([latent(one) for one in ordered])
    made = {
        f"r2_{part}_{name}": np.array([of_field(one, name, part) for one in ordered])
        for part in ("validation", "test")
        for name in ("a2f", source)
    }
    required_a2f = required(tried, made["r2_validation_a2f"], flow.a2f)
    required_input = required(tried, made[f"r2_validation_{source}"], getattr(flow, source))
    best = int(tried[made[f"r2_validation_{source}"].argmax()])
    decision = {
        "required_a2f": required_a2f,
        "required_input": required_input,
        "reduce": int(required_input > 0 and not 0 < required_a2f <= required_input),
        "chosen": required_input or best,
    }
    coordinates = {"latent": Coordinate(tried, "1", "latent dimension d_L")}
    return coordinates, made, decision


def required(tried: np.ndarray, r2: np.ndarray, least: float) -> int:
    """The smallest dimension with an R^2 of at least so much; 0 if there is none."""
    enough = np.flatnonzero(r2 >= least)
    return int(tried[enough[0]]) if len(enough) else 0
