"""Wall times of solvers and networks: the one evaluation that differs in every run.

Everything is timed in one process, one after the other, so that ratios hold on a noisy machine.
"""

from __future__ import annotations

import time

import numpy as np

from gapworks.chain.evaluation.methods import about, asked, compared, coordinates, rings
from gapworks.chain.steps import MethodTimes
from gapworks.factory.container import Variable, with_error
from gapworks.factory.evaluation_file import Evaluation, Given, Report

VARIABLES = {
    **with_error(
        "seconds",
        Variable(("method", "length"), "s", "median time for one ring, NaN: not measured"),
    ),
}


def evaluate(settings: MethodTimes, given: Given, threads: int, report: Report) -> Evaluation:
    """Median wall time of each method for one ring, on rings of growing length.

    Arguments and errors as those of `cost.evaluate`.

    Returns
    -------
    Evaluation
        `seconds`, shape (methods, lengths); NaN: too long for dense, which is timed twice at most.
        Every length has as many sites in all, so that caches serve all alike.
    """
    cost, methods = settings.cost, compared(settings, given.networks, threads)
    seconds = np.full((len(methods), len(cost.lengths)), np.nan)
    errors = np.full_like(seconds, np.inf)
    for column, length in enumerate(cost.lengths):
        V = rings(settings, length)
        for row, name, few in asked(cost, methods, V):
            if name != "dense":
                methods[name](few[:1])  # compiled, allocated
            taken = []
            for _ in range(min(cost.repeats, 2) if name == "dense" else cost.repeats):
                start = time.perf_counter()
                methods[name](few)
                taken.append((time.perf_counter() - start) / len(few))
            seconds[row, column] = np.median(taken)
            if len(taken) > 1:
                errors[row, column] = np.std(taken, ddof=1) / np.sqrt(len(taken))
            report(f"L = {length}: {name}: {seconds[row, column]:.2e} s a ring")
    attributes = about("timing", methods, threads)
    arrays = {"seconds": seconds, "seconds_error": errors}
    return Evaluation(attributes, coordinates(cost, methods), VARIABLES, arrays)
