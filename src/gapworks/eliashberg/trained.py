"""Trained networks of the eliashberg study, read back and applied to samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gapworks.eliashberg.fields import joined, seen
from gapworks.eliashberg.network import build
from gapworks.eliashberg.settings import Physics
from gapworks.learning.package import load_package


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
            If it is damaged or another study's.
        """
        weights, card = load_package(Path(path), "eliashberg")
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
