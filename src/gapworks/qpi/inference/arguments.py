"""Arguments of the command that answers people's maps by fits: identify."""

from __future__ import annotations

import argparse
from pathlib import Path

from gapworks.readers.arguments import above_zero, add_outputs, number

IDENTIFIED = """\
what is read: LDOS or dI/dV maps around one impurity, or their change, at one or several energies;
.npy of shape (energies, M, M) with --energies. Any unit, the same for all energies; the impurity
anywhere, a background may stand. --raster lattice: steps of rows and columns are a1 and a2;
cartesian: square pixels, with --field-of-view. Fitted are two maps within 3 meV; a few seconds to
a minute on one core, ten more for templates.

what is said: the set of irreps that holds the right one nine times in ten, probabilities of all,
theta, Delta, eps0 and phi with 90 % intervals; A1u and A2u look the same and are always together

examples:
  gapworks identify maps.npy --energies 0 1 --raster lattice
  gapworks identify maps.npy --energies 0 --raster cartesian --field-of-view 60"""


def identify(parser: argparse.ArgumentParser) -> None:
    """Add what `gapworks identify` takes."""
    parser.epilog = IDENTIFIED
    parser.add_argument("file", type=Path, metavar="FILE", help="laid out as below")
    reading = parser.add_argument_group("reading")
    reading.add_argument(
        "--energies", type=number, nargs="+", metavar="MEV", help="of the maps, in their order"
    )
    reading.add_argument("--raster", choices=("lattice", "cartesian"), help="needed")
    reading.add_argument(
        "--field-of-view", type=above_zero, metavar="A", help="width, lattice constants (cartesian)"
    )
    add_outputs(parser, json=("all of it", ".json")).add_argument(
        "--force", action="store_true", help="answer what would be refused, too"
    )
