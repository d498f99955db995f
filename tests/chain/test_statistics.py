"""Statistics of Delta: right where they are known, and blind to failed realizations."""

import numpy as np
import pytest

from gapworks.chain.config import Evaluation
from gapworks.chain.evaluation.statistics import VARIABLES, take
from tests.support.chain_evaluations import arrays
from tests.support.config import section

FEWER = section("chain", "evaluation", delta_bins=50, resamples=400)
SETTINGS = Evaluation.model_validate(FEWER)
LENGTH = 32


def test_uncorrelated_delta_has_the_plateau_of_its_first_two_moments():
    delta = np.random.default_rng(1).uniform(0, 1, (4000, LENGTH))
    _, statistics = take(arrays(delta, np.full(4000, 0.5)), SETTINGS, seed=1)
    correlation = statistics["correlation"][0]
    assert correlation[0] == pytest.approx(1)
    # <D>^2 / <D^2> = (1/4) / (1/3)
    np.testing.assert_allclose(correlation[1:], 0.75, atol=0.005)


def test_the_correlation_of_a_ring_is_that_of_the_double_sum():
    delta = np.random.default_rng(2).uniform(0, 1, (3, LENGTH))
    _, statistics = take(arrays(delta, np.full(3, 0.5)), SETTINGS, seed=1)
    for r in (0, 1, 7, 16):
        direct = sum(d[i] * d[(i + r) % LENGTH] for d in delta for i in range(LENGTH))
        assert statistics["correlation"][0][r] == pytest.approx(direct / (delta**2).sum())


def test_histograms_are_densities():
    delta = np.random.default_rng(3).gamma(2, 0.05, (40, LENGTH))
    coordinates, statistics = take(arrays(delta, np.tile([0.25, 0.5], 20)), SETTINGS, seed=1)
    for bins, name in (("delta_bin", "delta_histogram"), ("V_bin", "V_histogram")):
        width = np.diff(coordinates[bins].values)[0]
        np.testing.assert_allclose(statistics[name].sum(axis=-1) * width, 1)


def test_the_interval_covers_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(4)
    covered = 0
    for trial in range(200):
        # The mean differs from realization to realization: sites of one ring are not independent.
        means = rng.normal(1.0, 0.1, (24, 1))
        delta = means + rng.normal(0, 0.01, (24, LENGTH))
        _, statistics = take(arrays(delta, np.full(24, 0.5)), SETTINGS, seed=trial)
        covered += statistics["mean_delta_lower"][0] <= 1.0 <= statistics["mean_delta_upper"][0]
    assert 0.88 <= covered / 200 <= 0.99


def test_failed_realizations_are_counted_and_left_out():
    delta = np.ones((4, LENGTH))
    delta[1] = np.nan
    data = arrays(delta, np.full(4, 0.5), valid=[1, 0, 1, 1])
    _, statistics = take(data, SETTINGS, seed=1)
    assert statistics["failed"][0] == 1
    assert statistics["realizations"][0] == 3
    assert statistics["mean_delta"][0] == 1.0
    assert all(np.isfinite(values).all() for values in statistics.values())


def test_a_strength_without_a_valid_realization_is_an_error():
    with pytest.raises(ValueError, match=r"no valid realization at V0 = 0\.5"):
        take(arrays(np.ones((1, LENGTH)), [0.5], valid=[0]), SETTINGS, seed=1)


def test_every_statistic_is_described_and_every_description_used():
    delta = np.random.default_rng(5).uniform(0, 1, (4, LENGTH))
    coordinates, statistics = take(arrays(delta, np.full(4, 0.5)), SETTINGS, seed=1)
    assert statistics.keys() == VARIABLES.keys()
    for name, variable in VARIABLES.items():
        shape = tuple(len(coordinates[d].values) for d in variable.dimensions)
        assert statistics[name].shape == shape
