"""The qpi data sets' numbers do not move under one data version."""

import hashlib

import numpy as np
import pytest

from gapworks.qpi.data import dataset
from gapworks.qpi.data.draw import draw
from tests.support.config import plan

INDICES = (0, 1, 2, 3, 4, 6, 4999)


def test_drawn_superconductors_are_the_same_bits_everywhere(golden):
    settings = plan("qpi", "paper").simulation("train")
    now = {}
    for index in INDICES:
        sample = draw(settings.seed, settings.stream, settings.physics, index)
        p = sample.p
        drawn = [p.theta, p.delta, p.eps0, p.impurity, p.broadening]
        bits = hashlib.sha256(np.array(drawn).astype("<f8").tobytes()).hexdigest()
        now[str(index)] = {"irrep": p.irrep, "label": sample.label, "sha256": bits}
    golden("qpi-draws", settings.data_version, now, lambda kept, fresh: kept == fresh)


@pytest.mark.parametrize("name", ["train", "literal_train", "fidelity"])
def test_samples_are_the_same_within_rounding(golden, name):
    settings = plan("qpi", "paper").simulation(name)
    now = {}
    for index in INDICES[:5]:
        arrays = dataset.simulate(settings, index, index + 1, threads=1)
        if settings.kind == "image":
            field = arrays["image"][0, ::173, ::211]
        else:
            field = arrays["green"][0, :, :, 1::21, 2::19]
        now[str(index)] = {
            "real": field.real.ravel().tolist(),
            "imaginary": field.imag.ravel().tolist(),
            "scalars": [float(arrays[key][0]) for key in ("delta_reported", "delta_rms", "error")],
            "valid": int(arrays["valid"][0]),
        }

    def equal(kept, fresh):
        if kept.keys() != fresh.keys():
            return False
        for index, sample in kept.items():
            for key, numbers in sample.items():
                # Images are transformed in single precision.
                scale = np.abs(numbers).max()
                if not np.allclose(numbers, fresh[index][key], rtol=1e-6, atol=3e-6 * scale):
                    return False
        return True

    golden(f"qpi-{name}", settings.data_version, now, equal)
