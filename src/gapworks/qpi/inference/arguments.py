"""Arguments of the command that answers people's maps by fits: identify."""

from __future__ import annotations

import argparse
from pathlib import Path

from gapworks.readers.arguments import above_zero, add_outputs, number, unit
from gapworks.readers.units import MEV

IDENTIFIED = """\
what is read: LDOS or dI/dV maps around one impurity, or their change, at one or several energies:
.npy, .npz, .csv, .h5, .nc, .sxm, .3ds, .mtrx, .sm4. Any unit, one for all energies; the impurity
anywhere, a background may stand. Fitted are two maps within 3 meV, in a few seconds to a minute
on one core, and twenty more for templates.

what is said: the set of irreps that holds the right one nine times in ten, probabilities of all,
theta, Delta, eps0 and phi with 90 % intervals, and how wide these were if noise were all
(Cramer-Rao: "at best"). A1u and A2u look the same and are always together.
More: docs/qpi.md

examples:
  gapworks identify maps.npy --energies 0 1 --raster lattice
  gapworks identify grid.3ds --lattice-constant 0.344 --json answer.json
  gapworks identify maps.npy --energies 0 --raster cartesian --field-of-view 60"""


def identify(parser: argparse.ArgumentParser) -> None:
    """Add what `gapworks identify` takes."""
    parser.epilog = IDENTIFIED
    parser.add_argument("file", type=Path, metavar="FILE", help="laid out as below")
    reading = parser.add_argument_group("reading, where the file does not say")
    reading.add_argument("--energies", type=number, nargs="+", metavar="E", help="of the maps")
    reading.add_argument(
        "--unit", type=unit, choices=tuple(MEV), help="of the energies; default: meV"
    )
    reading.add_argument("--channel", metavar="NAME", help="signal, array or variable")
    reading.add_argument(
        "--raster",
        choices=("lattice", "cartesian"),
        help="steps of rows and columns are a1 and a2, or pixels are square",
    )
    reading.add_argument(
        "--field-of-view", type=above_zero, metavar="A", help="width, lattice constants"
    )
    reading.add_argument("--lattice-constant", type=above_zero, metavar="NM", help="NbSe2: 0.344")
    writing = add_outputs(
        parser,
        json=("all of it", ".json"),
        figure=("the maps as read and as treated, also where refused", ".pdf", ".png"),
    )
    writing.add_argument("--force", action="store_true", help="answer what would be refused, too")
