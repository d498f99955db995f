"""Spectral functions a2F as programs write them: EPW, Quantum ESPRESSO, Elk, IsoME, plain columns.

What is known of a layout is confirmed by its numbers: a running lambda is the integral of the
column that it belongs to, and modes sum up to their total.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gapworks.numerics.records import shown
from gapworks.readers.energies import UnitAsked, Units, check_order, energy_units, without_index
from gapworks.readers.layouts import a2f_columns, said_couplings
from gapworks.readers.table import Table, read_table
from gapworks.readers.text import ReadError
from gapworks.readers.units import MEV

ENDS = 5.0, 400.0
"""Where spectra of phonons end, meV: beyond, a file that says no unit is asked for it."""
MOST_COUPLING = 1e3
"""No lambda is larger."""
NOISE = 0.01
"""Share of the largest a2F below which negative values, and one at omega = 0, are set to zero."""

_ELK = re.compile(r"alpha2f\.out", re.IGNORECASE)
_MENTIONED = 1e-6
_OFF = 0.05


@shown("omega", "a2f", "unit", "labels", "notes")
@dataclass(frozen=True, repr=False)
class Spectra:
    """Spectral functions of a file.

    Attributes
    ----------
    omega : ndarray, shape (J,)
        Boson energies as they stand in the file, meV, above zero, increasing.
    a2f : ndarray, shape (C, J)
        alpha^2 F >= 0, a row for each column that was read.
    unit : str
        What the file's energies are in.
    columns : tuple of int
        Where each stands in the file; the first column, of omega, is 1.
    labels : tuple of str
        What the file says of each, e.g. its smearing; else "column 2" and so on.
    said : bool
        Whether file or caller say the unit: otherwise meV was taken for granted.
    notes : tuple of str
        What was assumed or left out, for the user to read.
    """

    omega: np.ndarray
    a2f: np.ndarray
    unit: str
    columns: tuple[int, ...]
    labels: tuple[str, ...]
    said: bool
    notes: tuple[str, ...]


def read_a2f(
    path: Path | str,
    unit: str | None = None,
    column: int | Sequence[int] | None = None,
    drop_imaginary: bool = False,
    ends: tuple[float, float] = ENDS,
) -> Spectra:
    """Spectral functions from a text file, all columns of them.

    Read are `prefix.a2f` and `prefix.a2f_proj` of EPW, `alpha2F.dat` of lambda.x, `a2F.dos` of
    matdyn.x, `ALPHA2F.OUT` of Elk, what IsoME takes, and columns omega, a2F of any text or csv.

    Parameters
    ----------
    path : path
        A file of text; see `gapworks.readers.table.read_table`.
    unit : str, optional
        Of omega, a key of `gapworks.readers.units.MEV`; None: as the header says, meV where it says
        nothing and that is plausible.
    column : int or sequence of int, optional
        Of a2F; the first column, of omega, is 1. Needed where a file has more than two and neither
        its header nor its numbers tell what they are.
    drop_imaginary : bool
        Leave out negative frequencies, as programs list imaginary modes.
    ends : tuple of float
        Where a spectrum may end that says no unit, meV.

    Raises
    ------
    ReadError
        If the file cannot be read, or holds no spectral function; names the line and the way out.
    UnitAsked
        If the file says no unit and ends where no spectrum in meV does: a ReadError, too.
    """
    path = Path(path)
    whole = read_table(path)
    table = without_index(whole, sure=True)
    left = whole.values.shape[1] - table.values.shape[1]
    check_order(path, table)
    if table.values.shape[1] < 2:
        raise ReadError(f"{path}: has 1 column; give omega, a2F")
    units = _omega_unit(path, table, unit)
    omega, values = units.factors[0] * table.values[:, 0], table.values
    chosen = a2f_columns(path, table, column, left)
    rows, lines, notes = values[:, list(chosen.indices)].T, table.lines, [*units.notes]
    notes += chosen.notes
    if (below := omega < 0).any():
        largest = np.abs(rows[:, below]).max()
        named = f"{_listed(omega[below])} meV, imaginary modes, a2F up to {largest:.3g}"
        if largest > _MENTIONED * np.abs(rows).max() and not drop_imaginary:
            raise ReadError(f"{path}: {named}; leave them out, or --drop-imaginary does")
        notes.append(f"left out: {named}")
    kept = omega >= 0
    omega, rows, lines = omega[kept], rows[:, kept], lines[kept]
    if not (omega > 0).any():
        raise ReadError(f"{path}: has no energies above zero")
    rows, more = _positive(path, omega, rows, lines, chosen.numbers)
    notes += more
    used = omega > 0
    omega, rows = omega[used], rows[:, used]
    for where, row in zip(chosen.numbers, rows, strict=True):
        if not row.any():
            raise ReadError(f"{path}: column {where} is zero everywhere; say others: --column")
    found = Spectra(
        omega=omega,
        a2f=rows,
        unit=units.names[0],
        columns=chosen.numbers,
        labels=chosen.labels,
        said=units.said,
        notes=(*table.notes, *notes),
    )
    return _judged(path, table, found, units, ends)


def _omega_unit(path: Path, table: Table, unit: str | None) -> Units:
    """The unit of omega; a file of Elk's name without a header is in Hartree, as Elk's are."""
    found = energy_units(path, table, unit, (0,))
    if found.said or not (_ELK.search(path.name) and table.values.shape[1] == 2):
        return found
    notes = ("ALPHA2F.OUT is a file of Elk's: energies in Hartree (else --unit)",)
    return Units((MEV["Ha"],), ("Ha",), False, notes)


def _positive(
    path: Path, omega: np.ndarray, rows: np.ndarray, lines: np.ndarray, numbers: Sequence[int]
) -> tuple[np.ndarray, list[str]]:
    """a2F >= 0, and 0 at omega = 0: what is less than noise is set so, and said."""
    notes = []
    largest = np.abs(rows).max(axis=1, keepdims=True)
    if (rows < -NOISE * largest).any():
        row, at = np.argwhere(rows < -NOISE * largest)[0]
        raise ReadError(
            f"{path}: line {lines[at]}: a2F of column {numbers[row]} is {rows[row, at]:.3g}; a "
            "spectrum is >= 0, set noise to zero"
        )
    if (negative := (rows < 0).any(axis=0)).any():
        share = -(rows / np.where(largest == 0, 1, largest)).min()
        if share > _MENTIONED:
            notes.append(
                f"a2F is negative in {negative.sum()} lines, by up to {share:.2g} of its largest "
                "value: set to zero"
            )
        rows = np.maximum(rows, 0)
    if omega[0] == 0 and rows[:, 0].any():
        share = (rows[:, 0] / np.where(largest[:, 0] == 0, 1, largest[:, 0])).max()
        if share > NOISE:
            raise ReadError(
                f"{path}: line {lines[0]}: a2F is {rows[:, 0].max():.3g} at omega = 0, where "
                "lambda diverges; set it to 0 there"
            )
        if share > _MENTIONED:
            notes.append(f"a2F is {rows[:, 0].max():.3g} at omega = 0, where it must vanish: left")
    return rows, notes


def _judged(
    path: Path, table: Table, found: Spectra, units: Units, ends: tuple[float, float]
) -> Spectra:
    """The spectra with what is to be said of their ends and couplings; or a question."""
    omega, rows, notes = found.omega, found.a2f, []
    couplings = running_coupling(omega, rows)[:, -1]
    if couplings.max() > MOST_COUPLING:
        where = found.columns[int(couplings.argmax())]
        raise ReadError(f"{path}: its lambda is {couplings.max():.3g}: column {where} is no a2F")
    last = omega[np.flatnonzero((rows > NOISE * rows.max(axis=1, keepdims=True)).any(axis=0))[-1]]
    if not ends[0] <= last <= ends[1]:
        if not units.said:
            raise UnitAsked(
                f"{path}: a2F ends at {last:.4g} meV if its energies are {units.names[0]}, where "
                f"no spectrum of phonons does; say their unit by --unit ({', '.join(MEV)})"
            )
        notes.append(f"a2F ends at {last:.4g} meV: is {units.names[0]} the unit of its energies?")
    if (rows[:, -1] > 0.1 * rows.max(axis=1)).any():
        notes.append(
            f"ends at {omega[-1]:g} meV with a2F = {rows[:, -1].max():.3g}: is it whole? It is "
            "taken for zero beyond"
        )
    said = said_couplings(table)
    if len(said) == len(couplings):
        for label, own, theirs in zip(found.labels, couplings, said, strict=True):
            if abs(own - theirs) > _OFF * theirs:
                notes.append(
                    f"{label}: the file says lambda = {theirs:.4g}, its a2F gives {own:.4g}"
                )
    return replace(found, notes=(*found.notes, *notes))


def running_coupling(omega: np.ndarray, a2f: np.ndarray) -> np.ndarray:
    """2 int_0^omega a2F / omega by the trapezoid rule, shape (..., J).

    Parameters
    ----------
    omega : ndarray, shape (J,)
        Above zero, increasing.
    a2f : ndarray, shape (..., J)
    """
    density = 2 * a2f / omega
    before = np.concatenate([np.zeros_like(density[..., :1]), density[..., :-1]], axis=-1)
    steps = np.diff(omega, prepend=0.0)
    return np.cumsum((density + before) / 2 * steps, axis=-1)


def _listed(values: np.ndarray) -> str:
    many = "frequency" if len(values) == 1 else "frequencies"
    return f"{len(values)} negative {many}, from {values.min():g} to {values.max():g}"
