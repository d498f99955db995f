"""Disorder as it is drawn: its law, its variance, and how far sites know of each other."""

import numpy as np
import pytest
from pydantic import ValidationError

from gapworks.chain.data.draw import draw_disorder, redrawn_outside, unit_disorder
from gapworks.chain.laws import Disorder
from tests.support.config import plan

RINGS = 4000


def drawn(law="gaussian", correlation=0.0, length=64, strength=0.5, rings=RINGS):
    disorder = Disorder(law=law, correlation=correlation)
    return draw_disorder(1, 1, [strength], length, 0, rings, disorder=disorder)[0]


def correlation(V, distance):
    """<V_i V_{i+r}> of each ring, and its mean with the standard error over rings."""
    each = (V * np.roll(V, distance, -1)).mean(-1)
    return each.mean(), each.std(ddof=1) / np.sqrt(len(each))


@pytest.mark.parametrize(
    ("law", "length"), [("uniform", 0.0), ("gaussian", 0.0), ("gaussian", 0.3), ("gaussian", 3.0)]
)
def test_every_law_has_the_variance_of_the_uniform_one(law, length):
    variance, error = correlation(drawn(law, length), 0)
    assert abs(variance - 0.25 / 3) < 4 * error
    assert error < 0.02 * variance


@pytest.mark.parametrize("length", [0.0, 0.5, 1.0, 3.0, 6.5])
def test_correlations_fall_as_a_gaussian_of_their_length_and_go_round_the_ring(length):
    L = 64
    V = drawn(correlation=length)
    for distance in range(1, 33):
        windings = distance + L * np.arange(-3, 4)
        right = 0.0 if not length else np.exp(-(windings**2) / (2 * length**2)).sum()
        found, error = correlation(V, distance)
        assert abs(found - right * 0.25 / 3) < 4.5 * error, distance


def test_sites_are_normal_and_independent_of_other_rings():
    V = drawn(correlation=3.0)
    kurtosis = (V**4).mean() / (V**2).mean() ** 2
    assert abs(kurtosis - 3) < 0.1
    assert abs((V[::2] * V[1::2]).mean()) < 0.003


def test_a_normal_ring_is_scaled_by_its_strength_alone():
    disorder = Disorder(law="gaussian", correlation=2.0)
    V, V0 = draw_disorder(1, 7, [0.25, 0.5], 32, 0, 4, common=True, disorder=disorder)
    assert V0.tolist() == [0.25, 0.5, 0.25, 0.5]
    assert np.array_equal(2 * V[0], V[1])
    assert not np.array_equal(V[1], V[3])


def test_what_is_drawn_about_a_window_goes_on_from_it():
    """A window's neighbours know of it as of any site; far away nothing does."""
    law = Disorder(law="gaussian", correlation=3.0)
    pairs = []
    for seed in range(600):
        V = redrawn_outside(np.random.default_rng(seed), 0.6, 64, 4, 3, law)
        assert np.ptp(V[:, np.arange(-4, 5)], axis=0).max() == 0
        pairs.append([V[1, 4] * V[1, 6], V[1, 4] * V[1, 32], V[1, 6] ** 2, V[1, 5] * V[2, 5]])
    near, far, variance, shared = np.array(pairs).mean(0)
    errors = np.array(pairs).std(0) / np.sqrt(len(pairs))
    assert abs(near - 0.12 * np.exp(-4 / 18)) < 4 * errors[0]
    assert abs(far) < 4 * errors[1]
    assert abs(variance - 0.12) < 4 * errors[2]
    assert shared > 0.05  # one site off the window: two draws are nearly one


def test_uniform_windows_keep_their_bits():
    law = Disorder()
    V = redrawn_outside(np.random.default_rng(3), 0.5, 32, 2, 4, law)
    right = 0.5 * (2 * np.random.default_rng(3).random((4, 32)) - 1)
    assert np.array_equal(V[0], right[0])
    assert np.array_equal(V[:, 5:29], right[:, 5:29])
    assert np.array_equal(unit_disorder(np.random.default_rng(3), (4, 32), law)[0], 2 * right[0])


@pytest.mark.parametrize(
    "said", [{"correlation": 2}, {"law": "gaussian", "correlation": 0.1}, {"law": "lognormal"}]
)
def test_a_law_that_cannot_be_drawn_is_refused(said):
    with pytest.raises(ValidationError):
        Disorder.model_validate(said)


def test_a_data_set_says_its_law_and_no_other_changes():
    said = plan("chain", "smoke").simulation("correlated")
    assert said.physics.disorder == Disorder(law="gaussian", correlation=3)
    assert "disorder" in said.model_dump()["physics"]
    assert "disorder" not in plan("chain", "smoke").simulation("test").model_dump()["physics"]
