"""A small eliashberg study: two latent dimensions, four networks of appendix B, 40 samples."""

from __future__ import annotations

from pathlib import Path

from gapworks.config import load
from gapworks.eliashberg.config import Datasets
from gapworks.plan import Plan
from tests.support.config import raw_config
from tests.support.made import Made

SAMPLES = 40
LATENT = (1, 2)


def small_study(folder: Path) -> Made:
    """Made in a folder."""
    raw = raw_config()
    small = raw["scales"]["smoke"]["eliashberg"]
    small["networks"]["autoencoder"]["latent"] = list(LATENT)
    small["networks"]["bases"] = {"neurons": [4, 6], "seeds": 2, "training": {"epochs": 2}}
    small["datasets"] = {kind: {"samples": SAMPLES} for kind in Datasets.model_fields}
    return Made(Plan("smoke", load(raw)[1]["smoke"], "eliashberg"), folder)
