"""The resolved settings of the chain study's steps: what decides their outcome, besides inputs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt

from gapworks.chain.config import (
    Cost,
    Diagonalisation,
    Evaluation,
    Floor,
    Mu,
    Physics,
    PlainMixing,
    Solver,
)
from gapworks.chain.config import FiniteSize as FiniteSizeSection
from gapworks.chain.network_config import NetworkSettings
from gapworks.factory.settings import DatasetSettings
from gapworks.learning.settings import TrainingSettings
from gapworks.study import Scale, StepSettings


class Simulate(DatasetSettings, StepSettings):
    """Of a data set."""

    study: Literal["chain"] = "chain"
    data_version: Literal[1] = 1
    physics: Physics
    solver: Solver
    # Left out where it says what held before it was a key: the samples are the same.
    common: bool = Field(False, exclude_if=lambda common: not common)

    @classmethod
    def of(cls, scale: Scale, dataset: str) -> Simulate:
        """Those of a data set; errors as of `StepSettings.of`."""
        chosen, physics = scale.config.dataset(dataset), scale.config.physics
        replaced = {
            name: said
            for name in ("hartree", "mu", "disorder")
            if (said := getattr(chosen, name)) is not None
        }
        return super().of(
            scale,
            dataset=dataset,
            stream=chosen.stream,
            physics=physics.model_copy(update=replaced),
            common=chosen.common,
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
    def of(cls, scale: Scale, mu: Mu | None = None) -> IrreducibleError:
        """At every cut-off of the scan; at fixed mu at the paper's alone."""
        config, networks = scale.config, scale.config.networks
        physics, cutoffs = config.physics, networks.scan_cutoffs
        if mu is not None:
            physics = physics.model_copy(update={"mu": mu})
            cutoffs = [networks.window.cutoff]
        return super().of(
            scale, tolerance=config.solver.tolerance, cutoffs=cutoffs, physics=physics
        )


class NoSettings(StepSettings):
    """Of what its data decide alone."""


class IterationCounts(StepSettings):
    """Of the iterations under plain mixing."""

    seed: int
    physics: Physics
    plain_mixing: PlainMixing


class DiagonalisationTimes(StepSettings):
    """Of the wall times of diagonalisations against the ring's length."""

    seed: int
    physics: Physics
    cost: Cost
    diagonalisation: Diagonalisation


class FiniteSize(StepSettings):
    """Of the comparison of short rings with long ones."""

    seed: int
    physics: Physics
    finite_size: FiniteSizeSection


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
