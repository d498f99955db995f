"""What the qpi study makes of what.

A network's name says what it is: small-literal is the backbone `small`, trained on data of a single
grid, vgg16-faithful is the paper's on its own images. An evaluation's name says of what:
literal_test-small-literal is that network on the data set literal_test.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gapworks.qpi import steps, work
from gapworks.qpi.config import QpiConfig
from gapworks.qpi.exhibits import FIGURES, PHASE, TABLES
from gapworks.study import Answer, Inputs, OwnData, Scale, Step, Study, Training


def metrics_settings(scale: Scale) -> dict[str, Any]:
    """The backbones whose numbers stand beside the paper's."""
    judged = scale.config.networks.judged
    return {
        "network": scale.config.networks.shown,
        "judged": None if judged is None else judged.model_dump(),
    }


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


def _networks(conditions: Iterable[str]) -> str:
    """A pattern of the networks that are trained under some conditions."""
    return rf"(?P<network>(?:{'|'.join(steps.BACKBONES)})-(?:{'|'.join(conditions)}))"


NETWORK = _networks(name for name in steps.DATA if name != PHASE)

LAYOUT = """\
  qpi         the change of the LDOS by one impurity, each energy in any unit: .npy of reals, shape
              (n, E, M, M) or (E, M, M), or (M, M) for a network of one energy; E energies in the
              network's order (its card: settings.condition.energies); M x M cells of the lattice,
              r = i a1 + j a2 at row i and column j, a1 and a2 60 degrees apart; M at least the
              network's window; the impurity at [M // 2, M // 2], or near it: it is looked for.
              No image in q, no square pixels: put the map on the lattice's cells first.
              -> class, probabilities, theta (rad), Delta and eps0 (meV), the 90 % set of classes,
              notes: a map a row, .csv, or .json"""

STUDY = Study(
    config=QpiConfig,
    steps=steps,
    training=training,
    evaluations={
        rf"(?P<dataset>phase_test)-{_networks([PHASE])}": Step(
            "evaluation.phase", steps.NetworkTest, test_of_network
        ),
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
    figures=FIGURES,
    tables=TABLES,
    work=work.WORK,
    own_data=OwnData(LAYOUT),
    answers={
        "identify": Answer("inference.files:run", "inference.arguments:identify"),
    },
    metrics=metrics_settings,
    ranks=lambda scale: scale.config.ranks,
)
