"""The trained network of the dimer study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from gapworks.dimer.learning.network import build
from gapworks.learning.trained import TrainedNetwork


@dataclass(frozen=True)
class Network(TrainedNetwork):
    """A trained network with its card."""

    study: ClassVar = "dimer"
    build = staticmethod(build)

    @torch.no_grad()
    def predict(self, V: np.ndarray) -> np.ndarray:
        """Electrons on the first site, shape (n,), from V, shape (n,), eV."""
        return self.model(torch.from_numpy(V).float()).numpy().astype(float)
