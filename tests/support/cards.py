"""What a card says of any network, for networks that were not trained."""

from __future__ import annotations

from typing import Any


def said(study: str, physics: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The keys of a card that all studies have, and more."""
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
        },
        "validation_loss": 0.0,
        "best_epoch": 1,
        "epochs": 1,
        "history": [],
        **more,
    }
