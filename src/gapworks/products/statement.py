"""What any product of the workflow says of itself, once it is known to be whole and unaltered.

HDF5 files, cards and metric files carry all that is needed; figures and tables, in formats of other
programs, an imprint (`products.imprint`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gapworks.factory import recipe
from gapworks.factory.errors import DataError
from gapworks.factory.recipe import READ, Facts
from gapworks.products.imprint import imprint
from gapworks.products.inspection import Unjudged, inspect

DATA_FACTS = ("kind", "study", "dataset", "seed", "identity", "start", "stop")
"""Solved data are known by their settings and their range, whoever made them."""


@dataclass(frozen=True)
class Statement:
    """What a verified file says."""

    facts: Facts
    """Empty: nothing of what it was made of."""
    sha256: str
    """Of what it holds."""
    read: Mapping[str, str] | Sequence[str] = field(default_factory=dict)
    """The digests of the files that it was made of: by path, or those of all shards in order."""


def statement(path: Path) -> Statement:
    """Verify a product of any kind, and give what it says of itself.

    Raises
    ------
    DataError
        If it is missing, damaged or cannot be read.
    """
    try:
        found = inspect(path)
    except Unjudged:
        return Statement({}, "")
    made = found.made
    if made is None and found.said.get("kind") in ("shard", "dataset"):
        facts = {key: found.said.get(key) for key in DATA_FACTS}
        return Statement(facts, found.sha256, found.said.get("shards", []))
    facts = {key: value for key, value in (made or {}).items() if key != READ}
    return Statement(facts, found.sha256, dict((made or {}).get(READ, {})))


def check_inputs(paths: Iterable[Path]) -> None:
    """Refuse inputs that are not what the run that this process belongs to expects there.

    Raises
    ------
    DataError
        Naming what a file is and what was wanted; or if it is damaged or cannot be read.
    """
    for path in paths:
        wanted = recipe.expected(path)
        if wanted is None and not _is_in_results(path):
            continue
        said = statement(path)
        found = _misplaced(path, said) if wanted is None else recipe.differences(said.facts, wanted)
        if found:
            raise DataError(f"{path}: is not what belongs there: {'; '.join(found)}")
        recipe.note_read(path, said.sha256)


def _is_in_results(path: Path) -> bool:
    """Whether it lies where the workflow keeps data sets, networks and evaluations."""
    return bool({"data", "models"} & set(path.absolute().parent.parts[-2:]))


def _misplaced(path: Path, said: Statement) -> list[str]:
    """That a file stands under the name of another one of its folder."""
    facts = said.facts
    product = facts.get("product")
    if facts.get("kind") == "dataset":
        product = f"results/scale/{facts['study']}/data/{facts['dataset']}"
    if product is None:
        return []
    folder = Path(product).parent.parts[2:]
    here = path.absolute()
    if here.parent.parts[-len(folder) :] != folder or here.stem == Path(product).name:
        return []
    return [f"it is {Path(product).name}, under the name of {here.stem}"]


def companions(path: Path) -> list[Path]:
    """The files beside a product that tell whether it is whole."""
    if path.suffix == ".h5":
        return []
    if path.suffix in (".safetensors", ".json"):
        return [path.with_suffix(".json" if path.suffix == ".safetensors" else ".safetensors")]
    return [path.with_suffix(".tex")] if path.suffix == ".csv" else []


def sign(paths: Sequence[Path]) -> None:
    """Let the formats of one figure or table say what they were made of, if a workflow asks."""
    if made := recipe.attribute(paths[0]):
        imprint(paths, made)
