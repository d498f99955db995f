"""Which pairing a map shows: from maps of any raster and unit to a set of irreps, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gapworks.numerics.records import shown
from gapworks.qpi.inference import residual, verdict
from gapworks.qpi.inference.hypothesis import Disc
from gapworks.qpi.inference.notes import beside_the_calibration, of_phase
from gapworks.qpi.inference.search import FINE, THOROUGH, USUAL, WIDE, Found, search
from gapworks.qpi.inference.templates import Bank, bank
from gapworks.qpi.inference.treatment import Treated, treat

MOST_ENERGIES = 2
"""Maps that are fitted; of more, those that say most are taken."""
_LARGEST_ENERGY = 3.0
"""meV: 1.5 times the largest Delta there is."""
_RIM = Disc(64, 22.0, 27.7)
"""Where the noise is first estimated."""
_WEAK = 0.3
"""Maps with less signal to noise than this share of the best one's are left out, if others are."""

Interval = tuple[float, float, float]
"""Value, lower and upper end of the 90 % interval."""


@shown("set", "probabilities", "theta", "phi", "delta", "eps0", "misfit", "refused")
@dataclass(frozen=True, repr=False)
class Identification:
    """What is said of a measurement.

    Attributes
    ----------
    set : tuple of str
        Irreps of the 90 % set, most probable first. A1u and A2u look the same without Rashba
        coupling and are always together. Empty where the maps are refused.
    probabilities : dict of str to float
        Of the classes A1g, A12u (A1u or A2u), A2g, Eg and Eu.
    theta, phi : (value, lower, upper) or None
        rad; of the most probable irrep. theta modulo pi, its ends beyond 0 and pi where the
        interval is; phi within [0, pi / 2], its sign is invisible. None where there is no angle.
    delta, eps0 : (value, lower, upper) or None
        meV. Delta is the printed prefactor; for A12u that of A2u, sqrt(3) times that of A1u.
    floors : dict of str to float or None
        Of theta, delta, eps0 and phi: half width of the 90 % interval that no unbiased estimate
        beats in white noise as strong as the residual (Cramer and Rao). An interval much wider
        than that stands for what the calibration found beside the noise.
    notes : tuple of str
        What was assumed and done.
    refused : str or None
        Why the maps cannot be judged, or have no answer in this model.
    energies : tuple of float
        Of the maps that were fitted, meV.
    misfit : float
        Power that the best fit leaves beyond the noise, as a share of the map's.
    """

    set: tuple[str, ...] = ()
    probabilities: dict[str, float] | None = None
    theta: Interval | None = None
    delta: Interval | None = None
    eps0: Interval | None = None
    phi: Interval | None = None
    floors: dict[str, float | None] | None = None
    notes: tuple[str, ...] = ()
    refused: str | None = None
    energies: tuple[float, ...] = ()
    misfit: float = 0.0


