"""What the eliashberg study makes of what; names of networks are explained in names.py."""

from __future__ import annotations

from typing import get_args

from gapworks.eliashberg import steps, work
from gapworks.eliashberg.config import EliashbergConfig
from gapworks.eliashberg.exhibits import FIGURES, TABLES
from gapworks.eliashberg.families import autoencoders, dimensions
from gapworks.eliashberg.names import NetworkName, Spectra, form, generators
from gapworks.readers.units import MEV
from gapworks.study import Answer, Inputs, Option, OwnData, Scale, Step, Study, Training


def training(scale: Scale, network: str) -> Training:
    """One file holds training and validation samples."""
    data = NetworkName.parse(network).data
    return Training(data, data)


def as_solved(scale: Scale, dataset: str) -> Inputs:
    """The solved data themselves."""
    return Inputs(data={"solved": dataset})


def as_predicted(scale: Scale, dataset: str, network: str) -> Inputs:
    """Networks are tested on their own data, and pushed forward on the solved."""
    own = NetworkName.parse(network).data
    return Inputs(data={"own": own, "solved": dataset}, networks=[network])


def as_reconstructed(scale: Scale, dataset: str, network: str) -> Inputs:
    """Autoencoders and ensembles are tested on the data that they were trained on."""
    return Inputs(data={"own": dataset}, networks=[network])


def few_neurons(scale: Scale) -> Inputs:
    """The networks with few neurons next to the output."""
    bases = scale.config.networks.bases
    seeds = range(1, bases.seeds + 1)
    networks = [f"nto-{neurons}-{seed}" for neurons in bases.neurons for seed in seeds]
    return Inputs(data={"own": "simple"}, networks=networks)


def without_and_with_noise(scale: Scale) -> Inputs:
    """The same network, trained without noise and with it."""
    return Inputs(data={"own": "complex"}, networks=["sl-complex-gap", "sl-complex-noisy-gap"])


def with_noise(scale: Scale) -> Inputs:
    """The network that was trained with noise, on its own data."""
    return Inputs(data={"own": "complex"}, networks=["sl-complex-noisy-gap"])


def tried(scale: Scale, input: str, weights: str = "joint-") -> Inputs:
    """Autoencoders of a2F and input; steps 3 and 4 of the flow chart choose among them."""
    return Inputs(evaluations=autoencoders(scale, f"ae-{weights}{input}"))


def generating(
    scale: Scale,
    transform: str,
    input: str,
    latent: str,
    solved: str = "complex",
    repeat: str = "0",
) -> Inputs:
    """The solved data and autoencoders; all of them, and the choice, where the data choose."""
    chosen = latent == "chosen"
    wanted = dimensions(scale) if chosen else [int(latent)]
    return Inputs(
        data={"solved": solved},
        networks=[
            name.text
            for d in wanted
            for name in generators(transform, input, d, solved, int(repeat))
        ],
        evaluations=[f"complex-dimensions-{input}"] if chosen else [],
    )


LAYOUT = """\
  eliashberg  columns of text: energy, Re Delta, Im Delta of Delta(x + i Gamma) for a network
              sl-...-gap or ensemble-...-gap (measured, with noise: the answer has intervals);
              energy, N / N_F, or the same three, for ...-dos; omega, a2F for reversed-... Units of
              the header, or --unit, or meV (said). Inputs further from the training's, or an a2F
              from which the equations lead further away, than on 99 % of the samples kept for that
              are refused. -> columns, .csv, with what the equations say beside it, .json"""

OPTIONS = {
    "unit": Option("of the energies; default: the header's, or meV", choices=tuple(MEV)),
    "column": Option("which column is a2F (omega is 1)", "count"),
    "drop_imaginary": Option("leave out negative frequencies of a2F", "flag"),
    "temperature": Option("of your function, K; another than the network's is refused", "positive"),
    "mu_star": Option("the same of mu*", "number"),
    "broadening": Option("the same of Gamma, meV", "positive"),
}

DATASET = rf"(?P<dataset>{'|'.join(get_args(Spectra))})"
SUPERVISED = form("supervised", "reversed", "generated")

STUDY = Study(
    config=EliashbergConfig,
    steps=steps,
    training=training,
    evaluations={
        rf"{DATASET}-data": Step("evaluation.statistics", steps.Evaluate, as_solved),
        rf"{DATASET}-pade": Step("evaluation.pade", steps.Evaluate, as_solved, cost="heavy"),
        rf"{DATASET}-statements": Step(
            "evaluation.statements", steps.Evaluate, as_solved, cost="heavy"
        ),
        "simple-bases": Step("evaluation.bases", steps.Evaluate, few_neurons, cost="heavy"),
        "complex-noise": Step(
            "evaluation.noise", steps.Evaluate, without_and_with_noise, cost="heavy"
        ),
        "complex-inversion": Step("evaluation.inversion", steps.Invert, with_noise, cost="heavy"),
        rf"{DATASET}-modes": Step("evaluation.modes", steps.Invert, as_solved, cost="heavy"),
        r"complex-dimensions-(?P<weights>equal-)?(?P<input>gap|dos|finedos)": Step(
            "evaluation.dimensions", steps.ChooseDimension, tried
        ),
        rf"{DATASET}-(?P<network>{form('autoencoder')})": Step(
            "evaluation.autoencoder", steps.Evaluate, as_reconstructed, cost="heavy"
        ),
        rf"{DATASET}-(?P<network>{form('ensemble')})": Step(
            "evaluation.intervals", steps.Evaluate, as_reconstructed, cost="heavy"
        ),
        rf"{DATASET}-(?P<network>{SUPERVISED})": Step(
            "evaluation.supervised", steps.Evaluate, as_predicted, cost="heavy"
        ),
    },
    generated={
        r"(?:(?P<solved>complex_as_printed)-)?(?P<transform>joint|separate)-(?P<input>gap|dos)"
        r"-(?P<latent>[1-9]\d*|chosen)(?:-seed(?P<repeat>[1-9]\d*))?": Step(
            "learning.generation", steps.Generate, generating
        ),
    },
    figures=FIGURES,
    tables=TABLES,
    work=work.WORK,
    own_data=OwnData(LAYOUT, OPTIONS, checked=True),
    answers={
        "solve": Answer("inference.forward.files:run", "inference.arguments:solve"),
        "invert": Answer("inference.inversion.files:run", "inference.arguments:invert"),
        "design": Answer("inference.design.files:run", "inference.design.arguments:add"),
    },
    metrics=lambda scale: {"flow": scale.config.flow.model_dump(mode="json")},
)
