"""Kinds of arguments, and parts that several commands have."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gapworks.factory.errors import DataError
from gapworks.factory.files import read_whole
from gapworks.products import outputs
from gapworks.readers.arguments import count
from gapworks.study import STUDIES, study

Subparsers = Any
"""What argparse's `add_subparsers` gives."""


def command(
    subparsers: Subparsers, name: str, run: Callable[..., int | None], help: str
) -> argparse.ArgumentParser:
    """Add a command that calls `run` with its arguments."""
    added = subparsers.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    added.set_defaults(run=run)
    return added


def with_study(added: argparse.ArgumentParser, settings: str) -> None:
    """Let a command take a study, and settings as JSON."""
    added.add_argument("study", choices=STUDIES)
    added.add_argument(
        "--settings", type=json_object, required=True, metavar="JSON", help=f"{settings}; or @FILE"
    )


def with_step(added: argparse.ArgumentParser, settings: str, which: str) -> None:
    """Let a command take a step of a study by name: its settings, inputs, threads and output."""
    with_study(added, settings)
    added.add_argument("name", help=which)
    for option, help in (
        ("data", "data sets, and what they are to the step"),
        ("network", "trained networks (.safetensors), and how to call them"),
        ("evaluation", "evaluations, and how to call them"),
    ):
        added.add_argument(
            f"--{option}", type=named_path, nargs="*", default=[], metavar="NAME=FILE", help=help
        )
    added.add_argument("--threads", type=count, default=1)
    added.add_argument("--output", type=Path, required=True)


def step_of(args: argparse.Namespace, kind: str, verb: str) -> tuple[Callable[..., Any], Any, Any]:
    """What `with_step` was given: the step's function, its settings, and its inputs by name.

    Parameters
    ----------
    args : Namespace
    kind : {"evaluations", "generated"}
        What the step makes.
    verb : str
        Name of its function.
    """
    from gapworks.factory.evaluation_file import Files, Given

    check_network_names(args.network)
    chosen = study(args.study)
    step, _ = known(chosen.step, args.name, kind)
    named = (("--data", args.data), ("--network", args.network), ("--evaluation", args.evaluation))
    given = Given(*(Files(option, files) for option, files in named))
    return chosen.find(f"{step.run}:{verb}"), step.settings.model_validate(args.settings), given


def json_object(text: str) -> Any:
    """A JSON object, or @FILE with one in it."""
    try:
        settings = json.loads(read_whole(Path(text[1:])) if text.startswith("@") else text)
    except (ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from error
    if not isinstance(settings, dict):
        raise argparse.ArgumentTypeError(f"not a JSON object: {text[:40]}")
    return settings


def named_path(text: str) -> tuple[str, Path]:
    """NAME=FILE."""
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text}: write NAME=FILE")
    return name, Path(path)


def say(line: str) -> None:
    """A line of progress; logs are read while a job runs."""
    print(line, file=sys.stderr, flush=True)


def check_suffixes(paths: list[Path], formats: tuple[str, ...]) -> None:
    """Refuse outputs in a format that is not made."""
    for path in paths:
        if path.suffix not in formats:
            raise SystemExit(f"gapworks: {path}: write one of {', '.join(formats)}")


def check_network_names(networks: list[tuple[str, Path]]) -> None:
    """Weights that bear another network's name, with their card, are not taken for that network."""
    from gapworks.learning.cards import read_card

    for name, path in networks:
        if name == path.stem and (said := read_card(path)[0].get("name")) != name:
            raise DataError(f"{path}: is {said}, under the name of {name}")


def known(find: Callable[..., Any], *names: str) -> Any:
    """What `find` finds of that name; an unknown one ends the command in a line."""
    try:
        return find(*names)
    except ValueError as error:
        raise SystemExit(f"gapworks: {error}") from error


@contextlib.contextmanager
def of_these(args: argparse.Namespace) -> Iterator[None]:
    """Files that something is not made of end in one line; errors of the program do not.

    Names and sizes that do not fit come up as KeyError and ValueError.
    """
    try:
        yield
    except (KeyError, ValueError) as error:
        every = [getattr(args, name, None) for name in ("data", "network", "evaluation")]
        given = ", ".join(path.name for path in outputs.paths(every)) or "nothing"
        raise DataError(
            f"{getattr(args, 'name', 'the metrics')}: cannot be made of {given} with these "
            f"settings ({type(error).__name__}: {error}); snakemake -np FILE prints the command "
            "that makes a file"
        ) from error
