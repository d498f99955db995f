"""Whether a network may be evaluated: on its own physics, on disorder that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gapworks.chain.config import Physics
from gapworks.chain.learning.trained import Network
from gapworks.factory.errors import DataError


def check_network_fits(network: Network, where: Path, said: Mapping[str, Any]) -> None:
    """Refuse other physics than a network knows, and the very disorder that it was trained on.

    Parameters
    ----------
    network : Network
    where : Path
        Of its weights.
    said : mapping
        Attributes of the data set.

    Raises
    ------
    DataError
        Naming what differs.
    """
    check_physics(network, where, said["settings"]["physics"])
    trained = network.card["training_data"]
    if trained["stream"] == said["settings"]["stream"] and trained["seed"] == said["seed"]:
        raise DataError(f"{where}: was trained on the disorder of {said['dataset']}: no test of it")


def check_physics(network: Network, where: Path, asked: Mapping[str, Any]) -> None:
    """The same of the physics alone."""
    wanted = Physics.model_validate(asked).reading
    differing = {k: known for k, known in network.physics.items() if known != wanted[k]}
    if differing:
        what = "; ".join(f"{k} is {v!r}, wanted {wanted[k]!r}" for k, v in differing.items())
        raise DataError(f"{where}: was trained on other physics: {what}")
