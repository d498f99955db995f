"""What the dimer study makes of what."""

from __future__ import annotations

from gapworks.dimer import steps
from gapworks.dimer.config import DimerConfig
from gapworks.study import Exhibit, Inputs, OwnData, Scale, Step, Study, Training


def both(scale: Scale) -> dict[str, str]:
    """The test data as solved, and as the network predicts them."""
    return {"solved": "test-solved", "predicted": "test-curve"}


LAYOUT = """\
  dimer       level differences V in eV, a number a line: .csv
              -> electrons on the first site, a number a line, .csv"""

STUDY = Study(
    config=DimerConfig,
    steps=steps,
    training=lambda scale, network: Training("train", "validation"),
    evaluations={
        "test-solved": Step(
            "evaluation.solved", steps.Compare, lambda scale: Inputs(data={"test": "test"})
        ),
        "test-curve": Step(
            "evaluation.curve",
            steps.Compare,
            lambda scale: Inputs(data={"test": "test"}, networks=["curve"]),
        ),
    },
    figures={
        "occupation": Exhibit(
            "paper.figures:occupation",
            "Occupation of the first site",
            both,
            "Electrons on the first site against its level: solved, and by the network.",
            options=["markersize"],
        ),
    },
    tables={
        "errors": Exhibit(
            "paper.tables:errors",
            "Errors of the network",
            lambda scale: {"predicted": "test-curve"},
            "Largest error of the network's occupations.",
        ),
    },
    own_data=OwnData(LAYOUT),
)
