"""The networks as they start, and what comes of it."""

import math

import numpy as np
import pytest
import torch

from gapworks.eliashberg.learning.network import Supervised
from gapworks.learning.loop import reproducible


def smooth_functions(samples, rng):
    """Positive functions that two numbers tell, and 40 numbers that depend on the two."""
    shares = rng.uniform(0.2, 1, (samples, 2))
    omega = np.linspace(0, 1, 1000)
    peaks = [np.exp(-(((omega - centre) / 0.15) ** 2)) for centre in (0.3, 0.7)]
    inputs = np.tanh(shares @ rng.normal(size=(2, 40)))
    return [torch.tensor(x, dtype=torch.float32) for x in (inputs, shares @ np.array(peaks))]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_layer_of_four_neurons_next_to_the_output_lives_and_learns(seed):
    """Started with larger output weights, it dies within an epoch (seen with torch's own start)."""
    inputs, targets = smooth_functions(256, np.random.default_rng(seed))
    with reproducible(1, seed):
        model = Supervised(40, [100, 4], 1000)
        model.standardise(inputs)
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        for step in range(240):
            rows = slice(32 * (step % 8), 32 * (step % 8) + 32)
            optimiser.zero_grad()
            (model(inputs[rows]) - targets[rows]).square().mean().backward()
            optimiser.step()
    with torch.no_grad():
        left = (model(inputs) - targets).square().mean() / targets.var(0).mean()
        assert (model.before_output(inputs) > 0).any(0).sum() >= 1
    assert left < 0.5


def test_networks_start_as_keras_starts_them():
    model = Supervised(40, [100, 4], 1000)
    for layer in (model.hidden[0], model.hidden[2], model.output):
        limit = math.sqrt(6 / (layer.in_features + layer.out_features))
        assert 0.9 * limit < layer.weight.abs().max() <= limit
        assert not layer.bias.any()
