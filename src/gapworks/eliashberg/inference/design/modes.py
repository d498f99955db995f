"""How many directions in the space of spectra data resolve, against their noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from gapworks.eliashberg.inference.inversion.equations import Equations, State
from gapworks.eliashberg.inference.inversion.measurement import DensityOfStates, GapFunction
from gapworks.eliashberg.inference.inversion.model import unlink
from gapworks.eliashberg.inference.inversion.newton import Family
from gapworks.eliashberg.inference.inversion.response import imaginary_response, response

Kind = Literal["gap", "dos", "matsubara"]
KINDS: tuple[Kind, ...] = ("gap", "dos", "matsubara")
"""Delta(x + i Gamma), N / N_F there, Delta(i omega_n)."""

# As fine as the answers of the inversion, which stops its responses there.
_RESPONSE = 1e-3


def strengths(
    equations: Equations, a2f: np.ndarray, mu_star: float, x: np.ndarray
) -> dict[Kind, np.ndarray]:
    """By how much data move along the directions of the prior that they see best.

    The prior is the one that is likeliest beforehand. A direction along which the data move by
    more than their noise, for one standard deviation of the prior, is resolved: less than half of
    the prior's variance is left.

    Parameters
    ----------
    equations : Equations
    a2f : ndarray, shape (J,)
        Spectrum about which the data are linearised, on the grid of the equations' model.
    mu_star : float
    x : ndarray, shape (X,)
        Energies of gap function and density of states, meV.

    Returns
    -------
    dict of str to ndarray
        Falling; in meV, of the density of states in units of the normal state's.

    Raises
    ------
    ValueError
        If the spectrum does not superconduct.
    """
    model = equations.model
    c = np.linalg.lstsq(model.basis.T, a2f, rcond=None)[0]
    state = equations.solve(np.maximum(c, 0.0), mu_star)
    if state is None:
        raise ValueError(
            f"a2f: does not superconduct at {equations.setting.temperature:g} K; suppose another"
        )
    moved = _by_spectrum(equations, state, x)
    scale = float(np.sqrt(np.mean(a2f**2)))
    prior = max(model.hypotheses, key=lambda one: one.log_prior)
    family = Family(scale, prior, np.zeros(0), np.zeros(0))
    by_prior = family.slope(prior.inverse @ unlink(state.c / scale))
    return {
        kind: np.linalg.svd(slope @ by_prior, compute_uv=False) for kind, slope in moved.items()
    }


def resolved(strength: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Directions that are resolved, shape (L,), at standard deviations of the noise, shape (L,)."""
    return (strength > np.asarray(noise)[:, None]).sum(1)


def _by_spectrum(equations: Equations, state: State, x: np.ndarray) -> dict[Kind, np.ndarray]:
    """d data / d c, shape (N, K), of every kind of data."""
    line, none = equations.line, np.zeros(0)
    on_line = response(equations, state, tolerance=_RESPONSE)
    measured: dict[Kind, Callable[..., np.ndarray]] = {
        "gap": GapFunction(line, x).slope,
        "dos": DensityOfStates(line, x).slope,
    }
    made = {kind: slope(state.delta, on_line, none) for kind, slope in measured.items()}
    made["matsubara"] = imaginary_response(equations, state, False).T
    return made
