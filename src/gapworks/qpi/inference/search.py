"""From templates to the best fit of every irrep that is not out of the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapworks.qpi.inference.fit import Data, Fit, refine
from gapworks.qpi.inference.hypothesis import TWO_COMPONENTS, Disc, Form, of_mixture
from gapworks.qpi.inference.templates import Bank, Start

NEAR = Disc(30, 0.5, 13.0)
"""Where short fits compare: so near that a map still changes slowly with eps_0."""
WIDE = Disc(64, 0.5, 27.7)
"""All of the window that is as wide in every direction."""
FINE = 8192
"""Grid of the last fit's residuals, points in each direction."""
_DERIVATIVE = 4096
_SHORT = 1024
_STARTS, _SPREAD = 6, 0.12
"""Starts tried at most, and how much less than the best they may agree."""
_APART = 10.0
_SHORT_STEPS, _LONG_STEPS = 6, 10
KEPT = 150.0
"""A short fit worse than the best by this much in chi^2 is not refined: odds of e^-75."""
_DRAWN_IN = 0.97


@dataclass(frozen=True)
class Found:
    """What came of a search.

    Attributes
    ----------
    fits : list of Fit
        On `WIDE`, the best of each irrep that was refined, best first.
    given_up : dict of str to float
        How much worse than the best, in chi^2 of `NEAR`, the others' short fits were; or infinity
        where no template agreed.
    """

    fits: list[Fit]
    given_up: dict[str, float]


def search(
    maps: np.ndarray, energies: Sequence[float], noise: np.ndarray, bank: Bank, common: bool = True
) -> Found:
    """Fit all irreps to centred maps.

    Parameters
    ----------
    maps : ndarray, shape (E, 64, 64)
        r = 0 at [32, 32].
    energies : sequence of float
        meV.
    noise : ndarray, shape (E,)
        Estimated deviation of a cell's noise.
    bank : Bank
        Templates at these energies.
    common : bool
        One unit for all energies.
    """
    energies = tuple(energies)
    near, wide = (on_disc(maps, energies, noise, disc, common) for disc in (NEAR, WIDE))
    starts = sorted(bank.starts(maps, np.ones(len(energies)), 2, _APART), key=_worse)
    best = starts[0].agreement
    tried = [s for s in starts if s.agreement > best - _SPREAD][:_STARTS]
    short: list[Fit] = []
    for start in tried:
        form, vector = _begin(start)
        short.append(refine(near, form, vector, _SHORT, _SHORT, _SHORT_STEPS))
    short.sort(key=lambda fit: fit.chi2)
    unit = max(1.0, short[0].chi2 / near.count)
    long: dict[str, Fit] = {}
    given_up = dict.fromkeys((start.form.irrep for start in starts), np.inf)
    for fit in short:
        irrep = fit.form.irrep
        worse = (fit.chi2 - short[0].chi2) / unit
        given_up[irrep] = min(given_up[irrep], worse)
        if worse > KEPT or (irrep in long and worse > 0.2 * KEPT):
            continue
        form, vector = _with_phase(fit)
        refined = refine(wide, form, vector, FINE, _DERIVATIVE, _LONG_STEPS)
        if irrep not in long or refined.chi2 < long[irrep].chi2:
            long[irrep] = refined
    for irrep in long:
        del given_up[irrep]
    return Found(sorted(long.values(), key=lambda fit: fit.chi2), given_up)


def on_disc(
    maps: np.ndarray, energies: tuple[float, ...], noise: np.ndarray, disc: Disc, common: bool
) -> Data:
    """Maps as they are fitted, with the same noise in all cells of an energy."""
    values = disc.of(maps)
    weight = np.broadcast_to(1 / noise[:, None], values.shape)
    return Data(energies, values * weight, weight, disc, common)


def _worse(start: Start) -> float:
    return -start.agreement


def _begin(start: Start) -> tuple[Form, np.ndarray]:
    """Form and vector of a start; complex where its template is."""
    theta, phi = start.mixture
    if start.form.irrep in TWO_COMPONENTS and phi:
        form = Form(start.form.irrep, complex=True)
        return form, np.array([*of_mixture(theta, phi), *start.vector[1:]])
    return start.form, start.vector


def _with_phase(fit: Fit) -> tuple[Form, np.ndarray]:
    """The fit of Eg or Eu as one of a complex mixture, a little off the real ones."""
    if fit.form.irrep not in TWO_COMPONENTS or fit.form.complex:
        return fit.form, fit.vector
    s1, s2 = of_mixture(fit.vector[0], 0.0)
    form = Form(fit.form.irrep, complex=True)
    return form, np.array([_DRAWN_IN * s1, _DRAWN_IN * s2, *fit.vector[1:]])
