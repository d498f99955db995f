"""Spectra to start a fit from: humps of the strength that makes the gap seen in the data."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gapworks.eliashberg.inference.inversion.equations import Equations, Setting, State
from gapworks.eliashberg.inference.inversion.measurement import Data
from gapworks.eliashberg.inference.inversion.model import spectrum_model

# Humps: centres and widths as shares of the end.
_CENTRES = (0.25, 0.45, 0.65, 0.85)
_WIDTHS = (0.12, 0.3)
# Heights between which the strength is looked for, and how often the interval is halved.
_LOWEST, _HIGHEST = 0.02, 20.0
_BISECTIONS = 9


class NoStart(ValueError):
    """No hump has a gap like that of the data."""


@lru_cache(maxsize=4)
def equations_of(end: float, setting: Setting) -> Equations:
    """Equations for spectra that end at `end`, meV; kept, for tables take longer than a step."""
    return Equations(spectrum_model(end), setting)


def nearest(equations: Equations, data: Data, gap: float) -> State:
    """The hump whose solution is nearest to the data.

    Parameters
    ----------
    equations : Equations
    data : Data
    gap : float
        Energy of the gap, about, meV.

    Raises
    ------
    NoStart
        If none superconducts.
    """
    place = np.linspace(0, 1, len(equations.model.basis))
    humps = np.array(
        [np.exp(-0.5 * ((place - centre) / width) ** 2) for centre in _CENTRES for width in _WIDTHS]
    )
    low, high = np.full((2, len(humps), 1), np.log([[[_LOWEST]], [[_HIGHEST]]]))
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        found = equations.imaginary_axis(np.exp(middle) * humps, data.mu_star)[0][:, :1]
        low, high = np.where(found < gap, middle, low), np.where(found < gap, high, middle)
    states = equations.solve_all(np.exp(high) * humps, data.mu_star)
    numbers = data.measurement.centre
    misfits = [
        np.inf if state is None else float((data.residual(state, numbers) ** 2).sum())
        for state in states
    ]
    state = states[int(np.argmin(misfits))]
    if state is None:
        raise NoStart(
            f"temperature: no spectrum of moderate coupling has a gap of {gap:.3g} meV at "
            f"{equations.setting.temperature:g} K with mu* = {data.mu_star:g}"
        )
    return state
