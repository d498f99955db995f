"""What a command takes, as fields of a form; and what was filled in, as words of the command."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gapworks.products.outputs import WRITTEN


@dataclass(frozen=True)
class Field:
    """An option of a command.

    Attributes
    ----------
    name : str
        As the command's function knows it: "mu_star".
    help : str
    kind : {"text", "several", "choice", "yes", "file"}
        One word; words with spaces between; one of `choices`; yes or no; a file.
    choices : tuple of str
    """

    name: str
    help: str
    kind: Literal["text", "several", "choice", "yes", "file"] = "text"
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """As it is typed: "--mu-star"."""
        return f"--{self.name.replace('_', '-')}"

    def words(self, value: Any) -> list[str]:
        """What is typed for a value; nothing for an empty one.

        Parameters
        ----------
        value : str or bool
            Text is not judged here: the command says what is wrong with it.
        """
        if self.kind == "yes":
            return [self.flag] if value else []
        text = str(value or "").strip()
        if not text:
            return []
        if self.kind == "file":  # the command does not run where gapworks was started
            return [self.flag, str(Path(text).expanduser().absolute())]
        if self.kind == "several":
            return [self.flag, *text.replace(",", " ").replace(";", " ").split()]
        return [f"{self.flag}={text}"] if text.startswith("-") else [self.flag, text]


def fields_of(parser: argparse.ArgumentParser) -> list[Field]:
    """The options of a command, but for help and files to be written.

    Parameters
    ----------
    parser : ArgumentParser
    """
    return [_field(action) for action in _options(parser) if action.dest not in WRITTEN]


def written_by(parser: argparse.ArgumentParser) -> dict[str, str]:
    """Options that name a file to be written, and the suffix that the page asks for.

    Parameters
    ----------
    parser : ArgumentParser
    """
    found = {}
    for action in _options(parser):
        if action.dest in WRITTEN:
            suffix = Path(str(action.metavar)).suffix
            # What a browser shows, where there is a choice.
            found[action.dest] = ".png" if ".png" in (action.help or "") else suffix
    return found


def _options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # argparse has no public list of them
        if action.option_strings and not isinstance(action, argparse._HelpAction):
            yield action


def _field(action: argparse.Action) -> Field:
    help = (action.help or "").replace("%%", "%")
    if action.nargs == 0:
        return Field(action.dest, help, "yes")
    if action.choices:
        return Field(action.dest, help, "choice", tuple(map(str, action.choices)))
    if action.type is Path:
        return Field(action.dest, help, "file")
    return Field(action.dest, help, "several" if action.nargs == "+" else "text")


def typed(fields: list[Field], values: Mapping[str, Any]) -> list[str]:
    """What is typed for the fields of a form.

    Parameters
    ----------
    fields : list of Field
    values : mapping
        By name; one that is missing is empty.
    """
    return [word for field in fields for word in field.words(values.get(field.name))]
