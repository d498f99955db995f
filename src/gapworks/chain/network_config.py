"""What config.yaml may say of the chain study's networks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from gapworks.factory.settings import OddWidth, Section
from gapworks.learning.settings import Training


class WindowSettings(Section):
    """The paper's network."""

    kind: Literal["window"] = "window"
    cutoff: PositiveInt = Field(description="R: V_{i-R} ... V_{i+R} are seen")
    hidden: list[PositiveInt] = Field(description="width of each hidden layer")
    training: Training


class BandSettings(Section):
    """The rings that a network's bands are calibrated on."""

    stream: PositiveInt = Field(
        description="random stream; none of a data set that is learned from"
    )
    realizations: int = Field(ge=10, description="rings per V0")
    coverage: float = Field(gt=0.5, lt=0.95, description="share of the sites within the bands")

    @model_validator(mode="after")
    def _can_be_promised(self) -> BandSettings:
        if self.coverage * (self.realizations + 1) > self.realizations:
            raise ValueError("realizations: too few rings to promise the coverage")
        return self


class SurrogateSettings(Section):
    """Residual dilated convolutions for the map at fixed mu."""

    kind: Literal["surrogate"] = "surrogate"
    channels: PositiveInt
    kernel: OddWidth = Field(description="sites of one convolution, odd")
    dilations: list[PositiveInt] = Field(description="one residual block each")
    training: Training
    # Left out where it says what held before it was a key.
    bands: BandSettings | None = Field(
        default=None,
        exclude_if=lambda bands: bands is None,
        description="calibration of bands about its answers; none if null",
    )


NetworkSettings = Annotated[WindowSettings | SurrogateSettings, Field(discriminator="kind")]
