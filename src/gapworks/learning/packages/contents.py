"""What a model package is made of, as a folder or as one .zip, and whether it is all there.

A package of the network NAME is a folder NAME, or an archive with that folder in it:

    package.json         what is in it: format, study, name, licence, versions, tolerance, and size
                         and SHA-256 of every other file; sealed, so that an edit of it shows, too
    NAME.safetensors     the weights
    NAME.json            the network's card
    example/input.*      an input, laid out as `gapworks predict` reads it, and
    example/answer.json  the network's answer to it
    README.md            the card for people
    NAME.onnx            the network for other programs, if it was asked for

Nothing in it can run, and nothing is unpacked under a name that it gives.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gapworks.factory.errors import DataError
from gapworks.factory.files import open_plain, read_whole, reading
from gapworks.factory.seal import is_intact, sealed, to_text

FORMAT = 1
"""Of packages."""
MANIFEST = "package.json"
README = "README.md"
ARCHIVE = ".zip"
_NAME = re.compile(r"(?:example/)?[A-Za-z0-9_][\w.+-]*")
"""Of a file in a package."""
_LARGEST_MANIFEST = 1 << 24
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""Of all files in an archive: the same package is the same bytes."""

Read = Callable[[str, int], bytes]
"""read(name, size) -> at most size + 1 bytes of a file in a package; KeyError: it has none."""


@dataclass(frozen=True)
class Contents:
    """A package whose files are as they were written.

    Attributes
    ----------
    place : Path
        The folder, or the archive.
    manifest : mapping
        What package.json says.
    files : mapping of str to bytes
        All others by name.
    """

    place: Path
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def name(self) -> str:
        """Of the network."""
        return self.manifest["name"]

    @property
    def study(self) -> str:
        """Of the network."""
        return self.manifest["study"]


def is_package(path: Path) -> bool:
    """Whether a path looks like a package: an archive by its suffix, a folder by what is in it."""
    if path.suffix == ARCHIVE:
        return True
    return path.is_dir() and (path / MANIFEST).is_file()


def is_archive(path: Path) -> bool:
    """Whether a file is an archive with a package in it, damaged or not."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.split("/")[-1] == MANIFEST for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def with_manifest(said: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """All files of a package, its manifest among them."""
    listed = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    }
    manifest = sealed({"package_format": FORMAT, **said, "files": listed})
    return {MANIFEST: to_text(manifest).encode(), **files}


def archived(name: str, files: Mapping[str, bytes]) -> bytes:
    """An archive with the folder `name`: the same bytes for the same files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, written in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{name}/{file}", _FIRST_DATE)
            entry.external_attr = 0o644 << 16
            # Weights do not get smaller.
            stored = file.endswith((".safetensors", ".onnx"))
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, written)
    return content.getvalue()


def read_package(place: Path) -> Contents:
    """Read a package, and verify each of its files.

    Parameters
    ----------
    place : Path
        A folder, or an archive.

    Raises
    ------
    DataError
        Naming the file that is missing or was altered, or the format that this gapworks does not
        read; DiskError if it cannot be read.
    """
    if place.is_dir():
        return _verified(place, lambda name, size: _of_folder(place, name))
    try:
        with reading(place), open_plain(place) as file, zipfile.ZipFile(file) as archive:
            folder = _folder(archive)
            return _verified(place, lambda name, size: _of_archive(archive, folder + name, size))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{place}: is no archive, or is damaged: {error}; {get_again()}") from error


def get_again() -> str:
    """The way out when a package is no use."""
    return "fetch it again, or make it with `gapworks package` from the network"


def _folder(archive: zipfile.ZipFile) -> str:
    """What stands before the names of a package's files in an archive: "NAME/", or nothing."""
    found = [name for name in archive.namelist() if name.split("/")[-1] == MANIFEST]
    shortest = min(found, key=len, default=MANIFEST)
    return shortest.removesuffix(MANIFEST)


def _of_archive(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    with archive.open(name) as file:
        return file.read(size + 1)


def _of_folder(place: Path, name: str) -> bytes:
    if not (place / name).exists():
        raise KeyError(name)
    return read_whole(place / name)


def _verified(place: Path, read: Read) -> Contents:
    manifest = _manifest(place, read)
    files = {}
    for name, said in manifest["files"].items():
        try:
            content = read(name, said["bytes"])
        except KeyError:
            raise DataError(f"{place}: has no {name} in it; {get_again()}") from None
        except zipfile.BadZipFile:
            content = b""
        if hashlib.sha256(content).hexdigest() != said["sha256"]:
            raise DataError(f"{place}: {name} in it is damaged or was altered; {get_again()}")
        files[name] = content
    return Contents(place, manifest, files)


def _manifest(place: Path, read: Read) -> dict[str, Any]:
    try:
        text = read(MANIFEST, _LARGEST_MANIFEST).decode()
        said = json.loads(text)
    except KeyError:
        raise DataError(f"{place}: is no model package: it has no {MANIFEST}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place}: {MANIFEST} in it is damaged: {error}; {get_again()}") from error
    if not isinstance(said, dict) or "package_format" not in said:
        raise DataError(f"{place}: is no model package: its {MANIFEST} is something else's")
    if said["package_format"] != FORMAT:
        raise DataError(
            f"{place}: has package format {said['package_format']}, this gapworks reads {FORMAT}; "
            "package the network anew with this gapworks, or install the one that made it "
            f"({(said.get('made_with') or {}).get('gapworks', 'unknown')})"
        )
    if not is_intact(text, said):
        raise DataError(f"{place}: {MANIFEST} in it was altered; {get_again()}")
    for name in said["files"]:
        if not _NAME.fullmatch(name):
            raise DataError(f"{place}: {name!r} is no name of a file in a package")
    return said
