"""The qpi data sets' numbers do not move under one data version."""

import hashlib

import numpy as np
import pytest

from gapworks.qpi.config import Datasets
from gapworks.qpi.data import dataset
from gapworks.qpi.data.draw import draw
from gapworks.qpi.physics.parameters import IRREPS
from tests.support.config import plan

INDICES = (0, 1, 2, 3, 4, 6, 4999)


def _settings(name):
    return plan("qpi", "paper").simulation(name)


def test_drawn_superconductors_are_the_same_bits_everywhere(golden):
    settings = _settings("train")
    now = {}
    for index in INDICES:
        sample = draw(settings.seed, settings.stream, settings.physics, index)
        p = sample.p
        drawn = [p.theta, p.delta, p.eps0, p.impurity, p.broadening]
        bits = hashlib.sha256(np.array(drawn).astype("<f8").tobytes()).hexdigest()
        now[str(index)] = {"irrep": p.irrep, "label": sample.label, "sha256": bits}
    golden("qpi-draws", settings.data_version, now, lambda kept, fresh: kept == fresh)


def _sample(settings, index, rows, columns):
    """A sample's numbers, thinned out: every so many rows and columns."""
    arrays = dataset.simulate(settings, index, index + 1, threads=1)
    if settings.kind == "image":
        field = arrays["image"][0, ::rows, ::columns]
    else:
        field = arrays["green"][0, :, :, 1::rows, 2::columns]
    return {
        "real": field.real.ravel().tolist(),
        "imaginary": field.imag.ravel().tolist(),
        "scalars": [float(arrays[key][0]) for key in ("delta_reported", "delta_rms", "error")],
        "valid": int(arrays["valid"][0]),
    }


def _equal(kept, fresh):
    if kept.keys() != fresh.keys():
        return False
    for index, sample in kept.items():
        for key, numbers in sample.items():
            # Images are transformed in single precision.
            scale = np.abs(numbers).max()
            if not np.allclose(numbers, fresh[index][key], rtol=1e-6, atol=3e-6 * scale):
                return False
    return True


@pytest.mark.parametrize("name", ["train", "literal_train", "fidelity"])
def test_samples_are_the_same_within_rounding(golden, name):
    settings = _settings(name)
    thinned = (173, 211) if settings.kind == "image" else (21, 19)
    now = {str(index): _sample(settings, index, *thinned) for index in INDICES[:5]}
    golden(f"qpi-{name}", settings.data_version, now, _equal)


@pytest.mark.parametrize("name", Datasets.model_fields)
def test_every_data_set_of_the_smoke_scale_has_its_superconductors_and_its_solutions(golden, name):
    """All that is drawn by bits, some Green functions or images within rounding."""
    smoke = plan("qpi", "smoke")
    settings, samples = smoke.simulation(name), smoke.samples(name)
    physics = settings.physics
    thinned = (37, 31)
    if settings.kind == "image" and not settings.pixels:
        thinned = (277, 251)
    numbers = [*physics.energies, settings.n_effective]
    for index in range(samples):
        sample = draw(settings.seed, settings.stream, physics, index, settings.reading)
        p = sample.p
        numbers += [IRREPS.index(p.irrep), sample.label, p.theta, p.delta, sample.delta_reported]
        numbers += [p.eps0, p.impurity, p.broadening, p.omega, *p.hopping, *p.spin_orbit]
        numbers += [p.phi] * bool(settings.reading.phi)
    now = {
        "kind": settings.kind,
        "sha256": hashlib.sha256(np.array(numbers).astype("<f8").tobytes()).hexdigest(),
        "solutions": {str(index): _sample(settings, index, *thinned) for index in (1, 3)},
    }

    def equal(kept, fresh):
        same = all(kept[key] == fresh[key] for key in ("kind", "sha256"))
        return same and _equal(kept["solutions"], fresh["solutions"])

    golden(f"qpi-smoke-{name}-{samples}", settings.data_version, now, equal)
