"""Never over the user's data: what a command writes is none of what it reads, and nothing foreign.

Every argument of a command that is a path is read, but for its outputs and folders: a new argument
is looked after without a word here. Files are the same by device and number, whatever they are
called: by a link, by another spelling, or by other letters where a disk does not tell them apart.

What stands in the place of an output already gives way to it if it may be an earlier one: a file of
the same kind, damaged or not. Figures, tables and answers are in formats of everybody, and what a
user calls by name is written; a .json beside it, which he did not name, is not written over a file
that is something else.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gapworks.factory.errors import DataError, DiskError, reason
from gapworks.factory.files import beginning, check_plain, open_plain, read_whole, reading
from gapworks.learning.packages.contents import MANIFEST, is_archive
from gapworks.study import study

WRITTEN = ("output", "csv", "json", "curve", "dos", "figure", "samples", "bands")
"""Arguments that a command writes to."""
FOLDERS = ("folder", "docs", "results", "logs", "workflow", "into")
"""Arguments that name no file."""
WEIGHTS = ".safetensors"
"""Suffix of networks: their card stands beside them, ending in .json."""
CHECKPOINT = "the new network's checkpoint"
"""What a training goes on from, beside its weights."""
ANSWERING = ("predict",)
"""Commands that may write a .json beside their output."""
KINDS = {"simulate": "shard", "gather": "dataset", "generate": "dataset", "evaluate": "evaluation"}
"""What commands write as HDF5."""
SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""Of HDF5; in our files after the user block."""


@dataclass(frozen=True)
class File:
    """A file that a command reads or writes, and what it is to the command."""

    path: Path
    what: str

    @cached_property
    def _number(self) -> tuple[int, int] | None:
        """Of its device and on it; None if it is not there or cannot be seen."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def is_same(self, other: File) -> bool:
        """Whether both are one file, however they are written."""
        if self._number is not None or other._number is not None:
            return self._number == other._number
        return os.path.realpath(self.path) == os.path.realpath(other.path)

    def __str__(self) -> str:
        return f"{self.path} ({self.what})"


def check(command: str, arguments: argparse.Namespace, words: Sequence[str] = ()) -> None:
    """Refuse to read what is no file, and to write over what is read; nothing is touched before.

    Parameters
    ----------
    command : str
        The command's name.
    arguments : Namespace
        What it was called with.
    words : sequence of str
        Its words as they were typed: @FILE among them is read, too.

    Raises
    ------
    DataError
        Naming both files.
    """
    if not any(hasattr(arguments, name) for name in WRITTEN):
        return
    inputs, outputs = list(_inputs(arguments, words)), list(_outputs(command, arguments))
    for file in inputs:
        with reading(file.path), contextlib.suppress(FileNotFoundError):
            check_plain(file.path)  # one that is missing is named by whoever needs it
    check_apart(inputs, outputs)
    for file in outputs:
        _check_place(file)
        if file.what == CHECKPOINT:
            continue  # whatever stands there is moved aside
        if _stands(file.path) and (foreign := _foreign(command, arguments, file.path)):
            raise DataError(
                f"{file.path}: stands there already and {foreign}: nothing was done; move it away "
                "or choose another name"
            )


def _check_place(file: File) -> None:
    """Refuse a place that cannot be written to before anything is computed for it."""
    folder = next(one for one in file.path.absolute().parents if os.path.exists(one))
    if not folder.is_dir():
        code = errno.ENOTDIR
    elif os.access(folder, os.W_OK | os.X_OK):
        return
    else:
        code = errno.EROFS if os.statvfs(folder).f_flag & os.ST_RDONLY else errno.EACCES
    why = reason(OSError(code, os.strerror(code)))
    raise DiskError(f"{file.path}: cannot be written: {folder}: {why}; nothing was done")


def _stands(path: Path) -> bool:
    """Whether a file stands in an output's place; refuses what is no file."""
    with reading(path, "written"), contextlib.suppress(FileNotFoundError):
        check_plain(path, "written")
        return True
    return False


def check_apart(inputs: Sequence[File], outputs: Sequence[File]) -> None:
    """Refuse outputs that are an input, or each other.

    Raises
    ------
    DataError
        Naming both files.
    """
    for number, output in enumerate(outputs):
        for file in inputs:
            if output.is_same(file):
                raise DataError(
                    f"{output} would be written over {file}: nothing was done; choose another name"
                )
        for other in outputs[:number]:
            if output.is_same(other) or _differ_by_case(output.path, other.path):
                raise DataError(
                    f"{output} and {other} are one file: nothing was done; choose another name"
                )


