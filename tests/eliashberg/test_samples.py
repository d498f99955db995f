"""What the drawn spectra look like, and how complex they are."""

import hashlib

import numpy as np
import pytest

from gapworks.eliashberg import coupling_constant, solve_matsubara
from gapworks.eliashberg.evaluation.readings import components
from gapworks.eliashberg.evaluation.statistics import variance_held
from gapworks.factory.seeds import sample_generator
from tests.support.spectra import DRAWN, drawn_with


def _draw(kind, count):
    return np.array([DRAWN[kind](sample_generator(7, "eliashberg", 1, i)) for i in range(count)])


@pytest.fixture(scope="module")
def complex_spectra():
    return _draw("complex", 600)


def test_complexity_is_the_paper_s(complex_spectra):
    held = variance_held(complex_spectra, 64)
    assert 5 <= components(held, 0.9) <= 7
    assert 29 <= components(held, 0.999) <= 33
    assert components(variance_held(_draw("simple", 300), 64), 0.999) < 16


@pytest.mark.parametrize(("kind", "low", "high"), [("complex", 0.01, 0.1), ("simple", 0.06, 0.2)])
def test_few_draws_are_normal(omega, kind, low, high):
    rows = _draw(kind, 300)
    s = solve_matsubara(omega, rows)
    assert s.converged.all()
    assert low < 1 - s.superconducting.mean() < high
    lam = coupling_constant(omega, rows[s.superconducting])
    assert 0.4 < lam.min() < 1 and 5 < lam.max() < 12
    assert s.delta[:, 0].max() < 4.5


@pytest.mark.parametrize("kind", DRAWN)
def test_spectra_vanish_at_both_ends_and_nowhere_below_zero(kind):
    rows = _draw(kind, 50)
    assert (rows >= 0).all()
    top = rows.max(1)
    assert (top > 0.25 - 1e-12).all() and (top < 1.75 + 1e-12).all()
    assert (rows[:, [0, -1]] < 0.12 * top[:, None]).all()


def test_the_same_generator_draws_the_same_bits():
    """Additions, multiplications and divisions in a fixed order: any platform gives these."""
    rows = np.concatenate([_draw("complex", 3), _draw("simple", 3)])
    digest = hashlib.sha256(rows.astype("<f8").tobytes()).hexdigest()
    assert digest == "6654d1ca7c897b9d49e14be2a1f1331de68faef0e936264bd8ed82f5f8725f54"


def test_other_grids_and_choices():
    rng = np.random.default_rng(0)
    assert drawn_with("complex", 200, window=5, passes=1)(rng).shape == (200,)
    one = drawn_with("simple", 200, peaks=[1, 1], amplitude=[1.0, 1.0])(rng)
    assert one.max() == pytest.approx(1.0)
    assert (np.diff(np.sign(np.diff(one))) != 0).sum() == 1


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("complex", "volatility", 0.0),
        ("complex", "volatility", np.inf),
        ("complex", "window", 0),
        ("complex", "passes", -1),
        ("complex", "amplitude", [2.0, 1.0]),
        ("simple", "width", [0.0, 1.0]),
        ("simple", "centre", [0.5, 1.5]),
        ("simple", "edge", 0.0),
    ],
)
def test_impossible_choices_name_the_field(kind, name, value):
    with pytest.raises(ValueError, match=f"{kind}.{name}"):
        drawn_with(kind, **{name: value})


def test_the_components_of_a_plane_are_two():
    rng = np.random.default_rng(0)
    held = variance_held(rng.normal(size=(50, 2)) @ rng.normal(size=(2, 30)), 3)
    assert components(held, 0.999999) == 2
    assert components(held, 1.1) is None
