"""A trained network on disk: its weights as safetensors, and a card that says what they are.

`name.safetensors` holds the weights and nothing that could run; `name.json` is the card. The card
holds the SHA-256 of the weights file, so that the two cannot be mixed up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError
from gapworks.factory.provenance import provenance

PACKAGE_VERSION = 1


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
    full = {
        "package_version": PACKAGE_VERSION,
        **card,
        "weights_sha256": hashlib.sha256(content).hexdigest(),
        "provenance": provenance(),
    }
    write_whole(path, content)
    write_whole(card_path(path), (json.dumps(full, indent=1, sort_keys=True) + "\n").encode())
    return full


def load_package(path: Path, study: str) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read weights and card.

    Raises
    ------
    DataError
        If one of the two files is missing or damaged, if they do not belong together, or if they
        are another study's or another version's.
    """
    if path.suffix != ".safetensors":
        raise DataError(f"{path}: give the weights of a network, NAME.safetensors")
    try:
        card = json.loads(card_path(path).read_text())
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise DataError(f"{card_path(path)}: is no card: {error}") from error
    if not isinstance(card, dict) or "weights_sha256" not in card:
        raise DataError(f"{card_path(path)}: is no card of a network")
    if card.get("package_version") != PACKAGE_VERSION:
        raise DataError(
            f"{card_path(path)}: has package version {card.get('package_version')}, "
            f"this gapworks reads {PACKAGE_VERSION}"
        )
    if card.get("study") != study:
        raise DataError(f"{path}: is a network of {card.get('study')}, not of {study}")
    if hashlib.sha256(content).hexdigest() != card["weights_sha256"]:
        raise DataError(
            f"{path}: is damaged or not the weights that {card_path(path).name} describes; "
            f"{train_again(path)}"
        )
    return load_tensors(content), card


def train_again(path: Path) -> str:
    """The way out when weights and card are no use."""
    return f"train it again: rm {path} && snakemake -c2 {path}"


def card_path(path: Path) -> Path:
    """The card beside the weights."""
    return path.with_suffix(".json")


def parameter_count(model: torch.nn.Module) -> int:
    """Number of trainable parameters, as cards give it."""
    return sum(parameter.numel() for parameter in model.parameters())
