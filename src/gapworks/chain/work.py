"""How much work the steps of the chain study are: what their CPU time grows with.

Units are any; those of `cost` are about seconds, since it has two parts that grow differently.
"""

from __future__ import annotations

from gapworks.chain.steps import Simulate, Train
from gapworks.study import Scale

SITE, CUBE = 1e-5, 6e-8
"""Seconds of a site by every method but the dense one, and of L^3 by that."""


def sample(settings: Simulate) -> float:
    """A ring: its solver takes O(L)."""
    return settings.physics.length


def training(settings: Train, samples: int) -> float:
    """Rings per V0 times epochs."""
    return settings.network.training.epochs * settings.realizations


def floor(scale: Scale, mu: str | None = None) -> float:
    """Rings that are drawn again and solved."""
    config = scale.config
    cutoffs = 1 if mu else len(config.networks.scan_cutoffs)
    strengths = len(config.physics.disorder_strengths)
    return cutoffs * strengths * config.floor.windows * config.floor.draws


def plain_mixing(scale: Scale) -> float:
    """Rings."""
    plain = scale.config.plain_mixing
    return len(plain.strengths) * plain.rings


def finite_size(scale: Scale) -> float:
    """Sites, at every length and strength."""
    chosen = scale.config.finite_size
    return len(chosen.strengths) * len(chosen.lengths) * max(chosen.sites, chosen.lengths[-1])


def diagonalisation(scale: Scale) -> float:
    """Cubes of the lengths."""
    chosen = scale.config.diagonalisation
    return chosen.repeats * sum(length**3 for length in chosen.lengths)


def methods(scale: Scale, repeats: int = 1) -> float:
    """Sites by the methods that are linear in them, and cubes by diagonalisation."""
    cost = scale.config.cost
    dense = sum(length**3 for length in cost.lengths if length <= cost.dense_up_to)
    return SITE * cost.sites * len(cost.lengths) * repeats + CUBE * dense * min(repeats, 2)


def timing(scale: Scale) -> float:
    """The same, several times."""
    return methods(scale, scale.config.cost.repeats)


WORK = {
    "sample": sample,
    "training": training,
    "floor(?:-(?P<mu>fixed))?": floor,
    "plain_mixing": plain_mixing,
    "finite_size": finite_size,
    "diagonalisation": diagonalisation,
    "cost": methods,
    "timing": timing,
}
