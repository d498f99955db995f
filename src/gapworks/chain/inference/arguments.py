"""Options of `gapworks solve chain`."""

from __future__ import annotations

import argparse
from pathlib import Path

from gapworks.readers.arguments import above_zero, add_outputs, number

TOLERANCE = 1e-11
LAYOUT = """\
  V on the sites of rings, in units of the hopping t (or --hopping): text with one ring a row or a
  column, with or without a header and a column that counts; .npy of shape (..., L); HDF5 and
  netCDF-4 (V, or --dataset). A constant in V changes nothing but mu.
  --output  FILE.csv: ring, site, V, delta, density; FILE.npy: shape (2, ..., L), Delta and density;
            FILE.h5: all of it, as xarray opens it. Energies in units of t; NaN where not solved."""
EXAMPLES = """\
  gapworks solve chain V.csv --output delta.csv --figure delta.pdf
  gapworks solve chain V.npy --coupling 2 --filling 0.6 --axis row --output delta.h5"""


def solve(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command, and what it reads.

    Parameters
    ----------
    parser : ArgumentParser
        Of `gapworks solve chain`.
    """
    parser.epilog = f"what is read and written:\n{LAYOUT}\n\nexamples:\n{EXAMPLES}"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="laid out as below")
    physics = parser.add_argument_group("physics, energies in units of the hopping t")
    physics.add_argument(
        "--coupling", type=above_zero, default=1.5, metavar="G", help="attraction g; default 1.5"
    )
    given = physics.add_mutually_exclusive_group()
    given.add_argument(
        "--filling",
        type=above_zero,
        metavar="N",
        help="electrons per site, below 2, that mu is tuned to in each ring; default 0.85",
    )
    given.add_argument("--mu", type=number, help="chemical potential, held instead")
    physics.add_argument(
        "--hartree",
        choices=("attractive", "literal", "none"),
        default="attractive",
        help="level shift -g n/2 (default), +g n/2, none",
    )
    reading = parser.add_argument_group("reading")
    reading.add_argument("--axis", choices=("row", "column"), help="what a ring is in a table")
    reading.add_argument("--dataset", metavar="NAME", help="the array of an HDF5 file; default V")
    reading.add_argument(
        "--hopping", type=above_zero, metavar="T", help="t in the file's unit; default 1"
    )
    solving = parser.add_argument_group("solving")
    solving.add_argument(
        "--tolerance", type=above_zero, default=TOLERANCE, help=f"residual; default {TOLERANCE:g}"
    )
    solving.add_argument(
        "--start",
        type=Path,
        metavar="NETWORK",
        help="surrogate that the solver starts from: its name (surrogate), or a path",
    )
    add_outputs(
        parser,
        output=("Delta and density of each site", ".csv", ".npy", ".h5"),
        csv=("the table of rings", ".csv"),
        figure=("V, Delta and density along rings", ".pdf", ".png"),
    )
