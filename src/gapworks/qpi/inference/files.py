"""`gapworks identify`: maps from a file, the answer on the screen and in a file."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

import numpy as np

from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError, Refused
from gapworks.qpi.inference.identify import Identification, Interval, identify
from gapworks.readers.array import read_array


def run(args: argparse.Namespace) -> None:
    """Answer a file, as the arguments of `gapworks identify` say.

    Raises
    ------
    DataError
        If the file cannot be read, or an argument does not fit it.
    Refused
        If the maps cannot be judged, and --force was not given; nothing is written then.
    """
    maps = _read(args)
    try:
        found = identify(
            maps,
            args.energies,
            args.raster,
            args.field_of_view,
            force=args.force,
            progress=lambda line: print(f"gapworks: {line}", file=sys.stderr),
        )
    except ValueError as error:
        raise DataError(f"{args.file}: {error}") from error
    for note in found.notes:
        print(f"gapworks: {note}", file=sys.stderr)
    if found.refused:
        if not args.force:
            raise Refused(f"{args.file}: {found.refused}; --force answers all the same")
        print(f"gapworks: {args.file}: {found.refused}", file=sys.stderr)
    print(f"{args.file}: {_table(found)}")
    if args.json:
        write_whole(args.json, (json.dumps(asdict(found), indent=1) + "\n").encode())


def _read(args: argparse.Namespace) -> np.ndarray:
    """Maps of a file, shape (E, M, M); what it does not say of itself is asked for."""
    if args.energies is None:
        raise Refused(f"{args.file}: does not say its energies; give --energies, in meV")
    if args.raster is None:
        raise Refused(
            f"{args.file}: does not say its raster; give --raster lattice (steps of a1 and a2) or "
            "cartesian (square pixels)"
        )
    return read_array(args.file, "maps")


def _table(found: Identification) -> str:
    """The answer in lines."""
    if found.probabilities is None:
        return "no answer"
    rows = [f"{' or '.join(found.set)} (90 % set)"]
    rows += [f"  P({name}) = {share:.3f}" for name, share in found.probabilities.items()]
    for name, unit in (("theta", "rad"), ("phi", "rad"), ("delta", "meV"), ("eps0", "meV")):
        value: Interval | None = getattr(found, name)
        if value is not None:
            rows.append(f"  {name} = {value[0]:.4g} ({value[1]:.4g} ... {value[2]:.4g}) {unit}")
    return "\n".join(rows)
