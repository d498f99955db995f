"""The networks of the chain study: the paper's window network and a surrogate of the fixed-mu map.

Both see the ring through windows: one call serves rings of any length, and the cost grows with the
number of sites.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class WindowNetwork(nn.Module):
    """V_{i-R} ... V_{i+R} -> Delta_i through dense ReLU layers (paper, section 3 and Fig. 1c).

    With R = 8 and four hidden layers of 100 it has 32,201 parameters.

    Parameters
    ----------
    cutoff : int
        R, sites to each side.
    hidden : list of int
        Width of each hidden layer.
    input_scale, output_mean, output_scale : float
        Normalisation of V, and of Delta, units of t.
    """

    def __init__(
        self,
        cutoff: int,
        hidden: list[int],
        input_scale: float,
        output_mean: float,
        output_scale: float,
    ) -> None:
        super().__init__()
        self.reach = cutoff
        self.input_scale, self.output_mean, self.output_scale = (
            input_scale,
            output_mean,
            output_scale,
        )
        widths = [2 * cutoff + 1, *hidden]
        layers: list[nn.Module] = []
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [nn.Linear(before, after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], 1))

    def forward(self, V: Tensor) -> Tensor:
        """Delta, shape (n, L), units of t, from V, shape (n, L), units of t."""
        windows = on_ring(V / self.input_scale, self.reach).unfold(-1, 2 * self.reach + 1, 1)
        return self.output_mean + self.output_scale * self.layers(windows)[..., 0]


class Surrogate(nn.Module):
    """V - mu -> (Delta, n): residual dilated convolutions on the ring.

    At fixed mu the response is local, where the tuned mu of each realization is a global quantity
    that no window knows. The filling is closed afterwards, see `predict.close_filling`.

    Parameters
    ----------
    channels : int
        Width.
    kernel : int
        Sites of one convolution, odd.
    dilations : list of int
        Spacing of the sites in each residual block; the reach is (kernel - 1) / 2 times their sum.
    input_mean, input_scale : float
        Normalisation of V - mu, units of t.
    output_mean, output_scale : list of float
        Normalisation of Delta (units of t) and n.
    """

    def __init__(
        self,
        channels: int,
        kernel: int,
        dilations: list[int],
        input_mean: float,
        input_scale: float,
        output_mean: list[float],
        output_scale: list[float],
    ) -> None:
        super().__init__()
        self.reach = (kernel - 1) // 2 * sum(dilations)
        self.kernel = kernel
        self.input_mean, self.input_scale = input_mean, input_scale
        self.register_buffer("output_mean", torch.tensor(output_mean)[:, None], persistent=False)
        self.register_buffer("output_scale", torch.tensor(output_scale)[:, None], persistent=False)
        self.enter = nn.Conv1d(1, channels, 1)
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "spread": nn.Conv1d(channels, channels, kernel, dilation=dilation),
                    "mix": nn.Conv1d(channels, channels, 1),
                }
            )
            for dilation in dilations
        )
        self.leave = nn.Sequential(
            nn.SiLU(), nn.Conv1d(channels, channels, 1), nn.SiLU(), nn.Conv1d(channels, 2, 1)
        )

    def forward(self, V_minus_mu: Tensor) -> Tensor:
        """(Delta, n), shape (batch, 2, L), from V - mu, shape (batch, L), units of t."""
        x = ((V_minus_mu - self.input_mean) / self.input_scale)[:, None]
        # The channels of a site beside each other in memory: convolutions are faster so.
        x = self.enter(x)[:, :, None].contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            spread: nn.Conv1d = block["spread"]
            dilation = spread.dilation[0]
            around = on_ring(x, (self.kernel - 1) // 2 * dilation)
            y = nn.functional.silu(_along(spread, around, dilation))
            x = x + _along(block["mix"], y)
        for layer in self.leave:
            x = _along(layer, x) if isinstance(layer, nn.Conv1d) else layer(x)
        return self.output_mean + self.output_scale * x[:, :, 0]


def _along(layer: nn.Conv1d, x: Tensor, dilation: int = 1) -> Tensor:
    """A convolution along the last axis of (n, channels, 1, L)."""
    weight = layer.weight[:, :, None]
    return nn.functional.conv2d(x, weight, layer.bias, dilation=(1, dilation))


ARCHITECTURES = {"window": WindowNetwork, "surrogate": Surrogate}
"""By the name that a card gives."""


def build(architecture: dict[str, object]) -> nn.Module:
    """A network from a card's `architecture`: its kind and the arguments of its class."""
    arguments = dict(architecture)
    return ARCHITECTURES[arguments.pop("kind")](**arguments)


def on_ring(x: Tensor, reach: int) -> Tensor:
    """Append `reach` sites of the ring at both ends of the last axis.

    Raises
    ------
    ValueError
        If the ring is shorter than the window: a site would be counted twice.
    """
    length = x.shape[-1]
    if length < 2 * reach + 1:
        raise ValueError(
            f"a ring of {length} sites is shorter than the network's window of {2 * reach + 1}; "
            "use `gapworks.chain.solve`, which takes any L >= 3"
        )
    return torch.cat([x[..., length - reach :], x, x[..., :reach]], dim=-1)
