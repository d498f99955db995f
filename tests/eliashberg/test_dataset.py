"""The eliashberg data sets: contracts of the shards, redraws, the split."""

import numpy as np
import pytest

from gapworks.eliashberg.data import dataset, fields
from gapworks.eliashberg.data.dataset import Reason
from gapworks.eliashberg.data.fields import Split
from gapworks.eliashberg.physics.matsubara import solve_matsubara
from gapworks.factory.shards import held_variables
from tests.support.config import plan


def settings(kind="complex", **solver):
    made = plan("eliashberg", "paper").simulation(kind).model_copy(update={"seed": 5})
    return made.model_copy(update={"solver": made.solver.model_copy(update=solver)})


@pytest.fixture(scope="module")
def solved():
    return dataset.simulate(settings(), 0, 40, threads=1)


def test_every_array_has_the_shape_that_its_dimensions_say(solved):
    sizes = {n: len(c.values) for n, c in dataset.coordinates(settings()).items()} | {"sample": 40}
    declared = held_variables(dataset, sizes)
    assert solved.keys() == declared.keys()
    for name, variable in declared.items():
        assert np.shape(solved[name]) == tuple(sizes[d] for d in variable.dimensions), name


def test_a_sample_is_the_same_bits_whatever_the_range(solved):
    again = dataset.simulate(settings(), 17, 19, threads=2)
    for name, values in again.items():
        np.testing.assert_array_equal(values, solved[name][17:19], err_msg=name)


def test_valid_samples_superconduct_and_solve_the_equations(solved):
    valid = solved["valid"] == 1
    assert valid.all()
    assert (solved["matsubara_delta"][:, 0] > 0).all()
    assert (solved["residual"] <= settings().solver.tolerance).all()
    assert (solved["back_projection"] <= settings().solver.back_projection).all()
    # Far above the spectrum the renormalisation tends to one, and lambda is that of the spectrum.
    assert np.abs(solved["z_real"][:, -1] - 1).max() < 0.1
    omega = dataset.coordinates(settings())["omega"].values
    expected = 2 * 0.01 * (solved["a2f"] / omega).sum(axis=1)
    np.testing.assert_allclose(solved["coupling"], expected, rtol=1e-12)


def weak(kind="simple"):
    """Spectra so weak that most draws are normal."""
    made = settings(kind)
    return made.model_copy(
        update={"spectra": made.spectra.model_copy(update={"amplitude": [0.05, 0.35]})}
    )


def test_a_normal_draw_is_drawn_again_from_the_samples_own_stream():
    chosen = weak()
    made = dataset.simulate(chosen, 0, 12, threads=1)
    assert made["redraws"].max() > 0
    assert made["valid"].all()
    row = int(made["redraws"].argmax())
    from gapworks.factory.seeds import sample_generator

    rng = sample_generator(chosen.seed, "eliashberg", chosen.stream, row)
    draws = [dataset.draw(chosen, rng) for _ in range(made["redraws"][row] + 1)]
    np.testing.assert_array_equal(made["a2f"][row], draws[-1])
    omega = fields.boson_grid(chosen.physics)
    m = solve_matsubara(omega, np.array(draws), 1.16, 0.1)
    assert m.superconducting.tolist() == [False] * made["redraws"][row] + [True]


def test_a_sample_that_stays_normal_is_flagged_with_its_reason_and_kept():
    chosen = weak()
    chosen = chosen.model_copy(update={"solver": chosen.solver.model_copy(update={"max_draws": 1})})
    made = dataset.simulate(chosen, 0, 12, threads=1)
    normal = made["valid"] == 0
    assert normal.any()
    assert (~normal).any()
    assert (made["reason"][normal] == Reason.NORMAL).all()
    assert (made["matsubara_delta"][normal] == 0).all()
    assert set(fields.part({**made, "sample": np.arange(12)}, Split.TRAIN)) <= set(
        np.flatnonzero(~normal)
    )


def test_an_iteration_that_is_cut_short_is_flagged():
    made = dataset.simulate(settings(max_iterations=3), 0, 4, threads=1)
    assert (made["valid"] == 0).all()
    assert set(made["reason"]) <= {Reason.MATSUBARA, Reason.LINE, Reason.NORMAL}


def test_of_every_hundred_samples_81_train_9_validate_and_10_test():
    parts = dataset.split(np.arange(10_000)).reshape(100, 100)
    for which, count in ((Split.TRAIN, 81), (Split.VALIDATION, 9), (Split.TEST, 10)):
        assert ((parts == which).sum(axis=1) == count).all()
    # A small data set has all three, too, and one that grows moves no sample.
    assert set(dataset.split(np.arange(40))) == set(Split)
    np.testing.assert_array_equal(dataset.split(np.arange(40)), parts.ravel()[:40])
