"""Trained networks, read back with their cards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from pydantic import BaseModel

from gapworks.learning.cards import described_by_its_card
from gapworks.learning.package import load_package


class TrainingData(BaseModel):
    """What a card says of the training data; it may say more."""

    identity: str
    sha256: str
    samples: int
    physics: dict[str, Any]
    seed: int
    stream: int


class Card(BaseModel):
    """What the card of any network must say; a study's own adds to it."""

    name: str
    architecture: dict[str, Any]
    parameters: int
    settings: dict[str, Any]
    training_data: TrainingData
    validation_loss: float
    epochs: int
    history: list[dict[str, float]]


@dataclass(frozen=True, repr=False)
class TrainedNetwork:
    """A trained network with its card; each study has its own subclass."""

    model: torch.nn.Module
    card: dict[str, Any]

    study: ClassVar[str]
    Card: ClassVar[type[BaseModel]] = Card

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Load a model package.

        Parameters
        ----------
        path : path
            Of the weights, NAME.safetensors; the card stands beside it.

        Raises
        ------
        DataError
            If it is damaged or another study's, or if its card describes other weights.
        """
        path = Path(path)
        weights, card = load_package(path, cls.study)
        with described_by_its_card(path):
            cls.Card.model_validate(card)
            return cls.from_package(weights, card)

    @classmethod
    def from_package(cls, weights: dict[str, torch.Tensor], card: dict[str, Any]) -> Self:
        """From what a package holds; a ValueError or the like if the two do not fit."""
        model = cls.build(card["architecture"])
        model.load_state_dict(weights)
        return cls(model.eval(), card)

    def __repr__(self) -> str:
        data = self.card["training_data"]
        return (
            f"Network({self.card['name']} of {self.study}: {self.card['parameters']} parameters, "
            f"trained on {data['samples']} samples)"
        )

    @property
    def attributes(self) -> dict[str, Any]:
        """What an evaluation keeps of the card."""
        said = {key: self.card[key] for key in ("architecture", "parameters", "epochs")}
        said["weights_sha256"] = self.card["weights_sha256"]
        return said | {"training_samples": self.card["training_data"]["samples"]}

    @staticmethod
    def build(architecture: dict[str, Any]) -> torch.nn.Module:
        """The network, freshly initialised."""
        raise NotImplementedError
