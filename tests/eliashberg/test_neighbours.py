"""The distance of a function to the nearest of others is that of comparing it with each."""

import numpy as np
import pytest

from gapworks.eliashberg.evaluation.autoencoder import AT_ONCE, nearest


def functions(count, numbers, offset, seed):
    """Smooth functions of few parameters about a constant, as networks of few neurons give them."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, numbers)
    waves = np.sin(np.pi * np.outer([1, 2, 5], x))
    return offset + 0.1 * rng.standard_normal((count, 3)) @ waves


def one_by_one(rows, others, same):
    """The definition: the smallest sum |f - g| over sum |f|, in double precision."""
    found = []
    for number, row in enumerate(rows):
        distance = np.abs(others - row).sum(1)
        if same:
            distance[number] = np.inf
        found.append(distance.min() / np.abs(row).sum())
    return np.array(found)


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("numbers", [400, 47])  # a whole number of stretches, and not
@pytest.mark.parametrize("same", [True, False])
def test_the_nearest_function_is_found(offset, numbers, same):
    rows = functions(AT_ONCE + 70, numbers, offset, 1)
    others = rows if same else functions(300, numbers, offset, 2)
    found = nearest(rows, others, 1, same)
    assert found == pytest.approx(one_by_one(rows, others, same), rel=1e-4, abs=1e-7)


def test_functions_that_are_as_good_as_equal_are_neighbours():
    """Their distance is of the order of rounding, and so is the error of its lower bound."""
    rows = functions(60, 800, 1, 3)
    twins = rows * (1 + 1e-7 * np.random.default_rng(4).standard_normal(rows.shape))
    both = np.concatenate([rows, twins, rows])
    assert nearest(both, both, 1, same=True).max() < 1e-6
    assert nearest(rows, twins, 1).max() < 1e-6


def test_the_sums_of_functions_may_be_alike_where_they_are_not():
    """What swings faster than the sums can tell: the bound excludes nobody, and nothing is lost."""
    rng = np.random.default_rng(5)
    swinging = (-1.0) ** np.arange(200) * rng.uniform(1, 2, (40, 1))
    found = nearest(swinging, swinging[::-1].copy(), 1)
    assert found == pytest.approx(np.zeros(40), abs=1e-7)
    alike = one_by_one(swinging, swinging, True)  # the network's functions have single precision
    assert nearest(swinging, swinging, 1, same=True) == pytest.approx(alike, abs=1e-6)


def test_a_single_function_has_no_neighbour_of_its_kind():
    assert nearest(np.ones((1, 20)), np.ones((1, 20)), 1, same=True) == [np.inf]
