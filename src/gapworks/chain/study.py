"""What the chain study makes of what.

A network's name says what it is: window-r8-n220 sees 8 sites to each side and was trained on 220
realizations per V0.
"""

from __future__ import annotations

from gapworks.chain import steps
from gapworks.chain.config import ChainConfig
from gapworks.study import Exhibit, Inputs, OwnData, Scale, Step, Study, Training


def paper_network(scale: Scale) -> str:
    """The paper's network, on all training data."""
    networks, datasets = scale.config.networks, scale.config.datasets
    return f"window-r{networks.window.cutoff}-n{datasets.train.realizations}"


def scanned(scale: Scale) -> list[str]:
    """Evaluations of the paper's network at every cut-off and size of the scan."""
    networks = scale.config.networks
    return [
        f"test-window-r{cutoff}-n{realizations}"
        for realizations in networks.scan_realizations
        for cutoff in networks.scan_cutoffs
    ]


def predicted(scale: Scale) -> list[str]:
    """Evaluations of both networks on the test set."""
    return [f"test-{paper_network(scale)}", "test-surrogate"]


def solved_and_predicted(scale: Scale) -> dict[str, str | list[str]]:
    """The test set as solved, and as each network predicts it."""
    return {"solved": "test-bdg", "predicted": predicted(scale)}


def time_and_error(scale: Scale) -> dict[str, str]:
    """What each method errs by, and how long it takes."""
    return {"errors": "cost", "times": "timing"}


def training(scale: Scale, network: str) -> Training:
    """The surrogate has a data set of its own; both are validated on the same rings."""
    return Training("surrogate" if network == "surrogate" else "train", "validation")


def as_solved(scale: Scale, dataset: str) -> Inputs:
    """The data set itself."""
    return Inputs(data={"test": dataset})


def as_predicted(scale: Scale, dataset: str, network: str) -> Inputs:
    """The training data give the constant per V0 that the network is compared with."""
    return Inputs(data={"test": dataset, "training": "train"}, networks=[network])


def compared(scale: Scale) -> Inputs:
    """The networks that are compared with the solvers."""
    return Inputs(networks=[paper_network(scale), "surrogate"])


LAYOUT = """\
  chain       disorder V in units of t, one ring a row: .npy of shape (..., L), or .csv without
              header and index; L at least the network's window. A constant in V changes nothing.
              -> Delta in units of t, the same shape, .npy or .csv"""

DATASET = r"(?P<dataset>[a-z_]+)"
NETWORK = r"(?P<network>surrogate|window-r\d+-n\d+)"

STUDY = Study(
    config=ChainConfig,
    steps=steps,
    training=training,
    evaluations={
        rf"{DATASET}-bdg": Step("evaluation.solved", steps.Statistics, as_solved),
        rf"{DATASET}-{NETWORK}": Step("evaluation.predicted", steps.Statistics, as_predicted),
        "floor": Step("evaluation.floor", steps.IrreducibleError),
        "cost": Step("evaluation.cost", steps.MethodErrors, compared, cost="heavy"),
        "timing": Step("evaluation.timing", steps.MethodTimes, compared, cost="alone", timed=True),
    },
    figures={
        "fig1": Exhibit(
            "paper.figures:fig1",
            lambda scale: {"training": "train-bdg", "network": f"test-{paper_network(scale)}"},
            "**Fig. 1.** Histograms of the disorder potential (a) and of the pairing potential (b)"
            " in the training data, all disorder strengths pooled; the network that predicts the "
            "pairing potential from a window (c). The spike at V = 0 and the peak at the clean "
            "ring's gap come from the realizations with V0 = 0. The paper calls panel a "
            "triangular: a pool of uniform distributions is steeper than that at its centre.",
        ),
        "fig2": Exhibit(
            "paper.figures:fig2",
            lambda scale: {"floor": "floor", "networks": scanned(scale)},
            "**Fig. 2.** Error of the window network on the test data against its cut-off, for "
            "each size of the training data; bars: bootstrap intervals over realizations. Band: "
            "the irreducible error of any window, found by drawing the disorder outside it again. "
            "The constant knows only V0.",
        ),
        "fig3": Exhibit(
            "paper.figures:fig3",
            solved_and_predicted,
            "**Fig. 3.** Pairing potential averaged over sites and realizations of the test data, "
            "against disorder strength: solved, and as the networks predict it. Bars: bootstrap "
            "intervals over realizations.",
        ),
        "fig4": Exhibit(
            "paper.figures:fig4",
            solved_and_predicted,
            "**Fig. 4.** Left: the pairing potential along one ring of the test data at four "
            "disorder strengths. Right: its distribution over all test rings of that strength.",
            options=["profile_strengths"],
        ),
        "fig5": Exhibit(
            "paper.figures:fig5",
            solved_and_predicted,
            "**Fig. 5.** Correlation of the pairing potential against distance, normalised by its "
            "mean square. Bands: bootstrap intervals over realizations.",
            options=["correlation_strengths", "correlation_distance"],
        ),
        "fig6": Exhibit(
            "paper.figures:fig6",
            time_and_error,
            "**Fig. 6 (ours).** What the pairing potential of a ring costs on one core (a) and the"
            " error that the time buys (b): dense diagonalisation, the exact solver to its "
            "tolerance and stopped early, and the networks.",
        ),
        "fig7": Exhibit(
            "paper.figures:fig7",
            lambda scale: {
                "readings": ["test-bdg", "hartree_none-bdg", "hartree_literal-bdg"],
            },
            "**Fig. 7 (ours).** The same disorder under the three readings of the Hartree term. "
            "Only an attractive shift suppresses the pairing potential as the paper's Fig. 3 does;"
            " the sign as printed in eq. 4 leaves it unchanged.",
        ),
    },
    tables={
        "disorder": Exhibit(
            "paper.tables:disorder",
            lambda scale: {"solved": "test-bdg"},
            "What each disorder strength does to the pairing potential of the test data: means "
            "with bootstrap intervals over realizations, spread over sites, smallest value, "
            "excitation gap (units of the hopping t), and what it cost the solver.",
        ),
        "errors": Exhibit(
            "paper.tables:errors",
            lambda scale: {"networks": predicted(scale), "floor": "floor"},
            "Mean squared error of the networks on the test data per disorder strength and over "
            "all (units of t squared), with bootstrap intervals over realizations; beside it the "
            "error of a constant per disorder strength and the irreducible error of the window.",
        ),
        "correlations": Exhibit(
            "paper.tables:correlations",
            solved_and_predicted,
            "Largest deviation of the networks' correlation function from the solved one, at "
            "distances within reach of the window and beyond, and the plateau that the correlation"
            " function has there.",
        ),
        "cost": Exhibit(
            "paper.tables:cost",
            time_and_error,
            "Time for one ring on one core and mean squared error of the pairing potential, per "
            "method and ring length.",
        ),
    },
    own_data=OwnData(LAYOUT),
    metrics=lambda scale: {
        "network": paper_network(scale),
        "filling": scale.config.physics.filling,
    },
)
