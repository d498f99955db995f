"""What the chain study makes of what.

A network's name says what it is: window-r8-n220 sees 8 sites to each side and was trained on 220
realizations per V0; -fixed at its end: at one mu for all rings, instead of each ring's own.
"""

from __future__ import annotations

from gapworks.chain import steps, work
from gapworks.chain.config import ChainConfig
from gapworks.chain.exhibits import FIGURES, TABLES, paper_network
from gapworks.study import Answer, Inputs, Option, OwnData, Scale, Step, Study, Training


def training(scale: Scale, network: str) -> Training:
    """The surrogate has a data set of its own; both are validated on the same rings."""
    if network.endswith("-fixed"):
        return Training("fixed_train", "fixed_validation")
    return Training("surrogate" if network == "surrogate" else "train", "validation")


def as_solved(scale: Scale, dataset: str) -> Inputs:
    """The data set itself."""
    return Inputs(data={"test": dataset})


def as_predicted(scale: Scale, dataset: str, network: str) -> Inputs:
    """The training data give the constant per V0 that the network is compared with."""
    constants = "fixed_train" if network.endswith("-fixed") else "train"
    return Inputs(data={"test": dataset, "training": constants}, networks=[network])


def compared(scale: Scale) -> Inputs:
    """The networks that are compared with the solvers."""
    return Inputs(networks=[paper_network(scale), "surrogate"])


LAYOUT = """\
  chain       disorder V in units of t, one ring a row (or --axis column): text with or without a
              header and a column that counts, .npy of shape (..., L), HDF5; L at least the
              network's window. A constant in V changes nothing.
              -> Delta in units of t, laid out alike, .npy or .csv"""

DATASET = r"(?P<dataset>[a-z_]+)"
NETWORK = r"(?P<network>surrogate|window-r\d+-n\d+(?:-fixed)?)"

STUDY = Study(
    config=ChainConfig,
    steps=steps,
    training=training,
    evaluations={
        rf"{DATASET}-bdg": Step("evaluation.solved", steps.Statistics, as_solved),
        rf"{DATASET}-{NETWORK}": Step(
            "evaluation.networks.predicted", steps.Statistics, as_predicted
        ),
        "floor(?:-(?P<mu>fixed))?": Step("evaluation.floor", steps.IrreducibleError),
        "suppression": Step(
            "evaluation.suppression",
            steps.NoSettings,
            lambda scale: Inputs(data={"common": "common"}),
        ),
        rf"{DATASET}-coverage": Step(
            "evaluation.networks.coverage",
            steps.NoSettings,
            lambda scale, dataset: Inputs(data={"test": dataset}, networks=["surrogate"]),
        ),
        "peaks": Step(
            "evaluation.peaks",
            steps.Statistics,
            lambda scale: Inputs(data={"training": "train"}),
        ),
        "plain_mixing": Step("evaluation.plain_mixing", steps.IterationCounts),
        "finite_size": Step("evaluation.finite_size", steps.FiniteSize, cost="heavy"),
        "diagonalisation": Step(
            "evaluation.diagonalisation", steps.DiagonalisationTimes, cost="alone", timed=True
        ),
        "cost": Step("evaluation.cost", steps.MethodErrors, compared, cost="heavy"),
        "timing": Step("evaluation.timing", steps.MethodTimes, compared, cost="alone", timed=True),
    },
    figures=FIGURES,
    tables=TABLES,
    work=work.WORK,
    own_data=OwnData(
        LAYOUT,
        options={
            "axis": Option("what a ring is in a table", choices=("row", "column")),
            "dataset": Option("the array of an HDF5 file; default V"),
            "bands": Option("half width of each site's band, units of t, laid out alike", "output"),
            "figure": Option("V, and Delta with its band, along rings (.pdf or .png)", "output"),
        },
    ),
    answers={"solve": Answer("inference.files:run", "inference.arguments:solve")},
    metrics=lambda scale: {
        "network": paper_network(scale),
        "filling": scale.config.physics.filling,
    },
)
