"""The resolved settings of the qpi study's steps: what decides their outcome, besides inputs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, PositiveInt

from gapworks.factory.settings import DatasetSettings
from gapworks.learning.settings import TrainingSettings
from gapworks.qpi.config import (
    Evaluation,
    Kind,
    Model,
    Physics,
    Reading,
    Solver,
    Statements,
)
from gapworks.qpi.network_config import (
    Backbone,
    Condition,
    ImageCondition,
    Images,
    Inputs,
    Networks,
    NetworkSettings,
)
from gapworks.study import Scale, StepSettings, Training

BACKBONES = ("vgg16", "convnext", "small")
DATA = {
    "converged": Training("train", "validation"),
    "literal": Training("literal_train", "literal_validation"),
    "faithful": Training("faithful_train", "faithful_validation"),
    "faithful_fewer": Training("faithful_train", "faithful_validation"),
    "faithful_noiseless": Training("faithful_train", "faithful_validation"),
    "corrected": Training("corrected_train", "corrected_validation"),
    "phase": Training("phase_train", "phase_validation"),
}
"""Conditions that a network is trained under, and the data of each: converged windows, those of the
paper's grid, and the paper's images on that grid."""


class Simulate(DatasetSettings, StepSettings):
    """Of a data set."""

    study: Literal["qpi"] = "qpi"
    data_version: Literal[2] = 2
    physics: Physics
    solver: Solver
    kind: Kind
    n_effective: PositiveInt
    pixels: PositiveInt | None = None
    reading: Reading = Reading()

    @classmethod
    def of(cls, scale: Scale, dataset: str) -> Simulate:
        """Those of a data set; errors as of `StepSettings.of`."""
        chosen = dict(scale.config.dataset(dataset)) | {"physics": scale.config.drawn(dataset)}
        return super().of(scale, dataset=dataset, **chosen)

    def decisive(self) -> dict[str, Any]:
        """As it was before `pixels` and `reading` were keys, where they change nothing."""
        content = super().decisive()
        for name in ("pixels", "reading"):
            if getattr(self, name) == type(self).model_fields[name].default:
                del content[name]
        return content


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
    """Of a training; `per_class` is how many samples of each of its classes are used."""

    study: Literal["qpi"] = "qpi"
    per_class: PositiveInt
    backbone: Backbone
    inputs: Inputs | Images
    condition: Condition | ImageCondition
    network: NetworkSettings

    @classmethod
    def of(cls, scale: Scale, network: str) -> Train:
        """Those of a network; errors as of `parts`."""
        backbone, condition = parts(network)
        networks: Networks = scale.config.networks
        shown = getattr(networks.conditions, condition)
        of_images = isinstance(shown, ImageCondition)
        there = scale.config.dataset(DATA[condition].data).per_class
        return super().of(
            scale,
            name=network,
            per_class=min(there, of_images and shown.per_class or there),
            backbone=backbone,
            inputs=networks.images if of_images else networks.inputs,
            condition=shown,
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
