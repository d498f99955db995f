"""What config.yaml may say about the chain study.

The models here import neither numpy nor numba: the workflow reads them on every start.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, ClassVar, Literal

from pydantic import Field, NonNegativeFloat, PositiveInt, model_validator

from gapworks.chain.laws import UNIFORM, Disorder
from gapworks.chain.network_config import NetworkSettings, SurrogateSettings, WindowSettings
from gapworks.factory.settings import Increasing, Section
from gapworks.study import StudyConfig, StudyDatasets

Hartree = Literal["attractive", "literal", "none"]
Mu = Literal["tuned", "fixed"]


class Physics(Section):
    """The model: a disordered attractive Hubbard ring in mean field, energies in units of t."""

    coupling: float = Field(gt=0, description="on-site attraction g, units of t")
    filling: float = Field(gt=0, lt=2, description="electrons per site, mean n")
    length: int = Field(ge=3, description="sites of the ring, L")
    hartree: Hartree = Field(description="Hartree shift: -g n/2, +g n/2 (as printed) or none")
    disorder_strengths: Increasing[NonNegativeFloat] = Field(
        min_length=1, description="V0 of the uniform disorder in [-V0, V0]; sample i takes i mod K"
    )
    # Left out where it says what held before it was a key: the samples are the same.
    mu: Mu = Field(
        default="tuned",
        exclude_if=lambda mu: mu == "tuned",
        description="chemical potential: tuned to the filling in each ring, or fixed at that of "
        "the clean ring of the filling",
    )
    disorder: Disorder = Field(
        default=UNIFORM,
        exclude_if=lambda disorder: disorder == UNIFORM,
        description="law of V: uniform, or normal with a correlation length",
    )

    @property
    def hamiltonian(self) -> dict[str, Any]:
        """What says the model to the solvers."""
        return self.model_dump(include={"coupling", "filling", "hartree"})

    @property
    def reading(self) -> dict[str, Any]:
        """What a network's answer is for: the model, and what is done with mu."""
        return self.hamiltonian | {"mu": self.mu}


class Solver(Section):
    """How the self-consistency loop is run and when it stops."""

    tolerance: float = Field(gt=0, le=1e-3, description="largest residual of Delta, n and mu")
    max_iterations: int = Field(ge=1, description="iterations before a sample counts as failed")


class Dataset(Section):
    """One data set: its random stream, its size and what it changes in the physics."""

    stream: PositiveInt = Field(description="random stream; equal streams draw equal disorder")
    realizations: PositiveInt = Field(description="disorder realizations per V0")
    hartree: Hartree | None = Field(default=None, description="replaces physics.hartree")
    mu: Mu | None = Field(default=None, description="replaces physics.mu")
    disorder: Disorder | None = Field(default=None, description="replaces physics.disorder")
    common: bool = Field(
        default=False,
        description="the same disorder at every V0, scaled by it (common random numbers)",
    )


class Datasets(StudyDatasets):
    """The data sets of the study; those of other readings of the paper repeat others' disorder.

    Those of the Hartree readings that of the test; those at fixed mu that of their namesakes.
    """

    apart: ClassVar = (
        ("train", "validation", "test", "surrogate", "common", "correlated", "bands"),
        ("fixed_train", "fixed_validation", "fixed_test"),
    )

    train: Dataset
    validation: Dataset
    test: Dataset
    surrogate: Dataset
    hartree_literal: Dataset
    hartree_none: Dataset
    fixed_train: Dataset
    fixed_validation: Dataset
    fixed_test: Dataset
    common: Dataset
    correlated: Dataset
    bands: Dataset


class Evaluation(Section):
    """Statistics taken from a data set before anything is drawn."""

    V_bins: int = Field(ge=2, description="bins of the histogram of V")
    delta_bins: int = Field(ge=2, description="bins of the histogram of Delta")
    resamples: int = Field(ge=10, description="bootstrap resamples, over realizations")
    confidence: float = Field(gt=0, lt=1, description="level of the intervals")


class Networks(Section):
    """What is trained; a network is named after its cut-off and its training data."""

    window: WindowSettings
    surrogate: SurrogateSettings
    scan_cutoffs: list[PositiveInt] = Field(min_length=1, description="R in Fig. 2")
    scan_realizations: list[PositiveInt] = Field(
        min_length=1, max_length=6, description="realizations per V0 of each curve in Fig. 2"
    )
    fixed_mu_realizations: list[PositiveInt] = Field(
        description="realizations per V0 of the paper's networks that are trained at fixed mu"
    )

    def named(self, name: str, datasets: Datasets) -> tuple[NetworkSettings, int]:
        """Settings and training realizations per V0 of "window-r8-n220", "surrogate" and so on.

        With "-fixed" at its end it is trained at fixed mu, and otherwise the same.

        Raises
        ------
        ValueError
            If there is no such network.
        """
        if name == "surrogate":
            return self.surrogate, datasets.surrogate.realizations
        if found := re.fullmatch(r"window-r(\d+)-n(\d+)(?:-fixed)?", name):
            cutoff, realizations = int(found[1]), int(found[2])
            return self.window.model_copy(update={"cutoff": cutoff}), realizations
        raise ValueError(
            f"the chain study has no network {name!r}; it has surrogate and window-r<R>-n<N>: "
            "R sites to each side, N training realizations per V0; -fixed at its end: at fixed mu"
        )


