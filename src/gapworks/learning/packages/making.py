"""Making a model package of a trained network."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gapworks.factory.disk import put_in_place, temporary_path, write_whole
from gapworks.factory.errors import DataError, DiskError, reason
from gapworks.learning.cards import card_path, read_card
from gapworks.learning.packages import readme
from gapworks.learning.packages.contents import (
    ARCHIVE,
    MANIFEST,
    Contents,
    archived,
    is_package,
    read_package,
    with_manifest,
)
from gapworks.learning.packages.example import ANSWER, TOLERANCE, Example, as_json
from gapworks.learning.packages.opening import check_example, rebuilt
from gapworks.study import STUDIES, Study, study

LICENCE = "BSD-3-Clause"
"""Of gapworks, and so of the networks that it trains on data of its own."""


def make_package(network: Path, onnx: bool = False) -> tuple[str, str, dict[str, bytes]]:
    """All files of the package of a network.

    Parameters
    ----------
    network : Path
        Of the weights, or of a package, which is made anew.
    onnx : bool
        Whether the network is exported for other programs, too: needs the extra `export`.

    Returns
    -------
    name, study : str
        Of the network.
    files : dict of str to bytes
        By name within the package.

    Raises
    ------
    DataError
        If the network is damaged or of no study, or if its export does not answer as it does.
    """
    if is_package(network):
        contents = read_package(network)
        name, of = contents.name, _study(network, contents.study)
        loaded = rebuilt(contents, of.find("learning.trained:Network"))
        check_example(contents, loaded)
        weights, text = (contents.files[name + suffix] for suffix in (".safetensors", ".json"))
        card = loaded.card
    else:
        card, weights = read_card(network)
        name, of = str(card.get("name")), _study(network, card.get("study"))
        text = card_path(network).read_bytes()
        loaded = of.find("learning.trained:Network").load(network)
    packaged = of.module("inference.packaged")
    example: Example = of.find("inference.packaged:example")(loaded)
    files = {
        f"{name}.safetensors": weights,
        f"{name}.json": text,
        example.file: example.content(),
    }
    said: dict[str, Any] = {
        "study": of.name,
        "name": name,
        "licence": LICENCE,
        "made_with": card.get("provenance", {}),
        "example": {
            "input": example.file,
            "answer": ANSWER,
            "tolerance": TOLERANCE,
            "what": example.said,
        },
    }
    answers = of.find("inference.packaged:answers")(loaded, example.given)
    files[ANSWER] = as_json(answers)
    if onnx:
        from gapworks.learning.packages.onnx import export

        files[f"{name}.onnx"], said["onnx"] = export(loaded, packaged)
    about = of.find("inference.packaged:about")(loaded)
    files[readme.README] = readme.text(said, card, about, answers).encode()
    whole = with_manifest(said, files)
    manifest = Contents(network, said, files)
    check_example(manifest, rebuilt(manifest, type(loaded)))
    return name, of.name, whole


def write_package(place: Path, name: str, files: Mapping[str, bytes]) -> None:
    """Write a package, whole or not at all: an archive if the place is called so, else a folder.

    Raises
    ------
    DataError
        If something else than a package stands in its place; DiskError if it cannot be written.
    """
    if place.suffix == ARCHIVE:
        write_whole(place, archived(name, files))
        return
    if place.exists() and not (place / MANIFEST).is_file():
        raise DataError(
            f"{place}: stands there already and is no model package: nothing was done; move it "
            "away or choose another name"
        )
    part = None
    try:
        part = temporary_path(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            (part / file).parent.mkdir(parents=True, exist_ok=True)
            (part / file).write_bytes(content)
        if place.exists():
            shutil.rmtree(place)
        put_in_place(part, place)
    except OSError as error:
        raise DiskError(f"{place}: cannot be written: {reason(error)}") from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def _study(network: Path, name: object) -> Study:
    if name not in STUDIES:
        raise DataError(f"{network}: is a network of {name}; studies: {', '.join(STUDIES)}")
    return study(str(name))
