"""The command invert: from a measured spectrum to the spectral function, with bands."""

from __future__ import annotations

import argparse
from pathlib import Path

from gapworks.cli.arguments import Subparsers, check_suffixes, command, positive
from gapworks.readers.units import MEV
from gapworks.study import STUDIES, study

LAYOUT = """\
what is read, columns of text: energy, Re Delta, Im Delta of Delta(x + i Gamma); or, with --kind
dos, energy, N / N_F; or, with --kind conductance, voltage, dI/dV. Units of the header, or --unit,
or meV (said).

examples:
  gapworks invert gap.csv --temperature 1.16 --noise .01 --csv a2f.csv --figure a2f.pdf
  gapworks invert didv.txt --kind conductance --temperature 1.2 --modulation .05 --background 2

exit code: 0 answered (what was assumed on stderr), 1 a file is wrong, 2 refused: the data do not
fit, and nothing is written without --force"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    added = command(
        subparsers, "invert", invert, "infer a2F with error bands from a gap function, DOS or dI/dV"
    )
    added.formatter_class = argparse.RawDescriptionHelpFormatter
    added.epilog = LAYOUT
    added.add_argument("file", type=Path, metavar="FILE", help="laid out as below")
    added.add_argument("--kind", choices=("gap", "dos", "conductance"), help="default: gap")
    numbers = added.add_argument_group("physics, energies in meV")
    for name, help, default in (
        ("temperature", "K; needed", None),
        ("mu-star", "Coulomb pseudopotential", 0.1),
        ("mu-width", "its standard deviation, to fit it along", 0.0),
        ("cutoff", "of mu*; default: as solve_matsubara", None),
        ("end", "of the a2F; default: the largest energy over 3.5", None),
        ("broadening", "Gamma of the energies x + i Gamma (gap, dos)", 0.05),
        ("noise", "standard deviation of the data; default: estimated", None),
        ("dynes", "half width of a Lorentzian (conductance)", 0.0),
        ("modulation", "rms of the lock-in (conductance)", 0.0),
    ):
        said = help if default is None else f"{help}; default {default:g}"
        numbers.add_argument(
            f"--{name}", type=float, default=default, help=said, required=name == "temperature"
        )
    numbers.add_argument("--normal", type=Path, help="dI/dV in the normal state, same columns")
    numbers.add_argument(
        "--background", type=int, metavar="ORDER", help="fit a polynomial in its place"
    )
    added.add_argument("--unit", choices=tuple(MEV), help="of the energies; default: the header's")
    added.add_argument(
        "--column", type=positive, metavar="N", help="which is N or dI/dV, if there are several"
    )
    for name, help in (
        ("csv", "omega, a2F and bands"),
        ("json", "all of it"),
        ("figure", ".pdf or .png"),
        ("samples", "spectra drawn from the posterior, .csv"),
    ):
        added.add_argument(f"--{name}", type=Path, metavar="FILE", help=help)
    added.add_argument("--sample-count", type=positive, default=100, help="default 100")
    added.add_argument("--force", action="store_true", help="write what would be refused")


def invert(args: argparse.Namespace) -> None:
    """Infer a spectral function from a person's file."""
    for path, formats in (
        (args.csv, (".csv",)),
        (args.json, (".json",)),
        (args.figure, (".pdf", ".png")),
        (args.samples, (".csv",)),
    ):
        check_suffixes([path] if path else [], formats)
    chosen = next(study(name) for name in STUDIES if study(name).inverting)
    chosen.find(chosen.inverting)(args)
