"""A network of each study with a whole card and weights of chance: what a package is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from gapworks.chain.learning import network as chain
from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.fields import FIELDS, boson_grid, real_energies
from gapworks.eliashberg.learning import network as eliashberg
from gapworks.learning.package import save_package
from gapworks.qpi.learning.familiarity import FAMILIAR, statistics
from gapworks.qpi.learning.maps import View
from gapworks.qpi.learning.network import TwoHeads
from tests.support import cards, qpi_study
from tests.support.chain_networks import AFFINE
from tests.support.config import section

NETWORKS = {
    "surrogate": "chain",
    "window-r8-n220": "chain",
    "sl-complex-gap": "eliashberg",
    "ensemble-complex-dos": "eliashberg",
    "reversed-complex-gap": "eliashberg",
    "ae-joint-gap-2": "eliashberg",
    "small-converged": "qpi",
    "small-faithful": "qpi",
}
"""Of each kind one, and whose it is."""


def network(name: str, folder: Path) -> Path:
    """The weights of one of `NETWORKS`, in a folder; its card beside it."""
    torch.manual_seed(1)
    make = {"chain": _chain, "eliashberg": _eliashberg, "qpi": _qpi}[NETWORKS[name]]
    weights, card = make(name)
    path = folder / f"{name}.safetensors"
    save_package(path, weights, card | {"name": name})
    return path


def _chain(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    kind = "surrogate" if name == "surrogate" else "window"
    model = chain.build(AFFINE[kind])
    physics = section("chain", "physics", length=24)
    card = cards.said(
        "chain",
        physics,
        architecture=AFFINE[kind],
        window=2 * model.reach + 1,
        filling=physics["filling"],
        mu_range=[-3.0, 3.0],
        delta_range=[0.0, 0.5],
    )
    return model.state_dict(), card


def _eliashberg(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    physics = section("eliashberg", "physics", points=100, energies=20)
    model_physics = Physics.model_validate(physics)
    lengths = {"omega": boson_grid(model_physics), "energy": real_energies(model_physics)}
    inputs, targets = {
        "sl-complex-gap": (["gap"], ["a2f"]),
        "ensemble-complex-dos": (["dos"], ["a2f"]),
        "reversed-complex-gap": (["a2f"], ["gap"]),
        "ae-joint-gap-2": (["a2f", "gap"], ["a2f", "gap"]),
    }[name]
    sizes = [sum(FIELDS[one].size(lengths) for one in names) for names in (inputs, targets)]
    architecture = {"inputs": sizes[0], "outputs": sizes[1], "hidden": [6]}
    if name.startswith("ensemble"):
        more = {"members": 3, "seen": 4, "given": 4, "levels": 1}
        architecture |= {"kind": "ensemble", **more}
    elif name.startswith("ae"):
        architecture = {"kind": "autoencoder", "inputs": sizes[0], "hidden": [6], "latent": 2}
    else:
        architecture["kind"] = "supervised"
    model = eliashberg.build(architecture)
    for buffer in model.buffers():  # those of an ensemble begin at zero
        buffer.copy_(torch.rand_like(buffer) + 0.5)
    card = cards.said(
        "eliashberg",
        physics,
        {"coupling": [0.5, 3.0], "omega_log": [2.0, 8.0]},
        architecture=architecture,
        inputs=inputs,
        targets=targets,
        points=None,
    )
    return model.state_dict(), card


def _qpi(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    changes = qpi_study.FAITHFUL if name == "small-faithful" else {}
    settings = qpi_study.train_settings(**changes | {"name": name})
    physics = section("qpi", "physics", window=32, broadening=[2.0, 2.5])
    architecture: dict[str, Any] = {
        "backbone": "small",
        "channels": 1,
        "scalars": 0,
        "target_mean": [0.0, 0.0, -100.0, 1.0],
        "target_scale": [1.0, 1.0, 100.0, 0.5],
        **settings.network.model_dump(include={"aggregation", "conditional", "widths", "kernel"}),
    }
    about: dict[str, Any] = {}
    more: dict[str, torch.Tensor] = {}
    if name == "small-converged":
        view, count = View.of(settings.inputs, settings.condition), 2
        architecture |= {
            "channels": view.channels(count),
            "scalars": view.scalar_count(count),
        }
        wide = statistics(np.zeros((1, count, 32, 32)), view).shape[1]
        about["familiar"] = {"threshold": 1.0}
        more = {
            f"{FAMILIAR}mean": torch.zeros(5, wide),
            f"{FAMILIAR}inverse": torch.zeros(5, wide, wide),
        }
    model = TwoHeads(**architecture)
    for layer in (model.classify, model.regress):  # heads that begin near zero answer alike
        torch.nn.init.normal_(layer.weight, std=0.3)
    card = cards.said(
        "qpi",
        physics,
        {"n_effective": 128},
        architecture=architecture,
        settings=settings.model_dump(mode="json"),
        **about,
    )
    return model.state_dict() | more, card
