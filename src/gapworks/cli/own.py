"""Commands on people's own files that no network answers: solve, design, invert, identify."""

from __future__ import annotations

import argparse

from gapworks.cli.arguments import Subparsers, command
from gapworks.study import STUDIES, study

COMMANDS = {
    "solve": "solve the equations for your own files: a2F to T_c, gap and DOS; disorder to Delta",
    "design": "what a planned measurement will tell of a2F, before it is made",
    "invert": "infer a2F with error bands from a gap function, DOS or dI/dV",
    "identify": "find the pairing symmetry that maps around an impurity show, with its doubt",
}
OF_ANY_STUDY = {"solve"}
"""Commands whose first word is a study; the others are one study's."""
EXITS = """\
exit code: 0 answered (what was assumed on stderr), 1 a file is wrong, 2 refused (the data do not
fit, a unit is to be said), or the command line is wrong"""


def add(subparsers: Subparsers) -> None:
    """Add the commands to the command line."""
    for name, help in COMMANDS.items():
        added = command(subparsers, name, answer, help)
        studies = [one for one in STUDIES if name in study(one).answers]
        if name in OF_ANY_STUDY:
            each = added.add_subparsers(metavar="STUDY", required=True, dest="study")
            for one in studies:
                _take(each.add_parser(one, help=f"`gapworks {name} {one} --help`"), name, one)
        else:
            (one,) = studies
            added.set_defaults(study=one)
            _take(added, name, one)


def _take(parser: argparse.ArgumentParser, name: str, of: str) -> None:
    chosen = study(of)
    chosen.find(chosen.answers[name].arguments)(parser)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"{parser.epilog}\n\n{EXITS}\n"


def answer(args: argparse.Namespace) -> None:
    """Answer a person's files."""
    chosen = study(args.study)
    chosen.find(chosen.answers[args.command].run)(args)
