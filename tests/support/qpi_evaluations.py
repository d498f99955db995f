"""Evaluations of the qpi study whose content is known: no two names and no two rows agree."""

from __future__ import annotations

import functools
import zlib
from dataclasses import asdict
from typing import Any

import numpy as np

from gapworks.factory.evaluation_file import Evaluated
from gapworks.qpi.config import CLASSES, Statements
from gapworks.qpi.evaluation.c3_baseline import BINS
from gapworks.qpi.evaluation.errors import GAP_EDGES, gap_bin, score
from gapworks.qpi.evaluation.statements import statements

REPORTED = 0.3
WHITE = (0.3, 0.0, 1.0, 0.1, 0.0, 0.0)
PINK = (0.0, 0.0, 0.0, 0.0, 0.5, 0.1)
"""Levels of noise, in no order: the workflow's stand as config.yaml has them."""
TESTED = {
    "two energies, N = 4096, tested at 8192": "test-small-converged",
    "one energy, N = 1024": "literal_test-small-literal",
    "one energy, N = 1024, tested at 16384": "literal_converged-small-literal",
}
"""What is compared: how it is called, and its evaluation."""
FAITHFUL = {
    "T as printed, small, 4,980 images": "faithful_test-small-faithful",
    "T as printed, small, 1,990 images": "faithful_test-small-faithful_fewer",
    "T as printed, small, 1,985 images, no noise": "faithful_test-small-faithful_noiseless",
    "T as printed on T corrected, small, 4,980 images": "corrected_test-small-faithful",
}
"""The same of the paper at its word, at smoke scale: `small` in the place of VGG16."""
ROW = WHITE.index(REPORTED)
"""Of the evaluations, at the noise of Table I."""
COUNTS = (41, 53, 47, 59, 43)
"""Test samples of each class."""
CLEAN = WHITE.index(0.0)
"""Without noise."""
GRIDS = {
    "test": 8192,
    "literal_test": 1024,
    "literal_converged": 16384,
    "faithful_test": 1024,
    "corrected_test": 1024,
    "phase_test": 1024,
}
TRAINED = {
    "small-converged": {"dataset": "train", "n_effective": 4096, "samples": 5_000},
    "small-literal": {"dataset": "literal_train", "n_effective": 1024, "samples": 4_990},
    **{
        f"small-{name}": {"dataset": "faithful_train", "n_effective": 1024, "samples": samples}
        for name, samples in (
            *(("faithful", 4_980), ("faithful_fewer", 1_990), ("faithful_noiseless", 1_985)),
        )
    },
}
ENERGIES = {"small-converged": [0.0, 1.0], "small-literal": [0.0]}
POINTS = 16
"""Of each line of the path through the zone."""
ZERO = {"up": 0.5, "down": -1.25}
"""The Fermi surfaces are lines: that of spin up at k_x = 0.5, that of spin down at k_y = -1.25."""


@functools.cache
def known(name: str) -> Evaluated:
    """The evaluation of that name: model, examples and so on, or <data set>-<network>."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    special = {
        "phase_test-small-phase": _phase,
        "model": _model,
        "examples": _examples,
        "statements": _statements,
        "symmetry": _symmetry,
    }
    if name in special:
        attributes, arrays = special[name](rng)
        dataset, _, network = name.partition("-")
        about = {"dataset": dataset, "method": network or name, **attributes}
        return Evaluated(about, arrays)
    dataset, _, network = name.partition("-")
    return Evaluated(_described(dataset, network, rng), _scores(rng))


def _scores(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Scores as they are taken of answers that are right by chance, less often with more noise."""
    n = sum(COUNTS)
    true = {
        "label": np.repeat(np.arange(len(CLASSES)), COUNTS),
        "delta": rng.uniform(0.2, 3, n),
        "theta": rng.uniform(0, np.pi, n),
        "eps0": rng.uniform(-300, 100, n),
    }
    levels = []
    for white, pink in zip(WHITE, PINK, strict=True):
        right = rng.random(n) < rng.uniform(0.4, 0.9) - 0.05 * true["label"] * (white + pink)
        answer = {name: values + rng.normal(0, 0.1, n) for name, values in true.items()}
        answer["label"] = np.where(right, true["label"], rng.integers(0, len(CLASSES), n))
        levels.append(score(true, answer, resamples=20, confidence=0.9, rng=rng))
    made = {name: np.stack([one[name] for one in levels]) for name in levels[0]}
    shape = len(CLASSES), len(GAP_EDGES)
    places = true["label"] * shape[1] + gap_bin(true["delta"])
    return made | {
        "white": np.array(WHITE),
        "pink": np.array(PINK),
        "samples": np.array(COUNTS),
        "gap": np.array(GAP_EDGES),
        "gap_samples": np.bincount(places, minlength=np.prod(shape)).reshape(shape),
    }


