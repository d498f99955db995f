"""From templates to the best fit of every irrep that is not out of the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gapworks.qpi.inference.fit import Data, Fit, refine
from gapworks.qpi.inference.hypothesis import IRREPS, TWO_COMPONENTS, Disc, Form, of_mixture
from gapworks.qpi.inference.residual import opposite
from gapworks.qpi.inference.templates import Bank, Start

NEAR = Disc(30, 0.5, 13.0)
"""Where short fits compare: so near that a map still changes slowly with eps_0."""
WIDE = Disc(64, 0.5, 27.7)
"""All of the window that is as wide in every direction."""
FINE = 8192
"""Grid of the last fit's residuals, points in each direction."""
_DERIVATIVE = 4096
_SHORT = 2048


@dataclass(frozen=True)
class Effort:
    """How much is tried.

    Attributes
    ----------
    each, starts : int
        Starts of an irrep, and of all of them, at most.
    spread : float
        How much less than the best a start may agree.
    steps : int
        Of a short fit, at most.
    """

    each: int
    starts: int
    spread: float
    steps: int


USUAL = Effort(2, 5, 0.12, 6)
THOROUGH = Effort(6, 16, 0.3, 10)
"""Where the usual leaves no fit."""
_APART = 10.0
_LONG_STEPS, _PHASE_STEPS = 8, 3
KEPT = 150.0
"""A short fit worse than the best by this much in chi^2 is not refined: odds of e^-75."""
_SCANNED = 8.0
"""Other angles are fitted from if they begin less than so many times `KEPT` above the best fit."""
_SCAN, _TURNS, _FACTORS = 1024, 10, (0.6, 1.0, 1.8)
_AGAIN = 10.0
"""Another start of an irrep is refined if its short fit is not worse than the best by more."""
_BETTER = 0.01
_TURNED = 25.0
"""A crystal is taken to lie half a turn round if the best u gap fits so much better then, in chi^2:
less decides nothing."""


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
    turned: bool = False
    """Whether the maps were turned by half a turn first: K and K' are exchanged."""


