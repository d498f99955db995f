"""What config.yaml may say about the qpi study's networks; imports neither numpy nor torch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from gapworks.factory.settings import OddWidth, Range, Section
from gapworks.learning.settings import Training

Backbone = Literal["vgg16", "convnext", "small"]


class Condition(Section):
    """What a network is shown of a data set of windows."""

    energies: list[float] = Field(min_length=1, description="of those in the data set, meV")
    odd_channels: bool = Field(
        description="three images per energy, even and odd under C3 and odd under r -> -r; else one"
    )
    scalars: bool = Field(
        description="shares of power (odd parts, rings of r) beside images, which are standardised"
    )


class ImageCondition(Section):
    """What a network is shown of a data set of images, and how many of them."""

    per_class: PositiveInt | None = Field(
        default=None, description="training images of each class; none: all that there are"
    )
    noise: bool = Field(description="whether there is noise in training")


class Conditions(Section):
    """What networks are shown, by the data that they are trained on."""

    converged: Condition = Field(description="Green functions converged on a window")
    literal: Condition = Field(description="those of a single grid, energy and channel")
    faithful: ImageCondition = Field(
        description="images of eq. 12 as the paper has them: T as printed, amplitude kept, v known"
    )
    faithful_fewer: ImageCondition = Field(description="the same, of fewer images")
    faithful_noiseless: ImageCondition = Field(description="the same as these, without noise")
    corrected: ImageCondition = Field(description="as faithful_fewer, with T in the right order")
    phase: ImageCondition = Field(description="Eg and Eu with a phase, |phi| asked for as well")


class Noise(Section):
    """What is added to images in training; levels are in units of an image's deviation over q."""

    white: Range[NonNegativeFloat] = Field(description="white noise, uniform in this range")
    pink: Range[NonNegativeFloat] = Field(description="1 / f noise, likewise; [0, 0]: none")
    clean: float = Field(
        default=0, ge=0, le=1, description="share of the samples that have no noise at all"
    )


class Images(Noise):
    """Images of eq. 12 as networks are shown them: divided by one number for all, no more."""

    pixels: PositiveInt = Field(
        description="width of an image; means of blocks of those that are kept, which it divides"
    )


class Inputs(Noise):
    """Images that are made of windows."""

    pixels: PositiveInt = Field(description="width of an image; at least that of the windows")
    radius: PositiveFloat = Field(description="of the Hann disc on r, lattice constants")
    compress: bool = Field(description="asinh of the image, in units of its deviation")
    symmetry_copies: bool = Field(
        description="turn and mirror at random in training, average over the six copies after"
    )


class NetworkSettings(Section):
    """A backbone with the two heads, and its training."""

    widths: list[PositiveInt] = Field(
        default=[16, 32, 48, 64, 96, 96],
        min_length=6,
        max_length=6,
        description="channels of the six layers of `small`; no other backbone has a choice",
    )
    kernel: OddWidth = Field(default=3, description="width of the first convolution, odd")
    aggregation: PositiveInt = Field(description="width of the aggregation layer, eq. 13")
    conditional: bool = Field(description="a regression answer for each class, or one for all")
    class_weight: NonNegativeFloat = Field(description="w_IR of eq. 16")
    parameter_weight: NonNegativeFloat = Field(description="w_param of eq. 16")
    bfloat16: bool = Field(
        default=False,
        description="train in bfloat16 on processors that multiply it (AMX, avx512_bf16), in "
        "float32 on others; graphics cards always do",
    )
    training: Training


class Judged(Section):
    """The backbones that the paper's statements about networks are judged on."""

    main: Backbone = Field(description="that of Table I; the paper's is vgg16")
    variant: Backbone = Field(description="what it is compared with; the paper's is convnext")


class Networks(Section):
    """What is trained; a network is named after its backbone and its condition."""

    shown: Backbone = Field(description="the backbone of our own conditions, in figures and tables")
    judged: Judged | None = Field(
        description="backbones under the paper's condition; null: not trained at this scale"
    )
    inputs: Inputs
    images: Images
    conditions: Conditions
    vgg16: NetworkSettings
    convnext: NetworkSettings
    small: NetworkSettings
