"""The resolved settings of the qpi study's steps: what decides their outcome, besides inputs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt

from gapworks.factory.settings import DatasetSettings
from gapworks.learning.settings import TrainingSettings
from gapworks.qpi.config import (
    Backbone,
    Condition,
    Evaluation,
    Inputs,
    Kind,
    Model,
    Networks,
    NetworkSettings,
    Physics,
    Solver,
    Statements,
)
from gapworks.study import Scale, StepSettings, Training

BACKBONES = ("vgg16", "convnext", "small")
DATA = {
    "converged": Training("train", "validation"),
    "literal": Training("literal_train", "literal_validation"),
}
"""Conditions that a network is trained under, and the data of each: converged windows, or the
paper's grid."""


class Simulate(DatasetSettings, StepSettings):
    """Of a data set."""

    study: Literal["qpi"] = "qpi"
    data_version: Literal[2] = 2
    physics: Physics
    solver: Solver
    kind: Kind
    n_effective: PositiveInt

    @classmethod
    def of(cls, scale: Scale, dataset: str) -> Simulate:
        """Those of a data set; errors as of `StepSettings.of`."""
        chosen = dict(scale.config.dataset(dataset)) | {"physics": scale.config.drawn(dataset)}
        return super().of(scale, dataset=dataset, **chosen)


def parts(network: str) -> tuple[str, str]:
    """Backbone and condition of "small-converged", "vgg16-literal" and so on.

    Raises
    ------
    ValueError
        If there is no such network.
    """
    backbone, _, condition = network.partition("-")
    if backbone not in BACKBONES or condition not in DATA:
        raise ValueError(
            f"the qpi study has no network {network!r}; a name is one of {', '.join(BACKBONES)}, "
            f"a dash and one of {', '.join(DATA)}"
        )
    return backbone, condition


class Train(TrainingSettings):
    """Of a training; `per_class` is how many samples of each class are used."""

    study: Literal["qpi"] = "qpi"
    per_class: PositiveInt
    backbone: Backbone
    inputs: Inputs
    condition: Condition
    network: NetworkSettings

    @classmethod
    def of(cls, scale: Scale, network: str) -> Train:
        """Those of a network; errors as of `parts`."""
        backbone, condition = parts(network)
        networks: Networks = scale.config.networks
        return super().of(
            scale,
            name=network,
            per_class=scale.config.dataset(DATA[condition].data).per_class,
            backbone=backbone,
            inputs=networks.inputs,
            condition=getattr(networks.conditions, condition),
            network=getattr(networks, backbone),
        )


class NetworkTest(StepSettings):
    """Of the test of a network, at every level of noise."""

    seed: int
    evaluation: Evaluation


class C3Baseline(StepSettings):
    """Of telling Eu from A12u by symmetry alone, at the same levels of noise."""

    seed: int
    evaluation: Evaluation
    inputs: Inputs

    @classmethod
    def of(cls, scale: Scale) -> C3Baseline:
        """On maps as networks are shown them."""
        return super().of(scale, inputs=scale.config.networks.inputs)


class ModelStatements(StepSettings):
    """Of what images can tell in the model, measured on random samples."""

    seed: int
    physics: Physics
    statements: Statements
    radius: float = Field(gt=0, description="of the Hann disc, lattice constants")

    @classmethod
    def of(cls, scale: Scale) -> ModelStatements:
        """Within the disc that networks see."""
        return super().of(scale, radius=scale.config.networks.inputs.radius)


class ExampleImages(StepSettings):
    """Of the images on the paper's grid beside converged ones."""

    radius: float = Field(gt=0, description="of the Hann disc, lattice constants")

    @classmethod
    def of(cls, scale: Scale) -> ExampleImages:
        """Within the disc that networks see."""
        return super().of(scale, radius=scale.config.networks.inputs.radius)


class NormalState(StepSettings):
    """Of the bands."""

    hopping: list[float]
    spin_orbit: list[float]
    model: Model

    @classmethod
    def of(cls, scale: Scale) -> NormalState:
        """With the hopping and spin-orbit coupling of all data."""
        physics = scale.config.physics
        return super().of(scale, hopping=physics.hopping, spin_orbit=physics.spin_orbit)
