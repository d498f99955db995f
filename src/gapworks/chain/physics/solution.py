"""What a solver returns: fields, scalars and the verdict of its checks for each realization."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from gapworks.chain.physics.model import Model, bdg_energy
from gapworks.numerics.records import shown


class Reason(IntEnum):
    """Verdict on one realization; stored as its integer."""

    CONVERGED = 0
    ITERATIONS_EXHAUSTED = 1
    DIVERGED = 2
    NORMAL_STATE = 3
    GAP_TOO_SMALL = 4

    @property
    def text(self) -> str:
        """One sentence for people."""
        return _TEXTS[self]


_TEXTS = {
    Reason.CONVERGED: "self-consistent to the tolerance, all checks passed",
    Reason.ITERATIONS_EXHAUSTED: "the residual stayed above the tolerance in every restart",
    Reason.DIVERGED: "the iteration left the finite numbers in every restart",
    Reason.NORMAL_STATE: "the pairing potential vanishes: no superconducting solution was found",
    Reason.GAP_TOO_SMALL: "the excitation gap is below what the method resolves",
}


@shown("delta", "density", "mu", "gap", "converged", "iterations")
@dataclass(frozen=True, repr=False)
class Solution:
    """Self-consistent fields of a batch of rings; energies in units of t.

    Attributes
    ----------
    delta, density : ndarray, shape (..., L)
        Delta_i and electrons per site n_i.
    mu : ndarray, shape (...)
        Chemical potential that gives the filling, or at which the ring was held.
    gap : ndarray, shape (...)
        Smallest excitation energy, min |E|.
    energy : ndarray, shape (...)
        Mean-field energy of the whole ring at its electron number: mu N is not taken off.
    residual : ndarray, shape (...)
        Largest |G(x) - x| over Delta_i, n_i and mu.
    iterations : ndarray of int, shape (...)
        Evaluations of the map, restarts included.
    reason : ndarray of int, shape (...)
        `Reason` of each realization.
    """

    delta: np.ndarray
    density: np.ndarray
    mu: np.ndarray
    gap: np.ndarray
    energy: np.ndarray
    residual: np.ndarray
    iterations: np.ndarray
    reason: np.ndarray

    @property
    def converged(self) -> np.ndarray:
        """True where every check passed, shape (...)."""
        return self.reason == Reason.CONVERGED

    @property
    def min_delta(self) -> np.ndarray:
        """Smallest Delta_i, shape (...)."""
        return self.delta.min(-1)

    def reasons(self) -> dict[str, int]:
        """How many realizations ended for which reason, as text."""
        codes, counts = np.unique(self.reason, return_counts=True)
        return {Reason(code).text: int(count) for code, count in zip(codes, counts, strict=True)}


def assemble(
    model: Model,
    V: np.ndarray,
    offset: np.ndarray,
    fields: np.ndarray,
    verdicts: np.ndarray,
    held: bool = False,
) -> Solution:
    """Solution of rings V from rows of numbers.

    Parameters
    ----------
    model : Model
        What was solved.
    V : ndarray, shape (..., L)
        Less its offset, units of t.
    offset : ndarray, shape (...)
        Constant part of V, given back to mu and to the energy.
    fields : ndarray, shape (R, 2 L + 1)
        Delta, n, mu of each ring.
    verdicts : ndarray, shape (R, 5)
        Reason, iterations, residual, gap, tr |H|.
    held : bool
        Whether mu was held, so that the filling is not the model's.
    """
    shape, L = V.shape[:-1], V.shape[-1]
    delta, density = (fields[:, i * L : (i + 1) * L].reshape(V.shape).copy() for i in (0, 1))
    mu, reason, iterations, residual, gap, trace = (
        column.reshape(shape).copy() for column in (fields[:, 2 * L], *verdicts.T)
    )
    electrons = density.sum(-1) if held else model.filling * L
    return Solution(
        delta=delta,
        density=density,
        mu=mu + offset,
        gap=gap,
        energy=bdg_energy(model, model.levels(V, density, mu[..., None]), delta, density, mu, trace)
        + offset * electrons,
        residual=residual,
        iterations=iterations.astype(np.int64),
        reason=reason.astype(np.int64),
    )
