"""The resolved settings of the chain study's steps: what decides their outcome, besides inputs."""

from __future__ import annotations

from typing import Literal

from pydantic import PositiveInt

from gapworks.chain.config import Cost, Evaluation, Floor, NetworkSettings, Physics, Solver
from gapworks.factory.settings import DatasetSettings
from gapworks.learning.settings import TrainingSettings
from gapworks.study import Scale, StepSettings


class Simulate(DatasetSettings, StepSettings):
    """Of a data set."""

    study: Literal["chain"] = "chain"
    data_version: Literal[1] = 1
    physics: Physics
    solver: Solver

    @classmethod
    def of(cls, scale: Scale, dataset: str) -> Simulate:
        """Those of a data set; errors as of `StepSettings.of`."""
        chosen, physics = scale.config.dataset(dataset), scale.config.physics
        if chosen.hartree is not None:
            physics = physics.model_copy(update={"hartree": chosen.hartree})
        return super().of(scale, dataset=dataset, stream=chosen.stream, physics=physics)


class Train(TrainingSettings):
    """Of a training; `realizations` is how many per V0 are used."""

    study: Literal["chain"] = "chain"
    realizations: PositiveInt
    network: NetworkSettings

    @classmethod
    def of(cls, scale: Scale, network: str) -> Train:
        """Those of a network; errors as of `StepSettings.of`."""
        chosen, realizations = scale.config.networks.named(network, scale.config.datasets)
        return super().of(scale, name=network, realizations=realizations, network=chosen)


class Statistics(StepSettings):
    """Of the statistics of a data set, as solved or as a network predicts it."""

    evaluation: Evaluation


class IrreducibleError(StepSettings):
    """Of the floor of a window's error."""

    seed: int
    physics: Physics
    tolerance: float
    floor: Floor
    cutoffs: list[int]

    @classmethod
    def of(cls, scale: Scale) -> IrreducibleError:
        """At every cut-off of the scan."""
        config = scale.config
        return super().of(
            scale, tolerance=config.solver.tolerance, cutoffs=config.networks.scan_cutoffs
        )


class MethodTimes(StepSettings):
    """Of the wall times of solvers and networks against the ring's length."""

    seed: int
    physics: Physics
    cost: Cost


class MethodErrors(MethodTimes):
    """Of their errors."""

    @classmethod
    def of(cls, scale: Scale) -> MethodErrors:
        """Without what wall times alone depend on, at its default."""
        return super().of(scale, cost=scale.config.cost.model_copy(update={"repeats": 1}))
