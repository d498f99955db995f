"""What config.yaml may say about the qpi study's data.

The models here import neither numpy nor numba: the workflow reads them on every start.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from gapworks.factory.settings import DatasetSettings, Section
from gapworks.qpi.networks import Learning

CLASSES = ("A1g", "A12u", "A2g", "Eg", "Eu")
"""What is told apart; A1u and A2u look the same (section 3). Sample i is of class i mod 5."""

Range = Annotated[list[float], Field(min_length=2, max_length=2)]
PositiveRange = Annotated[list[PositiveFloat], Field(min_length=2, max_length=2)]
Kind = Literal["ladder", "grid", "image"]


class Physics(Section):
    """What is drawn: superconductors with an impurity; energies in meV. theta is in [0, pi)."""

    hopping: list[float] = Field(min_length=7, max_length=7, description="t_1 ... t_7, meV")
    spin_orbit: list[float] = Field(
        min_length=2, max_length=2, description="lambda_I of the first and third neighbours, meV"
    )
    eps0: Range = Field(description="eps_0 of eq. 4, lowest and highest, meV")
    delta: PositiveRange = Field(description="printed prefactor Delta of eqs 6-11, meV")
    impurity: PositiveRange = Field(description="|v|, meV; both signs are drawn")
    broadening: PositiveRange = Field(description="imaginary part of the energy, meV")
    energies: list[float] = Field(min_length=1, description="omega of the images, meV")
    window: int = Field(ge=8, le=1024, description="width of the windows of r, lattice constants")

    @model_validator(mode="after")
    def _ranges_are_ranges(self) -> Physics:
        for name in ("eps0", "delta", "impurity", "broadening"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: the first value must not be above the second")
        if len(set(self.energies)) < len(self.energies):
            raise ValueError("energies are given twice")
        return self


class Solver(Section):
    """When a sample counts as failed."""

    max_error: float = Field(
        gt=0,
        description="relative L2 change of the density of states from half as fine a grid; not "
        "asked of data sets on one grid",
    )


class Dataset(Section):
    """One data set: its random stream, its size, its grid and what it changes in the physics."""

    stream: PositiveInt = Field(description="random stream; equal streams draw equal parameters")
    per_class: PositiveInt = Field(description="samples of each of the five classes")
    kind: Kind = Field(
        default="ladder",
        description="ladder: Green functions on a window, converged; grid: the same from one "
        "n_effective x n_effective grid; image: eq. 12 on such a grid",
    )
    n_effective: int = Field(ge=64, le=131072, description="points of the grid in each direction")
    energies: list[float] | None = Field(default=None, min_length=1, description="replaces physics")
    broadening: PositiveRange | None = Field(default=None, description="replaces physics")

    @model_validator(mode="after")
    def _grid_is_possible(self) -> Dataset:
        N = self.n_effective
        if self.kind == "ladder" and (N < 1024 or N & (N - 1)):
            raise ValueError(f"n_effective: a ladder needs a power of two from 1024, not {N}")
        if N % 2:
            raise ValueError(f"n_effective must be even: half as fine a grid is taken too, not {N}")
        if self.kind == "image" and len(self.energies or [0.0]) > 1:
            raise ValueError("energies: an image data set has one energy")
        return self


class Datasets(Section):
    """The data sets of the study."""

    train: Dataset
    validation: Dataset
    test: Dataset
    literal_train: Dataset
    literal_validation: Dataset
    literal_test: Dataset
    literal_converged: Dataset
    fidelity: Dataset

    @model_validator(mode="after")
    def _no_leak(self) -> Datasets:
        for group in ("", "literal_"):
            names = [f"{group}{name}" for name in ("train", "validation", "test")]
            if len({getattr(self, name).stream for name in names}) < len(names):
                raise ValueError(f"{', '.join(names)} must have different streams")
        return self


class QpiConfig(Learning):
    """The section `qpi` of config.yaml; networks and evaluations stand in learning_settings.py."""

    physics: Physics
    solver: Solver
    datasets: Datasets
    shard_size: PositiveInt = Field(description="samples in one shard, and so in one job")
    ranks: PositiveInt = Field(description="MPI ranks of a simulate job; 1 runs without MPI")
    max_failed_share: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="a shard with a larger share of failed samples is an error"
    )

    @model_validator(mode="after")
    def _data_sets_are_possible(self) -> QpiConfig:
        for name in Datasets.model_fields:
            physics, dataset = self._physics(name), getattr(self.datasets, name)
            if dataset.kind == "image" and len(physics.energies) > 1:
                raise ValueError(f"datasets.{name}.energies: give one: images have one energy")
            # Half as fine a grid must hold the window; plain grids are summed as shifted ones.
            width = 2 << physics.window.bit_length()
            if dataset.kind == "grid" and dataset.n_effective % width:
                raise ValueError(f"datasets.{name}.n_effective: give a multiple of {width}")
            if dataset.kind == "ladder" and dataset.n_effective < 4 * physics.window:
                raise ValueError(f"datasets.{name}.n_effective is below 4 x physics.window")
        return self

    @model_validator(mode="after")
    def _networks_see_what_is_there(self) -> QpiConfig:
        for condition, name in (("converged", "train"), ("literal", "literal_train")):
            known = self._physics(name).energies
            missing = set(getattr(self.networks.conditions, condition).energies) - set(known)
            if missing:
                raise ValueError(
                    f"networks.conditions.{condition}.energies names {sorted(missing)}, not among "
                    f"the energies of datasets.{name}"
                )
        if self.networks.inputs.pixels < self.physics.window:
            raise ValueError("networks.inputs.pixels is below physics.window")
        if self.networks.inputs.radius > 0.75**0.5 * (self.physics.window // 2):
            raise ValueError(
                "networks.inputs.radius: the disc must lie within physics.window, at most "
                f"{0.75**0.5 * (self.physics.window // 2):.1f}"
            )
        return self

    def samples(self, dataset: str) -> int:
        """Number of samples of a data set: those of each class times the number of classes."""
        return self._dataset(dataset).per_class * len(CLASSES)

    def sample_bytes(self, dataset: str) -> int:
        """Bytes of one sample in a file, within a per cent."""
        if self._dataset(dataset).kind == "image":
            return 4 * self._dataset(dataset).n_effective ** 2
        physics = self._physics(dataset)
        return len(physics.energies) * (3 * 8 * physics.window**2 + 4 * 16)

    def simulation(self, dataset: str, seed: int) -> SimulationSettings:
        """The resolved settings that the simulate step of a data set is run with."""
        chosen = self._dataset(dataset)
        return SimulationSettings(
            dataset=dataset,
            seed=seed,
            stream=chosen.stream,
            physics=self._physics(dataset),
            solver=self.solver,
            kind=chosen.kind,
            n_effective=chosen.n_effective,
        )

    def learning_data(self, network: str) -> tuple[str, str]:
        """Data sets that a network is trained and validated on.

        Raises
        ------
        ValueError
            If there is no such network.
        """
        group = {"converged": "", "literal": "literal_"}[self.networks.named(network)[1]]
        return f"{group}train", f"{group}validation"

    def training(self, network: str, seed: int) -> dict[str, Any]:
        """The resolved settings that the train step of a network is run with."""
        backbone, condition = self.networks.named(network)
        chosen = getattr(self.networks, backbone)
        return {
            "name": network,
            "seed": seed,
            "per_class": self._dataset(self.learning_data(network)[0]).per_class,
            "backbone": backbone,
            "inputs": self.networks.inputs.model_dump(mode="json"),
            "condition": getattr(self.networks.conditions, condition).model_dump(mode="json"),
            "network": chosen.model_dump(mode="json"),
        }

    def _physics(self, name: str) -> Physics:
        replaced = self._dataset(name).model_dump(include={"energies", "broadening"})
        changes = {key: value for key, value in replaced.items() if value is not None}
        return self.physics.model_copy(update=changes)

    def _dataset(self, name: str) -> Dataset:
        known = list(Datasets.model_fields)
        if name not in known:
            raise ValueError(f"the qpi study has no data set {name!r}; it has {', '.join(known)}")
        return getattr(self.datasets, name)


class SimulationSettings(DatasetSettings):
    """Everything that decides the samples of one data set, and nothing that does not.

    DATA_VERSION is raised by hand when the same settings would give other numbers; golden outputs
    (tests/qpi/test_golden.py) fail when numbers move and the version does not.
    """

    study: Literal["qpi"] = "qpi"
    data_version: Literal[1] = 1
    physics: Physics
    solver: Solver
    kind: Kind
    n_effective: PositiveInt
