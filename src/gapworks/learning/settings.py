"""What config.yaml may say about training; imports no torch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from gapworks.factory.settings import Section, Seed
from gapworks.study import StepSettings


class Training(Section):
    """How a network is trained: Adam, with a schedule that ends by itself."""

    epochs: PositiveInt = Field(description="most epochs; `plateau` may stop earlier")
    batch_size: PositiveInt = Field(description="samples (rings, spectra, images) per step")
    learning_rate: PositiveFloat = Field(description="at the start")
    final_learning_rate: PositiveFloat = Field(description="at the end")
    schedule: Literal["plateau", "cosine"] = Field(
        description="plateau: divide by `factor` after `patience` epochs without a better "
        "validation loss, stop below the final rate; cosine: over all epochs"
    )
    patience: PositiveInt = Field(default=5, description="epochs without a better validation loss")
    factor: float = Field(default=10.0, gt=1, description="the rate is divided by this")
    weight_decay: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _rates_fall(self) -> Training:
        if self.final_learning_rate > self.learning_rate:
            raise ValueError("final_learning_rate must not be above learning_rate")
        return self


class TrainingSettings(StepSettings):
    """The resolved settings of a training; each study adds its own."""

    study: str
    name: str
    seed: Seed
    repeat: int = 0
