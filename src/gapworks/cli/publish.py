"""Commands that describe what was made for those who are to use it: crate, croissant."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from gapworks.cli.arguments import Subparsers, command, say
from gapworks.factory.errors import DataError, Refused
from gapworks.readers.arguments import written
from gapworks.study import STUDIES

CITATION = "CITATION.cff"
CODE = (
    *("Snakefile", "config.yaml", "workflow/rules/*.smk", "pyproject.toml"),
    *("envs/lock.txt", "envs/gapworks.yaml", CITATION, "LICENSE"),
)
"""The files of the workflow that a crate holds."""


def add(subparsers: Subparsers) -> None:
    """Add the commands to the command line."""
    added = command(
        subparsers, "crate", crate, "describe a made scale as an RO-Crate (Workflow Run Crate)"
    )
    added.add_argument("results", type=Path, metavar="results/SCALE", help="the scale's folder")
    _with_citation(added)
    added.add_argument(
        "--logs", type=Path, help="of the scale, where benchmarks are (default: logs/SCALE)"
    )
    added.add_argument(
        "--output",
        type=written(".json"),
        metavar="FILE.json",
        help="default: ro-crate-metadata.json in the scale's folder, where it belongs",
    )

    added = command(
        subparsers, "croissant", croissant, "describe a study's gathered data sets in Croissant"
    )
    added.add_argument("study", choices=STUDIES)
    added.add_argument("--scale", required=True, help="the scale they were made at")
    added.add_argument("--data", type=Path, nargs="+", required=True, metavar="FILE.h5")
    _with_citation(added)
    added.add_argument(
        "--output",
        type=written(".json"),
        required=True,
        metavar="FILE.json",
        help="in the folder of the data",
    )


def _with_citation(added: argparse.ArgumentParser) -> None:
    added.add_argument(
        "--workflow",
        type=Path,
        default=Path("."),
        metavar="FOLDER",
        help=f"the checkout: Snakefile, config.yaml, {CITATION} (default: this folder)",
    )
    added.add_argument(
        "--licence",
        metavar="SPDX",
        help="of the data, for instance CC-BY-4.0 (default: the software's)",
    )


def crate(args: argparse.Namespace) -> None:
    """Describe a made scale, and put the workflow's files beside it."""
    from gapworks.factory.disk import write_whole
    from gapworks.factory.files import read_whole
    from gapworks.publication import crate as crates
    from gapworks.publication.citation import read_citation, spdx
    from gapworks.publication.made import files, jobs, sha256_of

    sources = _sources(args.workflow)
    citation = read_citation(args.workflow / CITATION)
    licence = args.licence or citation.licence
    spdx(licence)
    output = args.output or args.results / crates.METADATA
    if output.parent.resolve() != args.results.resolve():
        raise DataError(
            f"{output}: names of files in a crate begin at its folder: write it to "
            f"{args.results / crates.METADATA}"
        )
    scale = args.results.resolve().name
    every = files(args.results)
    made = jobs(every, args.logs or Path("logs") / scale)
    code = {}
    for path in sources:
        name = f"{crates.CODE}/{path.relative_to(args.workflow).as_posix()}"
        write_whole(args.results / name, read_whole(path))
        sha256, size = sha256_of(args.results / name)
        code[name] = (size, sha256)
    content = crates.crate(scale, every, made, code, citation, licence, _today())
    write_whole(output, crates.text(content).encode())
    silent = sum(file.found is None for file in every)
    if silent:
        say(f"gapworks: {silent} of {len(every)} files say nothing of what they were made of")
    print(output)


def croissant(args: argparse.Namespace) -> None:
    """Describe a study's data sets, beside them."""
    from gapworks.factory.disk import write_whole
    from gapworks.publication import croissant as croissants
    from gapworks.publication.citation import read_citation

    if not (args.workflow / CITATION).exists():
        raise _no_checkout(args.workflow / CITATION)
    citation = read_citation(args.workflow / CITATION)
    folder = args.output.parent.resolve()
    if apart := [str(path) for path in args.data if path.parent.resolve() != folder]:
        raise DataError(
            f"{args.output}: names of files begin at its folder: {', '.join(apart)} is not in it"
        )
    content = croissants.croissant(
        args.study, args.scale, args.data, citation, args.licence or citation.licence, _today()
    )
    write_whole(args.output, croissants.text(content).encode())
    print(args.output)


def _sources(workflow: Path) -> list[Path]:
    """The workflow's files; DataError if one is missing."""
    found = []
    for pattern in CODE:
        some = sorted(workflow.glob(pattern))
        if not some:
            raise _no_checkout(workflow / pattern)
        found += some
    return found


def _no_checkout(missing: Path) -> Refused:
    return Refused(f"{missing}: is missing; give the checkout of gapworks: --workflow FOLDER")


def _today() -> str:
    """The date; SOURCE_DATE_EPOCH stands for it in builds that are to come out the same."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return now.date().isoformat()
