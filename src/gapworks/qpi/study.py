"""What the qpi study makes of what.

A network's name says what it is: small-literal is the backbone `small`, trained on data of a single
grid, as the paper's are. An evaluation's name says of what: literal_test-small-literal is that
network on the data set literal_test.
"""

from __future__ import annotations

from gapworks.qpi import steps
from gapworks.qpi.config import QpiConfig
from gapworks.study import Exhibit, Inputs, OwnData, Scale, Step, Study, Training


def shown(scale: Scale, condition: str) -> str:
    """The network of the figures and tables that was trained under a condition."""
    return f"{scale.config.networks.shown}-{condition}"


def converged(scale: Scale) -> str:
    """The evaluation of our condition: a network of converged windows on converged windows."""
    return f"test-{shown(scale, 'converged')}"


def single_grid(scale: Scale) -> str:
    """That of the paper's condition on the paper's grid."""
    return f"literal_test-{shown(scale, 'literal')}"


def tested(scale: Scale) -> list[str]:
    """Both, and the paper's condition on converged images of the same superconductors."""
    crossed = f"literal_converged-{shown(scale, 'literal')}"
    return [converged(scale), single_grid(scale), crossed]


def training(scale: Scale, network: str) -> Training:
    """Its condition's data; errors as of `steps.parts`."""
    return steps.DATA[steps.parts(network)[1]]


def test_of_network(scale: Scale, dataset: str, network: str) -> Inputs:
    """A network on a data set of its test."""
    return Inputs(data={"test": dataset}, networks=[network])


def maps_of_two_sets(scale: Scale) -> Inputs:
    """The threshold is found on training data."""
    return Inputs(data={"training": "train", "test": "test"})


def same_on_two_grids(scale: Scale) -> Inputs:
    """The same superconductors on the paper's one grid and converged."""
    return Inputs(data={"coarse": "literal_test", "converged": "literal_converged"})


def told_apart(scale: Scale) -> dict[str, str]:
    """What the statements and the threefold symmetry alone tell of the classes."""
    return {"statements": "statements", "symmetry": "symmetry"}


NETWORK = rf"(?P<network>(?:{'|'.join(steps.BACKBONES)})-(?:{'|'.join(steps.DATA)}))"

LAYOUT = """\
  qpi         the change of the LDOS by one impurity, in any unit: .npy of real numbers, shape
              (n, E, M, M) or (E, M, M), or (M, M) for a network of one energy; E energies in the
              network's order (its card: settings.condition.energies); M x M cells of the lattice,
              r = i a1 + j a2 at row i and column j, a1 and a2 60 degrees apart; M at least the
              network's window; the impurity at [M // 2, M // 2], or near it: it is looked for.
              No image in q, no square pixels: put the map on the lattice's cells first.
              -> class, probabilities, theta (rad), Delta and eps0 (meV), notes: a map a row, .csv,
              or .json"""

STUDY = Study(
    config=QpiConfig,
    steps=steps,
    training=training,
    evaluations={
        rf"(?P<dataset>[a-z_]+)-{NETWORK}": Step(
            "evaluation.network", steps.NetworkTest, test_of_network, cost="heavy"
        ),
        "symmetry": Step(
            "evaluation.c3_baseline", steps.C3Baseline, maps_of_two_sets, cost="heavy"
        ),
        "statements": Step("evaluation.statements", steps.ModelStatements, cost="heavy"),
        "examples": Step("evaluation.examples", steps.ExampleImages, same_on_two_grids),
        "model": Step("evaluation.normal_state", steps.NormalState),
    },
    figures={
        "fig1": Exhibit(
            "paper.schematics:fig1",
            lambda scale: {
                "model": "model",
                "examples": "examples",
                "network": converged(scale),
            },
            "**Fig. 1.** From the normal state and the gap functions of each representation to "
            "images, a network and its answer; the parts are those that the workflow made.",
        ),
        "fig2": Exhibit(
            "paper.schematics:fig2",
            lambda scale: {"network": converged(scale)},
            "**Fig. 2.** The network as it was built: channels above, pixels below each layer; "
            "two heads behind the aggregation layer.",
        ),
        "band": Exhibit(
            "paper.figures:band",
            lambda scale: {"model": "model"},
            "**Ours.** The normal state that all images share: bands of both spins along "
            "high-symmetry lines (a), Fermi surface in the Brillouin zone (b).",
        ),
        "examples": Exhibit(
            "paper.figures:examples",
            lambda scale: {"examples": "examples"},
            "**Ours.** One superconductor of each class on the paper's grid (above) and converged "
            "(below): the sample whose relative L2 difference is the middle one, in brackets the "
            "range of the middle two thirds of all samples. Gapped classes are converged; nodal "
            "ones are speckle of the grid.",
        ),
        "confusion": Exhibit(
            "paper.figures:confusion",
            lambda scale: {"tested": tested(scale)},
            "**Ours.** Which class is taken for which at the noise of Table I, in per cent of the "
            "true class: our condition on converged images, the paper's condition on its own "
            "grid, and the same network on converged images of the same superconductors. Above: "
            "mean of the classes' hits.",
        ),
        "hits": Exhibit(
            "paper.figures:hits",
            lambda scale: {"tested": tested(scale), "converged": converged(scale)},
            "**Beside Table I.** Hits of each class with Wilson intervals (a) and against the gap "
            "in our condition (b).",
        ),
        "noise": Exhibit(
            "paper.figures:noise",
            lambda scale: {"converged": converged(scale)},
            "**Ours.** Hits against white noise (a) and 1/f noise (b) in units of the image's "
            "standard deviation, with Wilson intervals; grey: the noise in training.",
        ),
        "curves": Exhibit(
            "paper.figures:curves",
            lambda scale: {"trained": [converged(scale), single_grid(scale)]},
            "**Ours.** Loss of eq. 16 during training; the weights with the least validation loss "
            "are kept.",
            options=["training_from"],
        ),
        "degeneracy": Exhibit(
            "paper.figures:degeneracy",
            told_apart,
            "**Ours.** What images can tell. (a) Relative difference of the LDOS of two "
            "superconductors, each dot a random one; grey: degenerate to rounding. (b) Share of a "
            "map's energy that is odd under C3 for the two classes of triplet gaps, at the noise "
            "of Table I.",
        ),
    },
    tables={
        "table1": Exhibit(
            "paper.tables:table1",
            lambda scale: {"tested": tested(scale)},
            "**Table I.** Hits and mean absolute errors of each class: the paper's, ours on "
            "converged windows, and the paper's condition on its own grid and on converged "
            "images. Errors are over all samples of a class. The paper's eps_0 is in eV as "
            "printed, ours in meV.",
        ),
        "networks": Exhibit(
            "paper.tables:networks",
            lambda scale: {"tested": tested(scale)},
            "Each network on each data set and level of noise: hits with Wilson intervals, errors "
            "with bootstrap intervals over samples.",
        ),
        "degeneracy": Exhibit(
            "paper.tables:degeneracy",
            told_apart,
            "Relative difference of the LDOS under the changes that the paper discusses, over "
            "random superconductors: the least, the median and the largest; last, how far the "
            "C3-odd share alone tells Eu from A12u.",
        ),
    },
    own_data=OwnData(LAYOUT),
    metrics=lambda scale: {"network": scale.config.networks.shown},
    ranks=lambda scale: scale.config.ranks,
)
