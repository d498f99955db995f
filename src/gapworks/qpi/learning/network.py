"""The networks of the QPI study: three backbones, one pair of heads, and the loss of eq. 16.

`vgg16` is the paper's: the convolutional features of VGG16 with their input layer cut down to the
image's channels, adaptive pooling to 7 x 7, an aggregation layer (eq. 13) and two heads (Fig. 2).
`convnext` is the paper's variant. `small` is ours, for processors without a graphics card: images
are periodic in q, and so are its convolutions.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gapworks.learning.periodic import padded
from gapworks.qpi.config import CLASSES

TARGETS = ("sin_2theta", "cos_2theta", "eps0", "delta")
"""What the regression head predicts (eq. 15), normalised."""
WITH_PHASE = (*TARGETS, "phi")
"""The same of superconductors with a phase between the components of Eg and Eu."""
WITHOUT_ANGLE = CLASSES.index("A12u")
"""The class that has no mixing angle."""

VGG16 = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M")
CONVNEXT = ((3, 96), (3, 192), (9, 384), (3, 768))
"""ConvNeXt-T: blocks and width of each stage."""
POOLED = 7
"""The features are pooled to POOLED x POOLED."""


class TwoHeads(nn.Module):
    """Images and scalars -> classes and parameters.

    Parameters
    ----------
    backbone : {"vgg16", "convnext", "small"}
    channels, scalars : int
        Of the input.
    aggregation : int
        Width of the aggregation layer.
    conditional : bool
        Whether the regression head has an answer for each class.
    target_mean, target_scale : list of float, length 4 or 5
        Normalisation of `TARGETS` or `WITH_PHASE`; meV where they are energies.
    widths : list of int
        Of the small backbone's six layers.
    kernel : int
        Of the first convolution of vgg16 and small, odd (the paper: 3).
    unit : float
        The channels are divided by it.
    """

    def __init__(
        self,
        backbone: str,
        channels: int,
        scalars: int,
        aggregation: int,
        conditional: bool,
        target_mean: Sequence[float],
        target_scale: Sequence[float],
        widths: Sequence[int] = (),
        kernel: int = 3,
        unit: float = 1.0,
    ) -> None:
        super().__init__()
        self.unit, self.targets = unit, len(target_mean)
        self.answers = len(CLASSES) if conditional else 1
        self.register_buffer("target_mean", torch.tensor(target_mean), persistent=False)
        self.register_buffer("target_scale", torch.tensor(target_scale), persistent=False)
        if backbone == "vgg16":
            self.features, features = vgg16(channels, kernel), 512 * POOLED**2
            self.features.append(Pool(POOLED))
        elif backbone == "convnext":
            self.features, features = convnext(channels), CONVNEXT[-1][1] * POOLED**2
            self.features.append(Pool(POOLED))
        else:
            self.features, features = small(channels, widths, kernel), 16 * widths[-1]
            self.features.append(Pool(4))
        self.aggregation = nn.Sequential(nn.Linear(features + scalars, aggregation), nn.ReLU())
        self.classify = nn.Linear(aggregation, len(CLASSES))
        self.regress = nn.Linear(aggregation, self.answers * self.targets)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)
        # The layout in which convolutions and pools are fastest.
        self.features.to(memory_format=torch.channels_last)
        # Heads that start near zero: the first losses are those of a blank answer.
        for head in (self.classify, self.regress):
            nn.init.normal_(head.weight, std=0.01)

    def forward(self, channels: Tensor, scalars: Tensor) -> tuple[Tensor, Tensor]:
        """Class scores and normalised parameters.

        Parameters
        ----------
        channels : Tensor, shape (n, channels, pixels, pixels)
        scalars : Tensor, shape (n, scalars)

        Returns
        -------
        logits : Tensor, shape (n, 5)
            Of `CLASSES`.
        parameters : Tensor, shape (n, answers, targets)
            `TARGETS` or `WITH_PHASE`, normalised; 5 answers, one a class, if the head is
            conditional, else 1.
        """
        if self.unit != 1:
            channels = channels / self.unit
        x = self.features(channels.contiguous(memory_format=torch.channels_last)).flatten(1)
        x = self.aggregation(torch.cat([x, scalars], 1))
        return self.classify(x), self.regress(x).unflatten(1, (self.answers, self.targets))


def vgg16(channels: int, kernel: int = 3) -> nn.Sequential:
    """The convolutional features of VGG16, configuration D, for a number of input channels."""
    layers: list[nn.Module] = []
    before, size = channels, kernel
    for width in VGG16:
        if width == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(before, width, size, padding=size // 2), nn.ReLU(inplace=True)]
        before, size = width, 3
    return nn.Sequential(*layers)


def small(channels: int, widths: Sequence[int], kernel: int = 3) -> nn.Sequential:
    """Six periodic convolutions, each normalised; pooled by two after the 1st, 2nd, 4th and 6th."""
    layers: list[nn.Module] = []
    before = channels
    for index, width in enumerate(widths):
        size = kernel if index == 0 else 3
        layers += [
            PeriodicConvolution(before, width, size),
            nn.BatchNorm2d(width),
        ]
        # Pooled first, the same numbers for less work.
        if index in (0, 1, 3, 5):
            layers.append(nn.MaxPool2d(2))
        layers.append(nn.ReLU(inplace=True))
        before = width
    return nn.Sequential(*layers)


class PeriodicConvolution(nn.Conv2d):
    """A convolution of images that are periodic, which keeps their size."""

    def forward(self, x: Tensor) -> Tensor:
        """Of x, shape (n, channels, height, width)."""
        rows, columns = (size // 2 for size in self.kernel_size)
        return nn.functional.conv2d(padded(x, rows, columns), self.weight, self.bias)


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of each pixel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        """Normalised x, shape (n, width, height, width)."""
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNextBlock(nn.Module):
    """Depthwise 7 x 7, four times wider and back, scaled and added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.spread = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.mix = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.scale = nn.Parameter(torch.full((width,), 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        """x, shape (n, width, height, width), with the block's share added."""
        # Depthwise there is little to multiply: in bfloat16 a processor takes three times as long.
        with torch.autocast(x.device.type, enabled=False):
            spread = self.spread(x.float())
        # Of channels that lie last the other layers are products of matrices.
        share = self.scale * self.mix(self.norm(spread.permute(0, 2, 3, 1)))
        return x + share.permute(0, 3, 1, 2)


def convnext(channels: int) -> nn.Sequential:
    """The features of ConvNeXt-T for a number of input channels."""
    layers: list[nn.Module] = []
    before = channels
    for stage, (blocks, width) in enumerate(CONVNEXT):
        if stage == 0:
            layers += [nn.Conv2d(before, width, 4, stride=4), ChannelNorm(width)]
        else:
            layers += [ChannelNorm(before), nn.Conv2d(before, width, 2, stride=2)]
        layers += [ConvNextBlock(width) for _ in range(blocks)]
        before = width
    return nn.Sequential(*layers)


class Pool(nn.Module):
    """Adaptive average pooling as two matrix products: its gradient is deterministic everywhere."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        """Means of x over size x size overlapping tiles, shape (..., size, size)."""
        if x.shape[-2:] == (self.size, self.size):
            return x
        rows, columns = (_tiles(length, self.size).to(x) for length in x.shape[-2:])
        return rows @ x @ columns.T


def _tiles(length: int, size: int) -> Tensor:
    """Row s averages the cells floor(s length / size) ... ceil((s + 1) length / size) - 1."""
    weights = torch.zeros(size, length)
    for tile in range(size):
        first, last = tile * length // size, -((tile + 1) * length // -size)
        weights[tile, first:last] = 1 / (last - first)
    return weights


def two_head_loss(
    logits: Tensor,
    parameters: Tensor,
    label: Tensor,
    targets: Tensor,
    class_weight: float,
    parameter_weight: float,
) -> Tensor:
    """Eq. 16: w_IR cross-entropy + w_param |r - r_0|^2, mean over the batch.

    A12u has no mixing angle: its embedding carries no loss.

    Parameters
    ----------
    logits : Tensor, shape (n, 5)
    parameters : Tensor, shape (n, answers, targets)
        Where there is an answer for each class, that of the true one counts.
    label : Tensor of int, shape (n,)
    targets : Tensor, shape (n, targets)
        Normalised.
    class_weight, parameter_weight : float
        w_IR and w_param.
    """
    answer = parameters.shape[1] > 1
    chosen = parameters[torch.arange(len(label)), label if answer else label * 0]
    known = torch.ones_like(targets)
    known[:, :2] = (label != WITHOUT_ANGLE).to(targets)[:, None]
    squares = ((chosen - targets).square() * known).sum(1).mean()
    return class_weight * nn.functional.cross_entropy(logits, label) + parameter_weight * squares


@torch.no_grad()
def outline(model: TwoHeads, channels: int, scalars: int, pixels: int) -> list[dict[str, object]]:
    """The layers of a network in order, as a figure shows them.

    Returns
    -------
    list of dict
        name, and shape: (channels, height, width) of what comes out of the features, or (width,).
        Norms and activations go with the layer before.
    """
    model.eval()
    x = torch.zeros(1, channels, pixels, pixels)
    made: list[dict[str, object]] = [{"name": "input", "shape": list(x.shape[1:])}]
    for layer in model.features:
        x = layer(x)
        name = _NAMES.get(type(layer))
        if name == "convolution":
            name = f"{name} {layer.kernel_size[0]}x{layer.kernel_size[1]}"
        if name:
            made.append({"name": name, "shape": list(x.shape[1:])})
    if scalars:
        made.append({"name": "scalars", "shape": [scalars]})
    made.append({"name": "aggregation", "shape": [model.classify.in_features]})
    made.append({"name": "classification", "shape": [model.classify.out_features]})
    made.append({"name": "regression", "shape": [model.answers, model.targets]})
    return made


_NAMES = {
    nn.Conv2d: "convolution",
    PeriodicConvolution: "convolution",
    nn.MaxPool2d: "max pool",
    Pool: "mean pool",
    ConvNextBlock: "block",
}
