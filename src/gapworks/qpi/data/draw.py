"""Drawing superconductors: class by index, everything else uniform in its range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapworks.factory.seeds import sample_generator
from gapworks.qpi.config import CLASSES, Physics
from gapworks.qpi.physics.parameters import Parameters


@dataclass(frozen=True)
class Sample:
    """One drawn superconductor.

    Attributes
    ----------
    p : Parameters
        omega is the first energy of the data set.
    label : int
        Index of the class in `CLASSES`.
    """

    p: Parameters
    label: int

    @property
    def delta_reported(self) -> float:
        """Delta of the A2u gap that looks like this one, meV: an A1u gap is sqrt(3) times an A2u
        gap with its spins turned."""
        return np.sqrt(3.0) * self.p.delta if self.p.irrep == "A1u" else self.p.delta


def irrep(index: int) -> tuple[str, int]:
    """Irreducible representation and class of sample i: classes take turns, in A12u both irreps."""
    label = index % len(CLASSES)
    name = CLASSES[label]
    if name == "A12u":
        name = ("A1u", "A2u")[index // len(CLASSES) % 2]
    return name, label


def draw(seed: int, stream: int, physics: Physics, index: int) -> Sample:
    """Sample i of a data set.

    Six numbers uniform on [0, 1) are drawn, in this order: theta / pi, and the places of Delta,
    eps_0, |v| and the broadening in their ranges, and the sign of v (below .5: negative). Scaled
    after, they are the same bits on every platform. Where theta has no effect it is 0.
    """
    u = sample_generator(seed, "qpi", stream, index).random(6)
    name, label = irrep(index)

    def within(bounds, u):
        return bounds[0] + (bounds[1] - bounds[0]) * float(u)

    strength = within(physics.impurity, u[3])
    p = Parameters(
        irrep=name,
        theta=0.0 if name in ("A1u", "A2u") else np.pi * float(u[0]),
        delta=within(physics.delta, u[1]),
        eps0=within(physics.eps0, u[2]),
        impurity=-strength if u[5] < 0.5 else strength,
        omega=physics.energies[0],
        broadening=within(physics.broadening, u[4]),
        hopping=tuple(physics.hopping),
        spin_orbit=tuple(physics.spin_orbit),
    )
    return Sample(p, label)
