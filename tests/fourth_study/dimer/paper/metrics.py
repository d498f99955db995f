"""The numbers that the dimer study measures."""

from __future__ import annotations

from collections.abc import Sequence

from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Measured, exact


def metrics(evaluations: Sequence[Evaluated]) -> dict[str, Measured]:
    """Largest errors, of the solver and of the network."""
    return {f"{one.method}_error": exact(one["error"].max()) for one in evaluations}
