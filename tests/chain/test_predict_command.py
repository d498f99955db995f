"""`gapworks predict chain` as a user runs it: every network, every file, the right numbers."""

import numpy as np
import pytest

from tests.command import gapworks
from tests.support.chain_networks import affine, affine_delta

RINGS = 0.4 * np.random.default_rng(5).uniform(-1, 1, (2, 3, 40)) + 0.07


def as_csv(path, V):
    np.savetxt(path, V.reshape(-1, V.shape[-1]), delimiter=",")


ASKED = {
    "window, stacks of rings": ("window", ".npy", RINGS, np.save),
    "window, text": ("window", ".csv", RINGS[0], as_csv),
    "surrogate, one ring": ("surrogate", ".npy", RINGS[0, 1], np.save),
    "surrogate, text": ("surrogate", ".csv", RINGS[1], as_csv),
}


@pytest.mark.parametrize("name", ASKED)
def test_delta_of_a_users_rings_is_that_of_the_network(name, tmp_path):
    kind, suffix, V, write = ASKED[name]
    write(tmp_path / f"V{suffix}", V)
    answer = tmp_path / ("delta.npy" if V.ndim == 3 else "delta.csv")
    network = affine(kind, tmp_path)
    files = ("--input", tmp_path / f"V{suffix}", "--output", answer)
    ran = gapworks("predict", "chain", "--network", network, *files)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"{answer}: Delta for coupling 1.5, filling 0.85, hartree attractive\n"
    found = np.load(answer) if answer.suffix == ".npy" else np.loadtxt(answer, delimiter=",")
    np.testing.assert_allclose(found, affine_delta(kind, V), atol=1e-5, strict=True)
