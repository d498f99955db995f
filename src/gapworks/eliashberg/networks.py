"""What config.yaml may say about eliashberg networks, evaluations and figures; no torch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from gapworks.eliashberg.names import FieldName, NetworkName
from gapworks.factory.settings import Increasing, Range, Section
from gapworks.learning.settings import Training


class Supervised(Section):
    """The paper's supervised network (Fig. 2): input - 500 - 800 - 1000."""

    hidden: list[PositiveInt] = Field(min_length=1, description="width of each hidden layer")
    points: PositiveInt = Field(description="energies of the gap function or DOS that it sees")
    paper_points: PositiveInt = Field(description="as many again for the paper's 300 inputs")
    noise: Range[PositiveFloat] = Field(
        description="noise in training of networks -noisy-: standard deviation, log-uniform in "
        "this range, meV of Re Delta and Im Delta, or units of N / N_F; the others have none",
    )
    simple: Training
    complex: Training


class Bases(Section):
    """Networks with few neurons in the layer next to the output (Figs 9 and 10)."""

    before: list[PositiveInt] = Field(description="hidden layers before it")
    neurons: list[PositiveInt] = Field(min_length=1, max_length=4, description="its neurons")
    seeds: PositiveInt = Field(description="trainings of each")
    training: Training


class Ensemble(Section):
    """Several small networks trained as one, whose answer has intervals; not the paper's."""

    members: Annotated[int, Field(ge=2)] = Field(description="networks of which the mean answers")
    hidden: list[PositiveInt] = Field(min_length=1, description="width of each hidden layer")
    seen: PositiveInt = Field(description="principal components of gap function or DOS seen")
    given: PositiveInt = Field(description="principal components of a2F given")
    noise: Range[PositiveFloat] = Field(
        description="noise in training: standard deviation, log-uniform in this range, meV of Re "
        "Delta and Im Delta, or units of N / N_F; intervals are calibrated at levels within it",
    )
    training: Training


class Autoencoder(Section):
    """[a2F, gap] - 512 - d_L - 512 - [a2F, gap], in raw units, or each field with equal weight."""

    hidden: list[PositiveInt] = Field(min_length=1, description="layers between input and d_L")
    latent: Increasing[PositiveInt] = Field(min_length=1, description="latent dimensions d_L")
    seeds: PositiveInt = Field(description="trainings of each whose d_L is among `repeated`")
    repeated: list[PositiveInt] = Field(
        description="d_L of which autoencoders and the networks on their data are trained `seeds` "
        "times; those that are no `latent` are left out",
    )
    training: Training

    def repeats(self, latent: int) -> range:
        """Which trainings there are of an autoencoder: 0, and more where they are repeated."""
        return range(self.seeds if latent in self.repeated else 1)


class Network(Section):
    """One network as it is trained: what it sees, what it gives, its layers."""

    kind: Literal["supervised", "autoencoder", "ensemble"]
    inputs: list[FieldName]
    targets: list[FieldName]
    hidden: list[PositiveInt]
    latent: PositiveInt | None = None
    points: PositiveInt | None = Field(default=None, description="energies seen; None: all")
    noise: tuple[NonNegativeFloat, NonNegativeFloat] = (0.0, 0.0)
    equal: bool = Field(default=False, description="whether all fields weigh the same in the loss")
    members: PositiveInt | None = None
    seen: PositiveInt | None = None
    given: PositiveInt | None = None
    training: Training


class Networks(Section):
    """What is trained."""

    supervised: Supervised
    ensemble: Ensemble
    bases: Bases
    autoencoder: Autoencoder

    def named(self, name: NetworkName) -> Network:
        """A network by its name."""
        if name.kind == "autoencoder":
            said = self.autoencoder
            layers = {"hidden": said.hidden, "latent": name.latent, "training": said.training}
            layers["equal"] = name.transform == "equal"
            return Network(kind=name.kind, inputs=name.holds, targets=name.holds, **layers)
        if name.kind == "ensemble":
            return Network(
                kind=name.kind, inputs=[name.field], targets=["a2f"], **self.ensemble.model_dump()
            )
        supervised = self.supervised
        made = {
            "kind": "supervised",
            "inputs": [name.field],
            "targets": ["a2f"],
            "hidden": supervised.hidden,
            "points": supervised.paper_points if name.few else supervised.points,
            "training": getattr(supervised, name.spectra.partition("_")[0]),
        }
        if name.kind == "bases":
            hidden = [*self.bases.before, name.neurons]
            made |= {"hidden": hidden, "training": self.bases.training}
        if name.kind == "reversed":
            made |= {"inputs": ["a2f"], "targets": [name.field], "points": None}
        if name.noisy:
            made["noise"] = tuple(supervised.noise)
        return Network(**made)


class Flow(Section):
    """Thresholds of the flow chart (Fig. 1); the dimension is chosen on validation data."""

    good: float = Field(gt=0, lt=1, description="R^2 on test samples that the chart calls good")
    gap: float = Field(gt=0, lt=1, description="R^2 from which a gap function is reconstructed")
    dos: float = Field(gt=0, lt=1, description="R^2 from which a DOS is reconstructed")
    a2f: float = Field(gt=0, lt=1, description="R^2 from which an a2F is reconstructed")
    thresholds: Increasing[Annotated[float, Field(gt=0, lt=1)]] = Field(
        min_length=1, description="R^2 for which the dimension that it needs is shown, too"
    )

    def of(self, field: FieldName) -> float:
        """R^2 from which a field is reconstructed, on whatever grid it is given."""
        return {"gap": self.gap, "dos": self.dos, "finedos": self.dos, "a2f": self.a2f}[field]


class Evaluation(Section):
    """What is taken from data and networks before anything is drawn."""

    resamples: int = Field(ge=10, description="bootstrap resamples, over samples")
    confidence: float = Field(gt=0, lt=1, description="level of the intervals")
    examples: int = Field(ge=1, le=8, description="test samples whose curves are kept")
    forward: PositiveInt = Field(description="test samples pushed through the solver, at most")
    checks: PositiveInt = Field(description="test samples for Pade and for the statements, at most")
    noise: list[NonNegativeFloat] = Field(
        min_length=1, description="noise that networks are tested at, meV of Re and Im Delta"
    )


class Inversion(Section):
    """What is inferred by the equations, beside the networks' answers."""

    samples: PositiveInt = Field(description="test samples inverted at each noise, at most")
    noise: list[PositiveFloat] = Field(
        min_length=1, max_length=4, description="noise of Re and Im Delta over |Delta| at the gap"
    )
    spectra: PositiveInt = Field(description="test samples whose resolved modes are counted")
    mode_noise: Increasing[PositiveFloat] = Field(
        min_length=2, description="noise at which they are, over Delta, or over N_F"
    )


class Figures(Section):
    """What the figures pick from the evaluations."""

    latent_shown: list[PositiveInt] = Field(
        min_length=1, max_length=6, description="d_L in Fig. 6; those that were trained are drawn"
    )
