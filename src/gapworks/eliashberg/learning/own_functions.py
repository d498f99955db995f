"""Users' gap functions, densities of states and spectral functions, on a network's energies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.fields import as_complex, boson_grid, real_energies
from gapworks.eliashberg.physics.spectrum import check_spectrum, coupling_constant
from gapworks.factory.errors import Refused
from gapworks.readers.table import ReadError, Table, read_table
from gapworks.readers.units import MEV, DoubtfulUnit, units

REACH = 1e-6
"""Relative tolerance of the ends of energies: 34.99999999999999 meV is 35."""

SHORT = 1 / 3
"""A spectrum without a unit that ends below this share of the network's is asked about."""

COARSE = 0.01
"""Relative change of lambda by the network's grid that is said."""

MOST_GAP, MOST_DOS, LEAST = 100.0, 1e4, 1e-9
"""No gap is larger than so many of the highest energies, no N than so many N_F; or so much less."""

MOST_COUPLING = 1e3
"""No lambda is larger."""

UNSAID = "no unit in a header: energies are read as meV (else --unit)"
"""Said of every file without one."""

_EPW = re.compile(r"a2f and integrated 2\*a2f/w for\s+(\d+)\s+smearing", re.IGNORECASE)
_QE = re.compile(r"a2F_total", re.IGNORECASE)


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
    table = read_table(path)
    x = real_energies(physics)
    columns = table.values.shape[1]
    _check_order(path, table)
    wanted = "3 columns: energy, Re Delta, Im Delta (meV)"
    wanted += ", or 2: energy (meV), N / N_F" if source == "dos" else ""
    if columns != 3 and (columns, source) != (2, "dos"):
        hint = "; a DOS goes into a network sl-...-dos" if (columns, source) == (2, "gap") else ""
        raise ReadError(f"{path}: has {columns} column{'s' * (columns > 1)}; give {wanted}{hint}")
    factors, notes, _ = _factors(path, table, unit, tuple(range(3 if columns == 3 else 1)))
    energy, *values = table.values.T * np.resize([*factors, 1.0], columns)[:, None]
    if energy[0] > x[0] * (1 + REACH) or energy[-1] < x[-1] * (1 - REACH):
        raise ReadError(
            f"{path}: reaches from {energy[0]:g} to {energy[-1]:g} meV; the network sees "
            f"{x[0]:g} to {x[-1]:g} meV; other units: --unit"
        )
    if energy[0] < 0:
        notes.append(f"energies below zero are left out, from {energy[0]:g} meV")
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
            f"{path}: its values reach {largest:.3g}; give {wanted}; other units: --unit"
        )
    if columns == 2:
        low = int(table.values[:, 1].argmin())
        if table.values[low, 1] < 0:
            raise ReadError(f"{path}: line {table.lines[low]}: N is negative; a DOS is >= 0")
        return Given(None, on_grid, (*table.notes, *notes))
    if on_grid[0, :5].mean() < 0:
        notes.append("-Delta is Delta in another gauge: its sign was turned")
        on_grid = -on_grid
    return Given(as_complex(on_grid), None, (*table.notes, *notes))


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
    table = read_table(path)
    grid = boson_grid(physics)
    _check_order(path, table)
    chosen, notes = _column(path, table, column)
    (factor,), more, said = _factors(path, table, unit, (0,))
    notes += more
    omega, a2f = factor * table.values[:, 0], table.values[:, chosen]
    if (below := omega < 0).any():
        named = f"{_listed(omega[below])} meV, imaginary modes, a2F up to {a2f[below].max():.3g}"
        if not drop_imaginary:
            raise ReadError(f"{path}: {named}; leave them out, or --drop-imaginary does")
        notes.append(f"left out: {named}")
        omega, a2f = omega[~below], a2f[~below]
    try:
        omega, a2f = check_spectrum(omega, a2f)
    except ValueError as error:
        raise ReadError(f"{path}: {error}") from error
    if (found := coupling_constant(omega, a2f)) > MOST_COUPLING:
        raise ReadError(f"{path}: its lambda is {found:.3g}: column {chosen + 1} is no a2F")
    if a2f[-1] > 0.1 * a2f.max() and omega[-1] < grid[-1] * (1 - REACH):
        notes.append(
            f"ends at {omega[-1]:g} meV with a2F = {a2f[-1]:.3g}: is it whole? It is taken "
            "for zero beyond"
        )
    last = omega[np.flatnonzero(a2f)[-1]]
    if last > grid[-1] * (1 + REACH):
        raise ReadError(
            f"{path}: a2F reaches to {last:g} meV, the network's to {grid[-1]:g} meV; scale "
            "energies and temperature together, or leave out what is there; other units: --unit"
        )
    if last < SHORT * grid[-1] and not said:
        raise Refused(
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
    return held[None], (*table.notes, *notes)


def _column(path: Path, table: Table, column: int | None) -> tuple[int, list[str]]:
    """Which column is a2F, from 0, and what was taken for granted."""
    columns = table.values.shape[1]
    if columns < 2:
        raise ReadError(f"{path}: has 1 column; give omega, a2F")
    if column is not None:
        if not 2 <= column <= columns:
            raise ReadError(f"{path}: has {columns} columns; --column must be 2 ... {columns}")
        return column - 1, []
    if columns == 2:
        return 1, []
    text = " ".join(table.header)
    if (found := _EPW.search(text)) and int(found[1]) == 1:
        return 1, ["a file of EPW: column 2 is a2F"]
    if _QE.search(text):
        return 1, ["a file of Quantum ESPRESSO: column 2 is a2F_total"]
    raise ReadError(
        f"{path}: has {columns} columns; say by --column which is a2F (2 ... {columns})"
    )


def _check_order(path: Path, table: Table) -> None:
    """Energies increase in the first column; else say which column may be the energies."""
    steps = np.diff(table.values, axis=0)
    if not len(steps):
        raise ReadError(f"{path}: has one row; give the function at more energies")
    first = table.values[:, 0]
    rising = (steps > 0).all(axis=0)
    counts = first[0] in (0, 1) and (steps[:, 0] == 1).all()
    if len(rising) > 2 and counts and rising[1] and len(first) > 2:
        raise ReadError(f"{path}: column 1 counts the rows, column 2 increases; leave column 1 out")
    if rising[0]:
        return
    if rising.any():
        raise ReadError(
            f"{path}: column {int(rising.argmax()) + 1} increases and column 1 does not: are the "
            "columns swapped? Give the energies first"
        )
    line = table.lines[int((steps[:, 0] <= 0).argmax()) + 1]
    raise ReadError(
        f"{path}: line {line}: the energies do not increase; sort them, drop repeated ones"
    )


def _factors(
    path: Path, table: Table, unit: str | None, wanted: Sequence[int]
) -> tuple[list[float], list[str], bool]:
    """What makes meV of the wanted columns, what was assumed, and whether the file says it."""
    columns = table.values.shape[1]
    if unit is not None:
        return [MEV[unit]] * len(wanted), [f"energies in {unit}, by --unit"], True
    try:
        said = units(table.header, columns)
    except DoubtfulUnit as error:
        raise ReadError(f"{path}: {error}; say the unit by --unit ({', '.join(MEV)})") from error
    if not any(said):
        return [1.0] * len(wanted), [UNSAID], False
    found = [said[index] for index in wanted]
    if None in found and found[0] != "meV":
        raise ReadError(
            f"{path}: the header says {found[0]} of column 1 and nothing of column "
            f"{wanted[found.index(None)] + 1}; say the unit of all by --unit, or of each there"
        )
    found = [one or "meV" for one in found]
    notes = [] if set(found) == {"meV"} else [f"the header says {', '.join(dict.fromkeys(found))}"]
    return [MEV[one] for one in found], notes, True


def _listed(values: np.ndarray) -> str:
    many = "frequency" if len(values) == 1 else "frequencies"
    return f"{len(values)} negative {many}, from {values.min():g} to {values.max():g}"
