"""The irreducible error of any window: how much Delta_i varies when the window is held.

The disorder outside V_{i-R} ... V_{i+R} is drawn again and the ring solved exactly; the variance of
Delta_i over such draws is the smallest mean squared error that a predictor which sees the window
(and knows V0) can have. What remains is carried by the tuned mu, which is a global quantity, and
by the tails of the response.
"""

from __future__ import annotations

import numpy as np

from gapworks.chain.data.draw import redrawn_outside
from gapworks.chain.data.rings import solve_rings
from gapworks.chain.steps import IrreducibleError
from gapworks.factory.container import Coordinate, Variable, with_error, with_interval
from gapworks.factory.evaluation_file import Evaluation, Given, Report, alone
from gapworks.factory.seeds import sample_generator
from gapworks.learning.intervals import bootstrap_ratio, jackknifed, with_ends

VARIABLES = {
    **with_interval(
        "floor", Variable(("cutoff",), "t^2", "irreducible mean squared error, all V0 pooled")
    ),
    **with_error(
        "floor_by_strength", Variable(("cutoff", "strength"), "t^2", "the same at each V0")
    ),
    "failed": Variable(("cutoff",), "1", "rings that failed; their windows are left out", "int64"),
}


def evaluate(settings: IrreducibleError, given: Given, threads: int, report: Report) -> Evaluation:
    """Floor of the mean squared error against the window's cut-off R.

    Parameters
    ----------
    settings : IrreducibleError
        Physics, the solver's tolerance, cut-offs, windows per V0 and draws per window.
    given : Given
        Nothing.
    threads : int
        For the solver.
    report : callable
        Is told each cut-off that is done.

    Returns
    -------
    Evaluation
        The arrays of `VARIABLES`. The variance over draws is the unbiased one; the interval is over
        windows.
    """
    physics, seed, floor = settings.physics, settings.seed, settings.floor
    strengths = physics.disorder_strengths
    rows = []
    for cutoff in settings.cutoffs:
        per_window = np.empty((len(strengths), floor.windows))
        failed = 0
        for row, V0 in enumerate(strengths):
            V = np.stack(
                [
                    # The stream does not depend on R: neighbouring cut-offs see the same windows.
                    redrawn_outside(
                        sample_generator(seed, "chain", floor.stream, row * floor.windows + window),
                        V0,
                        physics.length,
                        cutoff,
                        floor.draws,
                        physics.disorder,
                    )
                    for window in range(floor.windows)
                ]
            )
            s = solve_rings(physics, V, tolerance=settings.tolerance, threads=threads)
            failed += int(np.count_nonzero(~s.converged))
            at_centre = np.where(s.converged, s.delta[..., 0], np.nan)
            per_window[row] = at_centre.var(axis=1, ddof=1)
        whole = np.isfinite(per_window).all(axis=0)
        kept = per_window[:, whole].mean(axis=0)
        estimate = bootstrap_ratio(kept, np.ones_like(kept), np.random.default_rng(seed))
        by_strength = jackknifed(lambda mean: mean, per_window[:, whole].T)
        rows.append((estimate, *by_strength, failed))
        report(f"R = {cutoff}: {estimate.value:.2e} t^2")
    floors, by_strength, errors, failed = zip(*rows, strict=True)
    arrays = with_ends("floor", floors) | {
        "floor_by_strength": np.array(by_strength),
        "floor_by_strength_error": np.array(errors),
        "failed": np.array(failed),
    }
    coordinates = {
        "cutoff": Coordinate(np.array(settings.cutoffs), "a", "R, sites to each side"),
        "strength": Coordinate(np.array(strengths), "t", "disorder strength V0"),
    }
    name = "floor" if physics.mu == "tuned" else f"floor-{physics.mu}"
    return Evaluation(alone(name), coordinates, VARIABLES, arrays)
