"""JSON files that notice when they were altered: each holds the SHA-256 of the rest of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

KEY = "sha256"
"""Where a sealed file holds the digest of the rest."""


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its digest."""
    rest = {key: value for key, value in content.items() if key != KEY}
    return {**content, KEY: hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()}


def to_text(content: Mapping[str, Any]) -> str:
    """How a sealed file is laid out."""
    return json.dumps(content, indent=1) + "\n"


def is_intact(text: str, content: Mapping[str, Any]) -> bool:
    """Whether a file is, letter by letter, what it was written as; `content` is it as parsed."""
    return sealed(content) == content and to_text(content) == text
