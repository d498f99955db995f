"""What files say of themselves, kind by kind: HDF5 files, networks, checkpoints, metrics, exhibits.

Asked by `gapworks verify` and `info`, and by `products.statement` before a file is believed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gapworks.factory.errors import DataError
from gapworks.factory.files import beginning, open_plain, read_whole, reading
from gapworks.factory.recipe import ATTRIBUTE, READ, Facts
from gapworks.learning.packages.contents import is_package, read_package
from gapworks.products.imprint import imprinted

HDF5 = b"\x89HDF\r\n\x1a\n"
STAMP = b"gapworks file"
CHECKPOINT = ".checkpoint.safetensors"


class Unjudged(DataError):
    """A file that holds nothing to check it by."""


@dataclass(frozen=True)
class Found:
    """A verified file."""

    what: str
    """In a few words."""
    said: Mapping[str, Any]
    """What it says of itself."""
    sha256: str = ""
    """Of what it holds; none of a checkpoint."""
    made: Facts | None = None
    """What it was made of, as it was written down (`factory.recipe`)."""
    checksums: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each array of an HDF5 file."""
    arrays: Sequence[str] = ()
    """Name, shape and unit of each."""


def inspect(path: Path) -> Found:
    """Verify a file of any kind.

    Raises
    ------
    DataError
        If it is missing, damaged or foreign; DiskError if it cannot be read; Unjudged if nothing in
        it or beside it says whether it is as it was written.
    """
    if is_package(path):
        return _package(path)
    with reading(path):
        try:
            with open_plain(path) as file:
                first = beginning(file, len(STAMP))
        except FileNotFoundError:
            raise DataError(f"{path}: is missing") from None
    if path.suffix == ".h5" or first == STAMP or first.startswith(HDF5):
        return _hdf5(path)
    if path.name.endswith(CHECKPOINT):
        return _checkpoint(path)
    if path.suffix == ".safetensors":
        return _network(path)
    if path.suffix == ".json":
        return _json(path)
    return _exhibit(path)


def lines(found: Found) -> Iterator[str]:
    """What a verified file says of itself, line by line."""
    for key, value in sorted(found.said.items()):
        shown = value if isinstance(value, str) else json.dumps(value)
        if key == "shards":
            shown = f"{len(value)} shards"
        yield f"  {key}: {shown}"
    yield from (f"  {array}" for array in found.arrays)


def _hdf5(path: Path) -> Found:
    from gapworks.factory.reading import verify

    header = verify(path)
    said = header.attributes
    arrays = [
        f"{name}{list(shape)} in {header.units[name]}" for name, shape in header.shapes.items()
    ]
    what = f"{said.get('kind')} of {said.get('study')}/{said.get('dataset')}"
    return Found(what, said, header.sha256, said.get(ATTRIBUTE), header.checksums, arrays)


def _network(path: Path) -> Found:
    from gapworks.learning.cards import read_card

    card, _ = read_card(path)
    what = f"network of {card.get('study')}/{card.get('name')}"
    return Found(what, card, card["sha256"], card.get(ATTRIBUTE))


def _package(path: Path) -> Found:
    contents = read_package(path)
    said = contents.manifest
    what = f"package of the network {contents.study}/{contents.name}"
    return Found(what, said, said["sha256"])


def _json(path: Path) -> Found:
    """A card, a metric file, or somebody else's."""
    text = read_whole(path)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is no JSON, or was altered: {error}") from error
    weights = path.with_suffix(".safetensors")
    said = said if isinstance(said, dict) else {}
    if "weights_sha256" in said and "package_version" in said:
        found = _network(weights)
        return replace(found, what=f"card of the {found.what}")
    if "metrics" in said or path.name.startswith("metrics"):
        return _metrics(path)
    if weights.exists():  # what should be its card
        return _network(weights)
    raise Unjudged(f"{path}: a JSON file that holds nothing to check it by")


def _metrics(path: Path) -> Found:
    from gapworks.products.metric_file import read_numbers

    measured = read_numbers(path)
    what = f"metrics of {measured.study} at scale {measured.scale}"
    return Found(what, measured.model_dump(mode="json"), measured.sha256, measured.recipe)


def _checkpoint(path: Path) -> Found:
    from gapworks.learning.checkpoint import read_checkpoint

    found = read_checkpoint(path)
    if found is None:
        raise DataError(f"{path}: is no checkpoint, or was altered; a training will start anew")
    progress = json.loads(found[0]["progress"])
    return Found(f"checkpoint after epoch {progress['epoch']}", progress)


def _exhibit(path: Path) -> Found:
    """A figure or table, which may say what it was made of."""
    made = (imprinted(path) or {}).get(ATTRIBUTE)
    if made:
        facts = {key: value for key, value in made.items() if key != READ}
        sha256 = hashlib.sha256(read_whole(path)).hexdigest()
        return Found(f"figure or table {made['product']}", facts, sha256, made)
    if not path.stat().st_size:
        raise DataError(f"{path}: is empty")
    raise Unjudged(f"{path}: no gapworks file that can be checked")
