"""Trained networks of the eliashberg study, read back and applied to samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.fields import Arrays, joined
from gapworks.eliashberg.learning.calibration import Calibration
from gapworks.eliashberg.learning.features import as_tensor, seen
from gapworks.eliashberg.learning.network import build
from gapworks.factory.errors import DataError
from gapworks.factory.reading import Header
from gapworks.learning import trained
from gapworks.learning.trained import TrainedNetwork

Range = tuple[float, float] | None


class TrainingData(trained.TrainingData):
    """What a card says of the training data, as far as it is used."""

    physics: Physics
    coupling: Range
    omega_log: Range


class Card(trained.Card):
    """What a card must say; it may say more."""

    inputs: list[str]
    targets: list[str]
    points: int | None
    training_data: TrainingData
    calibration: Calibration | None = None


@dataclass(frozen=True, repr=False)
class Network(TrainedNetwork):
    """A trained network of the eliashberg study with its card."""

    study: ClassVar = "eliashberg"
    Card: ClassVar = Card
    build = staticmethod(build)

    @classmethod
    def load_for(cls, path: Path, header: Header) -> Self:
        """A network that was trained on just these data: their test part is new to it.

        Raises
        ------
        DataError
            If it was trained on others, or as `load`.
        """
        network = cls.load(path)
        if network.card["training_data"]["identity"] != header.attributes["identity"]:
            raise DataError(
                f"{path}: was trained on other data than {header.path}; which of them are tests is "
                "said by the data it was trained on"
            )
        return network

    @property
    def physics(self) -> Physics:
        """Of the data that it was trained on."""
        return Physics.model_validate(self.card["training_data"]["physics"])

    @property
    def calibration(self) -> Calibration | None:
        """Of the card; those of networks that were trained before it existed have none."""
        said = self.card.get("calibration")
        return None if said is None else Calibration.model_validate(said)

    @property
    def attributes(self) -> dict[str, Any]:
        """What an evaluation keeps of the card."""
        return super().attributes | {
            "inputs": " ".join(self.card["inputs"]),
            "targets": " ".join(self.card["targets"]),
            "mu_star_cutoff": self.physics.mu_star_cutoff,
            "validation_loss": self.card["validation_loss"],
        }

    def inputs(self, rows: np.ndarray) -> torch.Tensor:
        """What the first layer takes, from rows of the fields that the card names."""
        return as_tensor(seen(rows, self.card["points"], self.physics.energies))

    @torch.no_grad()
    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Outputs, shape (n, outputs), from rows of the fields that the card names."""
        return self.model(self.inputs(rows)).double().numpy()

    @torch.no_grad()
    def members(self, rows: np.ndarray) -> np.ndarray:
        """What each member of an ensemble says, shape (members, n, outputs), as of `apply`."""
        return self.model.members(self.inputs(rows)).double().numpy()

    def predict(self, arrays: Arrays) -> np.ndarray:
        """Outputs, shape (n, outputs), from the samples of a data set."""
        return self.apply(joined(arrays, self.card["inputs"], self.physics.broadening))
