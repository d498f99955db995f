"""Small gathered data sets, and a network trained on them."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Paths of train, validation and test, of the two that the examples compare, and of images."""
    from tests.support.qpi_study import gathered  # torch: only where it is used

    folder = tmp_path_factory.mktemp("qpi")
    made = {
        name: gathered(folder, name, samples, 1024)
        for name, samples in (("train", 20), ("validation", 10), ("test", 15))
    }
    for name, samples in (
        *(("faithful_train", 10), ("faithful_validation", 5), ("faithful_test", 10)),
        *(("corrected_test", 10), ("phase_train", 4), ("phase_validation", 4), ("phase_test", 12)),
    ):
        made[name] = gathered(folder, name, samples, 128, energies=[0.0])
    for name, n_effective in (("literal_test", 256), ("literal_converged", 1024)):
        made[name] = gathered(folder, name, 10, n_effective, energies=[0.0])
    return made


@pytest.fixture(scope="session")
def trained(data, tmp_path_factory):
    """A small network, trained without a break."""
    from tests.support.qpi_study import train_network, train_settings

    output = tmp_path_factory.mktemp("models") / "small-converged.safetensors"
    train_network(train_settings(), data["train"], data["validation"], output)
    return output
