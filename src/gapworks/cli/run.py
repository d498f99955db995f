"""Commands of runs, of the machine and of the configuration: resume, doctor, schema."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from gapworks.cli.arguments import Subparsers, command
from gapworks.config import ConfigFile


def add(subparsers: Subparsers) -> None:
    """Add the commands to the command line."""
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

    command(subparsers, "schema", schema, "print the JSON schema of config.yaml")


def resume(args: argparse.Namespace) -> int:
    """Go on after a run that broke off, or list what it left behind."""
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


def doctor(_: argparse.Namespace) -> int:
    """Say what a run in this folder would meet, each finding as it is made."""
    from gapworks.runs.doctor import examine

    faults = 0
    for finding in examine(Path.cwd()):
        print(finding, flush=True)
        faults += finding.state == "fault"
    return int(faults > 0)


def schema(_: argparse.Namespace) -> None:
    """Print the JSON schema of config.yaml."""
    print(json.dumps(ConfigFile.model_json_schema(), indent=2))