class Floor(Section):
    """Irreducible error of a window, by drawing the disorder outside it again."""

    stream: PositiveInt
    windows: int = Field(ge=2, description="windows per V0")
    draws: int = Field(ge=2, description="draws of the rest of the ring, per window")


class Cost(Section):
    """Solvers and networks at equal accuracy and time (Fig. 6)."""

    stream: PositiveInt
    strength: NonNegativeFloat = Field(description="V0 of the rings, units of t")
    lengths: list[PositiveInt] = Field(min_length=1, description="L")
    sites: PositiveInt = Field(description="sites of a batch, whatever the length")
    exact_tolerance: float = Field(gt=0, le=1e-6)
    truncated_tolerances: list[float] = Field(
        max_length=4, description="residuals at which `solve` is stopped"
    )
    dense_up_to: int = Field(description="longest ring that is diagonalised")
    repeats: PositiveInt = Field(1, description="of each timing; errors do not know it")

    @model_validator(mode="after")
    def _batches_are_as_large(self) -> Cost:
        if self.sites < max(self.lengths):
            raise ValueError("sites: a batch is as large at every length, no smaller than one ring")
        return self


class PlainMixing(Section):
    """Iterations under plain mixing, x <- x + mixing (G(x) - x)."""

    stream: PositiveInt
    strengths: list[NonNegativeFloat] = Field(min_length=1, description="V0 of the rings")
    rings: PositiveInt = Field(description="rings per V0")
    mixing: float = Field(gt=0, le=1, description="share of the residual that is followed")
    tolerance: float = Field(gt=0, le=1e-3, description="residual to stop at")
    max_iterations: PositiveInt


class Diagonalisation(Section):
    """Wall times of one iteration by diagonalisation; the rings are those of `cost`."""

    lengths: Increasing[PositiveInt] = Field(min_length=2, description="L")
    repeats: PositiveInt


class FiniteSize(Section):
    """One long disorder, solved as one ring and cut into shorter ones."""

    stream: PositiveInt
    strengths: list[NonNegativeFloat] = Field(min_length=1, description="V0 of the rings")
    lengths: Increasing[PositiveInt] = Field(
        min_length=2, description="L, each a multiple of the one before"
    )
    sites: PositiveInt = Field(description="sites per V0, whatever the length")
    tolerance: float = Field(gt=0, le=1e-6)

    @model_validator(mode="after")
    def _pieces_fit(self) -> FiniteSize:
        if any(longer % shorter for shorter, longer in pairwise(self.lengths)):
            raise ValueError("lengths: each must be a multiple of the one before")
        return self


class Figures(Section):
    """What the figures pick from the evaluations."""

    profile_strengths: list[NonNegativeFloat] = Field(min_length=1, description="V0 in Fig. 4")
    correlation_strengths: list[NonNegativeFloat] = Field(
        min_length=1, max_length=6, description="V0 in Fig. 5; there are six colours"
    )
    correlation_distance: PositiveInt = Field(description="largest distance in Fig. 5, sites")


class ChainConfig(StudyConfig):
    """The section `chain` of config.yaml."""

    study: ClassVar = "chain"

    physics: Physics
    solver: Solver
    datasets: Datasets
    networks: Networks
    evaluation: Evaluation
    floor: Floor
    cost: Cost
    plain_mixing: PlainMixing
    diagonalisation: Diagonalisation
    finite_size: FiniteSize
    figures: Figures

    @model_validator(mode="after")
    def _figures_show_what_is_simulated(self) -> ChainConfig:
        for name in ("profile_strengths", "correlation_strengths"):
            missing = set(getattr(self.figures, name)) - set(self.physics.disorder_strengths)
            if missing:
                raise ValueError(
                    f"figures.{name} names {sorted(missing)}, not among physics.disorder_strengths"
                )
        bands = self.networks.surrogate.bands
        learned = (*Datasets.apart[0], *Datasets.apart[1])
        if bands is not None and bands.stream in {
            getattr(self.datasets, name).stream for name in learned
        }:
            raise ValueError("networks.surrogate.bands.stream: is that of a data set")
        if self.figures.correlation_distance > self.physics.length // 2:
            raise ValueError("figures.correlation_distance is more than half the ring")
        laws = {"physics": self.physics.disorder}
        for name, said in self.datasets:
            laws[f"datasets.{name}"] = said.disorder or self.physics.disorder
        for name, law in laws.items():
            if law.correlation > self.physics.length / 8:
                raise ValueError(
                    f"{name}.disorder.correlation: {law.correlation:g} sites; a ring of "
                    f"{self.physics.length} has room for {self.physics.length // 8}"
                )
        return self

    def samples(self, dataset: str) -> int:
        """Number of samples of a data set: realizations per V0 times the number of V0."""
        return self.dataset(dataset).realizations * len(self.physics.disorder_strengths)
