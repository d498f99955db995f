"""The resolved settings of the chain study's steps: what decides their outcome, besides inputs."""

from __future__ import annotations

from typing import Literal

from pydantic import PositiveInt

from gapworks.chain.config import Cost, Evaluation, Floor, NetworkSettings, Physics, Solver
from gapworks.factory.settings import DatasetSettings
from gapworks.learning.settings import TrainingSettings
from gapworks.study import Scale, StepSettings


class Simulate(DatasetSettings):
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
        return cls(
            dataset=dataset,
            seed=scale.seed,
            stream=chosen.stream,
            physics=physics,
            solver=scale.config.solver,
        )


class Train(TrainingSettings):
    """Of a training; `realizations` is how many per V0 are used."""

    study: Literal["chain"] = "chain"
    realizations: PositiveInt
    network: NetworkSettings

    @classmethod
    def of(cls, scale: Scale, network: str) -> Train:
        """Those of a network; errors as of `StepSettings.of`."""
        chosen, realizations = scale.config.networks.named(network, scale.config.datasets)
        return cls(name=network, seed=scale.seed, realizations=realizations, network=chosen)


class Statistics(StepSettings):
    """Of the statistics of a data set, as solved or as a network predicts it."""

    evaluation: Evaluation

    @classmethod
    def of(cls, scale: Scale, **fields: str) -> Statistics:
        """The same for all data sets and networks."""
        return cls(evaluation=scale.config.evaluation)


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
        return cls(
            seed=scale.seed,
            physics=config.physics,
            tolerance=config.solver.tolerance,
            floor=config.floor,
            cutoffs=config.networks.scan_cutoffs,
        )


class MethodErrors(StepSettings):
    """Of the errors of solvers and networks against the ring's length."""

    seed: int
    physics: Physics
    cost: Cost

    @classmethod
    def of(cls, scale: Scale) -> MethodErrors:
        """Without what wall times alone depend on, at its default."""
        cost = scale.config.cost.model_copy(update={"repeats": 1})
        return cls(seed=scale.seed, physics=scale.config.physics, cost=cost)


class MethodTimes(MethodErrors):
    """Of their wall times."""

    @classmethod
    def of(cls, scale: Scale) -> MethodTimes:
        """With the number of repeats."""
        return cls(seed=scale.seed, physics=scale.config.physics, cost=scale.config.cost)
