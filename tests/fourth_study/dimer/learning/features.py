"""What the network sees of a data set, and what it should answer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch


def tensors(arrays: Mapping[str, np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """V and occupations, shape (samples,) each."""
    V, occupation = (torch.from_numpy(arrays[name]).float() for name in ("V", "occupation"))
    return V, occupation
