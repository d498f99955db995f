"""What config.yaml may say about eliashberg networks, evaluations and figures; no torch."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from gapworks.factory.settings import Section
from gapworks.learning.settings import Training

Input = Literal["gap", "dos"]


class Supervised(Section):
    """The paper's supervised network (Fig. 2): input - 500 - 800 - 1000."""

    hidden: list[PositiveInt] = Field(min_length=1, description="width of each hidden layer")
    points: PositiveInt = Field(description="energies of the gap function or DOS that it sees")
    paper_points: PositiveInt = Field(description="as many again for the paper's 300 inputs")
    noise: list[PositiveFloat] = Field(
        min_length=2,
        max_length=2,
        description="noise in training of networks -noisy-: standard deviation, log-uniform in "
        "this range, meV of Re Delta and Im Delta, or units of N / N_F; the others have none",
    )
    simple: Training
    complex: Training

    @model_validator(mode="after")
    def _noise_increases(self) -> Supervised:
        if self.noise[0] > self.noise[1]:
            raise ValueError("noise: the first value must not be above the second")
        return self


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


class Network(Section):
    """One network as it is trained: what it sees, what it gives, its layers."""

    kind: Literal["supervised", "autoencoder"]
    inputs: list[Literal["a2f", "gap", "dos"]]
    targets: list[Literal["a2f", "gap", "dos"]]
    hidden: list[PositiveInt]
    latent: PositiveInt | None = None
    points: PositiveInt | None = Field(default=None, description="energies seen; None: all")
    noise: tuple[NonNegativeFloat, NonNegativeFloat] = (0.0, 0.0)
    training: Training


class Networks(Section):
    """What is trained."""

    supervised: Supervised
    bases: Bases
    autoencoder: Autoencoder

    def named(self, name: str) -> tuple[Network, int]:
        """A network by its name, and which of its trainings it is.

        Raises
        ------
        ValueError
            If there is no such network; the message lists the forms of names.
        """
        supervised, bases, auto = self.supervised, self.bases, self.autoencoder
        common = {"kind": "supervised", "hidden": supervised.hidden, "points": supervised.points}
        if found := re.fullmatch(r"sl-(simple|complex)(-noisy)?-(gap|dos)(-few)?", name):
            return Network(
                **common | ({"points": supervised.paper_points} if found[4] else {}),
                inputs=[found[3]],
                targets=["a2f"],
                noise=tuple(supervised.noise) if found[2] else (0.0, 0.0),
                training=getattr(supervised, found[1]),
            ), 0
        if found := re.fullmatch(r"reversed-(simple|complex)-(gap|dos)", name):
            return Network(
                **common | {"points": None},
                inputs=["a2f"],
                targets=[found[2]],
                training=getattr(supervised, found[1]),
            ), 0
        if found := re.fullmatch(r"nto-(\d+)-(\d+)", name):
            return Network(
                **common | {"hidden": [*bases.before, int(found[1])]},
                inputs=["gap"],
                targets=["a2f"],
                training=bases.training,
            ), int(found[2])
        if found := re.fullmatch(r"ae-(joint-gap|joint-dos|a2f|gap|dos)-(\d+)", name):
            fields = ["a2f", found[1][6:]] if found[1].startswith("joint") else [found[1]]
            return Network(
                kind="autoencoder",
                inputs=fields,
                targets=fields,
                hidden=auto.hidden,
                latent=int(found[2]),
                training=auto.training,
            ), 0
        if found := re.fullmatch(r"sl-(joint|separate)-(gap|dos)-(\d+|chosen)", name):
            return Network(
                **common, inputs=[found[2]], targets=["a2f"], training=supervised.complex
            ), 0
        raise ValueError(
            f"the eliashberg study has no network {name!r}; it has sl-<simple|complex>-<gap|dos>"
            " (and -few), sl-<simple|complex>-noisy-<gap|dos>, reversed-<simple|complex>-<gap|dos>,"
            " nto-<neurons>-<seed>,"
            " ae-<joint-gap|joint-dos|a2f|gap|dos>-<d_L>,"
            " sl-<joint|separate>-<gap|dos>-<d_L|chosen>"
        )


class Flow(Section):
    """Thresholds of the flow chart (Fig. 1); the dimension is chosen on validation data."""

    good: float = Field(gt=0, lt=1, description="R^2 on test samples that the chart calls good")
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
    noise: list[NonNegativeFloat] = Field(
        min_length=1, description="noise that networks are tested at, meV of Re and Im Delta"
    )


class Figures(Section):
    """What the figures pick from the evaluations."""

    latent_shown: list[PositiveInt] = Field(
        min_length=1, max_length=6, description="d_L in Fig. 6; those that were trained are drawn"
    )
