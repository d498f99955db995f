"""Trained networks of the eliashberg study, read back and applied to samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.fields import joined, seen
from gapworks.eliashberg.learning.calibration import Calibration
from gapworks.eliashberg.learning.network import build
from gapworks.learning.cards import described_by_its_card
from gapworks.learning.package import load_package

Range = tuple[float, float] | None


class TrainingData(BaseModel):
    """What a card says of the training data, as far as it is used."""

    identity: str
    sha256: str
    samples: int
    physics: Physics
    coupling: Range
    omega_log: Range


class Card(BaseModel):
    """What a card must say; it may say more."""

    name: str
    architecture: dict[str, Any]
    parameters: int
    inputs: list[str]
    targets: list[str]
    points: int | None
    settings: dict[str, Any]
    training_data: TrainingData
    validation_loss: float
    epochs: int
    history: list[dict[str, float]]
    calibration: Calibration | None = None


@dataclass(frozen=True)
class Network:
    """A trained network with its card."""

    model: torch.nn.Module
    card: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> Network:
        """Load a model package.

        Raises
        ------
        DataError
            If it is damaged or another study's, or if its card describes other weights.
        """
        path = Path(path)
        weights, card = load_package(path, "eliashberg")
        with described_by_its_card(path):
            Card.model_validate(card)
            model = build(card["architecture"])
            model.load_state_dict(weights)
        return cls(model.eval(), card)

    @property
    def physics(self) -> Physics:
        """Of the data that it was trained on."""
        return Physics.model_validate(self.card["training_data"]["physics"])

    def inputs(self, rows: np.ndarray) -> torch.Tensor:
        """What the first layer takes, from rows of the fields that the card names."""
        rows = seen(rows, self.card["points"], self.physics.energies)
        return torch.from_numpy(np.ascontiguousarray(rows)).float()

    @torch.no_grad()
    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Outputs, shape (n, outputs), from rows of the fields that the card names."""
        return self.model(self.inputs(rows)).double().numpy()

    def predict(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """Outputs from the samples of a data set."""
        return self.apply(joined(arrays, self.card["inputs"], self.physics.broadening))