def identify(
    maps: np.ndarray,
    energies: Sequence[float] | float,
    raster: Literal["lattice", "cartesian"] = "lattice",
    field_of_view: float | tuple[float, float] | None = None,
    *,
    force: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Identification:
    """Identify the pairing symmetry that LDOS maps around an impurity show.

    Every irrep that templates leave possible is fitted to the maps: Delta, eps_0, broadening, the
    impurity's strength, the unit and what angles the irrep has are free. Probabilities are ratios
    of evidences, tempered; sets and intervals are calibrated on validation samples.

    Parameters
    ----------
    maps : ndarray, shape (E, M, M) or (M, M)
        LDOS or its change at energies, in any unit that is the same for all of them.
    energies : sequence of float, shape (E,)
        meV.
    raster : {"lattice", "cartesian"}
        Steps of rows and columns: a1 and a2, or square pixels.
    field_of_view : float or pair of float, optional
        Width, or width and height, of a cartesian map, lattice constants.
    force : bool
        Answer maps that would be refused, as far as they can be fitted at all.
    progress : callable, optional
        Told what begins.

    Returns
    -------
    Identification

    Raises
    ------
    ValueError
        If shapes or energies cannot be.
    """
    said = progress or (lambda line: None)
    maps, energies = _checked(maps, energies)
    usable = [k for k, energy in enumerate(energies) if abs(energy) <= _LARGEST_ENERGY]
    if not usable:
        return Identification(
            refused=f"no energy within {_LARGEST_ENERGY:g} meV of the Fermi energy: beyond, maps "
            "do not show the gap; energies are in meV"
        )
    maps, energies = maps[usable], energies[usable]
    said("treating the maps")
    treated = treat(maps, energies, raster, field_of_view, WIDE.size)
    notes = list(treated.notes)
    if treated.refused and not force:
        return Identification(notes=tuple(notes), refused=treated.refused)
    kept = chosen(energies, treated.signal_to_noise)
    at = tuple(float(energies[k]) for k in kept)
    if len(kept) < len(usable):
        notes.append(f"fitted are the maps at {', '.join(f'{x:g}' for x in at)} meV")
    return _fitted(treated, kept, at, notes, force, said)


def chosen(energies: np.ndarray, signal_to_noise: np.ndarray) -> list[int]:
    """Which maps are fitted: the clear one nearest to 0, and the clear one nearest to 1 meV.

    Parameters
    ----------
    energies : ndarray, shape (E,)
        meV.
    signal_to_noise : ndarray, shape (E,)
        Of the maps; zeros where it is not known.
    """
    clear = np.flatnonzero(signal_to_noise >= _WEAK * signal_to_noise.max())
    order = sorted(clear, key=lambda k: abs(energies[k]))
    kept = order[:1]
    rest = sorted(order[1:], key=lambda k: abs(abs(energies[k]) - 1.0))
    return sorted(map(int, kept + rest[: MOST_ENERGIES - 1]))


def _checked(maps, energies) -> tuple[np.ndarray, np.ndarray]:
    """Maps, shape (E, M, M), and energies, shape (E,)."""
    maps = np.asarray(maps)
    energies = np.atleast_1d(np.asarray(energies, float))
    if maps.ndim == 2:
        maps = maps[None]
    if maps.ndim != 3 or energies.shape != (len(maps),):
        raise ValueError(
            f"maps are {list(maps.shape)}, energies {list(energies.shape)}: give maps of shape "
            "(energies, rows, columns) and the energy of each, in meV"
        )
    if not np.isfinite(energies).all() or len(set(energies.tolist())) < len(energies):
        raise ValueError("energies: are not finite, or given twice")
    return maps, energies


def _fitted(
    treated: Treated,
    kept: list[int],
    at: tuple[float, ...],
    notes: list[str],
    force: bool,
    said: Callable[[str], None],
) -> Identification:
    maps = np.asarray(treated.maps, float)[kept]
    known = treated.known
    rim = _RIM.of(maps)[:, _RIM.of(known)]
    noise = rim.std(1) + 1e-12 * np.abs(maps).max((1, 2))
    if not (noise > 0).all():
        return Identification(notes=tuple(notes), refused=treated.refused or "a map is empty")
    said("computing templates at these energies, some ten seconds")
    templates = bank(at, said=said)
    found, remains, refused, common = searched(maps, at, noise, known, templates, said)
    if not common:
        notes.append("one unit for all energies does not fit; each has one of its own")
    if found.turned:
        notes.append("the crystal lies half a turn round: K and K' are exchanged")
    refused = treated.refused or refused
    if refused and not force:
        return Identification(
            notes=tuple(notes), refused=refused, energies=at, misfit=remains.misfit
        )
    known_doubt = verdict.calibration()
    probability = verdict.probabilities(verdict.log_evidences(found, remains), known_doubt)
    best = max(probability, key=lambda name: probability[name])
    fits = {verdict.class_of(fit): fit for fit in found.fits}
    if best in fits:
        numbers = verdict.intervals(fits[best], remains, known_doubt)
        floors = verdict.floors(fits[best], remains)
        if numbers["phi"] is not None:
            notes.append(of_phase(numbers["phi"]))
    else:
        numbers, floors = dict.fromkeys(("theta", "delta", "eps0", "phi")), None
    fit = found.fits[0]
    if not fit.settled:
        notes.append("the fit had not settled; its numbers may be a little off")
    notes.append(
        f"fitted on a grid of {FINE}: {', '.join(fits)}; excluded by templates and short fits: "
        f"{', '.join(found.given_up) or 'none'}"
    )
    notes.append(
        f"set and intervals are calibrated on {known_doubt.samples} simulated superconductors of "
        "maps at 0 and 1 meV with white noise; not on other noise, energies or materials"
        + beside_the_calibration(at, remains)
    )
    if best == "A12u":
        notes.append("A1u and A2u look the same; Delta is that of A2u, sqrt(3) times A1u's")
    return Identification(
        set=verdict.members(probability, known_doubt),
        probabilities=probability,
        **numbers,
        floors=floors,
        notes=tuple(notes),
        refused=refused,
        energies=at,
        misfit=remains.misfit,
    )


def searched(
    maps: np.ndarray,
    energies: tuple[float, ...],
    noise: np.ndarray,
    known: np.ndarray,
    templates: Bank,
    said: Callable[[str], None] = lambda line: None,
) -> tuple[Found, residual.Left, str | None, bool]:
    """Search, and where no fit is one, more thoroughly, and with a unit for each energy.

    Parameters
    ----------
    maps, energies, noise, known, templates, said
        As of `search.search`.

    Returns
    -------
    found : Found
    left : Left
        What its best fit leaves.
    refused : str or None
        Why that is no fit.
    common : bool
        One unit for all energies.
    """
    first = None
    for common, effort in ((True, USUAL), (True, THOROUGH), (False, USUAL)):
        if not common and (len(energies) == 1 or first[2] is None):
            break
        if first is not None:
            said("looking further: " + ("from more starts" if common else "a unit for each energy"))
        found = search(maps, energies, noise, known, templates, common, effort, said)
        best = found.fits[0]
        left = residual.judge(best.residual, best.model, np.count_nonzero(best.residual), WIDE)
        why = verdict.misfit(best, left) or verdict.out_of_range(best)
        if why is None and left.even < verdict.DOUBTFUL:
            return found, left, None, common
        better = first is None or (first[2] is not None and why is None)
        if better or (common and best.chi2 < first[0].fits[0].chi2):
            first = (found, left, why, common)
    return first
