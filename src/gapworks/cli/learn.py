"""Commands of networks: train, and predict for a person's own data."""

from __future__ import annotations

import argparse
import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

from gapworks.cli.arguments import Subparsers, command, positive, say, with_study
from gapworks.readers.units import MEV as UNITS
from gapworks.study import STUDIES, study

EXITS = (
    "exit code: 0 answered (warnings on stderr), 1 a file is wrong, 2 refused: nothing is written"
)
OPTIONS = ("unit", "column", "drop_imaginary")
"""Of `predict`, for those studies whose answer takes them."""


def add(subparsers: Subparsers) -> None:
    """Add the commands to the command line."""
    added = command(
        subparsers, "train", train, "train a network; goes on from its checkpoint if there is one"
    )
    with_study(added, "resolved settings of the training, as in params.settings of the rule")
    added.add_argument("--data", type=Path, required=True, help="gathered training data")
    added.add_argument("--validation", type=Path, required=True, help="gathered validation data")
    added.add_argument("--threads", type=positive, default=1)
    added.add_argument("--output", type=Path, required=True, help="the weights, NAME.safetensors")

    added = command(subparsers, "predict", predict, "put your own data through a trained network")
    added.formatter_class = argparse.RawDescriptionHelpFormatter
    layouts = "\n".join(study(name).own_data for name in STUDIES)
    added.epilog = f"what each study reads (--input) and writes (--output):\n{layouts}\n\n{EXITS}\n"
    added.add_argument("study", choices=STUDIES)
    added.add_argument("--network", type=Path, required=True, help="weights (.safetensors)")
    added.add_argument("--input", type=Path, required=True, help="your data, laid out as below")
    added.add_argument("--output", type=Path, required=True, help="the answer, as below")
    added.add_argument("--force", action="store_true", help="answer what would be refused")
    only = added.add_argument_group("eliashberg only")
    only.add_argument(
        "--unit", choices=UNITS, help="of the energies; default: the header's, or meV"
    )
    only.add_argument("--column", type=positive, help="which column is a2F (omega is 1)")
    only.add_argument(
        "--drop-imaginary", action="store_true", help="leave out negative frequencies of a2F"
    )


def train(args: argparse.Namespace) -> None:
    from gapworks.learning.task import train_network

    chosen = study(args.study)
    settings = chosen.train.model_validate(args.settings)
    files = (args.data, args.validation, args.output)
    task = chosen.find("learning.training:task")
    card = train_network(task, settings, *files, args.threads, say)
    print(
        f"{args.output}: {card['parameters']} parameters, best after {card['best_epoch']} of "
        f"{card['epochs']} epochs, weights {card['weights_sha256']}"
    )


def predict(args: argparse.Namespace) -> None:
    from gapworks.learning.answers import answer_file

    room: Any = import_module(study(args.study).module("learning.predict"))
    options = {name: getattr(args, name) for name in OPTIONS if getattr(args, name)}
    for name in options.keys() - inspect.signature(room.answer).parameters.keys():
        raise SystemExit(f"gapworks: --{name.replace('_', '-')} is not for predict {args.study}")
    files = (args.network, args.input, args.output)
    said = answer_file(room.answer, room.FORMATS, *files, force=args.force, **options)
    print(f"{args.output}: {said}")
