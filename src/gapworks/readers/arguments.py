"""Kinds of arguments of the command line, of all commands: a number that cannot be is refused."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


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


def share(text: str) -> float:
    """From 0 to below 1."""
    value = number(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text}: give a number from 0 to below 1")
    return value


def count(text: str) -> int:
    """A whole number from one on."""
    value = number(text)
    if value < 1 or value != int(value):
        raise argparse.ArgumentTypeError(f"{text}: give a whole number from one on")
    return int(value)


def unit(text: str) -> str:
    """A unit, as `gapworks.readers.units` spells it."""
    return "cm^-1" if text in ("cm-1", "1/cm") else text


def written(*suffixes: str) -> Callable[[str], Path]:
    """A file to be written, in one of these formats.

    Parameters
    ----------
    suffixes : str
        The ends that its name may have: ".csv".
    """

    def path(text: str) -> Path:
        if Path(text).suffix.lower() not in suffixes:
            raise argparse.ArgumentTypeError(f"{text}: write {' or '.join(suffixes)}")
        return Path(text)

    return path


def add_outputs(
    parser: argparse.ArgumentParser, **outputs: tuple[str, ...]
) -> argparse._ArgumentGroup:
    """Add options that name files to be written.

    Parameters
    ----------
    parser : argument parser
    outputs : tuples of str
        By name of the option: what is written, and the ends that its name may have.

    Returns
    -------
    argument group
        The group that they stand in.
    """
    group = parser.add_argument_group("writing")
    for name, (help, *suffixes) in outputs.items():
        formats = f" ({' or '.join(suffixes)})" if len(suffixes) > 1 else ""
        group.add_argument(
            f"--{name}",
            type=written(*suffixes),
            metavar=f"FILE{suffixes[0]}",
            help=help + formats,
        )
    return group
