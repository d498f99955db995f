"""The chain data set's numbers do not move under one data version."""

import hashlib

import numpy as np
import pytest

from gapworks.chain import dataset
from gapworks.chain.settings import Datasets
from gapworks.config import load
from tests.test_config import raw_config

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


def _solution(arrays, row):
    """A sample's numbers, thinned out."""
    return {
        "delta": arrays["delta"][row, ::32].tolist(),
        "density": arrays["density"][row, ::32].tolist(),
        "scalars": [float(arrays[name][row]) for name in ("mu", "gap", "energy")],
        "valid": int(arrays["valid"][row]),
    }


def _equal(kept, fresh):
    if kept.keys() != fresh.keys():
        return False
    pairs = [(kept[i][key], fresh[i][key]) for i in kept for key in kept[i]]
    return all(np.allclose(a, b, rtol=1e-6, atol=1e-7) for a, b in pairs)


def test_solutions_are_the_same_within_the_solvers_tolerance(golden):
    settings = _settings()
    now = {}
    for index in INDICES:
        arrays = dataset.simulate(settings, index, index + 1, threads=1)
        now[str(index)] = _solution(arrays, 0)
    golden("chain-solutions", settings.data_version, now, _equal)


@pytest.mark.parametrize("name", Datasets.model_fields)
def test_every_data_set_of_the_smoke_scale_has_its_disorder_and_its_solutions(golden, name):
    """All of its V by bits, some of its solutions within the solver's tolerance."""
    _, scales = load(raw_config())
    chosen = scales["smoke"]
    settings, samples = chosen.chain.simulation(name, chosen.seed), chosen.chain.samples(name)
    arrays = dataset.simulate(settings, 0, samples, threads=1)
    drawn = [arrays[key].astype("<f8").tobytes() for key in ("disorder_strength", "V")]
    now = {
        "sha256": hashlib.sha256(b"".join(drawn)).hexdigest(),
        "solutions": {str(row): _solution(arrays, row) for row in (5, 10, samples - 1)},
    }

    def equal(kept, fresh):
        same = kept["sha256"] == fresh["sha256"]
        return same and _equal(kept["solutions"], fresh["solutions"])

    golden(f"chain-smoke-{name}-{samples}", settings.data_version, now, equal)
