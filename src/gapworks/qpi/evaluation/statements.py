"""What images can and cannot tell: the paper's statements (section 3), measured on random samples.

Each statement compares the images of two superconductors, or of two impurities: the relative L2
difference of their LDOS within the disc. Zero to rounding is degenerate; the rest is visible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report
from gapworks.qpi import steps
from gapworks.qpi.config import CLASSES, Statements
from gapworks.qpi.data.draw import draw
from gapworks.qpi.physics.ldos import GreenWindow, green_window, ldos_from_window
from gapworks.qpi.physics.parameters import IMPURITY_KINDS, Parameters
from gapworks.qpi.physics.point_group import hann_disc

WINDOW = 64
VARIABLES = {
    "difference": Variable(
        ("statement", "sample"), "1", "relative L2 difference of the LDOS within the disc"
    ),
}
MIXED = ("A1g", "A2g", "Eg", "Eu")
"""Representations whose gap has a mixing angle."""
SIDES: dict[str, Callable[[Parameters, float], dict[str, Any]]] = {
    "A1u": lambda p, phi: {"irrep": "A1u", "delta": p.delta / np.sqrt(3)},
    "A2u": lambda p, phi: {"irrep": "A2u"},
    "theta": lambda p, phi: {},
    "-theta": lambda p, phi: {"theta": -p.theta},
    "theta + pi": lambda p, phi: {"theta": p.theta + np.pi},
    "0": lambda p, phi: {"phi": 0.0},
    "phi": lambda p, phi: {"phi": phi},
    "-phi": lambda p, phi: {"phi": -phi},
    "T as printed": lambda p, phi: {"t_order": "printed"},
    "T": lambda p, phi: {},
}
"""What each side of a comparison changes in a random superconductor."""


@dataclass(frozen=True)
class Statement:
    """Two parameter points to compare.

    Attributes
    ----------
    about, irrep : str
        What is changed, in which representation.
    change : str
        The two of `SIDES`.
    impurity : str
        Kind of impurity.
    omega : float
        Energy, units of Delta.
    rashba : float
        meV.
    """

    about: str
    irrep: str
    change: str
    impurity: str = "scalar"
    omega: float = 0.0
    rashba: float = 0.0


def statements(settings: Statements) -> list[Statement]:
    """All that are measured."""
    same = ("degeneracy", "A12u", "A1u, A2u")
    made = [Statement(*same, kind, w) for kind in IMPURITY_KINDS for w in settings.omegas]
    made += [Statement(*same, rashba=rashba) for rashba in settings.rashba]
    for about, change, irreps, kinds in (
        ("sign of the gap", "theta, theta + pi", MIXED, ("scalar", "sz")),
        ("sign of theta", "theta, -theta", MIXED, ("scalar",)),
        ("size of phi", "phi, 0", ("Eg", "Eu"), ("scalar", "sz")),
        ("sign of phi", "phi, -phi", ("Eg", "Eu"), ("scalar", "sz")),
        ("order of T", "T as printed, T", CLASSES, ("scalar",)),
    ):
        made += [Statement(about, irrep, change, kind) for irrep in irreps for kind in kinds]
    return made


def evaluate(
    settings: steps.ModelStatements, given: Given, threads: int, report: Report
) -> Evaluation:
    """Measure every statement; the attribute `statements` says what each row is about."""
    todo, drawn = statements(settings.statements), settings.statements
    difference = np.zeros((len(todo), drawn.samples))
    disc = np.fft.fftshift(hann_disc(WINDOW + 1, settings.radius))
    for column in range(drawn.samples):
        for label, name in enumerate(CLASSES):
            # Sample i of a stream is of class i mod 5, and half of A12u are A2u gaps.
            index = len(CLASSES) * (2 * column + 1) + label
            p = draw(settings.seed, drawn.stream, settings.physics, index).p
            rows = [row for row, one in enumerate(todo) if one.irrep == name]
            known: dict[Parameters, GreenWindow] = {}
            for row in rows:
                one, other = (disc * values for values in _compared(todo[row], p, drawn, known))
                difference[row, column] = np.linalg.norm(one - other) / np.linalg.norm(other)
        report(f"sample {column + 1} of {drawn.samples}")
    coordinates = {
        "statement": Coordinate(np.arange(len(todo)), "1", "row of the attribute statements"),
        "sample": Coordinate(np.arange(drawn.samples), "1", "random superconductor"),
    }
    attributes = {
        "dataset": "statements",
        "method": "statements",
        "statements": [asdict(one) for one in todo],
    }
    return Evaluation(attributes, coordinates, VARIABLES, {"difference": difference})


def _compared(
    statement: Statement,
    p: Parameters,
    settings: Statements,
    known: dict[Parameters, GreenWindow],
) -> list[np.ndarray]:
    """LDOS maps of the two sides; Green functions are kept for the other impurities."""
    made = []
    for side in statement.change.split(", "):
        q = replace(p, **SIDES[side](p, settings.phi), rashba=statement.rashba)
        if q not in known:
            omegas = (0.0,)
            if statement.about == "degeneracy" and not statement.rashba:
                omegas = tuple(share * p.delta for share in settings.omegas)
            known[q], _ = green_window(q, omegas, WINDOW, settings.n_effective)
        at = int(np.argmin(np.abs(np.array(known[q].omegas) - statement.omega * p.delta)))
        impurity = replace(q, impurity_kind=statement.impurity)
        made.append(ldos_from_window(known[q], impurity)[at])
    return made
