"""What figures and tables were made of, kept inside them: they are in formats of other programs.

A comment of a PDF or TeX file and a text chunk of a PNG hold it; readers pass over them. A csv file
has no place for comments: the TeX file that is made with it holds the csv's SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError
from gapworks.factory.files import read_whole
from gapworks.factory.seal import sealed

KEYWORD = b"gapworks"
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
HELD = {
    ".pdf": re.compile(rb"%gapworks (.*)\n(?=startxref)"),
    ".png": re.compile(rb".{4}tEXtgapworks\0(.*).{4}(?=\0\0\0\0IEND\xaeB`\x82\Z)", re.DOTALL),
    ".tex": re.compile(rb"%gapworks (.*)\n\Z"),
}
"""Where a file holds it."""
END = {".pdf": b"%%EOF", ".png": PNG_END}
"""What whole files end with."""


def imprint(paths: Sequence[Path], made: Mapping[str, Any]) -> None:
    """Write into the formats of one figure or table what they were made of.

    Parameters
    ----------
    paths : sequence of Path
        All of its formats.
    made : mapping
        What to keep, JSON only.
    """
    silent = [path for path in paths if path.suffix not in HELD]
    beside = {path.name: _sha256(read_whole(path)) for path in silent}
    for path in paths:
        if path.suffix in HELD:
            content = read_whole(path)
            said = {**made, "beside": beside, "rest": _sha256(content)}
            write_whole(path, _joined(path.suffix, content, _text(said)))


def imprinted(path: Path) -> dict[str, Any] | None:
    """What a figure or table keeps of what it was made of; None if it keeps nothing.

    Raises
    ------
    DataError
        If the file is missing, cannot be read or was altered.
    """
    content = read_whole(path)
    if path.suffix not in HELD:
        teller = path.with_suffix(".tex")
        said = imprinted(teller) if teller.exists() else None
        if said is not None and said["beside"].get(path.name) != _sha256(content):
            raise DataError(f"{path}: was altered: its SHA-256 is not the one it was written with")
        return said
    if content and not content.rstrip(b"\r\n").endswith(END.get(path.suffix, b"")):
        raise DataError(f"{path}: is truncated or no {path.suffix[1:].upper()} file")
    found = HELD[path.suffix].search(content)
    if found is None:
        return None
    rest = content[: found.start()] + content[found.end() :]
    try:
        said = json.loads(found[1])
        intact = said["rest"] == _sha256(rest) and sealed(said) == said
    except (ValueError, TypeError, KeyError, RecursionError):
        intact = False
    if not intact or _joined(path.suffix, rest, found[1]) != content:
        raise DataError(f"{path}: was altered: its SHA-256 is not the one it was written with")
    return said


def _joined(suffix: str, content: bytes, text: bytes) -> bytes:
    """A file with what it says of itself."""
    line = b"%" + KEYWORD + b" " + text + b"\n"
    if suffix == ".tex":
        return content + line
    end = content.rindex(b"startxref" if suffix == ".pdf" else PNG_END)
    if suffix == ".png":
        chunk = b"tEXt" + KEYWORD + b"\0" + text
        line = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return content[:end] + line + content[end:]


def _text(said: Mapping[str, Any]) -> bytes:
    return json.dumps(sealed(said), sort_keys=True).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
