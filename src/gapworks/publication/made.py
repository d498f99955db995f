"""What lies in the folder of a made scale, and how each file came to be, as the files say it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from gapworks.factory.errors import DataError
from gapworks.factory.files import open_plain, pieces, reading
from gapworks.factory.recipe import READ
from gapworks.products.inspection import Found, Unjudged, inspect
from gapworks.study import STUDIES

ROOMS = ("data", "models", "figures", "tables")
"""Of a study's folder: shards are left out, the data sets gathered of them hold every sample."""
WALL, MEMORY, PROCESSOR = "s", "max_rss", "cpu_time"
"""Columns of Snakemake's benchmark files: seconds, MB, seconds."""


@dataclass(frozen=True)
class File:
    """A file of the scale: its name is its path within the folder, with slashes."""

    name: str
    size: int
    sha256: str
    found: Found | None
    """None of one that holds nothing to check it by."""


@dataclass(frozen=True)
class Job:
    """What made some files: a command of gapworks, of other files.

    Attributes
    ----------
    name : str
        STUDY/ROOM/NAME of what it makes.
    command : str
        The command of gapworks.
    results : list of File
    read : mapping of str to str
        The digests of what it read, each of what the file holds: by its name within the folder, as
        far as the job kept them.
    shards : int
        Of a data set: how many shards were gathered.
    usage : mapping of str to float
        From its benchmark, if that is there: `s`, `cpu_time` in seconds, `max_rss` in MB.
    """

    name: str
    command: str
    results: list[File]
    read: Mapping[str, str] = field(default_factory=dict)
    shards: int = 0
    usage: Mapping[str, float] = field(default_factory=dict)

    @property
    def said(self) -> Mapping[str, Any]:
        """What its first result says of itself."""
        return self.results[0].found.said if self.results[0].found else {}

    @property
    def code(self) -> str:
        """Digest of the modules that did it."""
        found = self.results[0].found
        made = (found.made if found else None) or {}
        return made.get("code") or self.said.get("code", "")


def files(folder: Path, advance: Callable[[str], None] = lambda name: None) -> list[File]:
    """All files of a scale, each verified.

    Parameters
    ----------
    folder : Path
        results/SCALE.
    advance : callable
        Is told the name of each file before it is read.

    Raises
    ------
    DataError
        Naming every file that is damaged; or if there is none of a study.
    """
    found, bad = [], []
    for path in _paths(folder):
        advance(path.relative_to(folder).as_posix())
        try:
            found.append(_file(folder, path))
        except DataError as error:
            bad.append(str(error))
    if bad:
        raise DataError("\n".join([*bad, "make these again before they are described"]))
    if not found:
        raise DataError(
            f"{folder}: holds nothing that a study made; give the folder of a scale, for instance "
            "results/laptop, after a run"
        )
    return found


def jobs(every: Sequence[File], logs: Path) -> list[Job]:
    """The jobs that made files, in an order in which they can have run.

    Parameters
    ----------
    every : sequence of File
        Of a scale.
    logs : Path
        Where its logs are; benchmarks that are not there are left out.

    Raises
    ------
    DataError
        If a file was made of another one than the one that is there.
    """
    together: dict[str, list[File]] = {}
    for file in every:
        together.setdefault(file.name.rsplit(".", 1)[0], []).append(file)
    held = {file.name: file.found.sha256 for file in every if file.found}
    made = []
    for name, results in together.items():
        results = sorted(results, key=lambda file: file.found is None)
        if results[0].found is None:
            continue
        facts = results[0].found.made or {}
        read = {
            "/".join(Path(one).parts[2:]): sha256 for one, sha256 in facts.get(READ, {}).items()
        }
        if other := [one for one in read if held.get(one, read[one]) != read[one]]:
            raise DataError(
                f"{name}: was made of another {', '.join(other)} than the one beside it; make it "
                "again: type the snakemake command that made it"
            )
        said = results[0].found.said
        if command := _command(name, said):
            usage = _usage(logs, name, command)
            shards = len(said.get("shards", []))
            made.append(Job(name, command, results, read, shards, usage))
    return _in_order(made)


