"""The networks of the eliashberg study: the paper's two, and an ensemble of our own."""

from __future__ import annotations

import math

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

    def scaled(self, x: Tensor) -> Tensor:
        """Inputs as the first layer sees them, shape as given."""
        return (x - self.input_mean) / self.input_scale

    def before_output(self, x: Tensor) -> Tensor:
        """Activity of the layer next to the output, shape (n, its neurons)."""
        return self.hidden(self.scaled(x))

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


class Ensemble(nn.Module):
    """Dense ReLU networks that differ in their first weights; their spread tells where to doubt.

    All see principal components of the training inputs, each over its deviation with that of the
    noise, and give components of the training targets; they are computed as one.

    Parameters
    ----------
    inputs, outputs : int
        Numbers in, numbers out.
    hidden : list of int
        Width of each hidden layer of a member.
    members : int
    seen, given : int
        Components of inputs and of targets.
    levels : int
        Of noise, at which the answer's intervals are calibrated.
    """

    def __init__(
        self,
        inputs: int,
        hidden: list[int],
        outputs: int,
        members: int,
        seen: int,
        given: int,
        levels: int,
    ) -> None:
        super().__init__()
        self.register_buffer("input_mean", torch.zeros(inputs))
        self.register_buffer("input_basis", torch.zeros(inputs, seen))
        self.register_buffer("target_mean", torch.zeros(outputs))
        self.register_buffer("target_basis", torch.zeros(given, outputs))
        # Half widths of the intervals at 68 and 95 %, in units of the members' spread.
        self.register_buffer("widths", torch.full((levels, 2, outputs), math.inf))
        sizes = [seen, *hidden, given]
        pairs = list(zip(sizes, sizes[1:], strict=False))
        weights = (torch.empty(members, *pair) for pair in pairs)
        biases = (torch.zeros(members, 1, size) for _, size in pairs)
        self.weights, self.biases = nn.ParameterList(weights), nn.ParameterList(biases)
        for weight in self.weights:
            for one in weight:
                nn.init.xavier_uniform_(one)

    def standardise(self, inputs: Tensor, targets: Tensor, noise: float) -> None:
        """Take means and components from training data, shapes (n, inputs) and (n, outputs).

        `noise`: a standard deviation, in the inputs' unit; components below it are kept small.
        """
        self.input_mean.copy_(inputs.mean(0))
        self.target_mean.copy_(targets.mean(0))
        deviations, found = _components(inputs - self.input_mean, self.input_basis.shape[1])
        self.input_basis.copy_((found / (deviations**2 + noise**2).sqrt()[:, None]).T)
        self.target_basis.copy_(_components(targets - self.target_mean, len(self.target_basis))[1])

    def scaled(self, x: Tensor) -> Tensor:
        """Inputs about the training's mean, in their own unit, shape as given."""
        return x - self.input_mean

    def coefficients(self, x: Tensor) -> Tensor:
        """What each member says, in components of the targets: (members, n, given)."""
        found = (self.scaled(x) @ self.input_basis).expand(len(self.weights[0]), -1, -1)
        last = len(self.weights) - 1
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            found = torch.baddbmm(bias, found, weight)
            if number < last:
                found = torch.relu(found)
        return found

    def members(self, x: Tensor) -> Tensor:
        """What each member says, shape (members, n, outputs), in the data's units."""
        return self.coefficients(x) @ self.target_basis + self.target_mean

    def forward(self, x: Tensor) -> Tensor:
        """Their mean, shape (n, outputs) from (n, inputs)."""
        return self.coefficients(x).mean(0) @ self.target_basis + self.target_mean


def _components(about_mean: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Deviations along the first principal components, and these as rows."""
    _, values, rows = torch.linalg.svd(about_mean, full_matrices=False)
    return values[:count] / len(about_mean) ** 0.5, rows[:count]


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


ARCHITECTURES = {"supervised": Supervised, "autoencoder": Autoencoder, "ensemble": Ensemble}
"""By the name that a card gives."""


def build(architecture: dict[str, object]) -> nn.Module:
    """A network from a card's `architecture`: its kind and the arguments of its class."""
    arguments = dict(architecture)
    return ARCHITECTURES[arguments.pop("kind")](**arguments)
