"""The card of a packaged network, for people: README.md of the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gapworks.learning.packages.contents import README
from gapworks.learning.packages.example import Answers
from gapworks.learning.packages.hooks import About

__all__ = ["README", "text"]


def text(said: Mapping[str, Any], card: Mapping[str, Any], about: About, answers: Answers) -> str:
    """The page.

    Parameters
    ----------
    said : mapping
        Of the manifest: study, name, licence, versions, example, and onnx, if there is one.
    card : mapping
        Of the network.
    about : About
        The same in words.
    answers : mapping of str to ndarray
        To the example.
    """
    study, name, data = said["study"], said["name"], card["training_data"]
    example, made = said["example"], said["made_with"]
    parts = [
        f"# {name}",
        f"A network of the {study} study of gapworks: {about.task}.",
        "## Use",
        f"```\ngapworks predict {study} --network {name}.zip --input FILE --output FILE\n```",
        f'or `from gapworks.{study} import load_network; network = load_network("{name}.zip")`. '
        "Whoever opens the package verifies every file of it and asks the network its example "
        "first; `gapworks package --install` lets it be found by its name.",
        "## Trained on",
        _listed(
            [
                f"{data['samples']} samples of the data set {data['dataset']}"
                if "dataset" in data
                else f"{data['samples']} samples",
                *about.ranges,
                f"identity of the data {data['identity']}, SHA-256 {data['sha256']}",
            ]
        ),
        "## How good it is",
        _listed(about.metrics),
        "## What it is not for",
        _listed(about.limits),
        "## Normalisation",
        f"{about.normalisation[0].upper()}{about.normalisation[1:]}.",
        "## Example",
        f"`{example['input']}`: {example['what']}. The answer, `{example['answer']}`, is to be met "
        f"within {example['tolerance']:g} of the largest number of each quantity:",
        _table(answers),
        *_onnx(said),
        "## Licence and origin",
        _listed(
            [
                f"licence: {said['licence']}",
                f"{card['parameters']} parameters, best after {card.get('best_epoch', '?')} of "
                f"{card['epochs']} epochs; weights SHA-256 {card['weights_sha256']}",
                f"trained with gapworks {made.get('gapworks', '?')}, commit "
                f"{made.get('commit', '?')}, "
                + ", ".join(f"{key} {one}" for key, one in made.get("packages", {}).items()),
            ]
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _onnx(said: Mapping[str, Any]) -> list[str]:
    if "onnx" not in said:
        return []
    about = said["onnx"]
    return [
        "## For other programs",
        f"`{about['file']}`, ONNX of opset {about['opset']}, any batch: {about['said']}. It "
        f"differs from the network by {about['difference']:.1g} of the largest number at most, "
        "tried when it was made.",
    ]


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(answers: Answers) -> str:
    rows = ["| quantity | shape | smallest | largest |", "|---|---|---|---|"]
    for name, values in answers.items():
        values = np.asarray(values, float)
        rows.append(
            f"| {name} | {' x '.join(map(str, values.shape))} | {np.nanmin(values):.5g} "
            f"| {np.nanmax(values):.5g} |"
        )
    return "\n".join(rows)
