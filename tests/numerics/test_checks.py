"""What solvers take for a number, and what their messages say of anything else."""

import numpy as np
import pytest

from gapworks.numerics.checks import (
    positive_number,
    real_array,
    real_number,
    real_numbers,
    whole_number,
)


@pytest.mark.parametrize("given", [1.5, "1.5", np.float32(1.5), np.array(1.5)])
def test_whatever_python_can_read_as_a_number_is_one(given):
    assert real_number("x", given) == 1.5
    assert type(positive_number("x", given, "in meV")) is float


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda: real_number("x", "much"), "x='much': give a real number"),
        (lambda: real_number("x", 1j), "x=1j: give a real number"),
        (lambda: real_number("x", np.nan), "x=nan: give a finite number"),
        (lambda: positive_number("x", 0, "in K"), "x=0: give a positive number, in K"),
        (lambda: whole_number("n", 2.0), "n=2.0: give a whole number, at least 1"),
        (lambda: whole_number("n", True), "n=True: give a whole number"),
        (lambda: whole_number("n", 3, 4), "n=3: give a whole number, at least 4"),
        (lambda: real_numbers("t", "1234567", 7), "t='1234567': give 7 real numbers"),
        (lambda: real_numbers("t", (1, 2), 3), r"t=\(1, 2\): give 3 real numbers"),
        (lambda: real_array("a", [[1, 2], [3, np.inf]]), r"a: not finite at \[1, 1\]"),
        (lambda: real_array("a", [1j]), "a: complex; give real numbers"),
        (lambda: real_array("a", [[1], [2, 3]]), "a: not an array of real numbers"),
        (lambda: real_array("a", np.ma.masked_equal([1, 2], 2)), "a: has masked values; fill"),
    ],
)
def test_what_is_no_such_number_is_named_with_what_to_give(check, message):
    with pytest.raises(ValueError, match=message):
        check()


def test_an_array_is_copied_so_that_a_solver_never_writes_into_the_users():
    given = np.arange(6.0).reshape(2, 3)
    checked = real_array("a", given)
    checked[:] = 0
    assert given[1, 2] == 5
    assert real_array("a", given.T).flags.c_contiguous
