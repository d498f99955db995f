"""What config.yaml may say about the qpi study's networks, evaluations and figures; no torch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from gapworks.factory.settings import Section
from gapworks.learning.settings import Training

Backbone = Literal["vgg16", "convnext", "small"]
BACKBONES = ("vgg16", "convnext", "small")
CONDITIONS = ("converged", "literal")
"""What a network is trained on: converged windows, or the paper's grid. Fields of Conditions."""

NoiseRange = Annotated[list[NonNegativeFloat], Field(min_length=2, max_length=2)]


class Condition(Section):
    """What a network is shown of a data set."""

    energies: list[float] = Field(min_length=1, description="of those in the data set, meV")
    odd_channels: bool = Field(
        description="three images per energy, even and odd under C3 and odd under r -> -r; else one"
    )
    scalars: bool = Field(description="amplitudes beside the images, which are standardised")


class Conditions(Section):
    """What networks are shown, by the data that they are trained on."""

    converged: Condition = Field(description="Green functions converged on a window")
    literal: Condition = Field(description="those of one grid, as the paper has it")


class Inputs(Section):
    """Images of all networks, and the noise they are trained with."""

    pixels: PositiveInt = Field(description="width of an image; at least that of the windows")
    radius: PositiveFloat = Field(description="of the Hann disc on r, lattice constants")
    compress: bool = Field(description="asinh of the image, in units of its deviation")
    white: NoiseRange = Field(
        description="white noise in training, uniform in this range, in units of the image's "
        "standard deviation over q"
    )
    pink: NoiseRange = Field(description="1 / f noise, likewise; [0, 0]: none")
    symmetry_copies: bool = Field(
        description="turn and mirror at random in training, average over the six copies after"
    )

    @model_validator(mode="after")
    def _ranges_are_ranges(self) -> Inputs:
        for name in ("white", "pink"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: the first value must not be above the second")
        return self


class NetworkSettings(Section):
    """A backbone with the two heads, and its training."""

    widths: list[PositiveInt] = Field(
        default=[16, 32, 48, 64, 96, 96],
        min_length=6,
        max_length=6,
        description="channels of the six layers of `small`; no other backbone has a choice",
    )
    kernel: PositiveInt = Field(default=3, description="width of the first convolution, odd")
    aggregation: PositiveInt = Field(description="width of the aggregation layer, eq. 13")
    conditional: bool = Field(description="a regression answer for each class, or one for all")
    class_weight: NonNegativeFloat = Field(description="w_IR of eq. 16")
    parameter_weight: NonNegativeFloat = Field(description="w_param of eq. 16")
    training: Training

    @model_validator(mode="after")
    def _kernel_is_odd(self) -> NetworkSettings:
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel must be odd, not {self.kernel}")
        return self


class Networks(Section):
    """What is trained; a network is named after its backbone and its condition."""

    shown: Backbone = Field(description="the backbone of the figures and tables")
    inputs: Inputs
    conditions: Conditions
    vgg16: NetworkSettings
    convnext: NetworkSettings
    small: NetworkSettings

    def named(self, name: str) -> tuple[str, str]:
        """Backbone and condition of "small-converged", "vgg16-literal" and so on.

        Raises
        ------
        ValueError
            If there is no such network.
        """
        backbone, _, condition = name.partition("-")
        if backbone not in BACKBONES or condition not in CONDITIONS:
            raise ValueError(
                f"the qpi study has no network {name!r}; a name is one of {', '.join(BACKBONES)}, "
                f"a dash and one of {', '.join(CONDITIONS)}"
            )
        return backbone, condition


class Evaluation(Section):
    """How networks are tested."""

    white: list[NonNegativeFloat] = Field(
        min_length=1, description="levels of white noise, in units of the image's deviation"
    )
    pink: list[NonNegativeFloat] = Field(description="levels of 1 / f noise")
    reported: NonNegativeFloat = Field(description="the white level of Table I")
    resamples: int = Field(ge=10, description="bootstrap resamples, over samples")
    confidence: float = Field(gt=0, lt=1, description="level of the intervals")

    @model_validator(mode="after")
    def _reported_is_tested(self) -> Evaluation:
        if self.reported not in self.white:
            raise ValueError(f"reported: {self.reported:g} is not among white")
        return self


class Statements(Section):
    """What the model says of degenerate and invisible parameters, measured on random samples."""

    stream: PositiveInt = Field(description="random stream of the samples")
    samples: int = Field(ge=1, description="superconductors per irreducible representation")
    n_effective: int = Field(ge=1024, description="points of the grid in each direction")
    omegas: list[float] = Field(min_length=1, description="energies, units of the sample's Delta")
    rashba: list[PositiveFloat] = Field(min_length=1, description="Rashba coupling, meV")
    phi: float = Field(gt=0, lt=3.15, description="relative phase of the E components, rad")


class Model(Section):
    """What is drawn of the normal state."""

    eps0: float = Field(description="meV")
    points: int = Field(ge=16, description="of the zone in each direction")


class Figures(Section):
    """What the figures pick from the evaluations."""

    training_from: PositiveInt = Field(description="first epoch in the training curves")


class Learning(Section):
    """Networks, evaluations and figures of the qpi study."""

    networks: Networks
    evaluation: Evaluation
    statements: Statements
    model: Model
    figures: Figures
