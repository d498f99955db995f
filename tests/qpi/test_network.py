"""Backbones, heads and the loss of eq. 16."""

import math

import pytest
import torch

from gapworks.learning.package import parameter_count
from gapworks.qpi.learning.network import (
    CLASSES,
    Pool,
    TwoHeads,
    outline,
    two_head_loss,
    vgg16,
)

BLANK = {"target_mean": [0.0] * 4, "target_scale": [1.0] * 4}
WIDTHS = [4, 8, 8, 8, 12, 12]


def network(backbone="small", conditional=True, channels=6, scalars=3, **more):
    torch.manual_seed(1)
    return TwoHeads(backbone, channels, scalars, 16, conditional, widths=WIDTHS, **BLANK, **more)


@pytest.mark.parametrize("backbone", ["vgg16", "convnext", "small"])
@pytest.mark.parametrize("conditional", [True, False])
def test_two_heads_answer_for_every_image(backbone, conditional):
    model = network(backbone, conditional).eval()
    with torch.no_grad():
        logits, parameters = model(torch.randn(2, 6, 32, 32), torch.randn(2, 3))
    assert logits.shape == (2, len(CLASSES))
    assert parameters.shape == (2, len(CLASSES) if conditional else 1, 4)
    assert torch.isfinite(logits).all() and torch.isfinite(parameters).all()


def test_the_features_are_those_of_vgg16_with_one_channel():
    # Configuration D has 14,714,688 parameters for three channels; 64 kernels lose two of them.
    assert parameter_count(vgg16(1)) == 14_714_688 - 64 * 9 * 2


def test_a_blank_network_is_of_five_minds():
    model = network().eval()
    with torch.no_grad():
        logits, _ = model(torch.randn(4, 6, 32, 32), torch.randn(4, 3))
    label, targets = torch.tensor([0, 1, 2, 3]), torch.zeros(4, 4)
    value = two_head_loss(logits, torch.zeros(4, 5, 4), label, targets, 1.0, 1.0)
    assert float(value) == pytest.approx(math.log(5), abs=0.2)


def test_the_loss_is_eq_16():
    logits = torch.tensor([[1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0, 0.0]])
    label = torch.tensor([0, 3])
    targets = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 1.0, 0.0]])
    parameters = torch.zeros(2, 1, 4)
    entropy = [math.log(math.e + 4) - 1, math.log(math.e**2 + 4)]
    squares = [0.01 + 0.04 + 0.09 + 0.16, 1.0]
    expected = 2.0 * sum(entropy) / 2 + 0.5 * sum(squares) / 2
    value = two_head_loss(logits, parameters, label, targets, 2.0, 0.5)
    assert float(value) == pytest.approx(expected, rel=1e-6)


def test_the_answer_for_the_true_class_counts_and_A12u_has_no_angle():
    parameters = torch.zeros(2, 5, 4)
    parameters[0, 1] = torch.tensor([9.0, 9.0, 1.0, 2.0])
    parameters[1, 4] = torch.tensor([1.0, 0.0, 0.0, 0.0])
    label, targets = torch.tensor([1, 4]), torch.zeros(2, 4)
    value = two_head_loss(torch.zeros(2, 5), parameters, label, targets, 0.0, 1.0)
    assert float(value) == pytest.approx((1 + 4 + 1) / 2)
    parameters[0, 3] = 100.0
    again = two_head_loss(torch.zeros(2, 5), parameters, label, targets, 0.0, 1.0)
    assert float(again) == float(value)


@pytest.mark.parametrize("size", [2, 4, 7, 9, 14, 16])
def test_pooling_by_products_is_adaptive_pooling(size):
    x = torch.randn(2, 3, size, size)
    assert torch.allclose(Pool(7)(x), torch.nn.functional.adaptive_avg_pool2d(x, 7), atol=1e-6)


def test_small_does_not_know_where_q_begins():
    model = network().eval()
    x = torch.randn(1, 6, 32, 32)
    with torch.no_grad():
        one = model.features[:-1](x)
        other = model.features[:-1](x.roll((16, 16), (-2, -1)))
    assert torch.allclose(other, one.roll((1, 1), (-2, -1)), atol=1e-5)


@pytest.mark.parametrize("backbone", ["vgg16", "small"])
def test_the_outline_names_every_layer_that_has_weights(backbone):
    model = network(backbone)
    layers = outline(model, 6, 3, 32)
    convolutions = [one for one in layers if str(one["name"]).startswith("convolution")]
    assert len(convolutions) == {"vgg16": 13, "small": 6}[backbone]
    assert layers[0]["shape"] == [6, 32, 32]
    assert layers[-1] == {"name": "regression", "shape": [5, 4]}
