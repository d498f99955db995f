"""What a card says of any network, for networks that were not trained."""

from __future__ import annotations

from typing import Any


def said(
    study: str, physics: dict[str, Any], about_data: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """The keys of a card that all studies have, and more, also of its training data."""
    return {
        "study": study,
        "name": "untrained",
        "parameters": 1,
        "settings": {},
        "training_data": {
            "identity": "0" * 32,
            "sha256": "0" * 64,
            "samples": 4,
            "physics": physics,
            "seed": 1,
            "stream": 1,
            **(about_data or {}),
        },
        "validation_loss": 0.0,
        "best_epoch": 1,
        "epochs": 1,
        "history": [],
        **more,
    }
