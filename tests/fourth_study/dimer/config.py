"""What config.yaml may say about the dimer study."""

from __future__ import annotations

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from gapworks.factory.settings import Section
from gapworks.learning.settings import Training


class Physics(Section):
    """The model."""

    hopping: PositiveFloat = Field(description="t between the sites, eV")
    bias: PositiveFloat = Field(description="V is drawn uniformly in [-bias, bias], eV")


class Dataset(Section):
    """One data set."""

    stream: PositiveInt
    samples: PositiveInt


class Datasets(Section):
    """The data sets of the study."""

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


class DimerConfig(Section):
    """The section `dimer` of config.yaml."""

    physics: Physics
    datasets: Datasets
    shard_size: PositiveInt
    max_failed_share: NonNegativeFloat
    network: Network
    figures: Figures

    def dataset(self, name: str) -> Dataset:
        """One of the data sets; ValueError if there is none of that name."""
        known = list(Datasets.model_fields)
        if name not in known:
            raise ValueError(f"the dimer study has no data set {name!r}; it has {', '.join(known)}")
        return getattr(self.datasets, name)

    def samples(self, dataset: str) -> int:
        """Size of a data set."""
        return self.dataset(dataset).samples
