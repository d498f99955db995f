"""Telling Eu from A12u by symmetry alone: images of the one-dimensional irreps are symmetric in C3.

The share of a map's energy that is odd under C3 is compared with a threshold found on training
data. No network: what this reaches, a network should.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from gapworks.factory.container import Coordinate, Variable, named, with_interval
from gapworks.factory.evaluation_file import Evaluation, Given, Report, alone
from gapworks.learning.data import dataset_header
from gapworks.learning.intervals import wilson, with_ends
from gapworks.qpi import steps
from gapworks.qpi.config import U_GAPS
from gapworks.qpi.learning.features import U_CLASSES, has_u_gap, stored_maps, windows
from gapworks.qpi.learning.maps import View, threefold_mean, with_noise, within_disc

VARIABLES = {
    "accuracy": Variable(("white",), "1", "mean of the shares of A12u and of Eu recognised"),
    **with_interval(
        "hit",
        Variable(("white", "class"), "1", "share recognised of A12u and of Eu"),
        "end of its Wilson interval",
    ),
    "histogram": Variable(("class", "bin"), "1", "samples by C3-odd share at the reported noise"),
}
BINS = np.linspace(-4, 0, 41)
"""Edges of the bins of log10 of the share."""


def evaluate(settings: steps.C3Baseline, given: Given, threads: int, report: Report) -> Evaluation:
    """How far the share tells the two apart, at every level of white noise.

    The threshold is that of `given.data["training"]`; `given.data["test"]` is judged by it.
    """
    torch.set_num_threads(threads)
    view, tested = View(radius=settings.inputs.radius), settings.evaluation
    known = [_u_maps(path, view) for path in given.datasets("training", "test")]
    levels = tested.white
    hit = np.zeros((len(levels), len(U_GAPS), 3))
    histogram = np.zeros((len(U_GAPS), len(BINS) - 1))
    for row, white in enumerate(levels):
        generator = torch.Generator().manual_seed(settings.seed + row)
        shares = []
        for maps, _ in known:
            noise = torch.full((len(maps),), white)
            shares.append(odd_share(with_noise(maps, noise, 0 * noise, generator), view))
        limit = threshold(shares[0], known[0][1])
        answered = shares[1] > limit
        for column, name in enumerate(U_GAPS):
            is_eu = name == "Eu"
            chosen = known[1][1] == is_eu
            hits, count = int((answered[chosen] == is_eu).sum()), max(int(chosen.sum()), 1)
            hit[row, column] = hits / count, *wilson(hits, count, tested.confidence)
            if white == tested.reported:
                logs = np.clip(np.log10(shares[1][chosen] + 1e-30), BINS[0], BINS[-1])
                histogram[column] = np.histogram(logs, BINS)[0]
    made = {"accuracy": hit[..., 0].mean(1), "histogram": histogram, **with_ends("hit", hit)}
    coordinates = {
        "white": Coordinate(np.array(levels), "1", "white noise, units of the image's deviation"),
        "class": named(U_GAPS, "class"),
        "bin": Coordinate(0.5 * (BINS[1:] + BINS[:-1]), "1", "log10 of the share, centre"),
    }
    about = alone("symmetry")
    return Evaluation(about, coordinates, VARIABLES, made)


def odd_share(maps: torch.Tensor, view: View) -> np.ndarray:
    """Share of a map's energy that is odd under C3, weighted to the disc once more.

    Parameters
    ----------
    maps : Tensor, shape (n, energies, pixels, pixels)
        With noise or without.
    view : View
        The disc.

    Returns
    -------
    ndarray, shape (n,)
        Of the energy whose share is largest.
    """
    kept = within_disc(maps, view)
    odd = kept - threefold_mean(kept)
    shares = odd.square().sum((-2, -1)) / kept.square().sum((-2, -1)).clamp(min=1e-30)
    return shares.amax(1).double().numpy()


def threshold(share: np.ndarray, is_eu: np.ndarray) -> float:
    """The threshold with the best balanced accuracy."""
    order = np.argsort(share)
    below = np.cumsum(~is_eu[order]) / max((~is_eu).sum(), 1)
    above = 1 - np.cumsum(is_eu[order]) / max(is_eu.sum(), 1)
    best = int(np.argmax(below + above))
    after = min(best + 1, len(order) - 1)
    return float(0.5 * (share[order[best]] + share[order[after]]))


def _u_maps(path: Path, view: View) -> tuple[torch.Tensor, np.ndarray]:
    """Maps of the u gaps of a data set within the disc, and which of them are Eu."""
    header = dataset_header(path, "qpi")
    arrays = windows(path, header, header.attributes["settings"]["physics"]["energies"], view)
    chosen = has_u_gap(arrays["label"])
    arrays = {name: array[chosen] for name, array in arrays.items()}
    return within_disc(stored_maps(arrays), view), (arrays["label"] == U_CLASSES[1]).numpy()
