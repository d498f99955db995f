"""Randomness by index."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gapworks.chain.data.draw import draw_disorder
from gapworks.factory.seeds import sample_generator, study_number
from gapworks.study import STUDIES

STRENGTHS = [0.0, 0.25, 0.5]


@given(
    cuts=st.lists(st.integers(0, 20), max_size=4),
    seed=st.integers(0, 2**63),
    stream=st.integers(1, 9),
)
def test_the_cut_into_ranges_does_not_change_a_sample(cuts, seed, stream):
    whole, strengths = draw_disorder(seed, stream, STRENGTHS, 8, 0, 20)
    bounds = [0, *sorted(cuts), 20]
    pieces = [
        draw_disorder(seed, stream, STRENGTHS, 8, a, b)
        for a, b in zip(bounds, bounds[1:], strict=False)
    ]
    np.testing.assert_array_equal(np.concatenate([V for V, _ in pieces]), whole)
    np.testing.assert_array_equal(np.concatenate([V0 for _, V0 in pieces]), strengths)


def test_strengths_take_turns_and_bound_the_disorder():
    V, V0 = draw_disorder(1, 1, STRENGTHS, 2000, 0, 9)
    np.testing.assert_array_equal(V0, STRENGTHS * 3)
    assert (np.abs(V) <= V0[:, None]).all()
    # Uniform in [-V0, V0]: variance V0^2/3, known to 5 % from 6000 draws.
    for strength in STRENGTHS[1:]:
        assert np.isclose(V[strength == V0].var(), strength**2 / 3, rtol=0.05)


def test_seed_study_stream_and_index_each_give_other_numbers():
    draws = {
        sample_generator(seed, study, stream, index).random()
        for seed in (1, 2)
        for study in STUDIES
        for stream in (1, 2)
        for index in (0, 1)
    }
    assert len(draws) == 2 * len(STUDIES) * 2 * 2


def test_no_two_studies_have_one_number_in_the_seeds():
    numbers = {study: study_number(study) for study in STUDIES}
    kept = {"chain": 1, "eliashberg": 2, "qpi": 3}
    assert numbers.items() >= kept.items(), "a number is never changed"
    assert len(set(numbers.values())) == len(STUDIES)
