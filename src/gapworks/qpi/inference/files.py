"""`gapworks identify`: maps from a file, the answer on the screen and in a file."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError, Refused
from gapworks.qpi.inference.identify import Identification, Interval, identify
from gapworks.readers import read_map


def run(args: argparse.Namespace) -> None:
    """Answer a file, as the arguments of `gapworks identify` say.

    Raises
    ------
    DataError
        If the file cannot be read, does not say what is asked for, or an argument does not fit it.
    Refused
        If the maps cannot be judged, and --force was not given; nothing is written then but the
        figure, which shows what was refused.
    """
    maps = read_map(
        args.file,
        args.energies,
        args.channel,
        args.field_of_view,
        args.raster,
        args.unit,
        args.lattice_constant,
    )
    try:
        found = identify(
            maps.values,
            maps.energies,
            maps.raster,
            maps.field_of_view,
            force=args.force,
            progress=_said,
        )
    except ValueError as error:
        raise DataError(f"{args.file}: {error}") from error
    for note in (*maps.notes, *found.notes):
        _said(note)
    if args.figure:
        from gapworks.qpi.inference.drawing import draw

        draw(maps, found, [args.figure])
    if found.refused:
        if not args.force:
            raise Refused(f"{args.file}: {found.refused}; --force answers all the same")
        _said(found.refused)
    print(f"{args.file}: {_table(found)}")
    if args.figure:
        print(f"{args.figure}: written")
    if args.json:
        write_whole(args.json, (json.dumps(asdict(found), indent=1) + "\n").encode())


def _said(line: str) -> None:
    print(f"gapworks: {line}", file=sys.stderr)


def _table(found: Identification) -> str:
    """The answer in lines."""
    if found.probabilities is None:
        return "no answer"
    rows = [f"{' or '.join(found.set)} (90 % set)"]
    rows += [f"  P({name}) = {share:.3f}" for name, share in found.probabilities.items()]
    for name, unit in (("theta", "rad"), ("phi", "rad"), ("delta", "meV"), ("eps0", "meV")):
        value: Interval | None = getattr(found, name)
        if value is not None:
            floor = (found.floors or {}).get(name)
            least = "" if floor is None else f", at best +-{floor:.2g}"
            ends = f"{value[1]:.4g} ... {value[2]:.4g}"
            rows.append(f"  {name} = {value[0]:.4g} ({ends}) {unit}{least}")
    return "\n".join(rows)
