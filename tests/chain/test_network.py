"""Networks on rings: windows wrap around, symmetries hold, a short ring is refused."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gapworks.chain.learning.closure import close_filling, reflected
from gapworks.chain.learning.network import Surrogate, WindowNetwork, on_ring
from gapworks.chain.learning.trained import Network
from gapworks.learning.package import parameter_count
from tests.support.config import section

CARD = {
    "architecture": {"kind": "window"},
    "training_data": {"physics": section("chain", "physics")},
}
"""What a card says that answers depend on."""


def window(cutoff=8):
    torch.manual_seed(1)
    return WindowNetwork(cutoff, [100] * 4, 0.3, 0.1, 0.05)


def surrogate():
    torch.manual_seed(1)
    return Surrogate(8, 5, [1, 2, 4], 1.0, 0.3, [0.1, 0.85], [0.05, 0.2])


def rings(n=3, length=40):
    return torch.from_numpy(np.random.default_rng(1).uniform(-0.5, 0.5, (n, length))).float()


def test_the_papers_network_has_32201_parameters():
    assert parameter_count(window()) == 32_201


def test_a_site_sees_its_window_and_nothing_else():
    network, V = window(), rings()
    before = network(V)
    V[:, 20] += 1.0
    changed = (network(V) - before).abs() > 0
    assert changed[:, 12:29].any()
    assert not changed[:, :12].any()
    assert not changed[:, 29:].any()


@pytest.mark.parametrize("make", [window, surrogate])
@given(shift=st.integers(0, 39))
@settings(max_examples=10, deadline=None)
def test_a_turned_ring_gives_a_turned_answer(make, shift):
    network, V = make(), rings()
    torch.testing.assert_close(
        network(V.roll(shift, -1)), network(V).roll(shift, -1), rtol=1e-4, atol=1e-6
    )


def test_the_mean_with_the_mirrored_ring_is_mirror_symmetric():
    network, V = surrogate(), rings()
    torch.testing.assert_close(
        reflected(network, V.flip(-1)), reflected(network, V).flip(-1), rtol=1e-4, atol=1e-6
    )


def test_a_ring_shorter_than_the_window_is_an_error_that_says_what_to_do():
    with pytest.raises(ValueError, match=r"16 sites is shorter than the network's window of 17"):
        window()(rings(length=16))
    assert window()(rings(length=17)).shape == (3, 17)


def test_the_ring_is_padded_with_itself():
    x = torch.arange(5.0)[None]
    assert on_ring(x, 2).tolist() == [[3, 4, 0, 1, 2, 3, 4, 0, 1]]


def test_closing_the_filling_finds_the_mu_of_a_density_that_is_known():
    # n = 0.85 + 0.2 tanh(mean of mu - V): mu is the mean of V where the filling is 0.85.
    def model(x):
        density = 0.85 + 0.2 * torch.tanh(-x)
        return torch.stack([x, density], dim=1)

    V = torch.linspace(-1, 1, 7)[:, None].expand(7, 20).contiguous()
    mu = close_filling(model, V, 0.85, -3.0, 3.0)
    torch.testing.assert_close(mu, V[:, 0], atol=1e-5, rtol=0)


def test_a_filling_out_of_reach_gives_the_nearer_end_of_the_range():
    def model(x):
        return torch.stack([x, 0.85 + 0.1 * torch.tanh(-x)], dim=1)

    V = torch.zeros(2, 20)
    assert close_filling(model, V, 1.5, -1.0, 1.0).tolist() == [1.0, 1.0]
    assert close_filling(model, V, 0.1, -1.0, 1.0).tolist() == [-1.0, -1.0]


@pytest.mark.parametrize("shape", [(1_000_000,), (3, 40), (2, 3, 40)])
def test_any_number_of_sites_is_predicted_in_one_call_and_in_the_same_shape(shape):
    network = Network(window(2).eval(), CARD)
    V = np.random.default_rng(2).uniform(-0.5, 0.5, shape)
    delta = network.predict(V)
    assert delta.shape == shape
    # The first site's window wraps round the ring's end.
    free = V - V.mean(-1, keepdims=True)
    near = np.concatenate([free[..., -2:], free[..., :3]], axis=-1).reshape(-1, 5)
    scaled = torch.from_numpy(near).float() / 0.3
    with torch.no_grad():
        first = 0.1 + 0.05 * network.model.layers(scaled)[:, 0]
    np.testing.assert_allclose(delta[..., 0].ravel(), first.numpy(), rtol=1e-5)


def test_disorder_that_is_not_finite_is_an_error():
    network = Network(window(), CARD)
    with pytest.raises(ValueError, match="not finite"):
        network.predict(np.full(40, np.nan))