def search(
    maps: np.ndarray,
    energies: Sequence[float],
    noise: np.ndarray,
    known: np.ndarray,
    bank: Bank,
    common: bool = True,
    effort: Effort = USUAL,
    said: Callable[[str], None] = lambda line: None,
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
    known : ndarray of bool, shape (64, 64)
        Cells that were measured.
    bank : Bank
        Templates at these energies.
    common : bool
        One unit for all energies.
    effort : Effort
    said : callable
        Told which fit is next.

    Notes
    -----
    Which of two valleys is K is not to be seen beforehand, and a crystal lies either way: maps of u
    gaps at -r are those of the other. The way in which the best of them fits better is taken.
    """
    found = _search(maps, energies, noise, known, bank, common, effort, said, False)
    if found is None:
        said("the crystal lies half a turn round: once more")
        turned = opposite(maps), energies, noise, opposite(known)
        found = _search(*turned, bank, common, effort, said, True)
    return found


def _search(maps, energies, noise, known, bank, common, effort, said, turned) -> Found | None:
    """As `search`; None if the maps are to be turned first."""
    energies = tuple(energies)
    near, wide = (on_disc(maps, energies, noise, known, disc, common) for disc in (NEAR, WIDE))
    starts = sorted(bank.starts(maps, np.ones(len(energies)), effort.each, _APART), key=_worse)
    best = starts[0].agreement
    tried = [s for s in starts if s.agreement > best - effort.spread and not _as_well(s, starts)]
    short: list[Fit] = []
    for number, start in enumerate(tried[: effort.starts], 1):
        said(f"short fit {number} of {min(len(tried), effort.starts)}: {start.form.irrep}")
        form, vector = _begin(start)
        hopeless = np.inf
        if short:
            lowest = min(fit.chi2 for fit in short)
            hopeless = lowest + 2 * KEPT * max(1.0, lowest / near.count)
        short.append(refine(near, form, vector, _SHORT, _SHORT, effort.steps, hopeless))
    said("short fits of all irreps from the best one")
    short += _elsewhere(near, min(short, key=lambda fit: fit.chi2))
    short.sort(key=lambda fit: fit.chi2)
    unit = max(1.0, short[0].chi2 / near.count)
    if not turned:
        other = on_disc(opposite(maps), energies, noise, opposite(known), NEAR, common)
        if _lies_half_a_turn_round(other, short, _TURNED * unit):
            return None
    long: dict[str, Fit] = {}
    begun: list[Fit] = []
    given_up = dict.fromkeys((start.form.irrep for start in starts), np.inf)
    for fit in short:
        irrep = fit.form.irrep
        worse = (fit.chi2 - short[0].chi2) / unit
        given_up[irrep] = min(given_up[irrep], worse)
        if worse > (_AGAIN if irrep in long else KEPT) or any(_same(fit, one) for one in begun):
            continue
        begun.append(fit)
        hopeless = np.inf
        if long:
            lowest = min(one.chi2 for one in long.values())
            hopeless = lowest + KEPT * max(1.0, lowest / wide.count)
        said(f"fitting {irrep} on a grid of {FINE}")
        refined = refine(wide, fit.form, fit.vector, FINE, _DERIVATIVE, _LONG_STEPS, hopeless)
        if irrep in TWO_COMPONENTS and not fit.form.complex and refined.chi2 < hopeless:
            form, vector = _with_phase(refined)
            refined = refine(wide, form, vector, FINE, _DERIVATIVE, _PHASE_STEPS)
        if irrep not in long or refined.chi2 < long[irrep].chi2:
            long[irrep] = refined
    for irrep in long:
        del given_up[irrep]
    return Found(sorted(long.values(), key=lambda fit: fit.chi2), given_up, turned)


def _lies_half_a_turn_round(other: Data, short: Sequence[Fit], better: float) -> bool:
    """Whether a u gap fits the turned maps better than any fits the others, by so much in chi^2.

    Each is asked: what fits best while the crystal lies the wrong way may be of another irrep than
    its own. Eu fits maps of A2u better than A2u does then.
    """
    odd = [fit for fit in short if fit.form.irrep.endswith("u")]
    lowest = min((fit.chi2 for fit in odd), default=0.0) - better
    for irrep in {fit.form.irrep for fit in odd}:
        best = next(fit for fit in odd if fit.form.irrep == irrep)
        if refine(other, best.form, best.vector, _SHORT, _SHORT, 0).chi2 < lowest:
            return True
    return False


def on_disc(
    maps: np.ndarray,
    energies: tuple[float, ...],
    noise: np.ndarray,
    known: np.ndarray,
    disc: Disc,
    common: bool,
) -> Data:
    """Maps as they are fitted, with the same noise in all cells of an energy; as of `search`."""
    values = disc.of(maps)
    weight = disc.of(known) / noise[:, None]
    return Data(energies, values * weight, weight, disc, common)


def _worse(start: Start) -> float:
    return -start.agreement


def _elsewhere(data: Data, best: Fit) -> list[Fit]:
    """Short fits of all irreps from where the best one is, at other angles and Delta.

    Where a gap closes there are walls between angles, and an irrep may have been started from
    templates of another eps_0.
    """
    fits = []
    rest = best.vector[best.form.angles :]
    for irrep in IRREPS:
        form = Form(irrep)
        angles = np.arange(_TURNS) * np.pi / _TURNS if form.angles else (0.0,)
        tried = []
        for theta in angles:
            for factor in _FACTORS:
                vector = np.array([theta] * form.angles + [rest[0] + np.log(factor), *rest[1:]])
                tried.append(refine(data, form, vector, _SCAN, 0, 0))
        start = min(tried, key=lambda one: one.chi2)
        if start.chi2 < best.chi2 + _SCANNED * KEPT * max(1.0, best.chi2 / data.count):
            fits.append(refine(data, form, start.vector, _SHORT, _SHORT, USUAL.steps))
    return fits


def _same(one: Fit, other: Fit) -> bool:
    """Whether two short fits are at one place, as exactly as coarse grids can say."""
    if one.form != other.form:
        return False
    at = one.form.angles
    away = np.abs(one.vector - other.vector)
    return bool((away[:at] < 0.1).all() and away[at] < 0.1 and away[at + 1] < 2.0)


def _as_well(start: Start, starts: Sequence[Start]) -> bool:
    """Whether a chiral template agrees no better than a real one of its irrep."""
    real = [s.agreement for s in starts if s.form == start.form and not s.mixture[1]]
    return bool(start.mixture[1] and real and max(real) > start.agreement - _BETTER)


def _begin(start: Start) -> tuple[Form, np.ndarray]:
    """Form and vector of a start; complex where its template is."""
    theta, phi = start.mixture
    if start.form.irrep in TWO_COMPONENTS and phi:
        form = Form(start.form.irrep, complex=True)
        return form, np.array([*of_mixture(theta, phi), *start.vector[1:]])
    return start.form, start.vector


def _with_phase(fit: Fit) -> tuple[Form, np.ndarray]:
    """The fit of Eg or Eu as one of a complex mixture, which it is at the edge of."""
    form = Form(fit.form.irrep, complex=True)
    return form, np.array([*of_mixture(fit.vector[0], 0.0), *fit.vector[1:]])
