"""`gapworks predict qpi` as a user runs it: every network, every file, the right numbers."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.support.command import gapworks
from tests.support.qpi_networks import known_answer, maps, seeing_a_ring

TWO = maps(np.array([[0.2, 0.8], [1.5, 1.1], [0.9, 0.4]]))
"""Three superconductors at two energies."""
ONE = TWO[:, :1]
ASKED = {
    "vgg16, a stack": ("vgg16", TWO, ".csv"),
    "convnext, one superconductor": ("convnext", TWO[1], ".json"),
    "small, a stack": ("small", TWO, ".json"),
    "small, a stack at one energy": ("small", ONE, ".csv"),
    "small, one map": ("small", ONE[0, 0], ".json"),
}


@pytest.mark.parametrize("name", ASKED)
def test_the_answer_to_a_users_maps_is_that_of_the_network(name, tmp_path):
    backbone, asked, suffix = ASKED[name]
    stack = asked if asked.ndim == 4 else asked.reshape(1, -1, *asked.shape[-2:])
    energies = [0.0, 1.0][: stack.shape[1]]
    network = seeing_a_ring(backbone, energies, tmp_path)
    np.save(tmp_path / "maps.npy", asked)
    answer = tmp_path / f"answer{suffix}"
    files = ("--input", tmp_path / "maps.npy", "--output", answer)
    ran = gapworks("predict", "qpi", "--network", network, *files)
    network.unlink()  # a hundred megabytes
    assert (ran.returncode, ran.stderr) == (0, "")
    at = ", ".join(f"{energy:g}" for energy in energies)
    assert ran.stdout.endswith(f"; maps read as those at {at} meV\n")
    if suffix == ".json":
        rows = json.loads(answer.read_text())
    else:
        rows = pd.read_csv(answer).to_dict("records")
    expected = [known_answer(one) for one in stack]
    if len(stack) > 1 and len(energies) > 1:
        assert {right["class"] for right in expected} == {"A1g", "A2g"}
    for row, right in zip(rows, expected, strict=True):
        assert row["class"] == right.pop("class")
        assert {key: row[key] for key in right} == pytest.approx(right, rel=1e-4, abs=1e-4)
    if len(rows) == 1:
        (row,) = rows
        assert ran.stdout.startswith(
            f"{answer}: {row['class']} (p {row[row['class']]:.2f}), theta "
        )
