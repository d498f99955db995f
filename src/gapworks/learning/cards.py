"""Cards: what stands beside a network's weights and says what they are. Imports no torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gapworks.factory.errors import DataError
from gapworks.factory.files import read_whole
from gapworks.factory.seal import is_intact
from gapworks.factory.settings import faults

PACKAGE_VERSION = 2
"""Of weights and card together. 2: cards bear the digest of what they say."""


def read_card(path: Path) -> tuple[dict[str, Any], bytes]:
    """The card of a network, verified with its weights, and what the weights' file holds.

    Parameters
    ----------
    path : Path
        Of the weights, NAME.safetensors.

    Raises
    ------
    DataError
        If one of the two files cannot be read or was altered, if they do not belong together, or if
        they are of another version.
    """
    if path.suffix != ".safetensors":
        raise DataError(f"{path}: give the weights of a network, NAME.safetensors")
    beside = card_path(path)
    written, content = read_whole(beside), read_whole(path)
    try:
        text = written.decode()
        card = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{beside}: is no card: {error}; {train_again(path)}") from error
    if not isinstance(card, dict) or "weights_sha256" not in card:
        raise DataError(f"{beside}: is no card of a network")
    if card.get("package_version") != PACKAGE_VERSION:
        raise DataError(
            f"{beside}: has package version {card.get('package_version')}, this gapworks reads "
            f"{PACKAGE_VERSION}; {train_again(path)}"
        )
    if not is_intact(text, card):
        raise DataError(
            f"{beside}: was altered: it does not say what it was written with; {train_again(path)}"
        )
    if hashlib.sha256(content).hexdigest() != card["weights_sha256"]:
        raise DataError(
            f"{path}: is damaged or not the weights that {beside.name} describes; "
            f"{train_again(path)}"
        )
    return card, content


@contextmanager
def described_by_its_card(path: Path) -> Iterator[None]:
    """Around building a network from its card.

    Parameters
    ----------
    path : Path
        Of the weights.

    Raises
    ------
    DataError
        Where a key is missing or wrong, or the architecture is not that of the weights.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise DataError(
            f"{card_path(path)}: does not describe the network in {path.name} "
            f"({_in_one_line(error)}); {train_again(path)}"
        ) from error


def card_path(path: Path) -> Path:
    """The card beside the weights."""
    return path.with_suffix(".json")


def train_again(path: Path) -> str:
    """The way out when weights and card are no use."""
    return f"train it again: rm {path} && snakemake -c2 {path}"


def _in_one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(faults(error))
    if isinstance(error, KeyError):
        return f"no {error}"
    return " ".join(str(error).split())
