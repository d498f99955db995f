"""Calibrating a trained network's doubt on maps as people have them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from gapworks.qpi.data.measured import centre
from gapworks.qpi.learning.doubt import Doubt
from gapworks.qpi.learning.familiarity import measured
from gapworks.qpi.learning.features import stored_maps
from gapworks.qpi.learning.maps import on_torus, within_disc
from gapworks.qpi.learning.trained import Network

NOISE = (0.0, 0.1, 0.3)
"""Levels of white noise."""
_OFF = 0.5
"""Cells that impurities are moved by, at most, to either side."""


def calibrated(network: Network, arrays: Mapping[str, Tensor], seed: int) -> Doubt:
    """The doubt of a network, on maps that go the way of a person's own.

    Maps have noise everywhere and an impurity between cells; they are centred, levelled and judged
    as own maps are, and those that are answered count.

    Parameters
    ----------
    network : Network
        Without a doubt of its own.
    arrays : mapping of str to Tensor
        The validation data, from `features.windows`.
    seed : int
        Of noise and places.
    """
    generator, rng = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    clean = stored_maps(arrays)
    # So that no number of the noise is lost in single precision.
    clean = clean / clean.abs().amax((-2, -1), keepdim=True)
    label = arrays["label"].numpy()
    probabilities, labels = [], []
    for level in NOISE:
        white = torch.full((len(clean),), level)
        noisy = torch.fft.fftshift(
            measured(clean, network.view, white, 0 * white, generator), (-2, -1)
        )
        places = rng.uniform(-_OFF, _OFF, (len(clean), 2))
        moved = [
            centre.moved(one, *place)
            for one, place in zip(noisy.double().numpy(), places, strict=True)
        ]
        treated, refused = network.judge(np.stack(moved))
        ok = np.array([reason is None for reason in refused])
        labels.append(label[ok])
        if not ok.any():
            probabilities.append(np.zeros((0, 5)))
            continue
        shown = np.stack([one.maps for one in treated]).astype(np.float32)[ok]
        disced = within_disc(on_torus(torch.from_numpy(shown)), network.view)
        probabilities.append(network.answer(disced).probability)
    return Doubt.of(NOISE, probabilities, labels)
