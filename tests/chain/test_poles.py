"""The rational sign function is Zolotarev's."""

import numpy as np
import pytest

from gapworks.chain.physics.zolotarev import ladder, sign_function, zolotarev
from gapworks.numerics.simd import LANES


def _extrema(kappa, n_poles):
    """Values of the error at the ends of the interval and at its turning points in between."""
    omega, weight, _ = zolotarev(kappa, n_poles)
    error = sign_function(np.geomspace(kappa, 1, 20001), omega, weight) - 1
    turns = np.flatnonzero(np.diff(np.sign(np.diff(error)))) + 1
    return error[np.concatenate([[0], turns, [-1]])]


@pytest.mark.parametrize(
    ("kappa", "n_poles"), [(0.3, 2), (0.3, 5), (0.02, 3), (0.02, 10), (1e-3, 8), (1e-4, 16)]
)
def test_error_equioscillates(kappa, n_poles):
    extrema = _extrema(kappa, n_poles)
    error = zolotarev(kappa, n_poles)[2]
    assert len(extrema) == 2 * n_poles + 1
    assert np.all(np.diff(np.sign(extrema)) != 0)
    np.testing.assert_allclose(np.abs(extrema), error, rtol=2e-3, atol=1e-13)


@pytest.mark.parametrize(
    ("n_poles", "error"), [(10, 3.3e-8), (12, 7.9e-10), (14, 1.9e-11), (16, 4.6e-13)]
)
def test_error_falls_exponentially_with_the_number_of_poles(n_poles, error):
    assert zolotarev(0.02, n_poles)[2] == pytest.approx(error, rel=0.05)


@pytest.mark.parametrize("accuracy", [1e-4, 5e-13])
def test_ladder_keeps_its_accuracy_on_every_interval(accuracy):
    kappa, blocks, omega, weight = ladder(accuracy)
    for level in range(len(kappa) - 1):
        used = blocks[level] * LANES
        E = np.geomspace(kappa[level], 1, 4001)
        values = sign_function(E, omega[level, :used], weight[level, :used])
        assert np.abs(values - 1).max() <= max(accuracy, 3e-13)
        np.testing.assert_allclose(
            sign_function(-E, omega[level, :used], weight[level, :used]), -values
        )
    assert np.all(np.diff(kappa[:-1]) < 0)


def test_narrower_gaps_take_more_poles_and_no_table_is_padded_with_zeros():
    _, blocks, _, weight = ladder(5e-13)
    assert np.all(np.diff(blocks[:-1]) >= 0)
    assert blocks[0] < blocks[-2]
    for level, used in enumerate(blocks * LANES):
        assert np.all(weight[level, :used] > 0)
