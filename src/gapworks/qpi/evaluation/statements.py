"""What images can and cannot tell: the paper's statements (section 3), measured on random samples.

Each statement compares the images of two superconductors, or of two impurities: the relative L2
difference of their LDOS within the disc. Zero to rounding is degenerate; the rest is visible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report
from gapworks.qpi import steps
from gapworks.qpi.config import CLASSES, Statements
from gapworks.qpi.data.draw import draw
from gapworks.qpi.physics.ldos import GreenWindow, green_window, ldos_from_window
from gapworks.qpi.physics.parameters import Parameters

WINDOW = 64
VARIABLES = {
    "difference": Variable(
        ("statement", "sample"), "1", "relative L2 difference of the LDOS within the disc"
    ),
}


@dataclass(frozen=True)
class Statement:
    """Two parameter points to compare.

    Attributes
    ----------
    about, irrep, change : str
        What is changed, in which representation, and how it is written.
    impurity : str
        Kind of impurity.
    omega : float
        Energy, units of Delta.
    rashba : float
        meV.
    one, other : callable
        Parameters -> Parameters.
    """

    about: str
    irrep: str
    change: str
    impurity: str
    omega: float
    rashba: float
    one: Callable[[Parameters], Parameters]
    other: Callable[[Parameters], Parameters]

    def written(self) -> dict[str, str | float]:
        """What can be written into a file."""
        names = ("about", "irrep", "change", "impurity", "omega", "rashba")
        return {name: getattr(self, name) for name in names}


def statements(settings: Statements) -> list[Statement]:
    """All that are measured."""
    made = [
        Statement("degeneracy", "A12u", "A1u, A2u", kind, omega, 0.0, _a1u, _a2u)
        for kind in ("scalar", "sz", "sx")
        for omega in settings.omegas
    ]
    made += [
        Statement("degeneracy", "A12u", "A1u, A2u", "scalar", 0.0, rashba, _a1u, _a2u)
        for rashba in settings.rashba
    ]
    mixed = ("A1g", "A2g", "Eg", "Eu")
    made += [
        Statement("sign of the gap", irrep, "theta, theta + pi", kind, 0.0, 0.0, _same, _negative)
        for irrep in mixed
        for kind in ("scalar", "sz")
    ]
    made += [
        Statement("sign of theta", irrep, "theta, -theta", "scalar", 0.0, 0.0, _same, _opposite)
        for irrep in mixed
    ]
    plus, minus = (partial(_phase, phi=phi) for phi in (settings.phi, -settings.phi))
    made += [
        Statement("size of phi", irrep, "phi, 0", kind, 0.0, 0.0, plus, _same)
        for irrep in ("Eg", "Eu")
        for kind in ("scalar", "sz")
    ]
    made += [
        Statement("sign of phi", irrep, "phi, -phi", kind, 0.0, 0.0, plus, minus)
        for irrep in ("Eg", "Eu")
        for kind in ("scalar", "sz")
    ]
    return made


def _same(p: Parameters) -> Parameters:
    return p


def _negative(p: Parameters) -> Parameters:
    return replace(p, theta=p.theta + np.pi)


def _opposite(p: Parameters) -> Parameters:
    return replace(p, theta=-p.theta)


def _phase(p: Parameters, phi: float) -> Parameters:
    return replace(p, phi=phi)


def _a1u(p: Parameters) -> Parameters:
    return replace(p, irrep="A1u", delta=p.delta / np.sqrt(3))


def _a2u(p: Parameters) -> Parameters:
    return replace(p, irrep="A2u")


def evaluate(
    settings: steps.ModelStatements, given: Given, threads: int, report: Report
) -> Evaluation:
    """Measure every statement; the attribute `statements` says what each row is about."""
    todo, drawn = statements(settings.statements), settings.statements
    difference = np.zeros((len(todo), drawn.samples))
    disc = _disc(settings.radius)
    for column in range(drawn.samples):
        for label, name in enumerate(CLASSES):
            # Sample i of a stream is of class i mod 5, and half of A12u are A2u gaps.
            index = len(CLASSES) * (2 * column + 1) + label
            p = draw(settings.seed, drawn.stream, settings.physics, index).p
            rows = [row for row, one in enumerate(todo) if one.irrep == name]
            known: dict[Parameters, GreenWindow] = {}
            for row in rows:
                pair = _compared(todo[row], p, drawn, known)
                one, other = (disc * values for values in pair)
                difference[row, column] = np.linalg.norm(one - other) / np.linalg.norm(other)
        report(f"sample {column + 1} of {drawn.samples}")
    coordinates = {
        "statement": Coordinate(np.arange(len(todo)), "1", "row of the attribute statements"),
        "sample": Coordinate(np.arange(drawn.samples), "1", "random superconductor"),
    }
    attributes = {
        "dataset": "statements",
        "method": "statements",
        "statements": [one.written() for one in todo],
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
    for change in (statement.one, statement.other):
        q = replace(change(p), rashba=statement.rashba, omega=0.0)
        if q not in known:
            omegas = (0.0,)
            if statement.about == "degeneracy" and not statement.rashba:
                omegas = tuple(share * p.delta for share in settings.omegas)
            fine, _ = green_window(q, omegas, WINDOW, settings.n_effective)
            known[q] = fine
        window = known[q]
        at = int(np.argmin(np.abs(np.array(window.omegas) - statement.omega * p.delta)))
        values = ldos_from_window(window, replace(q, impurity_kind=statement.impurity))[at]
        made.append(values)
    return made


def _disc(radius: float) -> np.ndarray:
    index = np.arange(WINDOW + 1) - WINDOW // 2
    i, j = index[:, None], index[None, :]
    r = np.sqrt(i**2 + i * j + j**2)
    disc = np.where(r < radius, np.cos(0.5 * np.pi * r / radius) ** 2, 0.0)
    disc[WINDOW // 2, WINDOW // 2] = 0.0
    return disc
