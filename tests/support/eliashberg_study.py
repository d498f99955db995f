"""A small eliashberg study: two latent dimensions, four networks of appendix B, 40 samples."""

from __future__ import annotations

import copy
from pathlib import Path

from gapworks.config import load
from gapworks.plan import Plan
from tests.support.made import Made
from tests.test_config import raw_config

SAMPLES = 40
LATENT = (1, 2)


def small_study(folder: Path) -> Made:
    """Made in a folder."""
    raw = copy.deepcopy(raw_config())
    small = raw["scales"]["smoke"]["eliashberg"]
    small["networks"]["autoencoder"]["latent"] = list(LATENT)
    small["networks"]["bases"] = {"neurons": [4, 6], "seeds": 2, "training": {"epochs": 2}}
    small["datasets"] = {kind: {"samples": SAMPLES} for kind in ("simple", "complex")}
    _, scales = load(raw)
    return Made(Plan("smoke", scales["smoke"], "eliashberg"), folder)
