"""What config.yaml may say about the qpi study; imports neither numpy nor torch."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from gapworks.factory.settings import Range, Section
from gapworks.qpi.network_config import Networks
from gapworks.study import StudyConfig, StudyDatasets

Class = Literal["A1g", "A12u", "A2g", "Eg", "Eu"]
CLASSES: tuple[str, ...] = get_args(Class)
"""What is told apart; A1u and A2u look the same (section 3). Sample i is of class i mod 5."""
U_GAPS = ("A12u", "Eu")
"""Those whose gap is odd in k."""
E_GAPS = ("Eg", "Eu")
"""Those whose gap has two components."""

Kind = Literal["ladder", "grid", "image"]


class Physics(Section):
    """What is drawn: superconductors with an impurity; energies in meV. theta is in [0, pi)."""

    hopping: list[float] = Field(min_length=7, max_length=7, description="t_1 ... t_7, meV")
    spin_orbit: list[float] = Field(
        min_length=2, max_length=2, description="lambda_I of the first and third neighbours, meV"
    )
    eps0: Range[float] = Field(description="eps_0 of eq. 4, lowest and highest, meV")
    delta: Range[PositiveFloat] = Field(description="printed prefactor Delta of eqs 6-11, meV")
    impurity: Range[PositiveFloat] = Field(description="|v|, meV; both signs are drawn")
    broadening: Range[PositiveFloat] = Field(description="imaginary part of the energy, meV")
    energies: list[float] = Field(min_length=1, description="omega of the images, meV")
    window: int = Field(ge=8, le=1024, description="width of the windows of r, lattice constants")

    @model_validator(mode="after")
    def _energies_differ(self) -> Physics:
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


class Reading(Section):
    """What a data set takes from the paper's text where ours draws or corrects it, or drops it."""

    classes: list[Class] = Field(
        default=list(CLASSES), min_length=1, description="sample i is of class i mod their number"
    )
    impurity: float | None = Field(
        default=None, description="v of every sample, meV; none: drawn, of either sign"
    )
    t_order: Literal["corrected", "printed"] = Field(
        default="corrected", description="T = V [1 - G0 V]^-1, or V [1 - V G0]^-1 as printed"
    )
    phi: Range[NonNegativeFloat] | None = Field(
        default=None,
        description="phase between the components of Eg and Eu, rad, lowest and highest; none: 0",
    )

    @model_validator(mode="after")
    def _classes_differ(self) -> Reading:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes: are given twice")
        return self


class Dataset(Section):
    """One data set: its random stream, its size, its grid and what it changes in the physics."""

    stream: PositiveInt = Field(description="random stream; equal streams draw equal parameters")
    per_class: PositiveInt = Field(description="samples of each class")
    kind: Kind = Field(
        default="ladder",
        description="ladder: Green functions on a window, converged; grid: the same from one "
        "n_effective x n_effective grid; image: eq. 12 on such a grid",
    )
    n_effective: int = Field(ge=64, le=131072, description="points of the grid in each direction")
    pixels: PositiveInt | None = Field(
        default=None, description="width of the images that are kept, means of blocks of the grid"
    )
    reading: Reading = Reading()
    energies: list[float] | None = Field(default=None, min_length=1, description="replaces physics")
    broadening: Range[PositiveFloat] | None = Field(default=None, description="replaces physics")

    @model_validator(mode="after")
    def _grid_is_possible(self) -> Dataset:
        N = self.n_effective
        if self.kind == "ladder" and (N < 1024 or N & (N - 1)):
            raise ValueError(f"n_effective: a ladder needs a power of two from 1024, not {N}")
        if N % 2:
            raise ValueError(f"n_effective must be even: half as fine a grid is taken too, not {N}")
        if self.kind == "image" and len(self.energies or [0.0]) > 1:
            raise ValueError("energies: an image data set has one energy")
        if self.pixels and (self.kind != "image" or N % self.pixels):
            raise ValueError(
                f"pixels: images have a divisor of n_effective, {N}; windows have none"
            )
        if self.reading.phi and self.kind != "image":
            raise ValueError("reading.phi: windows have real mixtures; give it to image data sets")
        return self


