"""Calibrating a trained surrogate's bands on rings of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from gapworks.chain.config import Physics
from gapworks.chain.data.draw import draw_disorder
from gapworks.chain.data.rings import solve_rings
from gapworks.chain.learning.bands import Bands, calibrated
from gapworks.chain.learning.trained import Network
from gapworks.chain.network_config import BandSettings

_TOLERANCE = 1e-9
"""Far below any network's error."""
_LEAST_ANSWERED = 0.5


def calibrate(network: Network, settings: BandSettings, seed: int, threads: int) -> Bands | None:
    """Bands of a network, on rings that are drawn and solved for it.

    None of a network that answers less than half of the rings at some V0, for no mu gives its
    filling: one that has hardly been trained.

    Parameters
    ----------
    network : Network
        A surrogate.
    settings : BandSettings
        Stream of the rings' disorder, their number per V0, coverage.
    seed : int
        Root of all randomness.
    threads : int
        For the solver.
    """
    physics = Physics.model_validate(network.card["training_data"]["physics"])
    count = settings.realizations * len(physics.disorder_strengths)
    V, V0 = draw_disorder(
        *(seed, settings.stream, physics.disorder_strengths, physics.length, 0, count),
        disorder=physics.disorder,
    )
    s = solve_rings(physics, V, tolerance=_TOLERANCE, threads=threads)
    answer = network.answer(V, exactly=False)
    known = s.converged & answer.closed
    if min(known[one == V0].mean() for one in physics.disorder_strengths) < _LEAST_ANSWERED:
        return None
    return calibrated(V0[known], (answer.delta - s.delta)[known], settings.coverage)


def finishing(
    settings: BandSettings, seed: int, threads: int
) -> Callable[[torch.nn.Module, dict[str, Any], Callable[[str], None]], tuple[Mapping, Mapping]]:
    """What a training ends with: the key `bands` of the card, see `gapworks.learning.task`.

    Parameters
    ----------
    settings, seed, threads
        As of `calibrate`.
    """

    def finish(model, card, report):
        bands = calibrate(Network(model, card), settings, seed, threads)
        if bands is None:
            report("no bands: the network leaves the filling of too many rings open")
            return {}, {"bands": None}
        widths = ", ".join(f"{width:.1e}" for width in bands.half_width)
        report(f"{bands.coverage:.0%} bands, half widths: {widths} t")
        return {}, {"bands": bands.model_dump()}

    return finish