def _inputs(arguments: argparse.Namespace, words: Sequence[str]) -> Iterator[File]:
    for name, value in vars(arguments).items():
        if name in WRITTEN or name in FOLDERS:
            continue
        for path in paths(value):
            if name == "network" and (path / MANIFEST).is_file():  # a model package
                yield from (File(one, "of the package") for one in sorted(path.rglob("*.*")))
                continue
            yield File(path, _called(name, words))
            if path.suffix == WEIGHTS:
                yield File(path.with_suffix(".json"), "the network's card")
    yield from _settings(words)
    folder = getattr(arguments, "folder", None)
    if folder is not None:
        from gapworks.factory.shards import shard_name, shard_ranges

        for bounds in shard_ranges(arguments.samples, arguments.shard_size):
            yield File(folder / shard_name(*bounds), "a shard")


def _called(name: str, words: Sequence[str]) -> str:
    """The option that a file was given by, if it was one: no command takes --file."""
    option = f"--{name.replace('_', '-')}"
    typed = [word.partition("=")[0] for word in words if word.startswith("--")]
    given = not words or any(option.startswith(word) for word in typed)
    return option if given else "which is read"


def _settings(words: Sequence[str]) -> Iterator[File]:
    for word in words:
        at = word.partition("=@")[2] if word.startswith("--") else word.removeprefix("@")
        if at and at != word:
            yield File(Path(at), "settings")


def _outputs(command: str, arguments: argparse.Namespace) -> Iterator[File]:
    for name in WRITTEN:
        for path in paths(getattr(arguments, name, None)):
            yield File(path, f"--{name}")
            if path.suffix == WEIGHTS:
                yield File(path.with_suffix(".json"), "the new network's card")
                yield File(path.with_name(f".{path.stem}.checkpoint{WEIGHTS}"), CHECKPOINT)
            elif command in ANSWERING and path.suffix != ".json":
                yield File(path.with_suffix(".json"), f"written beside --{name}")


def paths(value: Any) -> Iterator[Path]:
    """The paths in an argument: one, several, or several with names."""
    if isinstance(value, Path):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from paths(one)


def _differ_by_case(path: Path, other: Path) -> bool:
    """Whether names are the same but for capital letters: one file on some disks."""
    return os.path.realpath(path).casefold() == os.path.realpath(other).casefold()


def _foreign(command: str, arguments: argparse.Namespace, path: Path) -> str | None:
    """What a file in an output's place is, if it cannot be an earlier output."""
    if command in KINDS:
        return _foreign_hdf5(path, KINDS[command])
    if command == "train":
        return _foreign_network(path)
    if command == "package":
        return None if is_archive(path) else "is no model package"
    if command == "metrics":
        return None if "metrics" in _object(path) else "is no metric file"
    answering = command in ANSWERING and study(arguments.study).own_data.checked
    if answering and path.suffix == ".json" and path != arguments.output:
        said = _object(path)
        answer = (
            arguments.output.exists() and said and not {"package_version", "metrics"} & set(said)
        )
        return None if answer else f"is no check of an earlier {arguments.output.name}"
    return None


def _foreign_hdf5(path: Path, kind: str) -> str | None:
    from gapworks.factory.reading import verify
    from gapworks.factory.stamp import STAMP_BYTES

    with reading(path), open_plain(path) as file:
        block = beginning(file, STAMP_BYTES + len(SIGNATURE))
    ours = block.startswith(b"gapworks file") or block.endswith(SIGNATURE) or not block.strip(b"\0")
    if not ours and len(block) >= STAMP_BYTES:  # a shorter one may be what is left of ours
        return "is no file of gapworks"
    try:
        said = verify(path).attributes
    except DiskError:
        raise
    except DataError:
        return None  # damaged or of another version: it is made again
    return None if said["kind"] == kind else f"is a {said['kind']}, not a {kind}"


def _foreign_network(path: Path) -> str | None:
    """Of the weights and the card of a training."""
    if path.suffix == ".json":
        return None if "weights_sha256" in _object(path) else "is no card of a network"
    known = (path.with_suffix(".json"), path.with_name(f".{path.stem}.checkpoint{WEIGHTS}"))
    if any(beside.exists() for beside in known):
        return None
    return "has no card beside it, so it may be anybody's"


def _object(path: Path) -> dict[str, Any]:
    """A JSON object in a file; empty if it is something else."""
    try:
        said = json.loads(read_whole(path))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
