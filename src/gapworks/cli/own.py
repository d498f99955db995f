"""Commands on people's own data that solve equations: solve."""

from __future__ import annotations

import argparse
from pathlib import Path

from gapworks.cli.arguments import Subparsers, command
from gapworks.readers.units import MEV
from gapworks.study import STUDIES, study

EXITS = """\
exit code: 0 answered (what was assumed on stderr), 1 a file is wrong, 2 refused: a unit is to be
said, or the command line is wrong"""


def add(subparsers: Subparsers) -> None:
    """Add the commands to the command line."""
    added = command(
        subparsers,
        "solve",
        solve,
        "solve the equations for your own files: a2F to T_c, gap and DOS",
    )
    solving = {name: found for name in STUDIES if (found := study(name).solving)}
    added.formatter_class = argparse.RawDescriptionHelpFormatter
    texts = [f"what {name} reads:\n{one.layout}" for name, one in solving.items()]
    texts += [f"examples:\n{one.examples}" for one in solving.values()]
    added.epilog = "\n\n".join([*texts, EXITS]) + "\n"
    added.add_argument("study", choices=tuple(solving))
    added.add_argument("files", type=Path, nargs="+", metavar="FILE", help="laid out as below")
    physics = added.add_argument_group("physics")
    reading = added.add_argument_group("reading")
    writing = added.add_argument_group("writing")
    for group, name, help, said in (
        (
            *(physics, "mu-star", "Coulomb pseudopotentials; default 0.1"),
            {"type": not_negative, "nargs": "+", "default": [0.1], "metavar": "MU"},
        ),
        (
            *(physics, "temperature", "where Delta, Z and N(E) are wanted; else N(E) at T_c / 10"),
            {"type": above_zero, "nargs": "+", "default": [], "metavar": "K"},
        ),
        (
            *(physics, "cutoff", "of mu*; default 220.45, and 22.045 times an end beyond 10 meV"),
            {"type": above_zero, "metavar": "MEV"},
        ),
        (
            *(physics, "frequencies", "Delta at --temperature from sums that end at N frequencies"),
            {"type": count, "metavar": "N"},
        ),
        (
            *(physics, "broadening", "Gamma of N(E); default 0.02 of the largest Delta_0"),
            {"type": above_zero, "metavar": "MEV"},
        ),
        (
            *(reading, "unit", "of omega; default: the header's, or meV"),
            {"choices": tuple(MEV), "type": unit},
        ),
        (
            *(reading, "column", "which are a2F (omega is 1); default: all that are known to be"),
            {"type": count, "nargs": "+", "metavar": "N"},
        ),
        (reading, "drop-imaginary", "leave out negative frequencies", {"action": "store_true"}),
        (writing, "csv", "the tables", {"type": Path, "metavar": "FILE.csv"}),
        (writing, "json", "everything, arrays too", {"type": Path, "metavar": "FILE.json"}),
        (writing, "curve", "Delta against T", {"type": Path, "metavar": "FILE.csv"}),
        (writing, "dos", "N(E)", {"type": Path, "metavar": "FILE.csv"}),
        (writing, "figure", "all of it, .pdf or .png", {"type": Path, "metavar": "FILE.pdf"}),
    ):
        group.add_argument(f"--{name}", help=help, **said)


def solve(args: argparse.Namespace) -> None:
    """Solve the equations of a study for people's own files."""
    chosen = study(args.study)
    assert chosen.solving is not None  # argparse lets no other study through
    chosen.find(chosen.solving.run)(args)


def unit(text: str) -> str:
    """A unit, as `gapworks.readers.units` spells it."""
    return "cm^-1" if text in ("cm-1", "1/cm") else text


def number(text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: give a number")
    return value


def above_zero(text: str) -> float:
    """A number above zero."""
    value = number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text}: give a number above zero")
    return value


def not_negative(text: str) -> float:
    """A number from zero on."""
    value = number(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text}: give a number from zero on")
    return value


def count(text: str) -> int:
    """A whole number from one on."""
    value = number(text)
    if value < 1 or value != int(value):
        raise argparse.ArgumentTypeError(f"{text}: give a whole number from one on")
    return int(value)