class Datasets(StudyDatasets):
    """The data sets of the study."""

    apart: ClassVar = (
        ("train", "validation", "test"),
        ("literal_train", "literal_validation", "literal_test"),
        ("faithful_train", "faithful_validation", "faithful_test"),
        ("corrected_train", "corrected_validation", "corrected_test"),
        ("phase_train", "phase_validation", "phase_test"),
    )

    train: Dataset
    validation: Dataset
    test: Dataset
    literal_train: Dataset
    literal_validation: Dataset
    literal_test: Dataset
    literal_converged: Dataset
    fidelity: Dataset
    faithful_train: Dataset
    faithful_validation: Dataset
    faithful_test: Dataset
    corrected_train: Dataset
    corrected_validation: Dataset
    corrected_test: Dataset
    phase_train: Dataset
    phase_validation: Dataset
    phase_test: Dataset


class Evaluation(Section):
    """How networks are tested."""

    white: list[NonNegativeFloat] = Field(
        min_length=1, description="levels of white noise, in units of the image's deviation"
    )
    pink: list[NonNegativeFloat] = Field(description="levels of 1 / f noise")
    reported: NonNegativeFloat = Field(description="the white level that is reported")
    resamples: int = Field(ge=10, description="bootstrap resamples, over samples")
    confidence: float = Field(gt=0, lt=1, description="level of the intervals")

    @model_validator(mode="after")
    def _reported_is_tested(self) -> Evaluation:
        if self.reported not in self.white:
            raise ValueError(f"reported: {self.reported:g} is not among white")
        return self


class Statements(Section):
    """What the model says of degenerate and invisible parameters, measured on random samples."""

    stream: PositiveInt = Field(description="random stream of the samples")
    samples: int = Field(ge=1, description="superconductors per irreducible representation")
    n_effective: int = Field(ge=1024, description="points of the grid in each direction")
    omegas: list[float] = Field(min_length=1, description="energies, units of the sample's Delta")
    rashba: list[PositiveFloat] = Field(min_length=1, description="Rashba coupling, meV")
    phi: float = Field(gt=0, lt=3.15, description="relative phase of the E components, rad")


class Model(Section):
    """What is drawn of the normal state."""

    eps0: float = Field(description="meV")
    points: int = Field(ge=16, description="of the zone in each direction")


class Figures(Section):
    """What the figures pick from the evaluations."""

    training_from: PositiveInt = Field(description="first epoch in the training curves")


class QpiConfig(StudyConfig):
    """The section `qpi` of config.yaml."""

    study: ClassVar = "qpi"

    physics: Physics
    solver: Solver
    datasets: Datasets
    ranks: PositiveInt = Field(description="MPI ranks of a simulate job; 1 runs without MPI")
    networks: Networks
    evaluation: Evaluation
    statements: Statements
    model: Model
    figures: Figures

    @model_validator(mode="after")
    def _data_sets_are_possible(self) -> QpiConfig:
        for name in Datasets.model_fields:
            physics, dataset = self.drawn(name), getattr(self.datasets, name)
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
            known = self.drawn(name).energies
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

    def drawn(self, dataset: str) -> Physics:
        """The physics of a data set, with what it replaces; errors as of `dataset`."""
        replaced = self.dataset(dataset).model_dump(include={"energies", "broadening"})
        changes = {key: value for key, value in replaced.items() if value is not None}
        return self.physics.model_copy(update=changes)

    def samples(self, dataset: str) -> int:
        """Number of samples of a data set: those of each class times the number of classes."""
        chosen = self.dataset(dataset)
        return chosen.per_class * len(chosen.reading.classes)

    def sample_bytes(self, dataset: str) -> int:
        """Bytes of one sample in a file, within a per cent."""
        chosen, physics = self.dataset(dataset), self.drawn(dataset)
        if chosen.kind == "image":
            return 4 * (chosen.pixels or chosen.n_effective) ** 2
        return len(physics.energies) * (3 * 8 * physics.window**2 + 4 * 16)
