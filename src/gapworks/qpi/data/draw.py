"""Drawing superconductors: class by index, everything else uniform in its range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapworks.factory.seeds import sample_generator
from gapworks.qpi.config import CLASSES, E_GAPS, Physics, Reading
from gapworks.qpi.physics.parameters import Parameters

OUR_READING = Reading()
"""All classes, v drawn, T in the right order, real mixtures."""


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


def irrep(index: int, classes: Sequence[str] = CLASSES) -> tuple[str, int]:
    """Irreducible representation and class of sample i: classes take turns, in A12u both irreps."""
    name = classes[index % len(classes)]
    label = CLASSES.index(name)
    if name == "A12u":
        name = ("A1u", "A2u")[index // len(classes) % 2]
    return name, label


def draw(
    seed: int, stream: int, physics: Physics, index: int, reading: Reading = OUR_READING
) -> Sample:
    """Sample i of a data set.

    Seven numbers uniform on [0, 1) are drawn, in this order: theta / pi, the places of Delta,
    eps_0, |v| and the broadening in their ranges, the sign of v (below .5: negative), and the place
    of phi in its range. Scaled after, they are the same bits on every platform. Where theta has no
    effect it is 0; what the reading fixes changes nothing else.
    """
    u = sample_generator(seed, "qpi", stream, index).random(7)
    name, label = irrep(index, reading.classes)

    def within(bounds, u):
        return bounds[0] + (bounds[1] - bounds[0]) * float(u)

    strength = within(physics.impurity, u[3])
    impurity = -strength if u[5] < 0.5 else strength
    if reading.impurity is not None:
        impurity = reading.impurity
    p = Parameters(
        irrep=name,
        theta=0.0 if name in ("A1u", "A2u") else np.pi * float(u[0]),
        delta=within(physics.delta, u[1]),
        eps0=within(physics.eps0, u[2]),
        phi=within(reading.phi, u[6]) if reading.phi and name in E_GAPS else 0.0,
        impurity=impurity,
        t_order=reading.t_order,
        omega=physics.energies[0],
        broadening=within(physics.broadening, u[4]),
        hopping=tuple(physics.hopping),
        spin_orbit=tuple(physics.spin_orbit),
    )
    return Sample(p, label)
