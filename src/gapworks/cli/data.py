"""Commands of data: simulate, gather, generate; verify and info of any file."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from gapworks.cli.arguments import (
    Subparsers,
    command,
    of_these,
    step_of,
    with_step,
    with_study,
)
from gapworks.factory.errors import DataError
from gapworks.readers.arguments import count, share
from gapworks.study import study


def add(subparsers: Subparsers) -> None:
    """Add the commands to the command line."""
    added = command(subparsers, "simulate", simulate, "simulate a range of samples into a shard")
    with_study(added, "resolved settings of the data set, as in params.settings of the rule")
    added.add_argument("--start", type=int, required=True, help="first sample")
    added.add_argument("--stop", type=int, required=True, help="one past the last sample")
    added.add_argument("--threads", type=count, default=1)
    added.add_argument(
        "--max-failed-share",
        type=share,
        default=0.0,
        metavar="SHARE",
        help="a shard with a larger share of failed samples is an error (default 0)",
    )
    added.add_argument(
        "--ranks", type=count, help="MPI ranks that must be there: mpiexec -n N gapworks ..."
    )
    added.add_argument(
        "--share",
        choices=("samples", "grids"),
        default="samples",
        help="what the ranks share: whole samples (the efficient way), or the grids of each one",
    )
    added.add_argument("--output", type=Path, required=True, help="the shard, FIRST-LAST.h5")

    added = command(subparsers, "gather", gather, "verify shards and copy them into one data set")
    with_study(added, "resolved settings of the data set, the same as for simulate")
    added.add_argument("--folder", type=Path, required=True, help="where the shards are")
    added.add_argument("--samples", type=count, required=True, help="size of the data set")
    added.add_argument("--shard-size", type=count, required=True, help="samples per shard")
    added.add_argument(
        "--mixed-code",
        action="store_true",
        help="take shards that different versions of the solver's code made",
    )
    added.add_argument("--output", type=Path, required=True)

    added = command(
        subparsers, "generate", generate, "make a data set by putting another through networks"
    )
    which = "which data set: joint-gap-2 and so on"
    with_step(added, "settings of the step, as in params.settings of the rule", which)

    added = command(
        subparsers, "verify", verify, "check files: complete, unaltered; exit code 1 if not"
    )
    added.add_argument("files", nargs="+", metavar="FILE")

    added = command(subparsers, "info", info, "print what verified files say of themselves")
    added.add_argument("--checksums", action="store_true", help="only SHA-256 and name of arrays")
    added.add_argument("files", nargs="+", metavar="FILE")


def simulate(args: argparse.Namespace) -> None:
    """Simulate a range of samples into a shard, on one or several ranks."""
    from gapworks.cli.progress import progress
    from gapworks.factory.ranks import world
    from gapworks.factory.shards import simulate_shard

    study = _dataset(args.study)
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
    """Verify a data set's shards and copy them into one file."""
    from gapworks.cli.progress import progress
    from gapworks.factory import gather as gathering

    study = _dataset(args.study)
    settings = study.Settings.model_validate(args.settings)
    with progress(args.samples, f"{settings.study}/{settings.dataset} samples") as advance:
        where = (args.folder, args.samples, args.shard_size, args.output)
        header = gathering.gather(study, settings, *where, advance, args.mixed_code)
    print(f"{header.path}: {args.samples} samples, identity {header.attributes['identity']}")


def generate(args: argparse.Namespace) -> None:
    """Make a data set by putting another through networks."""
    make, settings, given = step_of(args, "generated", "generate")
    with of_these(args):
        header = make(settings, given, args.threads, args.output)
    said = header.attributes
    print(f"{header.path}: {said['dataset']}, identity {said['identity']}")


def verify(args: argparse.Namespace) -> int:
    """Say of each file whether it is complete and unaltered; 1 if one is not, or was not read."""
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
    """Print what verified files say of themselves; 1 if one says nothing."""
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


def _dataset(name: str) -> Any:
    """A study's module of samples; imported when it is used, since numba takes its time."""
    return import_module(study(name).module("data.dataset"))
