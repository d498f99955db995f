"""`gapworks invert`: a measured function from a file, and the answer on the screen and in files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gapworks.eliashberg.inference.inversion.answer import Inversion
from gapworks.eliashberg.inference.inversion.bands import Known
from gapworks.eliashberg.inference.inversion.invert import invert, invert_conductance, invert_dos
from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError, Refused
from gapworks.plotting import table as tables
from gapworks.readers.functions import columns_of, read_dos, read_gap
from gapworks.readers.spectra import ENDS
from gapworks.readers.text import ReadError
from gapworks.readers.units import MEV

_LEAST, _MOST = ENDS[0], 3.5 * ENDS[1]
"""Where measurements end, meV, that say no unit: at phonons' energies, or where a2F is inferred."""
_FAR = 2.0
"""Times that N / N_F far above the gap is off 1 at most: 1.15 at two gaps, less beyond."""


def run(args: argparse.Namespace) -> None:
    """Answer a file, as the arguments of `gapworks invert` say.

    Raises
    ------
    DataError
        If a file cannot be read, or an argument is out of range.
    Refused
        If the data do not fit, and --force was not given; nothing is written then.
    """
    kind, energy, values, notes = _read(args.file, args.kind, args.unit, args.column)
    _check_normal(args, kind, energy, values)
    other = None
    if args.network:
        from gapworks.eliashberg.inference.inversion.network import beside  # torch

        other = beside(args, kind)
    common = {"cutoff": args.cutoff, "end": args.end, "mu_width": args.mu_width}
    given = (energy, values, args.noise, args.temperature, args.mu_star)
    try:
        if kind == "conductance":
            normal = None if args.normal is None else _normal(args, energy)
            found = invert_conductance(
                *given,
                dynes=args.dynes,
                modulation=args.modulation,
                normal=normal,
                background=args.background,
                **common,
            )
        else:
            function = invert if kind == "gap" else invert_dos
            found = function(*given, args.broadening, **common)
    except ValueError as error:
        raise DataError(f"{args.file}: {error}") from error
    for note in (*notes, *found.notes):
        print(f"gapworks: {note}", file=sys.stderr)
    print(_table(found))
    if other is not None:
        print(other.said(found.gap_residual))
    if found.refused:
        if not args.force:
            raise Refused(f"{args.file}: {found.refused} Nothing is written without --force")
        print(f"gapworks: {found.refused}", file=sys.stderr)
    _write(args, found, kind, energy, values, other)


def _read(path: Path, kind: str | None, unit: str | None, column: int | None):
    """Kind, energies in meV, values and notes of a file."""
    if kind is None:
        if (columns := columns_of(path)) != 3:
            raise Refused(
                f"{path}: has {columns} columns; say by --kind what they are: gap (energy, Re "
                "Delta, Im Delta), dos (energy, N / N_F) or conductance (voltage, dI/dV)"
            )
        kind = "gap"
    found = read_gap(path, unit) if kind == "gap" else read_dos(path, unit, column)
    reach = float(np.abs(found.energy).max())
    if not found.said and not _LEAST <= reach <= _MOST:
        raise Refused(
            f"{path}: says no unit and its energies end at {reach:.3g}, as meV {_odd(reach)}; say "
            f"the unit by --unit ({', '.join(MEV)})"
        )
    return kind, found.energy, found.values, found.notes


def _check_normal(args: argparse.Namespace, kind: str, energy, values) -> None:
    """Ask what the data are to be divided by where they are not 1 far above the gap: nS, amperes.

    The fit would blame noise, temperature and everything else for it.
    """
    if kind == "gap" or args.normal or args.background is not None or args.force:
        return
    far = float(np.median(values[np.abs(energy) > 0.7 * np.abs(energy).max()]))
    if not 1 / _FAR < far < _FAR:
        what, cure = {
            "conductance": (
                "dI/dV",
                "give that one by --normal FILE, or a constant is fitted for it by --background 0",
            ),
            "dos": ("N", "divide by that"),
        }[kind]
        raise Refused(
            f"{args.file}: {what} is about {far:.3g} at the largest energies, where that over the "
            f"normal state's is near 1; {cure}"
        )


def _odd(reach: float) -> str:
    return "below all phonons" if reach < _LEAST else "far beyond all phonons"


def _normal(args: argparse.Namespace, energy: np.ndarray) -> np.ndarray:
    """The normal state's conductance at the voltages."""
    path = args.normal
    _, voltage, values, _ = _read(path, "conductance", args.unit, args.column)
    if voltage[0] > energy[0] or voltage[-1] < energy[-1]:
        raise ReadError(
            f"{path}: reaches from {voltage[0]:g} to {voltage[-1]:g} mV, the data from "
            f"{energy[0]:g} to {energy[-1]:g}; give all of it, or --background"
        )
    return np.interp(energy, voltage, values)


def numbers_of(found: Inversion) -> dict[str, Known]:
    """Numbers with errors, by what they are called on the screen and in files."""
    return {
        "lambda": found.lambda_,
        "omega_log_meV": found.omega_log,
        "critical_temperature_K": found.critical_temperature,
        "mu_star": found.mu_star,
    }


def _table(found: Inversion) -> str:
    rows = [f"{'':24}{'value':>12}{'68 %':>10}"]
    rows += [
        f"{name:24}{one.value:12.5g}{one.deviation:10.2g}"
        for name, one in numbers_of(found).items()
    ]
    rows.append(f"{'chi^2 / N':24}{found.chi2:12.4g}")
    rows.append(f"{'modes resolved':24}{found.modes:12d}")
    rows.append(f"{'noise':24}{found.sigma:12.3g}")
    return "\n".join(rows)


def _write(args, found, kind, energy, values, other):
    """All files that were asked for; `other` is what a network said, or None."""
    columns = {
        "omega_meV": found.omega,
        "a2F": found.a2f,
        "lower68": found.lower,
        "upper68": found.upper,
        "lower95": found.lower95,
        "upper95": found.upper95,
    }
    if args.csv:
        tables.save(pd.DataFrame(columns), [args.csv])
    if args.json:
        content: dict[str, Any] = {
            "kind": kind,
            "numbers": {
                name: {
                    "value": one.value,
                    "deviation": one.deviation,
                    "lower68": one.lower,
                    "upper68": one.upper,
                    "lower95": one.lower95,
                    "upper95": one.upper95,
                }
                for name, one in numbers_of(found).items()
            },
            "chi2": found.chi2,
            "modes": found.modes,
            "noise": found.sigma,
            "residual": found.gap_residual,
            "converged": found.converged,
            "refused": found.refused,
            "notes": found.notes,
            "background": found.numbers.tolist(),
        }
        content |= {name: column.tolist() for name, column in columns.items()}
        content |= {} if other is None else {"network": other.content()}
        write_whole(args.json, (json.dumps(content, indent=1) + "\n").encode())
    if args.samples:
        rows = found.samples(args.sample_count)
        drawn = {f"a2F_{number}": row for number, row in enumerate(rows, 1)}
        tables.save(pd.DataFrame({"omega_meV": found.omega} | drawn), [args.samples])
    if args.figure:
        from gapworks.eliashberg.inference.inversion.drawing import draw

        draw(found, kind, energy, values, args.figure, other)
