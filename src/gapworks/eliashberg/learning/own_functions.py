"""Users' gap functions, densities of states and spectral functions, on a network's energies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.fields import as_complex, boson_grid, real_energies
from gapworks.eliashberg.physics.spectrum import coupling_constant
from gapworks.readers.energies import UnitAsked
from gapworks.readers.functions import columns_of, read_dos, read_gap
from gapworks.readers.spectra import ENDS, read_a2f
from gapworks.readers.text import ReadError
from gapworks.readers.units import MEV

REACH = 1e-6
"""Relative tolerance of the ends of energies: 34.99999999999999 meV is 35."""

SHORT = 1 / 3
"""A spectrum without a unit that ends below this share of the network's is asked about."""

ROUNDED = 0.01
"""The same where a unit is guessed, whose conversion may have been rounded."""

MUCH = 1.5
"""Energies that reach further than so many times the network's are not guessed to be meant."""

ASYMMETRIC = 0.1
"""Mean difference of the two branches, over the mean deviation of one, that is said."""

COARSE = 0.01
"""Relative change of lambda by the network's grid that is said."""

MOST_GAP, MOST_DOS, LEAST = 100.0, 1e4, 1e-9
"""No gap is larger than so many of the highest energies, no N than so many N_F; or so much less."""


@dataclass(frozen=True)
class Given:
    """A user's function at a network's energies; notes say what was assumed.

    Attributes
    ----------
    delta : ndarray of complex or None, shape (1, energies)
        meV; None if a DOS was given.
    dos : ndarray or None, shape (1, energies)
        N / N_F; None if a gap function was given.
    notes : tuple of str
    """

    delta: np.ndarray | None
    dos: np.ndarray | None
    notes: tuple[str, ...]


def read_function(path: Path, physics: Physics, source: str, unit: str | None = None) -> Given:
    """A gap function, or a density of states for a network that sees those.

    Parameters
    ----------
    path : Path
        Columns energy, Re Delta, Im Delta of Delta(x + i Gamma); or energy, N / N_F.
    physics : Physics
        Of the network.
    source : str
        "gap" or "dos": what the network sees.
    unit : str, optional
        Of all energies; None: as the header says, meV if it says nothing.

    Raises
    ------
    ReadError
        If the file cannot be read, or holds no such function.
    """
    x = real_energies(physics)
    columns = columns_of(path)
    wanted = "3 columns: energy, Re Delta, Im Delta (meV)"
    wanted += ", or 2: energy (meV), N / N_F" if source == "dos" else ""
    if columns != 3 and (columns, source) != (2, "dos"):
        hint = "; a DOS goes into a network sl-...-dos" if (columns, source) == (2, "gap") else ""
        raise ReadError(f"{path}: has {columns} column{'s' * (columns > 1)}; give {wanted}{hint}")
    found = read_gap(path, unit) if columns == 3 else read_dos(path, unit)
    energy, notes = found.energy, list(found.notes)
    complex_given = np.iscomplexobj(found.values)
    values = [found.values.real, found.values.imag] if complex_given else [found.values]
    if energy[0] > x[0] * (1 + REACH) or energy[-1] < x[-1] * (1 - REACH):
        others = _units_that_fit(energy, x) if not found.said else []
        way = f"in {' or '.join(others)}? Say --unit" if others else "other units: --unit"
        raise ReadError(
            f"{path}: reaches from {energy[0]:g} to {energy[-1]:g} meV; the network sees "
            f"{x[0]:g} to {x[-1]:g} meV; {way}"
        )
    if energy[0] < 0:
        notes.append(f"energies below zero are left out, from {energy[0]:g} meV")
        notes += _shifted(energy, found.values)
    step = np.diff(energy[(energy > 0) & (energy <= x[-1])]).max(initial=0)
    if step > 2 * x[0]:
        notes.append(f"steps of up to {step:.3g} meV; the network sees every {x[0]:g} meV")
    on_grid = np.concatenate([np.interp(x, energy, one) for one in values])[None]
    if not np.ptp(on_grid):
        raise ReadError(f"{path}: is {on_grid[0, 0]:g} everywhere; a normal metal tells nothing")
    largest = np.abs(on_grid).max()
    highest = MOST_DOS if columns == 2 else MOST_GAP * x[-1]
    if not LEAST * highest < largest < highest:
        raise ReadError(
            f"{path}: its values reach {largest:.3g}; give {wanted}; other units: --unit for all "
            "columns, or of each in a header: energy (meV), Re Delta (ueV), Im Delta (ueV)"
        )
    if columns == 2:
        low = int(found.values.argmin())
        if found.values[low] < 0:
            raise ReadError(f"{path}: line {found.lines[low]}: N is negative; a DOS is >= 0")
        return Given(None, on_grid, tuple(notes))
    if on_grid[0, :5].mean() < 0:
        notes.append("-Delta is Delta in another gauge: its sign was turned")
        on_grid = -on_grid
    return Given(as_complex(on_grid), None, tuple(notes))


