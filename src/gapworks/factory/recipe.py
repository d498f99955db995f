"""What a product was made of: written into it, and held against what its reader expects.

A file's name says what should be in it. Whether that is in it, only the file itself can say: a copy
from elsewhere, two files that changed places or a run with another seed leave names as they were.
The workflow knows of each product which step makes it, with what settings, by what code and out of
what (`products.register`), and writes that down for its jobs. A command puts the recipe of its
output into the output, and refuses an input whose recipe is not the one expected.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from gapworks.factory.errors import DataError

EXPECTED = "GAPWORKS_EXPECTED"
"""In the environment of a run's jobs: the file with what each product should say, by its path."""
ATTRIBUTE = "recipe"
"""Where a product keeps what it was made of."""
READ = "read"
"""Within it: the digest of each file that was read, by its path."""

Facts = Mapping[str, Any]
"""What a file says, or should say, key by key."""

WORDS = {
    "settings": "it was made with other settings",
    "code": "it was made by other code",
    "inputs": "it was made of other data or networks",
}
"""Of digests, which say nothing to a reader."""

_read: dict[str, str] = {}


def of(product: str, seed: int, settings: Any, code: str, inputs: Mapping[str, Facts]) -> Facts:
    """The recipe of a product.

    Parameters
    ----------
    product : str
        What it is: its path below results/<scale>, without suffix.
    seed : int
        Root of all randomness.
    settings : JSON
        Of the step that makes it.
    code : str
        Digest of the step's modules.
    inputs : mapping of str to Facts
        What its inputs should say, by their paths.
    """
    return {
        "product": product,
        "seed": seed,
        "settings": _digest(settings),
        "code": code,
        "inputs": _digest(inputs),
    }


def attribute(path: Path) -> dict[str, Any]:
    """What a product is to keep of its recipe; nothing, where no workflow asked for it."""
    wanted = expected(path)
    if wanted is None or "product" not in wanted:  # solved data are known by their settings
        return {}
    return {ATTRIBUTE: {**wanted, READ: dict(sorted(_read.items()))}}


def expected(path: Path) -> Facts | None:
    """What the run that this process belongs to expects of a file; None if it says nothing."""
    return _expected().get(_key(path))


def note_read(path: Path, sha256: str) -> None:
    """Remember what this process has read, for the recipe of what it makes."""
    _read[_key(path)] = sha256


def differences(said: Facts | None, wanted: Facts) -> list[str]:
    """In what a file differs from what is wanted, key by key; nothing, if it does not."""
    if not said:
        return ["it does not say what it was made of (by hand, or by an older gapworks)"]
    found = [key for key in wanted if said.get(key) != wanted[key]]
    return [WORDS.get(key, f"{key} is {said.get(key)!r}, wanted {wanted[key]!r}") for key in found]


@cache
def _expected() -> dict[str, Facts]:
    """What the run that this process belongs to expects, by path."""
    where = os.environ.get(EXPECTED)
    if not where:
        return {}
    try:
        return json.loads(Path(where).read_text())
    except (OSError, ValueError) as error:
        raise DataError(
            f"{where}: what the run expects of its files cannot be read ({error}); start it again"
        ) from error


def _key(path: Path) -> str:
    return os.path.relpath(path)


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
