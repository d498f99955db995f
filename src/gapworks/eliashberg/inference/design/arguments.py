"""Arguments of `gapworks design`."""

from __future__ import annotations

import argparse
from pathlib import Path

from gapworks.eliashberg.inference.arguments import CUTOFF
from gapworks.readers.arguments import above_zero, add_outputs, count, not_negative, unit
from gapworks.readers.units import MEV

PLANNED = """\
What a measurement that is planned will tell of a2F: it is simulated without noise for a spectrum
like the one that is supposed, and inverted with the noise that is planned, as `gapworks invert`
does. kind gap: Delta(x + i Gamma); dos: N / N_F there; conductance: dI/dV of a junction with a
normal metal, over that of the normal state, at voltages of both signs. More: docs/own-data.md

examples:
  gapworks design --noise .01 --temperature 1.16 --broadening .05 --range 35
  gapworks design --noise .01 .003 .001 --temperature 1.2 --range 30 --kind conductance
  gapworks design --noise .003 --temperature 1.2 --range 30 --kind conductance --draws 20
  gapworks design --noise .002 --temperature 4 --range 120 --kind dos --like nb.a2f"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add what `gapworks design` takes."""
    parser.epilog = PLANNED
    plan = parser.add_argument_group("the measurement, energies in meV")
    for name, kind, help in (
        ("noise", above_zero, "standard deviations: of Re and Im Delta, meV; of N / N_F or dI/dV"),
        ("temperature", above_zero, "K"),
        ("range", above_zero, "largest energy or voltage"),
    ):
        many = {"nargs": "+"} if name == "noise" else {}
        plan.add_argument(f"--{name}", type=kind, required=True, help=f"{help}; needed", **many)
    plan.add_argument(
        "--kind", choices=("gap", "dos", "conductance"), default="gap", help="default: gap"
    )
    for name, kind, default, help in (
        ("points", count, 200, "energies above zero"),
        ("broadening", above_zero, None, "Gamma of the energies (gap, dos); default 0.05"),
        ("dynes", not_negative, None, "half width of a Lorentzian (conductance); default 0"),
        ("modulation", not_negative, None, "rms of the lock-in (conductance); default 0"),
    ):
        said = f"{help}; default {default}" if default else help
        plan.add_argument(f"--{name}", type=kind, default=default, help=said)
    plan.add_argument(
        "--draws",
        type=count,
        default=0,
        metavar="N",
        help="simulate N measurements with noise, too, and say how far they are off; default 0",
    )
    supposed = parser.add_argument_group("the superconductor that is supposed")
    supposed.add_argument(
        "--like",
        type=Path,
        metavar="FILE",
        help="an a2F, read as by `gapworks solve`; default: one like lead's, to the range / 3.5",
    )
    supposed.add_argument(
        "--column", type=count, metavar="N", help="which is a2F (omega is 1), if there are several"
    )
    supposed.add_argument(
        "--unit", type=unit, choices=tuple(MEV), help="of omega; default: the header's, or meV"
    )
    supposed.add_argument(
        "--mu-star", type=not_negative, default=0.1, help="Coulomb pseudopotential; default 0.1"
    )
    supposed.add_argument("--cutoff", type=above_zero, help=f"of mu*, meV; {CUTOFF}")
    add_outputs(
        parser,
        csv=("the table", ".csv"),
        json=("all of it, spectra with bands too", ".json"),
        figure=("bands and errors", ".pdf", ".png"),
    )
