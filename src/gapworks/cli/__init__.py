"""The command line: `gapworks COMMAND`; what each command does stands beside its arguments."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gapworks
from gapworks.cli import completion, data, learn, own, paper, publish, run
from gapworks.costs.used import STEPS, Clock
from gapworks.factory.errors import DataError, Refused, reason
from gapworks.factory.ranks import leave
from gapworks.factory.settings import faults
from gapworks.products import outputs

INPUTS = ("data", "validation", "network", "evaluation", "metrics")
"""Arguments of commands that name files which the workflow has made."""


EXTRAS = {
    "snakemake": "workflow",
    "psutil": "workflow",
    "snakemake_executor_plugin_slurm": "cluster",
    "mpi4py": "mpi",
    "onnx": "export",
    "onnxruntime": "export",
    "onnxscript": "export",
    "marimo": "app",
    "access2thematrix": "stm",
    "spym": "stm",
}
"""What the library does without, and which extra installs it."""
_NEGATIVE = re.compile(r"-(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")


def inputs(args: argparse.Namespace) -> Iterator[Path]:
    """The files of `INPUTS` that a command was given."""
    for name in INPUTS:
        yield from outputs.paths(getattr(args, name, None))


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Returns
    -------
    int
        0 if all went well, 1 if data or settings are wrong (said on stderr), 2 if an input cannot
        be judged, a package or a checkout is lacking (likewise) or the command line is wrong, 130
        after Ctrl-C.
    """
    return leave(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    clock = Clock()
    parser = _parser()
    words = sys.argv[1:] if arguments is None else arguments
    # What stops a cluster's job (scancel, a time limit) or a terminal's (its end) unwinds like
    # Ctrl-C: no half-written file.
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup ignores it
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    from pydantic import ValidationError

    from gapworks.products.statement import check_inputs

    try:
        parsed, unknown = parser.parse_known_args(words)
        if unknown:
            hint = "; those of snakemake go after --" if parsed.run is run.resume else ""
            called = _called(parser, parsed)
            meant = hint or _meant(called, unknown)
            called.error(f"unrecognized arguments: {' '.join(unknown)}{meant}")
        if prepare := getattr(parsed, "prepare", None):
            prepare(parsed)
        outputs.check(parsed.command, parsed, words)
        check_inputs(inputs(parsed))
        code = parsed.run(parsed) or 0
        if parsed.command in STEPS:
            print(clock.used(), file=sys.stderr)
        return code
    except Refused as error:
        print(f"gapworks: {error}", file=sys.stderr)
        return 2
    except DataError as error:
        print(f"gapworks: {error}", file=sys.stderr)
    except ValidationError as error:
        for fault in faults(error):
            print(f"gapworks: settings: {fault}", file=sys.stderr)
    except KeyboardInterrupt:
        print("gapworks: interrupted; nothing half-written was left", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        print(
            f"gapworks: {words[0]} needs {error.name}: pip install 'gapworks[{extra}]'",
            file=sys.stderr,
        )
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:  # of a file that is nobody's product: a temporary one, a library's
        where = f"{error.filename}: " if error.filename else ""
        print(f"gapworks: {where}{reason(error)}", file=sys.stderr)
    return 1


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _called(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> Any:
    """The parser of the command itself, whose usage is to be shown."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return _called(action.choices[getattr(parsed, action.dest)], parsed)
    return parser


def _meant(called: argparse.ArgumentParser, unknown: list[str]) -> str:
    """What a misspelt option may have been; empty where nothing is like it."""
    known = list(called._option_string_actions)
    for word in unknown:
        if word.startswith("--") and (
            found := difflib.get_close_matches(word.partition("=")[0], known, 1)
        ):
            return f"; did you mean {found[0]}?"
    return ""


class _Parser(argparse.ArgumentParser):
    """One that knows -1e-3 for a number: argparse takes it for an unknown option."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._negative_number_matcher = _NEGATIVE  # subparsers are of this class, too


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gapworks",
        description="Superconductors, solved exactly and by the thousand. For your own files: "
        "solve, design, invert, identify, predict, app. Most others are called by the workflow "
        "(snakemake) in a checkout of gapworks; `snakemake -np TARGET` there shows how.",
    )
    parser.add_argument("--version", action="version", version=gapworks.__version__)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True, dest="command")
    for room in (data, learn, own, paper, publish, run):
        room.add(subparsers)
    completion.add(subparsers, parser)
    return parser
