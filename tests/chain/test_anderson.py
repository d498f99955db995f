"""Anderson mixing is GMRES on a linear problem, and forgets when told."""

import numpy as np
import pytest

from gapworks.chain.physics.anderson import forget, mix, remember


def _iterate(J, b, beta, steps, memory):
    """Residuals of x = J x + b from zero."""
    x = np.zeros(len(b))
    residuals = []
    for _ in range(steps):
        f = J @ x + b - x
        residuals.append(np.abs(f).max())
        mix(x, f, beta, memory)
    return residuals


def _contraction(n, seed=0):
    Q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))
    return (Q * np.linspace(-0.5, 0.98, n)) @ Q.T


@pytest.mark.parametrize("beta", [1.0, 0.4])
def test_linear_problem_is_solved_once_the_history_spans_it(beta):
    n = 6
    residuals = _iterate(_contraction(n), np.ones(n), beta, n + 3, remember(10, n))
    assert residuals[n - 2] > 1e-6
    assert residuals[-1] < 1e-9


def test_short_history_goes_on_converging_when_it_wraps_round():
    n = 60
    plain = 0.98**120
    residuals = _iterate(_contraction(n), np.ones(n), 1.0, 120, remember(5, n))
    assert residuals[-1] < 1e-3 * plain


def test_without_history_it_is_a_damped_step():
    memory, x, f = remember(4, 3), np.array([1.0, 2.0, 3.0]), np.array([0.5, -0.5, 0.25])
    mix(x, f, 0.5, memory)
    np.testing.assert_array_equal(x, [1.25, 1.75, 3.125])
    forget(memory)
    mix(x, f, 1.0, memory)
    np.testing.assert_array_equal(x, [1.75, 1.25, 3.375])


def test_repeated_residual_changes_nothing_but_a_damped_step():
    """A difference without length must not be divided by."""
    memory, f = remember(4, 3), np.array([0.5, -0.5, 0.25])
    x = np.zeros(3)
    for _ in range(3):
        mix(x, f, 1.0, memory)
    assert np.isfinite(x).all()
