"""The command line: one command a step. Rules of the workflow call these, and so can you."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import gapworks
from gapworks.config import ConfigFile

STUDIES = ("chain",)


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Returns
    -------
    int
        0 if all went well, 1 if data or settings are wrong (said on stderr), 130 after Ctrl-C.
    """
    parsed = _parser().parse_args(arguments)
    # What stops a cluster's job (scancel, a time limit) unwinds like Ctrl-C: no half-written file.
    signal.signal(signal.SIGTERM, _interrupt)
    from pydantic import ValidationError

    from gapworks.factory.container import DataError

    try:
        return parsed.run(parsed) or 0
    except DataError as error:
        print(f"gapworks: {error}", file=sys.stderr)
    except ValidationError as error:
        for detail in error.errors():
            key = ".".join(str(part) for part in detail["loc"])
            print(f"gapworks: settings: {key}: {detail['msg']}", file=sys.stderr)
    except KeyboardInterrupt:
        print("gapworks: interrupted; nothing half-written was left", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _simulate(args: argparse.Namespace) -> None:
    from gapworks.factory.progress import progress
    from gapworks.factory.shards import simulate_shard

    study = _room(args.study, "dataset")
    settings = study.Settings.model_validate(args.settings)
    if not 0 <= args.start < args.stop:
        raise SystemExit(f"gapworks: samples {args.start} ... {args.stop}: not a range")
    what = f"{settings.study}/{settings.dataset} samples {args.start}-{args.stop}"
    with progress(args.stop - args.start, what) as advance:
        header = simulate_shard(
            study, settings, args.start, args.stop, args.output, args.threads, advance
        )
    print(f"{header.path}: {what}, identity {header.attributes['identity']}")


def _gather(args: argparse.Namespace) -> None:
    from gapworks.factory.gather import gather
    from gapworks.factory.progress import progress

    study = _room(args.study, "dataset")
    settings = study.Settings.model_validate(args.settings)
    with progress(args.samples, f"{settings.study}/{settings.dataset} samples") as advance:
        header = gather(
            study, settings, args.folder, args.samples, args.shard_size, args.output, advance
        )
    print(f"{header.path}: {args.samples} samples, identity {header.attributes['identity']}")


def _verify(args: argparse.Namespace) -> int:
    from gapworks.factory.container import DataError, verify

    bad = 0
    for path in args.files:
        try:
            header = verify(path)
        except DataError as error:
            bad += 1
            print(f"BAD  {error}")
        else:
            said = header.attributes
            print(f"ok   {path}: {said['kind']} of {said['study']}/{said['dataset']}")
    if bad:
        print(f"{bad} of {len(args.files)} files are bad", file=sys.stderr)
    return 1 if bad else 0


def _info(args: argparse.Namespace) -> None:
    from gapworks.factory.container import verify

    for path in args.files:
        header = verify(path)
        if args.checksums:
            for name in sorted(header.checksums):
                print(f"{header.checksums[name]}  {name}")
            continue
        print(path)
        for key, value in sorted(header.attributes.items()):
            shown = value if isinstance(value, str) else json.dumps(value)
            if key == "shards":
                shown = f"{len(value)} shards"
            print(f"  {key}: {shown}")
        for name, shape in header.shapes.items():
            print(f"  {name}{list(shape)} in {header.units[name]}")


def _train(args: argparse.Namespace) -> None:
    room = _room(args.study, "training")
    settings = room.Settings.model_validate(args.settings)
    card = room.train_network(settings, args.data, args.validation, args.output, args.threads, _say)
    print(
        f"{args.output}: {card['parameters']} parameters, best after {card['best_epoch']} of "
        f"{card['epochs']} epochs, weights {card['weights_sha256']}"
    )


def _evaluate(args: argparse.Namespace) -> None:
    from gapworks.factory.container import Writer

    evaluate = _member(args.study, "evaluation", "EVALUATIONS", args.name)
    made = evaluate(args.settings, args.data, dict(args.network), args.threads, _say)
    with Writer(
        args.output, "evaluation", made.attributes, made.coordinates, made.variables
    ) as writer:
        writer.append(made.arrays)
    print(args.output)


def _predict(args: argparse.Namespace) -> None:
    predict = _room(args.study, "predict")
    predict.predict_file(args.network, args.input, args.output)
    print(args.output)


def _say(line: str) -> None:
    """A line of progress; logs are read while a job runs."""
    print(line, file=sys.stderr, flush=True)


def _figure(args: argparse.Namespace) -> None:
    from gapworks.plotting.style import FORMATS, house_style, save

    draw = _member(args.study, "figures", "FIGURES", args.name)
    _check_suffixes(args.output, FORMATS)
    evaluations = _evaluations(args)
    _check_settings(args, draw, evaluations)
    with house_style():
        save(draw(evaluations, **args.settings), args.output)
    print(*args.output)


def _table(args: argparse.Namespace) -> None:
    from gapworks.plotting.table import FORMATS, save

    make = _member(args.study, "tables", "TABLES", args.name)
    _check_suffixes(args.output, FORMATS)
    evaluations = _evaluations(args)
    _check_settings(args, make, evaluations)
    save(make(evaluations, **args.settings), args.output)
    print(*args.output)


def _schema(_: argparse.Namespace) -> None:
    print(json.dumps(ConfigFile.model_json_schema(), indent=2))


def _room(study: str, name: str) -> Any:
    """A study's module; imported only when used, since numba and torch take their time."""
    return importlib.import_module(f"gapworks.{study}.{name}")


def _member(study: str, room: str, table: str, name: str) -> Any:
    known = getattr(_room(study, room), table)
    if name not in known:
        raise SystemExit(f"gapworks: {study} has no {name} among its {room}: {', '.join(known)}")
    return known[name]


def _check_suffixes(paths: list[Path], formats: tuple[str, ...]) -> None:
    for path in paths:
        if path.suffix not in formats:
            raise SystemExit(f"gapworks: {path}: write one of {', '.join(formats)}")


def _check_settings(args: argparse.Namespace, make: Any, evaluations: list[Any]) -> None:
    """Settings must be those that a figure or table takes."""
    try:
        inspect.signature(make).bind(evaluations, **args.settings)
    except TypeError as error:
        raise SystemExit(f"gapworks: settings of {args.name}: {error}") from error


def _evaluations(args: argparse.Namespace) -> list[Any]:
    from gapworks.factory.container import DataError, read, verify

    room = _room(args.study, "statistics")
    evaluated = []
    for path in args.evaluation:
        said = verify(path).attributes
        if (said["kind"], said["study"]) != ("evaluation", args.study):
            raise DataError(
                f"{path}: is a {said['kind']} of {said['study']}, not an evaluation of {args.study}"
            )
        evaluated.append(room.Evaluated(said, read(path)))
    return evaluated


def _json(text: str) -> Any:
    """A JSON object, or @FILE with one in it."""
    try:
        settings = json.loads(Path(text[1:]).read_text() if text.startswith("@") else text)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from error
    if not isinstance(settings, dict):
        raise argparse.ArgumentTypeError(f"not a JSON object: {text[:40]}")
    return settings


def _named_path(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text}: write NAME=FILE")
    return name, Path(path)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gapworks",
        description="Simulated superconductors by the thousand, and the papers made of them. "
        "The workflow (snakemake) calls these commands; `snakemake -np TARGET` shows how.",
    )
    parser.add_argument("--version", action="version", version=gapworks.__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        added.set_defaults(run=run)
        return added

    def with_study(added: argparse.ArgumentParser, settings: str) -> None:
        added.add_argument("study", choices=STUDIES)
        added.add_argument(
            "--settings", type=_json, required=True, metavar="JSON", help=f"{settings}; or @FILE"
        )

    simulate = command("simulate", _simulate, "simulate a range of samples into a shard")
    with_study(simulate, "resolved settings of the data set, as in params.settings of the rule")
    simulate.add_argument("--start", type=int, required=True, help="first sample")
    simulate.add_argument("--stop", type=int, required=True, help="one past the last sample")
    simulate.add_argument("--threads", type=_positive, default=1)
    simulate.add_argument("--output", type=Path, required=True, help="the shard, FIRST-LAST.h5")

    gather = command("gather", _gather, "verify shards and copy them into one data set")
    with_study(gather, "resolved settings of the data set, the same as for simulate")
    gather.add_argument("--folder", type=Path, required=True, help="where the shards are")
    gather.add_argument("--samples", type=_positive, required=True, help="size of the data set")
    gather.add_argument("--shard-size", type=_positive, required=True, help="samples per shard")
    gather.add_argument("--output", type=Path, required=True)

    verify = command("verify", _verify, "check files: complete, unaltered; exit code 1 if not")
    verify.add_argument("files", nargs="+", metavar="FILE")

    info = command("info", _info, "print what verified files say of themselves")
    info.add_argument("--checksums", action="store_true", help="only SHA-256 and name of arrays")
    info.add_argument("files", nargs="+", metavar="FILE")

    train = command("train", _train, "train a network; goes on from its checkpoint if there is one")
    with_study(train, "resolved settings of the training, as in params.settings of the rule")
    train.add_argument("--data", type=Path, required=True, help="gathered training data")
    train.add_argument("--validation", type=Path, required=True, help="gathered validation data")
    train.add_argument("--threads", type=_positive, default=1)
    train.add_argument("--output", type=Path, required=True, help="the weights, NAME.safetensors")

    evaluate = command("evaluate", _evaluate, "evaluate data, networks or solvers into one file")
    with_study(evaluate, "settings of the evaluation, as in params.settings of the rule")
    evaluate.add_argument("name", help="what: statistics, floor, cost")
    evaluate.add_argument("--data", type=Path, nargs="*", default=[], help="gathered data sets")
    evaluate.add_argument(
        "--network",
        type=_named_path,
        nargs="*",
        default=[],
        metavar="NAME=FILE",
        help="trained networks (.safetensors) and how to call them",
    )
    evaluate.add_argument("--threads", type=_positive, default=1)
    evaluate.add_argument("--output", type=Path, required=True)

    predict = command("predict", _predict, "put your own data through a trained network")
    predict.add_argument("study", choices=STUDIES)
    predict.add_argument("--network", type=Path, required=True, help="weights (.safetensors)")
    predict.add_argument(
        "--input", type=Path, required=True, help="disorder V, units of t: .npy, or .csv by rows"
    )
    predict.add_argument("--output", type=Path, required=True, help="Delta, units of t: .npy, .csv")

    for name, run, what in (
        ("figure", _figure, "draw a figure from evaluations (.pdf, .png)"),
        ("table", _table, "make a table from evaluations (.csv, .tex)"),
    ):
        made = command(name, run, what)
        with_study(made, f"the settings of this {name}, {{}} if it has none")
        made.add_argument("name", help=f"which {name}")
        made.add_argument("--evaluation", type=Path, nargs="+", required=True, metavar="FILE")
        made.add_argument("--output", type=Path, nargs="+", required=True, metavar="FILE")

    command("schema", _schema, "print the JSON schema of config.yaml")
    return parser


if __name__ == "__main__":
    sys.exit(main())
