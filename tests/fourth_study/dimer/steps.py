"""The resolved settings of the dimer study's steps."""

from __future__ import annotations

from typing import Literal

from gapworks.dimer.config import Network, Physics
from gapworks.factory.settings import DatasetSettings
from gapworks.learning.settings import TrainingSettings
from gapworks.study import Scale, StepSettings


class Simulate(DatasetSettings, StepSettings):
    """Of a data set."""

    study: Literal["dimer"] = "dimer"
    data_version: Literal[1] = 1
    physics: Physics

    @classmethod
    def of(cls, scale: Scale, dataset: str) -> Simulate:
        """Those of a data set; ValueError if there is none of that name."""
        stream = scale.config.dataset(dataset).stream
        return super().of(scale, dataset=dataset, stream=stream)


class Train(TrainingSettings):
    """Of a training."""

    study: Literal["dimer"] = "dimer"
    network: Network

    @classmethod
    def of(cls, scale: Scale, network: str) -> Train:
        """Those of a network; ValueError if there is none of that name."""
        if network != "curve":
            raise ValueError(f"the dimer study has no network {network!r}; it has curve")
        return super().of(scale, name=network)


class Compare(StepSettings):
    """Of a comparison with the exact formula: it has no settings."""
