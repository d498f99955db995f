"""What the commands of the command line do; what they are called with stands in cli.py."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gapworks.config import ConfigFile
from gapworks.factory import recipe
from gapworks.factory.errors import DataError
from gapworks.products import outputs
from gapworks.products.statement import sign

INPUTS = ("data", "validation", "network", "evaluation", "metrics")
"""Arguments of commands that name files which the workflow has made."""


def inputs(args: argparse.Namespace) -> Iterator[Path]:
    """The files of `INPUTS` that a command was given."""
    for name in INPUTS:
        given = getattr(args, name, None)
        for one in given if isinstance(given, list) else [given]:
            path = one[1] if isinstance(one, tuple) else one  # NAME=FILE
            if path is not None:
                yield path


def simulate(args: argparse.Namespace) -> None:
    from gapworks.factory.progress import progress
    from gapworks.factory.ranks import world
    from gapworks.factory.shards import simulate_shard

    study = _room(args.study, "data.dataset")
    settings = study.Settings.model_validate(args.settings)
    if not 0 <= args.start < args.stop:
        raise SystemExit(f"gapworks: samples {args.start} ... {args.stop}: not a range")
    what = f"{settings.study}/{settings.dataset} samples {args.start}-{args.stop}"
    bounds = (args.start, args.stop, args.output, args.threads, args.max_failed_share)
    with world(args.ranks) as ranks:
        if ranks.rank:
            simulate_shard(study, settings, *bounds, world=ranks, share=args.share)
            return
        with progress(args.stop - args.start, what) as advance:
            header = simulate_shard(study, settings, *bounds, advance, ranks, args.share)
        print(f"{header.path}: {what}, identity {header.attributes['identity']}")


def gather(args: argparse.Namespace) -> None:
    from gapworks.factory.gather import gather
    from gapworks.factory.progress import progress

    study = _room(args.study, "data.dataset")
    settings = study.Settings.model_validate(args.settings)
    with progress(args.samples, f"{settings.study}/{settings.dataset} samples") as advance:
        where = (args.folder, args.samples, args.shard_size, args.output)
        header = gather(study, settings, *where, advance, args.mixed_code)
    print(f"{header.path}: {args.samples} samples, identity {header.attributes['identity']}")


def verify(args: argparse.Namespace) -> int:
    from gapworks.factory.errors import DiskError
    from gapworks.products.inspection import Unjudged, inspect

    bad = unread = 0
    for path in args.files:
        try:
            found = inspect(Path(path))
        except Unjudged as error:
            print(f"?    {error}")
        except DiskError as error:
            unread += 1
            print(f"?    {error}")
        except DataError as error:
            bad += 1
            print(f"BAD  {error}")
        else:
            print(f"ok   {path}: {found.what}")
    if bad:
        print(f"{bad} of {len(args.files)} files are bad", file=sys.stderr)
    if unread:
        said = "could not be read, which says nothing against them"
        print(f"{unread} of {len(args.files)} files {said}", file=sys.stderr)
    return 1 if bad or unread else 0


def info(args: argparse.Namespace) -> int:
    from gapworks.products.inspection import Unjudged, inspect, lines

    unjudged = 0
    for path in args.files:
        try:
            found = inspect(Path(path))
        except Unjudged as error:
            unjudged = 1
            print(f"gapworks: {error}", file=sys.stderr)
            continue
        if args.checksums:
            for name in sorted(found.checksums):
                print(f"{found.checksums[name]}  {name}")
            continue
        print(path, *lines(found), sep="\n")
    return unjudged


def train(args: argparse.Namespace) -> None:
    room = _room(args.study, "learning.training")
    settings = room.Settings.model_validate(args.settings)
    card = room.train_network(settings, args.data, args.validation, args.output, args.threads, _say)
    print(
        f"{args.output}: {card['parameters']} parameters, best after {card['best_epoch']} of "
        f"{card['epochs']} epochs, weights {card['weights_sha256']}"
    )


def generate(args: argparse.Namespace) -> None:
    _check_network_names(args)
    room = _room(args.study, "learning.generation")
    settings = room.Settings.model_validate(args.settings)
    header = room.generate(settings, args.data, dict(args.network), args.threads, args.output)
    print(
        f"{header.path}: {header.attributes['dataset']}, identity {header.attributes['identity']}"
    )


def evaluate(args: argparse.Namespace) -> None:
    _check_network_names(args)
    evaluate = _member(args.study, "evaluation.evaluations", "EVALUATIONS", args.name)
    made = evaluate(args.settings, args.data, dict(args.network), args.threads, _say)
    made.write(args.output)
    print(args.output)


def predict(args: argparse.Namespace) -> None:
    predict = _room(args.study, "learning.predict")
    options = {name: getattr(args, name) for name in ("unit", "column", "drop_imaginary")}
    options = {name: value for name, value in options.items() if value}
    if options and args.study != "eliashberg":
        flag = next(iter(options)).replace("_", "-")
        raise SystemExit(f"gapworks: --{flag} is for predict eliashberg")
    if args.force:
        options["force"] = True
    print(
        f"{args.output}: {predict.predict_file(args.network, args.input, args.output, **options)}"
    )


def _say(line: str) -> None:
    """A line of progress; logs are read while a job runs."""
    print(line, file=sys.stderr, flush=True)


def figure(args: argparse.Namespace) -> None:
    from gapworks.plotting.style import FORMATS, house_style, save

    draw = _member(args.study, "paper.figures", "FIGURES", args.name)
    _check_suffixes(args.output, FORMATS)
    evaluations = _evaluations(args)
    _check_settings(args, draw, evaluations)
    with house_style():
        with _of_these(args):
            drawn = draw(evaluations, **args.settings)
        save(drawn, args.output)
    sign(args.output)
    print(*args.output)


def table(args: argparse.Namespace) -> None:
    from gapworks.plotting.table import FORMATS, save

    make = _member(args.study, "paper.tables", "TABLES", args.name)
    _check_suffixes(args.output, FORMATS)
    evaluations = _evaluations(args)
    _check_settings(args, make, evaluations)
    with _of_these(args):
        made = make(evaluations, **args.settings)
    save(made, args.output)
    sign(args.output)
    print(*args.output)


def metrics(args: argparse.Namespace) -> None:
    from gapworks import reproduction
    from gapworks.factory.disk import write_whole
    from gapworks.factory.provenance import provenance

    room = _room(args.study, "paper.metrics")
    take = getattr(room, "timing" if args.timing else "metrics", None)
    if take is None:
        raise SystemExit(f"gapworks: {args.study} times nothing")
    evaluations = _evaluations(args)
    _check_settings(args, take, evaluations)
    with _of_these(args):
        taken = take(evaluations, **args.settings)
    measured = reproduction.numbers(
        args.study,
        args.scale,
        taken,
        [data.attributes for data in evaluations],
        provenance(),
        **recipe.attribute(args.output),
        timing=args.timing,
    )
    write_whole(args.output, reproduction.to_json(measured).encode())
    print(args.output)


def claims(args: argparse.Namespace) -> None:
    from gapworks import reproduction
    from gapworks.plotting.table import FORMATS, save

    _check_suffixes(args.output, FORMATS)
    claims = reproduction.read_claims(args.claims)
    save(
        reproduction.claims_table(claims, reproduction.read_numbers(args.metrics)),
        args.output,
    )
    sign(args.output)
    print(*args.output)


def record(args: argparse.Namespace) -> int:
    from gapworks import reproduction
    from gapworks.factory.disk import write_whole
    from gapworks.factory.files import read_whole

    given = [outputs.File(path, "METRICS.json") for path in args.metrics]
    kept = {}
    for measured in reproduction.to_record(args.metrics):
        if any("+changes" in commit for commit in measured.commits):
            what = f"{measured.study} at scale {measured.scale}"
            _say(f"{what}: made in part by code that is in no commit; recorded all the same")
        place = args.docs / "numbers" / f"{measured.scale}-{measured.study}.json"
        outputs.check_apart(given, [outputs.File(place, "what the docs keep of it")])
        kept[place] = measured
    for place, measured in kept.items():
        write_whole(place, reproduction.to_json(measured).encode())
        print(place)
    page = args.docs / "reproduction.md"
    known = [reproduction.read_numbers(p) for p in sorted((args.docs / "numbers").glob("*.json"))]
    text = reproduction.report(reproduction.read_claims(args.docs / "claims.yaml"), known)
    if args.check:
        if page.exists() and read_whole(page).decode(errors="replace") == text:
            return 0
        print(f"gapworks: {page}: is not up to date; gapworks record", file=sys.stderr)
        return 1
    write_whole(page, text.encode())
    print(page)
    return 0


def resume(args: argparse.Namespace) -> int:
    from gapworks.runs.note import working_folder
    from gapworks.runs.resume import list_orphans, resume

    folder = Path.cwd() / working_folder(args.snakemake[1:])
    if not any((folder / name).exists() for name in ("Snakefile", ".snakemake")):
        raise SystemExit("gapworks: no Snakefile here: go to the folder of the run")
    if args.list:
        list_orphans(folder)
        return 0
    if args.snakemake and args.snakemake[0] != "--":
        given = " ".join(args.snakemake)
        raise SystemExit(f"gapworks: what is snakemake's goes after --: gapworks resume -- {given}")
    return resume(folder, args.snakemake[1:], cancelling=args.cancel)


def schema(_: argparse.Namespace) -> None:
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


def _check_network_names(args: argparse.Namespace) -> None:
    """Weights that bear another network's name, with their card, are not taken for that network."""
    from gapworks.learning.cards import read_card

    for name, path in args.network:
        if name == path.stem and (said := read_card(path)[0].get("name")) != name:
            raise DataError(f"{path}: is {said}, under the name of {name}")


@contextlib.contextmanager
def _of_these(args: argparse.Namespace) -> Iterator[None]:
    """Evaluations that something is not made of end in one line, not in a traceback."""
    try:
        yield
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        given = ", ".join(path.name for path in args.evaluation)
        what = getattr(args, "name", "the metrics")
        raise DataError(
            f"{what}: cannot be made of {given}, in this order ({type(error).__name__}: {error}); "
            "snakemake -np FILE prints the command that makes a file"
        ) from error


def _evaluations(args: argparse.Namespace) -> list[Any]:
    from gapworks.factory.evaluation_file import read_evaluation

    return [read_evaluation(path, args.study) for path in args.evaluation]
