"""What config.yaml may say about the eliashberg study.

The models here import neither numpy nor numba: the workflow reads them on every start.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from gapworks.factory.settings import DatasetSettings, Section
from gapworks.learning.settings import Training

Input = Literal["gap", "dos"]
Kind = Literal["simple", "complex"]


class Physics(Section):
    """The isotropic Migdal-Eliashberg equations; energies in meV, temperatures in K."""

    temperature: PositiveFloat = Field(description="K")
    mu_star: NonNegativeFloat = Field(description="Coulomb pseudopotential below 702 pi k_B T")
    matsubara: PositiveInt = Field(description="frequencies omega_n > 0 that are kept, M + 1")
    cutoff: PositiveFloat = Field(description="end of the spectral functions, meV")
    points: int = Field(ge=100, description="points of a spectral function, from cutoff / points")
    broadening: PositiveFloat = Field(description="Gamma of the line x + i Gamma, meV")
    energies: int = Field(ge=10, description="points of the gap function")
    highest_energy: PositiveFloat = Field(description="the last of them, meV")


class Solver(Section):
    """When the equations count as solved, and how much of the solution is kept."""

    tolerance: float = Field(gt=0, le=1e-6, description="residual on the imaginary axis, meV")
    line_tolerance: float = Field(gt=0, le=1e-3, description="residual on the line, meV")
    max_iterations: PositiveInt = Field(description="before a sample counts as failed")
    max_draws: PositiveInt = Field(description="draws of one sample before it counts as failed")
    kept_frequencies: PositiveInt = Field(description="Matsubara frequencies kept in the files")
    back_projection: float = Field(
        gt=0,
        lt=1,
        description="largest relative error of Delta(i omega_0) taken back from the line",
    )


Bounds = Annotated[list[PositiveFloat], Field(min_length=2, max_length=2)]
"""Smallest and largest value."""


class SimpleSpectra(Section):
    """Sums of Gaussians; see `gapworks.eliashberg.samples.SimpleRecipe`."""

    peaks: Annotated[list[PositiveInt], Field(min_length=2, max_length=2)]
    centre: Bounds = Field(description="shares of the cut-off")
    width: Bounds = Field(description="shares of the cut-off")
    height: Bounds = Field(description="of each Gaussian, before the whole is scaled")
    amplitude: Bounds = Field(description="largest value of a2F, uniform between these")
    edge: float = Field(gt=0, le=0.5, description="share over which a2F rises from zero")


class ComplexSpectra(Section):
    """Geometric Brownian motion, smoothed; see `gapworks.eliashberg.samples.ComplexRecipe`."""

    volatility: PositiveFloat = Field(description="of the logarithm, over the whole grid")
    window: PositiveInt = Field(description="points of the moving mean")
    passes: PositiveInt = Field(description="how often it is taken")
    amplitude: Bounds = Field(description="largest value of a2F, uniform between these")


class Spectra(Section):
    """How spectral functions are drawn."""

    simple: SimpleSpectra
    complex: ComplexSpectra


class Dataset(Section):
    """One data set: its random stream, its size and the kind of its spectra."""

    stream: PositiveInt = Field(description="random stream; equal streams draw equal spectra")
    samples: int = Field(ge=40, description="training, validation and test samples together")
    kind: Kind = Field(description="simple: sums of Gaussians; complex: geometric Brownian motion")


class Datasets(Section):
    """The data sets of the study."""

    simple: Dataset
    complex: Dataset

    @model_validator(mode="after")
    def _streams_differ(self) -> Datasets:
        if self.simple.stream == self.complex.stream:
            raise ValueError("simple and complex must have different streams")
        return self


class Supervised(Section):
    """The paper's supervised network (Fig. 2): input - 500 - 800 - 1000."""

    hidden: list[PositiveInt] = Field(min_length=1, description="width of each hidden layer")
    points: PositiveInt = Field(description="energies of the gap function or DOS that it sees")
    paper_points: PositiveInt = Field(description="as many again for the paper's 300 inputs")
    simple: Training
    complex: Training


class Bases(Section):
    """Networks with few neurons in the layer next to the output (Figs 9 and 10)."""

    before: list[PositiveInt] = Field(description="hidden layers before it")
    neurons: list[PositiveInt] = Field(min_length=1, max_length=4, description="its neurons")
    seeds: PositiveInt = Field(description="trainings of each")
    training: Training


class Autoencoder(Section):
    """[EBSF, gap] - 512 - d_L - 512 - [EBSF, gap], in raw units."""

    hidden: list[PositiveInt] = Field(min_length=1, description="layers between input and d_L")
    latent: list[PositiveInt] = Field(min_length=1, description="latent dimensions d_L")
    training: Training

    @model_validator(mode="after")
    def _latent_increases(self) -> Autoencoder:
        if any(b <= a for a, b in zip(self.latent, self.latent[1:], strict=False)):
            raise ValueError("latent must increase")
        return self


class Networks(Section):
    """What is trained."""

    supervised: Supervised
    bases: Bases
    autoencoder: Autoencoder


class Flow(Section):
    """The decisions of the flow chart (Fig. 1), taken on validation data."""

    good: float = Field(gt=0, lt=1, description="R^2 from which a supervised network is good")
    gap: float = Field(gt=0, lt=1, description="R^2 from which a gap function is reconstructed")
    dos: float = Field(gt=0, lt=1, description="R^2 from which a DOS is reconstructed")
    a2f: float = Field(gt=0, lt=1, description="R^2 from which an EBSF is reconstructed")