def _described(dataset: str, network: str, rng: np.random.Generator) -> dict[str, Any]:
    """What an evaluation says of its network, its training and its test."""
    history = [
        {
            "epoch": epoch,
            "rate": 1e-3 / epoch,
            "train": rng.uniform(1, 2),
            "validation": rng.uniform(2, 3),
        }
        for epoch in range(1, 8)
    ]
    best = min(history, key=lambda one: one["validation"])
    conditional = network.endswith("converged")
    aggregation = int(rng.integers(200, 300))
    return {
        "dataset": dataset,
        "method": network,
        "parameters": int(rng.integers(1e5, 1e6)),
        "architecture": {"backbone": "small"},
        "outline": [
            {"name": "input", "shape": [6, 64, 64]},
            {"name": "convolution 5x5", "shape": [17, 32, 32]},
            {"name": "max pool", "shape": [19, 16, 16]},
            {"name": "mean pool", "shape": [23, 4, 4]},
            {"name": "scalars", "shape": [54]},
            {"name": "aggregation", "shape": [aggregation]},
            {"name": "classification", "shape": [5]},
            {"name": "regression", "shape": [5 if conditional else 1, 4]},
        ],
        "settings_of_network": {
            "backbone": "small",
            "inputs": {"white": [0.05, 0.4], "pink": [0.02, 0.1]},
            "condition": {"energies": ENERGIES[network]}
            if network in ENERGIES
            else {"noise": not network.endswith("noiseless")},
        },
        "training_data": TRAINED[network] | {"reading": {"t_order": "printed"}},
        "data_settings": {
            "n_effective": GRIDS[dataset],
            "reading": {"t_order": "corrected" if dataset == "corrected_test" else "printed"},
        },
        "history": history,
        "best_epoch": best["epoch"],
        "settings": {"evaluation": {"reported": REPORTED}},
    }


def _model(rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    kx, ky = np.linspace(-4.6, 4.6, 30), np.linspace(-4.6, 4.6, 40)
    points = 3 * POINTS + 1
    return {"settings": {"model": {"eps0": 20.0, "points": POINTS}}}, {
        "path": np.cumsum(rng.uniform(0.1, 0.2, points)),
        "path_up": rng.normal(0, 100, points),
        "path_down": rng.normal(0, 100, points),
        "kx": kx,
        "ky": ky,
        "zone_up": np.tile(kx - ZERO["up"], (len(ky), 1)),
        "zone_down": np.tile(ky[:, None] - ZERO["down"], (1, len(kx))),
    }


def _examples(rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    classes, pixels = len(CLASSES), 12
    return {"n_effective": [1024, 16384]}, {
        "image": rng.normal(0, 1, (classes, 2, pixels, pixels)),
        "error": rng.uniform(0.3, 0.6, classes),
        "error_quantiles": np.sort(rng.uniform(0, 1, (classes, 3))),
        "samples": np.arange(40, 40 + classes),
        "delta": rng.uniform(0.2, 2, classes),
    }


def _statements(rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The statements that are measured, with differences of no meaning."""
    settings = Statements(
        stream=5, samples=3, n_effective=1024, omegas=[0, 0.5, 1], rashba=[2, 10], phi=1.5
    )
    said = [asdict(one) for one in statements(settings)]
    return {"statements": said}, {"difference": 10 ** rng.uniform(-9, 0, (len(said), 3))}


def _phase(rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    ends = np.sort(rng.uniform(-0.2, 1, (3, 2, 3)))
    return {}, {
        "white": np.array([0.0, REPORTED, 1.0]),
        "r2_lower": ends[..., 0],
        "r2": ends[..., 1],
        "r2_upper": ends[..., 2],
        "samples": np.array([130, 120]),
    }


def _symmetry(rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    levels = 3
    hit = rng.uniform(0.5, 1, (levels, 2))
    return {"settings": {"evaluation": {"reported": REPORTED}}}, {
        "white": np.array([0.0, REPORTED, 1.0]),
        "hit": hit,
        "accuracy": hit.mean(1),
        "bin": 0.5 * (BINS[1:] + BINS[:-1]),
        "histogram": rng.integers(1, 100, (2, len(BINS) - 1)).astype(float),
    }
