"""Commands of networks: train, and predict for a person's own data."""

from __future__ import annotations

import argparse
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from gapworks.cli.arguments import Subparsers, command, say, with_study
from gapworks.readers.arguments import above_zero, count, number
from gapworks.study import STUDIES, Option, study

EXITS = (
    "exit code: 0 answered (warnings on stderr), 1 a file is wrong, 2 refused: nothing is written"
)
KINDS: dict[str, dict[str, Any]] = {
    "text": {},
    "count": {"type": count},
    "number": {"type": number},
    "positive": {"type": above_zero},
    "flag": {"action": "store_true"},
    "output": {"type": Path, "metavar": "FILE"},
}
"""What argparse is told of a study's option, by its kind."""


def add(subparsers: Subparsers) -> None:
    """Add the commands to the command line."""
    added = command(
        subparsers, "train", train, "train a network; goes on from its checkpoint if there is one"
    )
    with_study(added, "resolved settings of the training, as in params.settings of the rule")
    added.add_argument("--data", type=Path, required=True, help="gathered training data")
    added.add_argument("--validation", type=Path, required=True, help="gathered validation data")
    added.add_argument("--threads", type=count, default=1)
    added.add_argument("--output", type=Path, required=True, help="the weights, NAME.safetensors")

    added = command(subparsers, "predict", predict, "put your own data through a trained network")
    added.formatter_class = argparse.RawDescriptionHelpFormatter
    layouts = "\n".join(study(name).own_data.layout for name in STUDIES)
    added.epilog = f"what each study reads (--input) and writes (--output):\n{layouts}\n\n{EXITS}\n"
    added.add_argument("study", choices=STUDIES)
    added.add_argument("--network", type=Path, required=True, help="weights (.safetensors)")
    added.add_argument("--input", type=Path, required=True, help="your data, laid out as below")
    added.add_argument("--output", type=Path, required=True, help="the answer, as below")
    added.add_argument("--force", action="store_true", help="answer what would be refused")
    own = added.add_argument_group("options of some studies")
    for name, (about, takers) in _options().items():
        said = KINDS[about.kind] | ({"choices": about.choices} if about.choices else {})
        own.add_argument(_flag(name), help=f"{', '.join(takers)}: {about.help}", **said)


def train(args: argparse.Namespace) -> None:
    """Train a network, from its checkpoint on if there is one."""
    from gapworks.learning.task import train_network

    chosen = study(args.study)
    settings = chosen.steps.Train.model_validate(args.settings)
    files = (args.data, args.validation, args.output)
    task = chosen.find("learning.training:task")
    card = train_network(task, settings, *files, args.threads, say)
    print(
        f"{args.output}: {card['parameters']} parameters, best after {card['best_epoch']} of "
        f"{card['epochs']} epochs, weights {card['weights_sha256']}"
    )


def predict(args: argparse.Namespace) -> None:
    """Put a person's own data through a trained network."""
    from gapworks.learning.answers import answer_file

    chosen = study(args.study)
    given = {name: getattr(args, name) for name in _options()}
    options = {name: one for name, one in given.items() if one is not None and one is not False}
    for name in options.keys() - chosen.own_data.options.keys():
        raise SystemExit(f"gapworks: {_flag(name)} is not for predict {args.study}")
    room: Any = import_module(chosen.module("learning.predict"))
    files = (args.network, args.input, args.output)
    said = answer_file(partial(room.answer, **options), room.FORMATS, *files, force=args.force)
    print(f"{args.output}: {said}")


def _options() -> dict[str, tuple[Option, list[str]]]:
    """The options that studies take with own data, and which studies take each."""
    found: dict[str, tuple[Option, list[str]]] = {}
    for one in STUDIES:
        for name, option in study(one).own_data.options.items():
            found.setdefault(name, (option, []))[1].append(one)
    return found


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
