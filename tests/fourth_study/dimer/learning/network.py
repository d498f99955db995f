"""The occupation as a smooth function of the level difference."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Curve(nn.Module):
    """One hidden layer; n(V) + n(-V) = 2 by construction, as for the pair."""

    def __init__(self, hidden: int, hopping: float) -> None:
        super().__init__()
        self.hopping = hopping
        self.layers = nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, V: Tensor) -> Tensor:
        """Electrons on the first site, shape (n,), from V, shape (n,), eV."""
        x = V[:, None] / self.hopping
        return 1 + (self.layers(x) - self.layers(-x))[:, 0]


def build(architecture: dict[str, Any]) -> torch.nn.Module:
    """A network from a card's `architecture`."""
    return Curve(**architecture)
