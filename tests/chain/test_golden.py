"""The chain data set's numbers do not move under one data version."""

import hashlib

import numpy as np

from gapworks.chain.data import dataset
from gapworks.config import load
from tests.support.config import raw_config

INDICES = (0, 5, 10, 15, 16, 3519)


def _settings():
    _, scales = load(raw_config())
    return scales["paper"].chain.simulation("train", scales["paper"].seed)


def test_drawn_disorder_is_the_same_bits_everywhere(golden):
    settings = _settings()
    now = {}
    for index in INDICES:
        V, V0 = dataset.draw_disorder(
            settings.seed,
            settings.stream,
            settings.physics.disorder_strengths,
            settings.physics.length,
            index,
            index + 1,
        )
        bits = hashlib.sha256(V.astype("<f8").tobytes()).hexdigest()
        now[str(index)] = {"V0": V0[0], "sha256": bits}
    golden("chain-disorder", settings.data_version, now, lambda kept, fresh: kept == fresh)


def test_solutions_are_the_same_within_the_solvers_tolerance(golden):
    settings = _settings()
    now = {}
    for index in INDICES:
        arrays = dataset.simulate(settings, index, index + 1, threads=1)
        now[str(index)] = {
            "delta": arrays["delta"][0, ::32].tolist(),
            "density": arrays["density"][0, ::32].tolist(),
            "scalars": [float(arrays[name][0]) for name in ("mu", "gap", "energy")],
            "valid": int(arrays["valid"][0]),
        }

    def equal(kept, fresh):
        if kept.keys() != fresh.keys():
            return False
        pairs = [(kept[i][key], fresh[i][key]) for i in kept for key in kept[i]]
        return all(np.allclose(a, b, rtol=1e-6, atol=1e-7) for a, b in pairs)

    golden("chain-solutions", settings.data_version, now, equal)
