"""Data that are solved the paper's way: what is kept, what is dropped, what is doubled."""

import numpy as np
import pytest

from gapworks.eliashberg.data import dataset
from gapworks.eliashberg.data.as_printed import solve_as_printed
from gapworks.eliashberg.data.fields import gap_function, real_energies
from gapworks.eliashberg.physics.matsubara import solve_matsubara
from gapworks.eliashberg.physics.pade import pade
from tests.support.config import plan

SAMPLES = 24
PLAN = plan("eliashberg", "paper")
EXACT, PRINTED = (PLAN.simulation(name) for name in ("complex", "complex_as_printed"))


@pytest.fixture(scope="module")
def both():
    return [dataset.simulate(one, 0, SAMPLES, threads=1) for one in (EXACT, PRINTED)]


def continued(made, row, m=1):
    """A sample's gap function by Pade approximants of m times as many frequencies."""
    physics = PRINTED.physics
    solution = solve_matsubara(
        0.01 * np.arange(1, 1001),
        made["a2f"][row],
        physics.temperature,
        physics.mu_star,
        m * physics.matsubara,
        physics.mu_star_cutoff,
    )
    return pade(solution, real_energies(physics), physics.broadening).delta


def test_samples_that_neither_way_draws_again_have_one_spectrum(both):
    exact, printed = both
    dropped = printed["continuation"][:, 0]
    assert 0 < (dropped > 0).sum() < SAMPLES
    same = (printed["a2f"] == exact["a2f"]).all(axis=1)
    np.testing.assert_array_equal(same, dropped == 0)


def test_what_is_kept_passed_the_papers_test(both):
    _, printed = both
    assert printed["valid"].all()
    assert printed["continuation"][:, 2].max() <= PRINTED.as_printed.tolerance


def test_gap_functions_are_approximants_of_as_many_frequencies_as_were_needed(both):
    _, printed = both
    needed = printed["continuation"][:, 1].astype(int) // PRINTED.physics.matsubara
    assert set(needed) == {1, 2}
    for m in (1, 2):
        row = np.flatnonzero(needed == m)[0]
        np.testing.assert_allclose(
            gap_function(printed)[row], continued(printed, row, m), rtol=1e-6
        )


def test_more_frequencies_are_taken_where_and_only_where_doubling_moves_the_solution(both):
    _, printed = both
    choice = PRINTED.as_printed.model_copy(update={"change": 1.0})
    made = solve_as_printed(PRINTED.physics, printed["a2f"], PRINTED.solver, choice, 1)
    assert set(made.frequencies) == {PRINTED.physics.matsubara}
    assert made.settled.all()
    strict = PRINTED.as_printed.model_copy(update={"change": 1e-9, "max_doublings": 1})
    made = solve_as_printed(PRINTED.physics, printed["a2f"][:2], PRINTED.solver, strict, 1)
    assert not made.settled.any()


def test_a_normal_metal_has_no_gap_function_to_continue():
    physics = PRINTED.physics
    weak = np.full((1, physics.points), 1e-6)
    made = solve_as_printed(physics, weak, PRINTED.solver, PRINTED.as_printed, 1)
    assert not made.superconducting[0]
    assert not made.passed[0]
    assert not made.delta.any()


def test_another_mu_star_solves_the_same_draws():
    strong = PLAN.simulation("complex_mu_star")
    made = dataset.simulate(strong, 0, 4, threads=1)
    exact = dataset.simulate(EXACT, 0, 4, threads=1)
    same = (made["redraws"] == 0) & (exact["redraws"] == 0)
    np.testing.assert_array_equal(made["a2f"][same], exact["a2f"][same])
    assert (made["matsubara_delta"][same, 0] < exact["matsubara_delta"][same, 0]).all()


def test_exact_data_say_nothing_of_the_papers_way():
    assert "as_printed" not in EXACT.model_dump()
    assert PRINTED.model_dump()["as_printed"]["tolerance"] == 0.1
    assert EXACT.identity != PRINTED.identity
