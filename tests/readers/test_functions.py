"""Functions of energy from files."""

import numpy as np
import pytest

from gapworks.readers import read_gap

ENERGY = np.array([0.5, 2.5, 7.25, 20.0])
DELTA = np.array([1.0 + 0.1j, 1.2 + 0.4j, -0.4 + 0.7j, -0.1 + 0.01j])


@pytest.mark.parametrize("first", [0, 1])
def test_a_column_that_counts_the_rows_of_a_gap_function_is_left_out_and_said(tmp_path, first):
    path = tmp_path / "gap.csv"
    columns = [np.arange(first, first + 4), ENERGY, DELTA.real, DELTA.imag]
    np.savetxt(path, np.column_stack(columns), delimiter=",")
    found = read_gap(path)
    assert np.array_equal(found.energy, ENERGY)
    assert np.array_equal(found.values, DELTA)
    assert any("column 1 counts the rows" in note for note in found.notes)
