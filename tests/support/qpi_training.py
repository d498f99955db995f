"""The settings of a small qpi network, and of its test."""

from __future__ import annotations

from typing import Any

from gapworks.qpi.training import Settings

SETTINGS: dict[str, Any] = {
    "name": "small-converged",
    "seed": 1,
    "per_class": 4,
    "backbone": "small",
    "inputs": {
        "pixels": 32,
        "radius": 13.0,
        "compress": True,
        "white": [0.0, 0.2],
        "pink": [0.0, 0.1],
        "symmetry_copies": True,
    },
    "condition": {"energies": [0.0, 1.0], "odd_channels": True, "scalars": True},
    "network": {
        "widths": [4, 8, 8, 8, 12, 12],
        "aggregation": 16,
        "conditional": True,
        "class_weight": 1.0,
        "parameter_weight": 1.0,
        "training": {
            "epochs": 4,
            "batch_size": 8,
            "learning_rate": 2e-3,
            "final_learning_rate": 1e-5,
            "schedule": "cosine",
        },
    },
}
"""As `gapworks train qpi` takes them."""
TEST: dict[str, Any] = {
    "seed": 1,
    "evaluation": {
        "white": [0.0, 0.3],
        "pink": [0.3],
        "reported": 0.3,
        "resamples": 20,
        "confidence": 0.95,
    },
}
"""As `gapworks evaluate qpi network` takes them."""


def silent(line: str) -> None:
    """A report that nobody reads."""


def settings(**changes: Any) -> Settings:
    """`SETTINGS`, with changes."""
    return Settings.model_validate(SETTINGS | changes)