def read_spectrum(
    path: Path,
    physics: Physics,
    unit: str | None = None,
    column: int | None = None,
    drop_imaginary: bool = False,
) -> tuple[np.ndarray, tuple[str, ...]]:
    """A spectral function on the network's grid, and what was assumed.

    It is zero at omega = 0 and beyond the file's last energy, linear between its points.

    Parameters
    ----------
    path : Path
        Columns omega and a2F; or more of them, of which `column` says one.
    physics : Physics
        Of the network.
    unit : str, optional
        Of omega; None: as the header says, meV if it says nothing.
    column : int, optional
        That of a2F; the first column, of omega, is 1. Needed where there are more than two, unless
        the header is one of Quantum ESPRESSO or EPW.
    drop_imaginary : bool
        Leave out negative frequencies, as programs list imaginary modes.

    Returns
    -------
    a2f : ndarray, shape (1, points)
    notes : tuple of str

    Raises
    ------
    ReadError
        If the file cannot be read, or holds no spectral function.
    Refused
        If it is without a unit and ends where no spectrum in meV does.
    """
    grid = boson_grid(physics)
    found = read_a2f(path, unit, column, drop_imaginary, ends=(0.0, ENDS[1]))
    if len(found.a2f) > 1:
        count = found.columns[-1]
        raise ReadError(
            f"{path}: has {count} columns; say by --column which is a2F (2 ... {count}): a network "
            "takes one"
        )
    omega, a2f, notes = found.omega, found.a2f[0], list(found.notes)
    last = omega[np.flatnonzero(a2f)[-1]]
    if last > grid[-1] * (1 + REACH):
        raise ReadError(
            f"{path}: a2F reaches to {last:g} meV, the network's to {grid[-1]:g} meV; scale "
            "energies and temperature together, or leave out what is there; other units: --unit"
        )
    if last < SHORT * grid[-1] and not found.said:
        raise UnitAsked(
            f"{path}: a2F ends at {last:g} if its energies are meV, the network's at "
            f"{grid[-1]:g} meV; say their unit by --unit ({', '.join(MEV)})"
        )
    omega = np.where(np.abs(omega - grid[-1]) <= REACH * grid[-1], grid[-1], omega)
    # Below the first energy a2F rises from zero at zero, as in all integrals over it.
    start = [] if omega[0] == 0 else [0.0]
    held = np.interp(grid, [*start, *omega], [*start, *a2f], right=0.0)
    if not held.any():
        raise ReadError(f"{path}: nothing of a2F is left on the network's grid of {grid[0]:g} meV")
    on_grid, as_given = coupling_constant(grid, held), coupling_constant(omega, a2f)
    if abs(on_grid - as_given) > COARSE * as_given:
        notes.append(f"lambda is {as_given:.4g} on its points, {on_grid:.4g} on the network's")
    return held[None], tuple(notes)


def _units_that_fit(energy: np.ndarray, x: np.ndarray) -> list[str]:
    """Units in which energies read as meV would span those of a network, and not much more."""
    return [
        name
        for name, factor in MEV.items()
        if factor * energy[0] <= x[0] * (1 + ROUNDED)
        and 1 - ROUNDED <= factor * energy[-1] / x[-1] <= MUCH
    ]


def _shifted(energy: np.ndarray, values: np.ndarray) -> list[str]:
    """What is to be said where the branches below and above zero are alike about another energy.

    Re Delta and N are even, Im Delta is odd.
    """
    reach = min(-energy[0], energy[-1]) / 2
    x = np.linspace(0, reach, 400)[1:]
    shifts = np.linspace(-reach, reach, 401)

    def unlike(shift: float) -> float:
        right, left = (np.interp(shift + side * x, energy, values) for side in (1, -1))
        return float(np.abs(right - left.conj()).mean() / np.abs(right - right.mean()).mean())

    with np.errstate(divide="ignore", invalid="ignore"):
        found = [unlike(shift) for shift in shifts]
    if not np.isfinite(found).all() or unlike(0.0) < ASYMMETRIC:
        return []
    near = shifts[int(np.argmin(found))] + (shifts[1] - shifts[0]) * np.array([-1, 1])
    best = minimize_scalar(unlike, bounds=tuple(near), method="bounded")
    said = f"the branches below and above zero differ by {unlike(0.0):.0%}"
    if best.fun < unlike(0.0) / 2:
        said += f", least about {best.x:.2g} meV: are the energies shifted by that?"
    return [said]
