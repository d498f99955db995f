"""Small gathered data sets: windows of 32 from grids of 1024, at a broad level."""

from __future__ import annotations

import pytest

from gapworks.factory.gather import gather
from gapworks.factory.shards import shard_name, simulate_shard
from gapworks.qpi import dataset
from gapworks.qpi.training import train_network
from tests.qpi.test_dataset import settings
from tests.support import qpi_training

PHYSICS = {"window": 32, "broadening": [2.0, 2.0]}


def gathered(folder, name, samples, **changes):
    """A data set file of so many samples."""
    chosen = settings(name, physics=PHYSICS | changes.pop("physics", {}), **changes)
    shard = folder / name / shard_name(0, samples)
    simulate_shard(dataset, chosen, 0, samples, shard, 1)
    output = folder / f"{name}.h5"
    gather(dataset, chosen, shard.parent, samples, samples, output)
    return output


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Paths of train, validation and test, and of the two that the examples compare."""
    folder = tmp_path_factory.mktemp("qpi")
    made = {
        name: gathered(folder, name, samples, n_effective=1024)
        for name, samples in (("train", 20), ("validation", 10), ("test", 15))
    }
    one = {"energies": [0.0]}
    made["literal_test"] = gathered(folder, "literal_test", 10, n_effective=256, physics=one)
    made["literal_converged"] = gathered(
        folder, "literal_converged", 10, n_effective=1024, physics=one
    )
    return made


@pytest.fixture(scope="session")
def trained(data, tmp_path_factory):
    """A small network, trained without a break."""
    output = tmp_path_factory.mktemp("models") / "small-converged.safetensors"
    chosen = qpi_training.settings()
    train_network(chosen, data["train"], data["validation"], output, 1, qpi_training.silent)
    return output
