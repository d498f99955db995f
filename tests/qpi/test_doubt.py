"""A network's doubt: its temperature, and sets that hold the truth nine times in ten."""

import numpy as np
import pytest

from gapworks.qpi.config import CLASSES
from gapworks.qpi.learning.doubt import COVERAGE, Doubt, tempered


def said(count, sharper, seed, hard=None):
    """What a network says that is too sure by a factor: probabilities and the truth.

    The truth is drawn from its scores; of class `hard` they are weaker.
    """
    rng = np.random.default_rng(seed)
    label = np.arange(count) % len(CLASSES)
    scores = rng.normal(size=(count, len(CLASSES)))
    scores[np.arange(count), label] += np.where(label == hard, 0.5, 3.0)
    # Of a step of 3 in noise of 1 the logarithms of the posterior are thrice the scores.
    return tempered(3.0 * sharper * scores, 1.0), label


@pytest.mark.parametrize("sharper", [1.0, 3.0, 8.0])
def test_how_much_too_sure_a_network_is_comes_out_as_its_temperature(sharper):
    share, label = said(20000, sharper, 1)
    assert Doubt.of([0.0], [share], [label]).temperature == pytest.approx(sharper, rel=0.1)


def test_a_network_that_is_always_right_is_not_made_surer():
    share = np.full((50, 5), 0.05)
    label = np.arange(50) % 5
    share[np.arange(50), label] = 0.8
    assert Doubt.of([0.0], [share], [label]).temperature == 1.0


@pytest.mark.parametrize("hard", [None, 1, 3])
def test_nine_in_ten_of_each_class_are_in_their_set_at_each_level(hard):
    levels = [0.0, 0.3]
    shares, labels = zip(*(said(4000, 3.0, seed, hard) for seed in (1, 2)), strict=True)
    doubt = Doubt.of(levels, shares, labels)
    fresh, label = said(40000, 3.0, 7, hard)
    inside = doubt.members(tempered(np.log(fresh), doubt.temperature))
    for number in range(len(CLASSES)):
        own = label == number
        assert inside[own, number].mean() >= COVERAGE - 0.015
        # Not by sets of everything.
        assert inside[own].sum(1).mean() < 3.0
    singles = inside.sum(1) == 1
    assert (inside[singles].argmax(1) == label[singles]).mean() > 0.85


def test_the_noisiest_level_is_covered_beside_a_clean_one():
    clean = said(1000, 3.0, 1)
    weak = said(1000, 3.0, 2, hard=2)
    doubt = Doubt.of([0.0, 0.3], [clean[0], weak[0]], [clean[1], weak[1]])
    fresh, label = said(20000, 3.0, 3, hard=2)
    inside = doubt.members(tempered(np.log(fresh), doubt.temperature))
    assert inside[label == 2, 2].mean() >= COVERAGE - 0.03


@pytest.mark.parametrize(("each", "everywhere"), [(8, True), (9, False)])
def test_of_fewer_than_nine_maps_of_a_class_nothing_is_concluded(each, everywhere):
    share, label = said(5 * each, 1.0, 1)
    doubt = Doubt.of([0.0], [share], [label])
    assert doubt.samples == each
    assert (doubt.thresholds["A1g"] == 0) == everywhere
    assert doubt.members(np.eye(5))[:, 0].all() == everywhere


def test_a_level_at_which_nothing_was_answered_makes_every_set_whole():
    share, label = said(100, 1.0, 1)
    doubt = Doubt.of([0.0, 0.3], [share, np.zeros((0, 5))], [label, np.zeros(0, int)])
    assert doubt.samples is None
    assert doubt.members(np.eye(5)).all()


def test_the_likeliest_class_is_always_in_the_set():
    share, label = said(1000, 1.0, 1)
    doubt = Doubt.of([0.0], [share], [label])
    even = np.full((1, 5), 0.2)
    even[0, 4] += 1e-9
    assert doubt.members(even)[0, 4]
