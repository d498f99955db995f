"""Commands of networks: train, predict for a person's own data, and package for others."""

from __future__ import annotations

import argparse
import contextlib
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from gapworks.cli.arguments import Subparsers, command, with_study
from gapworks.factory.errors import DataError
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
NETWORK = (
    "name of a network in results/SCALE/STUDY/models or of an installed package; or a path: "
    "weights (.safetensors), a package (.zip or its folder)"
)
SCALE = "where a name is looked for; default: the scale of config.yaml here, else laptop"


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
    added.add_argument("--network", required=True, help=NETWORK)
    added.add_argument("--scale", help=SCALE)
    added.add_argument("--input", type=Path, required=True, help="your data, laid out as below")
    added.add_argument("--output", type=Path, required=True, help="the answer, as below")
    added.add_argument("--force", action="store_true", help="answer what would be refused")
    own = added.add_argument_group("options of some studies")
    for name, (about, takers) in _options().items():
        said = KINDS[about.kind] | ({"choices": about.choices} if about.choices else {})
        own.add_argument(_flag(name), help=f"{', '.join(takers)}: {about.help}", **said)
    added.set_defaults(prepare=find_network)

    added = command(
        subparsers, "package", package, "make a model package: one file that needs no other"
    )
    added.add_argument("network", metavar="NAME|FILE", help=NETWORK)
    added.add_argument("--study", choices=STUDIES, help="whose network a name is; else any study's")
    added.add_argument("--scale", help=SCALE)
    added.add_argument(
        "--output", type=Path, help="a .zip, or else a folder; default NAME.zip in this folder"
    )
    added.add_argument(
        "--install", action="store_true", help="put it where its name is enough, in place of that"
    )
    added.add_argument(
        "--onnx",
        action="store_true",
        help="with the network as ONNX (pip install gapworks[export])",
    )
    added.set_defaults(prepare=find_packaged)


def train(args: argparse.Namespace) -> None:
    """Train a network, from its checkpoint on if there is one."""
    from gapworks.cli.progress import Course
    from gapworks.learning.task import train_network

    chosen = study(args.study)
    settings = chosen.steps.Train.model_validate(args.settings)
    files = (args.data, args.validation, args.output)
    task = chosen.find("learning.training:task")
    with contextlib.closing(Course()) as course:
        report = course.report
        card = train_network(course.watched(task), settings, *files, args.threads, report)
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


def package(args: argparse.Namespace) -> None:
    """Make a model package of a network, or of another package, and say where it is."""
    from gapworks.learning.library import package_folders
    from gapworks.learning.packages.contents import ARCHIVE
    from gapworks.learning.packages.making import make_package, write_package

    name, study_of, files = make_package(args.network, args.onnx)
    place = args.output or args.into or Path(name + ARCHIVE)
    if args.install:
        place = package_folders()[0] / study_of / (name + ARCHIVE)
    write_package(place, name, files)
    size = sum(map(len, files.values()))
    print(f"{place}: network {name} of {study_of}, {len(files)} files, {size / 1e6:.3g} MB")


def find_network(args: argparse.Namespace) -> None:
    """Put the path of a network in the place of its name."""
    from gapworks.learning.library import find_network

    args.network = find_network(args.network, args.study, args.scale)


def find_packaged(args: argparse.Namespace) -> None:
    """The same; and tell a folder that is written from a file."""
    if args.install and args.output:
        raise DataError("--install and --output: say one place, not two")
    find_network(args)
    args.into = None
    if args.output is not None and args.output.suffix != ".zip":
        args.into, args.output = args.output, None


def _options() -> dict[str, tuple[Option, list[str]]]:
    """The options that studies take with own data, and which studies take each."""
    found: dict[str, tuple[Option, list[str]]] = {}
    for one in STUDIES:
        for name, option in study(one).own_data.options.items():
            found.setdefault(name, (option, []))[1].append(one)
    return found


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
