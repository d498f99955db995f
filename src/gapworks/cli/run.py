"""Commands of runs, of the machine, of the configuration: cost, resume, doctor, app, schema."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from gapworks.cli.arguments import Subparsers, command
from gapworks.config import ConfigFile
from gapworks.factory.errors import DataError, Refused
from gapworks.readers.arguments import count


def add(subparsers: Subparsers) -> None:
    """Add the commands to the command line."""
    added = command(
        subparsers,
        "cost",
        cost,
        "say what targets cost before they are made: jobs, CPU hours, memory, disk",
    )
    added.add_argument(
        "target", nargs="*", help="as snakemake takes them; none: all of the default scale"
    )
    added.add_argument(
        *("-c", "--cores"), type=count, help="for the time by the clock (default: all of these)"
    )
    added.add_argument(
        "--config", nargs="+", default=[], metavar="KEY=VALUE", help="as snakemake's: scale=paper"
    )
    added.add_argument(
        *("-F", "--forceall"), action="store_true", help="as if nothing were there already"
    )
    added.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    added.add_argument(
        "--scales", action="store_true", help="a table of all scales of config.yaml, from nothing"
    )
    added.add_argument(
        "--page", type=Path, metavar="FILE", help="put that table between its marks in FILE"
    )

    added = command(
        subparsers,
        "resume",
        resume,
        "go on after a run that broke off: wait for its jobs, unlock, run",
    )
    either = added.add_mutually_exclusive_group()
    either.add_argument("--list", action="store_true", help="only list what the run left behind")
    either.add_argument(
        "--cancel", action="store_true", help="end its Slurm jobs instead of waiting"
    )
    added.add_argument(
        "snakemake",
        nargs=argparse.REMAINDER,
        metavar="-- ARGUMENTS",
        help="of snakemake: -- --profile slurm TARGET; none: those of the run that broke off",
    )

    command(
        subparsers,
        "doctor",
        doctor,
        "look at this machine before a run: packages, disk, MPI, graphics card, Slurm; with cures",
    ).epilog = "exit code: 0 nothing stands in the way of a run, 1 something does (marked fault)"

    added = command(
        subparsers, "app", app, "open a page in the browser for the commands on your own files"
    )
    added.add_argument("--port", type=count, help="default: 2718, or another where that is taken")
    added.add_argument("--headless", action="store_true", help="only say the address")

    command(subparsers, "schema", schema, "print the JSON schema of config.yaml")


def cost(args: argparse.Namespace) -> None:
    """Say what targets will cost, by what jobs like theirs used."""
    from gapworks.costs.estimate import as_json, lines
    from gapworks.factory.disk import write_whole
    from gapworks.runs.costing import cost_of

    if args.scales or args.page:
        _cost_of_scales(args.page)
        return
    # As snakemake, --config takes all words to the next option; a target has no "=".
    settings = [word for word in args.config if "=" in word]
    targets = [*args.target, *(word for word in args.config if "=" not in word)]
    found = cost_of(Path.cwd(), targets, settings, args.cores, everything=args.forceall)
    for line in lines(found, shutil.disk_usage(".").free):
        print(line)
    if args.json:
        write_whole(args.json, as_json(found).encode())


def _cost_of_scales(page: Path | None) -> None:
    """Print what all scales of config.yaml cost, or put it into a page."""
    import yaml

    from gapworks.config import ConfigError, load
    from gapworks.costs.records import kept_records
    from gapworks.costs.scales import replaced, section
    from gapworks.factory.disk import write_whole
    from gapworks.factory.files import read_whole

    if not Path("config.yaml").exists():
        raise Refused("no config.yaml here: --scales needs a checkout of gapworks; go there")
    try:
        scales = load(yaml.safe_load(read_whole(Path("config.yaml"))))[1]
    except (ConfigError, yaml.YAMLError) as error:
        raise DataError(f"config.yaml is wrong:\n{error}") from error
    made = section(scales, kept_records())
    if page is None:
        print(made)
        return
    try:
        write_whole(page, replaced(read_whole(page).decode(), made).encode())
    except ValueError as error:
        raise DataError(f"{page}: {error}") from error
    print(page)


def resume(args: argparse.Namespace) -> int:
    """Go on after a run that broke off, or list what it left behind."""
    from gapworks.runs.note import working_folder
    from gapworks.runs.resume import list_orphans, resume

    folder = Path.cwd() / working_folder(args.snakemake[1:])
    if not any((folder / name).exists() for name in ("Snakefile", ".snakemake")):
        raise Refused("no Snakefile here: go to the folder of the run, a checkout of gapworks")
    if args.list:
        list_orphans(folder)
        return 0
    if args.snakemake and args.snakemake[0] != "--":
        given = " ".join(args.snakemake)
        raise SystemExit(f"gapworks: what is snakemake's goes after --: gapworks resume -- {given}")
    return resume(folder, args.snakemake[1:], cancelling=args.cancel)


def doctor(_: argparse.Namespace) -> int:
    """Say what a run in this folder would meet, each finding as it is made."""
    from gapworks.runs.doctor import examine

    faults = 0
    for finding in examine(Path.cwd()):
        print(finding, flush=True)
        faults += finding.state == "fault"
    return int(faults > 0)


def app(args: argparse.Namespace) -> None:
    """Open a page in the browser for the commands on people's own files."""
    from gapworks.app.serve import serve

    serve(args.port, args.headless)


def schema(_: argparse.Namespace) -> None:
    """Print the JSON schema of config.yaml."""
    print(json.dumps(ConfigFile.model_json_schema(), indent=2))
