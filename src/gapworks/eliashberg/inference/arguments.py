"""Arguments of the commands that answer people's files with the equations: solve, invert."""

from __future__ import annotations

import argparse
from pathlib import Path

from gapworks.readers.arguments import above_zero, add_outputs, count, not_negative, unit
from gapworks.readers.units import MEV

SOLVED = """\
what is read, columns of text: omega, a2F. Known are prefix.a2f of EPW, alpha2F.dat of lambda.x and
a2F.dos of matdyn.x (Quantum ESPRESSO), ALPHA2F.OUT of Elk, what IsoME takes, and csv; all smearings
of a file are solved. Units of the header, or --unit, or meV (said). More: docs/own-data.md

examples:
  gapworks solve eliashberg Nb.a2f                                 T_c, Delta_0, lambda ...
  gapworks solve eliashberg Nb.a2f --temperature 4 --dos dos.csv   and Delta, Z, N(E) at 4 K
  gapworks solve eliashberg alpha2F.dat --column 5 --mu-star .1 .13 --figure nb.pdf"""

CUTOFF = "default 220.45, and 22.045 times an end of the a2F beyond 10"
"""What `gapworks.eliashberg.physics.coulomb` takes where none is given, meV."""

INVERTED = """\
what is read, columns of text: energy, Re Delta, Im Delta of Delta(x + i Gamma); or, with --kind
dos, energy, N / N_F; or, with --kind conductance, voltage, dI/dV. Units of the header, or --unit,
or meV (said). More: docs/own-data.md

examples:
  gapworks invert gap.csv --temperature 1.16 --noise .01 --csv a2f.csv --figure a2f.pdf
  gapworks invert didv.txt --kind conductance --temperature 1.2 --modulation .05 --background 2"""


def solve(parser: argparse.ArgumentParser) -> None:
    """Add what `gapworks solve eliashberg` takes."""
    parser.epilog = SOLVED
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="laid out as below")
    physics = parser.add_argument_group("physics")
    for name, kind, help in (
        ("cutoff", above_zero, f"meV, of mu*; {CUTOFF}"),
        ("frequencies", count, "Delta at --temperature from sums that end at so many omega_n"),
        ("broadening", above_zero, "meV, Gamma of N(E); default 0.02 of the largest Delta_0"),
    ):
        physics.add_argument(f"--{name}", type=kind, help=help)
    for name, kind, default, help in (
        ("mu-star", not_negative, [0.1], "Coulomb pseudopotentials; default 0.1"),
        ("temperature", above_zero, [], "K, where Delta, Z and N(E) are wanted"),
    ):
        physics.add_argument(f"--{name}", type=kind, nargs="+", default=default, help=help)
    reading = _reading(parser, "omega")
    reading.add_argument(
        "--column",
        type=count,
        nargs="+",
        metavar="N",
        help="which are a2F (omega is 1); default: all that are known to be",
    )
    reading.add_argument(
        "--drop-imaginary", action="store_true", help="leave out negative frequencies"
    )
    add_outputs(
        parser,
        csv=("the tables", ".csv"),
        json=("everything, arrays too", ".json"),
        curve=("Delta against T", ".csv"),
        dos=("N(E); without --temperature at T_c / 10", ".csv"),
        figure=("all of it", ".pdf", ".png"),
    )


def invert(parser: argparse.ArgumentParser) -> None:
    """Add what `gapworks invert` takes."""
    parser.epilog = INVERTED
    parser.add_argument("file", type=Path, metavar="FILE", help="laid out as below")
    parser.add_argument("--kind", choices=("gap", "dos", "conductance"), help="default: gap")
    physics = parser.add_argument_group("physics, energies in meV")
    physics.add_argument("--temperature", type=above_zero, required=True, help="K; needed")
    for name, kind, default, help in (
        ("mu-star", not_negative, 0.1, "Coulomb pseudopotential"),
        ("mu-width", not_negative, 0.0, "its standard deviation, to fit it along"),
        ("cutoff", above_zero, None, f"of mu*; {CUTOFF}"),
        ("end", above_zero, None, "of the a2F; default: the largest energy over 3.5"),
        ("broadening", above_zero, 0.05, "Gamma of the energies x + i Gamma (gap, dos)"),
        ("noise", above_zero, None, "standard deviation of the data; default: estimated"),
        ("dynes", not_negative, 0.0, "half width of a Lorentzian (conductance)"),
        ("modulation", not_negative, 0.0, "rms of the lock-in (conductance)"),
    ):
        said = help if default is None else f"{help}; default {default:g}"
        physics.add_argument(f"--{name}", type=kind, default=default, help=said)
    physics.add_argument("--normal", type=Path, help="dI/dV in the normal state, same columns")
    physics.add_argument(
        "--background", type=int, metavar="ORDER", help="fit a polynomial in its place"
    )
    parser.add_argument(
        "--network", type=Path, help="name or file, of gap or DOS to a2F: its answer stands beside"
    )
    _reading(parser, "the energies").add_argument(
        "--column", type=count, metavar="N", help="which is N or dI/dV, if there are several"
    )
    writing = add_outputs(
        parser,
        csv=("omega, a2F and bands", ".csv"),
        json=("all of it", ".json"),
        figure=("data, fit and a2F", ".pdf", ".png"),
        samples=("spectra drawn from the posterior", ".csv"),
    )
    writing.add_argument("--sample-count", type=count, default=100, help="default 100")
    writing.add_argument("--force", action="store_true", help="write what would be refused")


def _reading(parser: argparse.ArgumentParser, of: str) -> argparse._ArgumentGroup:
    reading = parser.add_argument_group("reading")
    reading.add_argument(
        "--unit", type=unit, choices=tuple(MEV), help=f"of {of}; default: the header's, or meV"
    )
    return reading
