"""Wall times of one iteration by exact diagonalisation, against the ring's length."""

from __future__ import annotations

import time

import numpy as np

from gapworks.chain.data.draw import draw_disorder
from gapworks.chain.physics.dense import dense_map
from gapworks.chain.physics.model import Model, clean_ring
from gapworks.chain.steps import DiagonalisationTimes
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report, alone

VARIABLES = {
    "seconds": Variable(("repeat", "length"), "s", "time of one iteration"),
}


def evaluate(
    settings: DiagonalisationTimes, given: Given, threads: int, report: Report
) -> Evaluation:
    """Wall time of an iteration, from the clean ring's fields, for each length and repeat.

    Parameters
    ----------
    settings : DiagonalisationTimes
        Physics; lengths and repeats of `diagonalisation`; the rings of `cost`.
    given : Given
        Nothing.
    threads : int
        The linear algebra library decides, by its environment.
    report : callable
        Is told each length.

    Returns
    -------
    Evaluation
        `seconds`, shape (repeats, lengths).
    """
    chosen, physics, cost = settings.diagonalisation, settings.physics, settings.cost
    model = Model(**physics.hamiltonian)
    seconds = np.empty((chosen.repeats, len(chosen.lengths)))
    for column, length in enumerate(chosen.lengths):
        delta, mu = clean_ring(model, length)
        uniform = np.full(length, delta), np.full(length, model.filling)
        V = draw_disorder(settings.seed, cost.stream, [cost.strength], length, 0, chosen.repeats)[0]
        for row in range(chosen.repeats):
            start = time.perf_counter()
            dense_map(V[row], *uniform, mu, model.coupling, model.hartree)
            seconds[row, column] = time.perf_counter() - start
        report(f"L = {length}: {np.median(seconds[:, column]):.2e} s an iteration")
    coordinates = {
        "repeat": Coordinate(np.arange(chosen.repeats), "1", "number of the repeat"),
        "length": Coordinate(np.array(chosen.lengths), "a", "sites of the ring, L"),
    }
    return Evaluation(alone("diagonalisation"), coordinates, VARIABLES, {"seconds": seconds})