def sha256_of(path: Path) -> tuple[str, int]:
    """SHA-256 of a whole file, and its size; DiskError if it cannot be read."""
    sha256, size = hashlib.sha256(), 0
    with reading(path), open_plain(path) as file:
        for piece in pieces(file):
            sha256.update(piece)
            size += len(piece)
    return sha256.hexdigest(), size


def _paths(folder: Path) -> Iterator[Path]:
    for study in STUDIES:
        for room in ROOMS:
            for path in sorted((folder / study / room).rglob("*")):
                hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
                if path.is_file() and not hidden:
                    yield path


def _file(folder: Path, path: Path) -> File:
    try:
        found = inspect(path)
    except Unjudged:
        found = None
    return File(path.relative_to(folder).as_posix(), *reversed(sha256_of(path)), found)


def _command(name: str, said: Mapping[str, Any]) -> str:
    """The command that makes a product; empty if it is none that says what it was made of."""
    _, room, *rest = name.split("/")
    if said.get("kind") == "dataset":
        return "generate" if rest[0] == "generated" else "simulate"
    if said.get("kind") == "evaluation":
        return "evaluate"
    if room == "models":
        return "train"
    if room == "data":
        return "metrics" if rest[0].startswith("metrics") else ""
    if rest[0].startswith("claims"):
        return "claims"
    return {"figures": "figure", "tables": "table"}[room]


def _usage(logs: Path, name: str, command: str) -> dict[str, float]:
    """What a job took, by Snakemake's benchmarks; of solved data all their shards' together."""
    study, stem = name.split("/")[0], name.rsplit("/", 1)[1]
    if command == "simulate":
        paths = sorted((logs / study / "simulate" / stem).glob("*.benchmark.tsv"))
    elif command == "metrics":
        paths = [logs / study / f"{stem}.benchmark.tsv"]
    else:
        room = "table" if command == "claims" else command
        paths = [logs / study / room / f"{stem}.benchmark.tsv"]
    rows = [row for path in paths if (row := _benchmark(path))]
    if not rows:
        return {}
    usage = {key: sum(row[key] for row in rows if key in row) for key in (WALL, PROCESSOR)}
    return usage | {MEMORY: max(row.get(MEMORY, 0.0) for row in rows)}


def _benchmark(path: Path) -> dict[str, float]:
    """The numbers of a benchmark's first row; none, if it is not there or is none."""
    try:
        head, row, *_ = path.read_text().splitlines()
    except (OSError, ValueError):
        return {}
    found = {}
    for key, value in zip(head.split("\t"), row.split("\t"), strict=False):
        try:
            found[key] = float(value)
        except ValueError:  # "-" or "NA" of a job too short to be looked at, h:m:s
            continue
    return found


def _in_order(made: Sequence[Job]) -> list[Job]:
    """Jobs after those that made what they read."""
    makers = {file.name: job for job in made for file in job.results}
    ordered: dict[str, Job] = {}

    def put(job: Job, above: tuple[str, ...] = ()) -> None:
        if job.name in ordered or job.name in above:
            return
        for name in job.read:
            if name in makers:
                put(makers[name], (*above, job.name))
        ordered[job.name] = job

    for job in made:
        put(job)
    return list(ordered.values())


def about(study: str) -> str:
    """What a study is about, in a few words: the first of its package's."""
    return (import_module(f"gapworks.{study}").__doc__ or study).split(":")[0]


def settings_of(said: Mapping[str, Any]) -> dict[str, str]:
    """What a product keeps of its settings, by what it is: JSON, or a digest of it."""
    settings = said.get("settings")
    if isinstance(settings, str):
        return {"settings digest": settings}
    return {"settings": json.dumps(settings, sort_keys=True)} if settings else {}
