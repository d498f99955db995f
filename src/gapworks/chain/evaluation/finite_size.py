"""What the ring's length changes: one long disorder, solved as one ring and cut into shorter ones.

The pieces have the same disorder as the long ring, so what differs is the length alone: levels that
are discrete, ends that meet elsewhere, and a mu that is tuned in each piece.
"""

from __future__ import annotations

import numpy as np

from gapworks.chain.data.draw import draw_disorder
from gapworks.chain.data.rings import solve_rings
from gapworks.chain.steps import FiniteSize
from gapworks.factory.container import Coordinate, Variable, with_error
from gapworks.factory.evaluation_file import Evaluation, Given, Report, alone
from gapworks.learning.intervals import jackknifed

VARIABLES = {
    **with_error("mean_delta", Variable(("strength", "length"), "t", "mean Delta")),
    **with_error(
        "shift",
        Variable(("strength", "length"), "1", "mean Delta over that of the longest rings, less 1"),
    ),
    **with_error(
        "site_difference",
        Variable(("strength", "length"), "1", "rms change of Delta_i, over <Delta>"),
    ),
    "mu_spread": Variable(("strength", "length"), "t", "standard deviation of the rings' mu"),
    "failed": Variable(("strength", "length"), "1", "rings that failed", "int64"),
    "localisation_length": Variable(
        ("strength",), "a", "24 (4 - E^2) / W^2 at the Fermi level, W = 2 V0, of the normal chain"
    ),
}
_BLOCK = 1024
"""Most sites that count as one sample: a long ring is several, far beyond correlations' reach."""


def localisation_length(V0: np.ndarray, filling: float) -> np.ndarray:
    """Of the chain without pairing in weak disorder: 24 (4 - E^2) / W^2, lattice spacings.

    E = -2 cos(pi n / 2) is the Fermi level in the band, W = 2 V0 the width of the uniform disorder
    (Thouless; Kappus and Wegner). Infinite at V0 = 0.
    """
    E = -2 * np.cos(np.pi * filling / 2)
    with np.errstate(divide="ignore"):
        return 24 * (4 - E**2) / (2 * np.asarray(V0)) ** 2


def evaluate(settings: FiniteSize, given: Given, threads: int, report: Report) -> Evaluation:
    """Mean Delta of rings of each length, compared with the longest, site by site.

    Parameters
    ----------
    settings : FiniteSize
        Physics; strengths, lengths and sites of `finite_size`.
    given : Given
        Nothing.
    threads : int
        For the solver.
    report : callable
        Is told each V0.

    Returns
    -------
    Evaluation
        The arrays of `VARIABLES`. Errors are over blocks, of as many sites as the longest of the
        lengths up to 1024. Blocks with a ring that failed are left out at that length.
    """
    chosen, physics = settings.finite_size, settings.physics
    longest = chosen.lengths[-1]
    block = max(length for length in chosen.lengths if length <= max(_BLOCK, chosen.lengths[0]))
    rows = []
    for number, V0 in enumerate(chosen.strengths):
        count = max(1, chosen.sites // longest)
        first = number * count
        V, _ = draw_disorder(
            *(settings.seed, chosen.stream, [V0], longest, first, first + count),
            disorder=physics.disorder,
        )
        solved = []
        for length in chosen.lengths:
            s = solve_rings(
                physics, V.reshape(-1, length), tolerance=chosen.tolerance, threads=threads
            )
            kept = np.where(s.converged[:, None], s.delta, np.nan).reshape(-1, block)
            solved.append((kept, s.mu[s.converged].std(), np.count_nonzero(~s.converged)))
        rows.append([_compared(*one, solved[-1][0]) for one in solved])
        report(f"V0 = {V0:g}: <Delta> {rows[-1][-1]['mean_delta']:.5f} t at L = {longest}")
    names = rows[0][0]
    arrays = {name: np.array([[one[name] for one in row] for row in rows]) for name in names}
    strengths = np.array(chosen.strengths)
    arrays["localisation_length"] = localisation_length(strengths, physics.filling)
    coordinates = {
        "strength": Coordinate(strengths, "t", "disorder strength V0"),
        "length": Coordinate(np.array(chosen.lengths), "a", "sites of the ring, L"),
    }
    return Evaluation(alone("finite_size"), coordinates, VARIABLES, arrays)


def _compared(
    delta: np.ndarray, mu_spread: float, failed: int, longest: np.ndarray
) -> dict[str, np.ndarray | float | int]:
    """Delta of one length against that of the longest rings, both (blocks, sites of a block)."""
    known = np.isfinite(delta).all(axis=1) & np.isfinite(longest).all(axis=1)
    delta, longest = delta[known], longest[known]
    means = delta.mean(axis=1), longest.mean(axis=1)
    squares = ((delta - longest) ** 2).mean(axis=1)
    mean, mean_error = jackknifed(lambda mean: mean, means[0])
    shift, shift_error = jackknifed(lambda own, other: own / other - 1, *means)
    change, change_error = jackknifed(
        lambda square, mean: np.sqrt(square) / mean, squares, means[1]
    )
    return {
        "mean_delta": mean,
        "mean_delta_error": mean_error,
        "shift": shift,
        "shift_error": shift_error,
        "site_difference": change,
        "site_difference_error": change_error,
        "mu_spread": mu_spread,
        "failed": failed,
    }
