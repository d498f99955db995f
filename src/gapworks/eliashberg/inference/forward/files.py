"""`gapworks solve eliashberg`: files of spectral functions in, tables and a figure out."""

from __future__ import annotations

import argparse
import sys

from gapworks.eliashberg.inference.forward.problem import Forward, solve
from gapworks.eliashberg.inference.forward.report import as_csv, as_json, curves_csv, screen
from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError
from gapworks.readers.text import ReadError


def run(args: argparse.Namespace) -> None:
    """Solve the files, say what was assumed, print the tables and write what was asked for.

    Parameters
    ----------
    args : Namespace
        Of `gapworks solve eliashberg`.

    Raises
    ------
    DataError
        If a file cannot be read or written.
    """
    found = _solved(args)
    for file, one in found.items():
        for note in one.notes:
            print(f"gapworks: {file}: {note}", file=sys.stderr)
    print(screen(found))
    for path, text in (
        (args.csv, lambda: as_csv(found)),
        (args.json, lambda: as_json(found)),
        (args.curve, lambda: curves_csv(found, "curve")),
        (args.dos, lambda: curves_csv(found, "dos")),
    ):
        if path is not None:
            write_whole(path, text().encode())
            print(f"{path}: written")
    if args.figure is not None:
        from gapworks.eliashberg.inference.forward.figure import draw

        draw(found, [args.figure])
        print(f"{args.figure}: written")


def _solved(args: argparse.Namespace) -> dict[str, Forward]:
    found = {}
    for path in args.files:
        try:
            found[str(path)] = solve(
                path,
                args.mu_star,
                args.temperature or None,
                unit=args.unit,
                column=args.column,
                drop_imaginary=args.drop_imaginary,
                cutoff=args.cutoff,
                n_matsubara=args.frequencies,
                curve=args.curve is not None or args.figure is not None or args.json is not None,
                dos=args.dos is not None or args.figure is not None or args.json is not None,
                broadening=args.broadening,
            )
        except ReadError:
            raise
        except ValueError as error:  # an argument that does not go with this file's energies
            raise DataError(f"{path}: {error}") from error
    return found
