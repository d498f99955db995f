"""Completion of commands, options, studies and targets by a shell."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from gapworks.cli.arguments import Subparsers, command
from gapworks.study import ROOMS, STUDIES, study

SHELLS = ("bash", "zsh", "fish")
HOW = """\
bash  source <(gapworks completion bash)
zsh   source <(gapworks completion zsh), after compinit
fish  gapworks completion fish | source
for good: put that line into the file that the shell reads when it starts
"""


def add(subparsers: Subparsers, parser: argparse.ArgumentParser) -> None:
    """Add the command to the command line; `parser` is all of it."""
    said = "print what a shell needs to complete commands, options, studies and targets"
    added = command(subparsers, "completion", partial(completion, parser), said)
    added.add_argument("shell", choices=SHELLS)
    added.formatter_class = argparse.RawDescriptionHelpFormatter
    added.epilog = HOW


def completion(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Print a shell's script, with the names that the studies have now."""
    import shtab

    for name, one in _commands(parser):
        for action in one._actions:
            _complete(name, action)
    known = {"targets": targets(), **{room: names(room) for room in ROOMS}}
    preamble = {
        "bash": _functions(known, "compgen -W '{words}' -- \"$1\""),
        "zsh": _functions(known, "compadd -- {words}"),
    }
    print(shtab.complete(parser, shell=args.shell, preamble=preamble))


def _functions(known: dict[str, list[str]], body: str) -> str:
    """Functions of a shell that offer words."""
    return "".join(
        f"_gapworks_{name}() {{ {body.format(words=' '.join(words))}; }}\n"
        for name, words in known.items()
    )


def names(room: str) -> list[str]:
    """Those of all studies' "figures" or "tables"."""
    return sorted({name for one in STUDIES for name in study(one).exhibits(room)})


def targets() -> list[str]:
    """Studies, and the figures and tables of the scales of this folder's config.yaml."""
    from gapworks.plan import RESULTS, SUFFIXES

    found = list(STUDIES)
    for scale in _scales():
        for one in STUDIES:
            found += [
                f"{RESULTS}/{scale}/{one}/{room}/{name}.{SUFFIXES[room][0]}"
                for room in ROOMS
                for name in study(one).exhibits(room)
            ]
        found.append(f"{RESULTS}/{scale}/report.html")
    return found


def _scales() -> list[str]:
    """The scales that config.yaml lists here; none if there is none, or if it is wrong."""
    import yaml

    from gapworks.config import ConfigError, load

    try:
        known = load(yaml.safe_load(Path("config.yaml").read_text()))[1]
    except (OSError, ValueError, yaml.YAMLError, ConfigError):
        return []
    return [name for name in known if re.fullmatch(r"[\w.-]+", name)]


def _commands(
    parser: argparse.ArgumentParser, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its own parser, those of studies within commands too."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for called, one in action.choices.items():
                yield from _commands(one, name or called)


def _complete(name: str, action: argparse.Action) -> None:
    """Say how an argument is completed, where its choices do not."""
    import shtab

    function = {"cost": "targets", "figure": "figures", "table": "tables"}.get(name)
    if action.choices:
        return
    if function and action.dest in ("target", "name"):
        action.complete = dict.fromkeys(("bash", "zsh"), f"_gapworks_{function}")
    elif action.dest in ("folder", "docs"):
        action.complete = shtab.DIRECTORY
    elif action.nargs != 0 and (action.type is Path or "FILE" in str(action.metavar)):
        action.complete = shtab.FILE
