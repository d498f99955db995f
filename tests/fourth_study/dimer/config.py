"""What config.yaml may say about the dimer study."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, PositiveFloat, PositiveInt

from gapworks.factory.settings import Section
from gapworks.learning.settings import Training
from gapworks.study import StudyConfig, StudyDatasets


class Physics(Section):
    """The model."""

    hopping: PositiveFloat = Field(description="t between the sites, eV")
    bias: PositiveFloat = Field(description="V is drawn uniformly in [-bias, bias], eV")


class Dataset(Section):
    """One data set."""

    stream: PositiveInt
    samples: PositiveInt


class Datasets(StudyDatasets):
    """The data sets of the study."""

    apart: ClassVar = (("train", "validation", "test"),)

    train: Dataset
    validation: Dataset
    test: Dataset


class Network(Section):
    """One hidden layer."""

    hidden: PositiveInt
    training: Training


class Figures(Section):
    """What figures pick."""

    markersize: PositiveFloat


class DimerConfig(StudyConfig):
    """The section `dimer` of config.yaml."""

    study: ClassVar = "dimer"

    physics: Physics
    datasets: Datasets
    network: Network
    figures: Figures
