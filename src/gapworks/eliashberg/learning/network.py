"""The networks of the eliashberg study: the paper's supervised network and its autoencoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Supervised(nn.Module):
    """Function to function through dense ReLU layers, linear output (paper, Sec. III, Fig. 2).

    Only the input is standardised: mean and scale of each number over the training data are kept
    with the weights.

    Parameters
    ----------
    inputs, outputs : int
        Numbers in, numbers out.
    hidden : list of int
        Width of each hidden layer; the last is the one next to the output (appendix B).
    """

    def __init__(self, inputs: int, hidden: list[int], outputs: int) -> None:
        super().__init__()
        self.register_buffer("input_mean", torch.zeros(inputs))
        self.register_buffer("input_scale", torch.ones(inputs))
        self.hidden = _relu_layers([inputs, *hidden])
        self.output = nn.Linear(hidden[-1], outputs)
        _initialise(self)

    def standardise(self, inputs: Tensor) -> None:
        """Take mean and scale from training data, shape (n, inputs)."""
        self.input_mean.copy_(inputs.mean(0))
        # A number that never changes is left alone: its deviation is rounding.
        scale = inputs.std(0)
        self.input_scale.copy_(torch.where(scale > 1e-6 * scale.max(), scale, torch.ones(())))

    def before_output(self, x: Tensor) -> Tensor:
        """Activity of the layer next to the output, shape (n, its neurons)."""
        return self.hidden((x - self.input_mean) / self.input_scale)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, outputs) from (n, inputs), in the data's units."""
        return self.output(self.before_output(x))


class Autoencoder(nn.Module):
    """Encoder and decoder around a linear bottleneck of d_L neurons (paper, Fig. 5, appendix F).

    It works in raw units, where the loss weighs the fields as they come; or each field is divided
    by its own deviation, which is kept with the weights.

    Parameters
    ----------
    inputs : int
        Numbers of a sample: 1000 of the a2F and 400 of the gap function.
    hidden : list of int
        Layers of the encoder; the decoder has them in reverse order.
    latent : int
        d_L.
    fields : list of int, optional
        Numbers of each field, if all are to weigh the same.
    """

    def __init__(
        self, inputs: int, hidden: list[int], latent: int, fields: list[int] | None = None
    ) -> None:
        super().__init__()
        self.fields = fields
        if fields is not None:
            self.register_buffer("scale", torch.ones(inputs))
        self.encoder = nn.Sequential(_relu_layers([inputs, *hidden]), nn.Linear(hidden[-1], latent))
        self.decoder = nn.Sequential(
            _relu_layers([latent, *reversed(hidden)]), nn.Linear(hidden[0], inputs)
        )
        _initialise(self)

    def balance(self, samples: Tensor) -> None:
        """Take the fields' deviations from training data, shape (n, inputs).

        Divided by them, every field has the same variance, summed over its numbers.
        """
        total = samples.var(0).split(self.fields)
        share = samples.shape[1] / len(self.fields)
        parts = [one.new_full(one.shape, float((one.sum() / share).sqrt())) for one in total]
        self.scale.copy_(torch.cat(parts))

    def forward(self, x: Tensor) -> Tensor:
        """The sample as the latent space holds it, shape (n, inputs), in the data's units."""
        if self.fields is None:
            return self.decoder(self.encoder(x))
        return self.decoder(self.encoder(x / self.scale)) * self.scale


def _relu_layers(widths: list[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers)


def _initialise(model: nn.Module) -> None:
    """Weights and biases as Keras, which the paper used, starts them.

    It matters next to the output: torch starts a layer of four neurons with weights six times as
    large, whose noise in 1000 numbers the first steps abate by putting the neurons to death.
    """
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)


ARCHITECTURES = {"supervised": Supervised, "autoencoder": Autoencoder}
"""By the name that a card gives."""


def build(architecture: dict[str, object]) -> nn.Module:
    """A network from a card's `architecture`: its kind and the arguments of its class."""
    arguments = dict(architecture)
    return ARCHITECTURES[arguments.pop("kind")](**arguments)
