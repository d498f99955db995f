"""Networks of the chain study that were not trained; the answer of some is known in closed form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from gapworks.chain.network import build
from gapworks.learning.package import save_package

PHYSICS = {
    "coupling": 1.5,
    "filling": 0.85,
    "length": 256,
    "hartree": "attractive",
    "disorder_strengths": [0.0, 0.25, 0.5],
}
LINEAR = 20.0
"""Far above zero ReLU and SiLU change nothing: what goes in so shifted comes out so shifted."""
AFFINE: dict[str, dict[str, Any]] = {
    "window": {
        "kind": "window",
        "cutoff": 4,
        "hidden": [3],
        "input_scale": 0.5,
        "output_mean": 0.2,
        "output_scale": 0.1,
    },
    "surrogate": {
        "kind": "surrogate",
        "channels": 2,
        "kernel": 3,
        "dilations": [1],
        "input_mean": 0.0,
        "input_scale": 0.5,
        "output_mean": [0.2, 0.85],
        "output_scale": [0.1, 0.2],
    },
}
"""Architectures of the networks whose answer is known."""


def card(architecture: dict[str, Any], window: int, mu_range=(-3.0, 3.0)) -> dict[str, Any]:
    """What a trained network's card says, as far as it is used."""
    return {
        "study": "chain",
        "architecture": architecture,
        "window": window,
        "parameters": 1,
        "filling": 0.85,
        "mu_range": list(mu_range),
        "delta_range": [0.0, 0.5],
        "settings": {},
        "training_data": {"physics": PHYSICS, "seed": 1, "stream": 1, "samples": 4},
        "epochs": 1,
    }


def affine(kind: str, folder: Path) -> Path:
    """The package of a network that is affine in V, see `affine_delta`."""
    model = build(AFFINE[kind])
    state = {name: torch.zeros_like(values) for name, values in model.state_dict().items()}
    if kind == "window":
        mixing = torch.tensor([0.3, -0.5, 0.8])
        for neuron, site in enumerate((-1, 0, 2)):
            state["layers.0.weight"][neuron, 4 + site] = 1
        state["layers.0.bias"] += LINEAR
        state["layers.2.weight"][0] = mixing
        state["layers.2.bias"] -= LINEAR * mixing.sum()
    else:
        # Channel 0 has V - mu of the site, channel 1 that of the next one.
        state["enter.weight"][0] = 1
        state["enter.bias"][0] = LINEAR
        state["blocks.0.spread.weight"][0, 0, 2] = 1
        state["blocks.0.mix.weight"][1, 0] = 1
        state["leave.1.weight"][[0, 1], [0, 1]] = 1
        state["leave.3.weight"][0, 1], state["leave.3.weight"][1, 0] = 0.5, -0.3
        state["leave.3.bias"][:] = torch.tensor([-0.5 * LINEAR, 0.3 * LINEAR + 0.1])
    path = folder / f"{kind}.safetensors"
    save_package(path, state, card(AFFINE[kind], 2 * model.reach + 1))
    return path


def affine_delta(kind: str, V: np.ndarray) -> np.ndarray:
    """What the network of `affine` says of rings V, shape (..., L), units of t.

    The window network sees V less its ring's mean. The surrogate's density is
    0.87 - 0.12 (V - mu): at a filling of 0.85 mu is the ring's mean less 1 / 6. Its Delta is
    0.2 + 0.1 (V_{i+1} - mu), averaged with that of the mirrored ring.
    """
    x = V - V.mean(-1, keepdims=True)
    before, after, second = (np.roll(x, shift, -1) for shift in (1, -1, -2))
    if kind == "window":
        return 0.2 + 0.1 * (0.3 * before - 0.5 * x + 0.8 * second) / 0.5
    return 0.2 + 0.1 * (0.5 * (before + after) + 1 / 6)
