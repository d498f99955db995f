"""The eliashberg data sets' numbers do not move under one data version."""

import hashlib

import numpy as np
import pytest

from gapworks.eliashberg.data import dataset
from gapworks.factory.seeds import sample_generator
from tests.support.config import plan

INDICES = (0, 7, 1799)


def settings(kind):
    return plan("eliashberg", "paper").simulation(kind)


@pytest.mark.parametrize("kind", ["simple", "complex"])
def test_drawn_spectra_are_the_same_bits_everywhere(golden, kind):
    chosen = settings(kind)
    now = {}
    for index in INDICES:
        rng = sample_generator(chosen.seed, "eliashberg", chosen.stream, index)
        a2f = dataset.draw(chosen, rng)
        now[str(index)] = hashlib.sha256(a2f.astype("<f8").tobytes()).hexdigest()
    golden(f"eliashberg-{kind}-spectra", chosen.data_version, now, lambda kept, new: kept == new)


@pytest.mark.parametrize("kind", ["simple", "complex"])
def test_solutions_are_the_same_within_the_solvers_tolerance(golden, kind):
    chosen = settings(kind)
    now = {}
    for index in INDICES:
        made = dataset.simulate(chosen, index, index + 1, threads=1)
        now[str(index)] = {
            "matsubara": made["matsubara_delta"][0, ::16].tolist(),
            "real": made["delta_real"][0, ::25].tolist(),
            "imaginary": made["delta_imag"][0, ::25].tolist(),
            "numbers": [float(made[n][0]) for n in ("coupling", "omega_log", "redraws", "valid")],
        }

    def equal(kept, new):
        pairs = [(kept[i][key], new[i][key]) for i in new for key in new[i]]
        return kept.keys() == new.keys() and all(
            np.allclose(a, b, rtol=1e-5, atol=2e-5) for a, b in pairs
        )

    golden(f"eliashberg-{kind}-solutions", chosen.data_version, now, equal)
