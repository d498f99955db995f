"""A trained network on disk: its weights as safetensors, and a card that says what they are.

`name.safetensors` holds the weights and nothing that could run; `name.json` is the card. The card
holds the SHA-256 of the weights file, so that the two cannot be mixed up, and of itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from gapworks.factory import recipe
from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError
from gapworks.factory.provenance import provenance
from gapworks.factory.seal import sealed, to_text
from gapworks.learning.cards import PACKAGE_VERSION, card_path, read_card


def save_package(
    path: Path, weights: Mapping[str, torch.Tensor], card: Mapping[str, Any]
) -> dict[str, Any]:
    """Write weights and card; the card last, each whole or absent. Returns the card as written.

    Parameters
    ----------
    path : Path
        Of the weights, ending in .safetensors; the card stands beside it, ending in .json.
    weights : mapping of str to Tensor
        The network's state.
    card : mapping
        What `load_package` gives back, JSON only: study, architecture, normalisation, training
        data, settings, metrics.
    """
    content = save_tensors({name: tensor.contiguous() for name, tensor in weights.items()})
    full = sealed(
        {
            "package_version": PACKAGE_VERSION,
            **card,
            **recipe.attribute(path),
            "weights_sha256": hashlib.sha256(content).hexdigest(),
            "provenance": provenance(),
        }
    )
    write_whole(path, content)
    write_whole(card_path(path), to_text(full).encode())
    return full


def load_package(path: Path, study: str) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read weights and card.

    Raises
    ------
    DataError
        If one of the two files is missing or damaged, if they do not belong together, or if they
        are another study's or another version's.
    """
    card, content = read_card(path)
    if card.get("study") != study:
        raise DataError(f"{path}: is a network of {card.get('study')}, not of {study}")
    return load_tensors(content), card


def parameter_count(model: torch.nn.Module) -> int:
    """Number of trainable parameters, as cards give it."""
    return sum(parameter.numel() for parameter in model.parameters())
