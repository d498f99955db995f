"""Periodic padding: the numbers of torch's own, and their gradient."""

import pytest
import torch

from gapworks.learning.periodic import padded


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("rows", "columns"), [(2, 2), (1, 3), (0, 2), (0, 0), (4, 5)])
def test_it_pads_as_torch_does_and_its_gradient_is_the_same(layout, rows, columns):
    torch.manual_seed(1)
    x = torch.randn(3, 2, 4, 5, dtype=torch.float64).contiguous(memory_format=layout)
    weight = torch.randn(3, 2, 4 + 2 * rows, 5 + 2 * columns, dtype=torch.float64)
    made = []
    for pad in (
        lambda x: padded(x, rows, columns),
        lambda x: torch.nn.functional.pad(x, (columns, columns, rows, rows), mode="circular"),
    ):
        leaf = x.clone().requires_grad_()
        y = pad(leaf)
        (y * weight).sum().backward()
        made.append((y.detach(), leaf.grad))
    (y, gradient), (expected, expected_gradient) = made
    assert torch.equal(y, expected)
    assert torch.allclose(gradient, expected_gradient, atol=1e-14)
    assert gradient.is_contiguous(memory_format=layout)