class Evaluation(Section):
    """What is taken from data and networks before anything is drawn."""

    resamples: int = Field(ge=10, description="bootstrap resamples, over samples")
    confidence: float = Field(gt=0, lt=1, description="level of the intervals")
    examples: int = Field(ge=1, le=8, description="test samples whose curves are kept")
    forward: PositiveInt = Field(description="test samples pushed through the solver, at most")
    checks: PositiveInt = Field(description="test samples for Pade and for the statements, at most")


class Figures(Section):
    """What the figures pick from the evaluations."""

    latent_shown: list[PositiveInt] = Field(
        min_length=1, max_length=6, description="d_L in Fig. 6; those that were trained are drawn"
    )


class Network(Section):
    """One network as it is trained: what it sees, what it gives, its layers."""

    kind: Literal["supervised", "autoencoder"]
    inputs: list[Literal["a2f", "gap", "dos"]]
    targets: list[Literal["a2f", "gap", "dos"]]
    hidden: list[PositiveInt]
    latent: PositiveInt | None = None
    points: PositiveInt | None = Field(default=None, description="energies seen; None: all")
    training: Training


class EliashbergConfig(Section):
    """The section `eliashberg` of config.yaml."""

    physics: Physics
    spectra: Spectra
    solver: Solver
    datasets: Datasets
    shard_size: PositiveInt = Field(description="samples in one shard, and so in one job")
    max_failed_share: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="a shard with a larger share of failed samples is an error"
    )
    networks: Networks
    flow: Flow
    evaluation: Evaluation
    figures: Figures

    @model_validator(mode="after")
    def _networks_see_what_is_simulated(self) -> EliashbergConfig:
        supervised = self.networks.supervised
        if max(supervised.points, supervised.paper_points) > self.physics.energies:
            raise ValueError("networks.supervised sees more points than physics.energies")
        if self.solver.kept_frequencies > self.physics.matsubara:
            raise ValueError("solver.kept_frequencies is more than physics.matsubara")
        return self

    def samples(self, dataset: str) -> int:
        """Number of samples of a data set."""
        return self._dataset(dataset).samples

    def simulation(self, dataset: str, seed: int) -> SimulationSettings:
        """The resolved settings that the simulate step of a data set is run with."""
        chosen = self._dataset(dataset)
        return SimulationSettings(
            dataset=dataset,
            seed=seed,
            stream=chosen.stream,
            kind=chosen.kind,
            spectra=getattr(self.spectra, chosen.kind),
            physics=self.physics,
            solver=self.solver,
        )

    def training(self, network: str, seed: int) -> dict[str, object]:
        """The resolved settings that the train step of a network is run with."""
        mapping, repeat = self.mapping(network)
        return {
            "name": network,
            "seed": seed,
            "repeat": repeat,
            "network": mapping.model_dump(mode="json"),
        }

    def mapping(self, network: str) -> tuple[Network, int]:
        """A network by its name, and which of its trainings it is.

        Raises
        ------
        ValueError
            If there is no such network; the message lists the forms of names.
        """
        supervised, bases, auto = (
            self.networks.supervised,
            self.networks.bases,
            self.networks.autoencoder,
        )
        common = {"kind": "supervised", "hidden": supervised.hidden, "points": supervised.points}
        if found := re.fullmatch(r"sl-(simple|complex)-(gap|dos)(-few)?", network):
            return Network(
                **common | ({"points": supervised.paper_points} if found[3] else {}),
                inputs=[found[2]],
                targets=["a2f"],
                training=getattr(supervised, found[1]),
            ), 0
        if found := re.fullmatch(r"reversed-(simple|complex)-(gap|dos)", network):
            return Network(
                **common | {"points": None},
                inputs=["a2f"],
                targets=[found[2]],
                training=getattr(supervised, found[1]),
            ), 0
        if found := re.fullmatch(r"nto-(\d+)-(\d+)", network):
            return Network(
                **common | {"hidden": [*bases.before, int(found[1])]},
                inputs=["gap"],
                targets=["a2f"],
                training=bases.training,
            ), int(found[2])
        if found := re.fullmatch(r"ae-(joint-gap|joint-dos|a2f|gap|dos)-(\d+)", network):
            fields = ["a2f", found[1][6:]] if found[1].startswith("joint") else [found[1]]
            return Network(
                kind="autoencoder",
                inputs=fields,
                targets=fields,
                hidden=auto.hidden,
                latent=int(found[2]),
                training=auto.training,
            ), 0
        if found := re.fullmatch(r"sl-(joint|separate)-(gap|dos)-(\d+|chosen)", network):
            return Network(
                **common, inputs=[found[2]], targets=["a2f"], training=supervised.complex
            ), 0
        raise ValueError(
            f"the eliashberg study has no network {network!r}; it has sl-<simple|complex>-<gap|dos>"
            " (and -few), reversed-<simple|complex>-<gap|dos>, nto-<neurons>-<seed>,"
            " ae-<joint-gap|joint-dos|a2f|gap|dos>-<d_L>,"
            " sl-<joint|separate>-<gap|dos>-<d_L|chosen>"
        )

    def _dataset(self, name: str) -> Dataset:
        known = list(Datasets.model_fields)
        if name not in known:
            raise ValueError(
                f"the eliashberg study has no data set {name!r}; it has {', '.join(known)}"
            )
        return getattr(self.datasets, name)


class SimulationSettings(DatasetSettings):
    """Everything that decides the samples of one data set, and nothing that does not.

    DATA_VERSION is raised by hand when the same settings would give other numbers; golden outputs
    (tests/eliashberg/test_golden.py) fail when numbers move and the version does not.
    """

    study: Literal["eliashberg"] = "eliashberg"
    data_version: Literal[1] = 1
    kind: Kind
    spectra: SimpleSpectra | ComplexSpectra
    physics: Physics
    solver: Solver
