"""The resolved settings of the eliashberg study's steps: what decides their outcome."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import (
    NonNegativeInt,
    PositiveInt,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from gapworks.eliashberg.config import (
    AsPrinted,
    ComplexSpectra,
    Kind,
    Physics,
    SimpleSpectra,
    Solver,
    unsaid_cutoff,
)
from gapworks.eliashberg.names import FieldName, Input, NetworkName, Spectra, Transform
from gapworks.eliashberg.networks import Evaluation, Flow, Inversion, Network
from gapworks.factory.settings import DatasetSettings
from gapworks.learning.settings import TrainingSettings
from gapworks.study import Scale, StepSettings


class Simulate(DatasetSettings, StepSettings):
    """Of a data set."""

    study: Literal["eliashberg"] = "eliashberg"
    data_version: Literal[1] = 1
    kind: Kind
    spectra: SimpleSpectra | ComplexSpectra
    physics: Physics
    solver: Solver
    as_printed: AsPrinted | None = None
    """The paper's own way to the real axis; None: the equations on the line."""

    @classmethod
    def of(cls, scale: Scale, dataset: str) -> Simulate:
        """Those of a data set; errors as of `StepSettings.of`."""
        chosen = scale.config.dataset(dataset)
        physics = scale.config.physics
        if chosen.mu_star is not None:
            physics = physics.model_copy(update={"mu_star": chosen.mu_star})
        return super().of(
            scale,
            dataset=dataset,
            stream=chosen.stream,
            kind=chosen.kind,
            spectra=getattr(scale.config.spectra, chosen.kind),
            physics=physics,
            as_printed=scale.config.as_printed if chosen.path == "as_printed" else None,
        )

    @model_serializer(mode="wrap")
    def _without_what_is_not_asked(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Data that are solved exactly say nothing of the paper's way, as before there was one."""
        said = handler(self)
        return {key: one for key, one in said.items() if key != "as_printed" or one is not None}

    def decisive(self) -> dict[str, Any]:
        """As it was before `mu_star_cutoff` was a key, where that says what held without it."""
        content = super().decisive()
        physics = self.physics
        if math.isclose(physics.mu_star_cutoff, unsaid_cutoff(physics.temperature), rel_tol=1e-12):
            del content["physics"]["mu_star_cutoff"]
        return content


class Train(TrainingSettings):
    """Of a training."""

    study: Literal["eliashberg"] = "eliashberg"
    network: Network

    @classmethod
    def of(cls, scale: Scale, network: str) -> Train:
        """Those of a network; errors as of `StepSettings.of`."""
        name = NetworkName.parse(network)
        chosen = scale.config.networks.named(name)
        return super().of(scale, name=network, repeat=name.repeat, network=chosen)


class Generate(StepSettings):
    """Of data that autoencoders make; `latent` "chosen": an evaluation says the dimension."""

    input: Input
    transform: Transform
    latent: PositiveInt | Literal["chosen"]
    solved: Spectra = "complex"
    repeat: NonNegativeInt = 0


class Evaluate(StepSettings):
    """Of the evaluations of data sets and networks."""

    evaluation: Evaluation


class Invert(StepSettings):
    """Of the evaluations of what the equations infer from data with noise."""

    inversion: Inversion


class ChooseDimension(StepSettings):
    """Of the choice of a latent dimension."""

    input: FieldName
    flow: Flow
