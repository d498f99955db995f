"""What config.yaml may say about the eliashberg study.

The models here import neither numpy nor numba: the workflow reads them on every start.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from gapworks.eliashberg.networks import Evaluation, Figures, Flow, Inversion, Networks
from gapworks.eliashberg.physics.constants import BOLTZMANN, PAPER_TERMS
from gapworks.factory.settings import Range, Section
from gapworks.study import StudyConfig, StudyDatasets

Kind = Literal["simple", "complex"]


def unsaid_cutoff(temperature: float) -> float:
    """What the cut-off of mu* was before it was a key: 702 pi k_B T, meV, the paper's at 1.16 K."""
    return PAPER_TERMS * math.pi * BOLTZMANN * temperature


class Physics(Section):
    """The isotropic Migdal-Eliashberg equations; energies in meV, temperatures in K."""

    temperature: PositiveFloat = Field(description="K")
    mu_star: NonNegativeFloat = Field(description="Coulomb pseudopotential below mu_star_cutoff")
    mu_star_cutoff: PositiveFloat = Field(description="energy below which mu* acts, meV")
    matsubara: PositiveInt = Field(description="frequencies omega_n > 0 that are kept, M + 1")
    cutoff: PositiveFloat = Field(description="end of the spectral functions, meV")
    points: int = Field(ge=100, description="points of a spectral function, from cutoff / points")
    broadening: PositiveFloat = Field(description="Gamma of the line x + i Gamma, meV")
    energies: int = Field(ge=10, description="points of the gap function")
    highest_energy: PositiveFloat = Field(description="the last of them, meV")

    @model_validator(mode="before")
    @classmethod
    def _as_before_the_key(cls, given: Any) -> Any:
        """Files and cards that do not say the cut-off were made with 702 pi k_B T."""
        if isinstance(given, dict) and "mu_star_cutoff" not in given:
            temperature = given.get("temperature")
            if isinstance(temperature, int | float) and temperature > 0:
                return given | {"mu_star_cutoff": unsaid_cutoff(temperature)}
        return given

    @model_validator(mode="after")
    def _frequencies_suffice(self) -> Physics:
        first = math.pi * BOLTZMANN * self.temperature
        last = (2 * self.matsubara - 1) * first
        if self.broadening >= first:
            raise ValueError(
                f"broadening of {self.broadening:g} meV is not below pi k_B temperature, "
                f"{first:.4g} meV; give less"
            )
        for name in ("cutoff", "highest_energy"):
            if getattr(self, name) > last:
                raise ValueError(
                    f"{name} of {getattr(self, name):g} meV is beyond the last Matsubara "
                    f"frequency, {last:.4g} meV; give less, or raise matsubara"
                )
        return self


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


class AsPrinted(Section):
    """The paper's own way from a spectrum to a gap function (appendix C), where it has no numbers.

    Pade approximants continue Delta, Z and phi = Z Delta; what fails the test of Delta against
    phi / Z is drawn again.
    """

    tolerance: PositiveFloat = Field(description="largest |Delta - phi / Z| over largest |Delta|")
    ratio: PositiveFloat | None = Field(
        description="the same over |Delta| at each energy where that is a tenth of its largest or "
        "more; null: not asked"
    )
    change: PositiveFloat = Field(
        description="M is doubled while that moves Delta, Z or phi at i omega_0 by more than this "
        "share"
    )
    max_doublings: PositiveInt = Field(description="of M, before a sample counts as failed")


class SimpleSpectra(Section):
    """Sums of Gaussians; see `gapworks.eliashberg.data.draw.draw_simple`."""

    peaks: Range[PositiveInt]
    centre: Range[Annotated[float, Field(gt=0, le=1)]] = Field(description="shares of the cut-off")
    width: Range[PositiveFloat] = Field(description="shares of the cut-off")
    height: Range[PositiveFloat] = Field(description="of a Gaussian, before the whole is scaled")
    amplitude: Range[PositiveFloat] = Field(description="largest a2F, uniform between these")
    edge: float = Field(gt=0, le=0.5, description="share over which a2F rises from zero")


class ComplexSpectra(Section):
    """Geometric Brownian motion, smoothed; see `gapworks.eliashberg.data.draw.draw_complex`."""

    volatility: PositiveFloat = Field(description="of the logarithm, over the whole grid")
    window: PositiveInt = Field(description="points of the moving mean")
    passes: PositiveInt = Field(description="how often it is taken")
    amplitude: Range[PositiveFloat] = Field(description="largest a2F, uniform between these")


class Spectra(Section):
    """How spectral functions are drawn."""

    simple: SimpleSpectra
    complex: ComplexSpectra


class Dataset(Section):
    """One data set: its random stream, its size and the kind of its spectra."""

    stream: PositiveInt = Field(description="random stream; equal streams draw equal spectra")
    samples: int = Field(ge=40, description="training, validation and test samples together")
    kind: Kind = Field(description="simple: sums of Gaussians; complex: geometric Brownian motion")
    path: Literal["exact", "as_printed"] = Field(
        default="exact",
        description="exact: equations on the line; as_printed: the paper's, see `as_printed`",
    )
    mu_star: NonNegativeFloat | None = Field(
        default=None, description="in place of physics.mu_star"
    )


class Datasets(StudyDatasets):
    """The data sets of the study."""

    apart: ClassVar = (("simple", "complex"),)

    simple: Dataset
    complex: Dataset
    simple_as_printed: Dataset
    complex_as_printed: Dataset
    complex_mu_star: Dataset


Condition = Literal["as_printed", "mu_star"]
"""Other data beside the exact ones, with their networks."""


class EliashbergConfig(StudyConfig):
    """The section `eliashberg` of config.yaml."""

    study: ClassVar = "eliashberg"

    physics: Physics
    spectra: Spectra
    solver: Solver
    as_printed: AsPrinted
    datasets: Datasets
    conditions: list[Condition] = Field(
        description="of which figures, tables and metrics are made with all others; those of the "
        "rest are made when they are named"
    )
    networks: Networks
    flow: Flow
    evaluation: Evaluation
    inversion: Inversion
    figures: Figures

    @model_validator(mode="after")
    def _networks_see_what_is_simulated(self) -> EliashbergConfig:
        supervised = self.networks.supervised
        if max(supervised.points, supervised.paper_points) > self.physics.energies:
            raise ValueError("networks.supervised sees more points than physics.energies")
        if self.solver.kept_frequencies > self.physics.matsubara:
            raise ValueError("solver.kept_frequencies is more than physics.matsubara")
        return self
