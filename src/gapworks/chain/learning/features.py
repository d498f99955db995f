"""What the chain study's networks see of a data set, and what they should answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gapworks.factory.errors import DataError

Tensors = tuple[torch.Tensor, torch.Tensor]


def window_tensors(arrays: Mapping[str, np.ndarray]) -> Tensors:
    """V and Delta of the valid realizations."""
    valid = arrays["valid"] == 1
    return tuple(torch.from_numpy(arrays[name][valid]).float() for name in ("V", "delta"))


def surrogate_tensors(arrays: Mapping[str, np.ndarray]) -> Tensors:
    """V - mu and (Delta, n) of the valid realizations."""
    valid = arrays["valid"] == 1
    shifted = arrays["V"][valid] - arrays["mu"][valid][:, None]
    fields = np.stack([arrays["delta"][valid], arrays["density"][valid]], axis=1)
    return torch.from_numpy(shifted).float(), torch.from_numpy(fields).float()


TENSORS = {"window": window_tensors, "surrogate": surrogate_tensors}
"""By the kind of the network: inputs and targets, samples along the first axis."""


def check_usable(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """There is something to learn from: valid samples, all finite, and V not everywhere the same.

    Files of `gapworks gather` hold no valid sample that is not finite; one may come from elsewhere.
    """
    valid = arrays["valid"] == 1
    if not valid.any():
        raise DataError(f"{path}: not one of its {len(valid)} samples is valid; see `reason`")
    for name in ("V", "delta", "density", "mu"):
        finite = np.isfinite(arrays[name]).reshape(len(valid), -1).all(axis=1)
        if (valid & ~finite).any():
            sample = int(np.flatnonzero(valid & ~finite)[0])
            raise DataError(f"{path}: {name} of sample {sample} is not finite, yet marked valid")
    if not np.ptp(arrays["V"][valid]) > 0:
        raise DataError(f"{path}: V is the same on every site: there is nothing to learn")


def normalisation(kind: str, arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Normalisation from the training data, rounded: it is part of the architecture."""

    def rounded(value: float) -> float:
        return float(f"{value:.6g}")

    if kind == "window":
        V, delta = (tensor.double().numpy() for tensor in window_tensors(arrays))
        return {
            "input_scale": rounded(V.std()),
            "output_mean": rounded(delta.mean()),
            "output_scale": rounded(delta.std()),
        }
    shifted, fields = (tensor.double().numpy() for tensor in surrogate_tensors(arrays))
    return {
        "input_mean": rounded(shifted.mean()),
        "input_scale": rounded(shifted.std()),
        "output_mean": [rounded(value) for value in fields.mean(axis=(0, 2))],
        "output_scale": [rounded(value) for value in fields.std(axis=(0, 2))],
    }
