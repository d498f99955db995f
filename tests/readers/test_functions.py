"""Gap functions and densities of states that users bring, in meV whatever the file's unit."""

import numpy as np
import pytest

from gapworks.readers import ReadError, read_dos, read_gap
from gapworks.readers.units import MEV

X = np.linspace(-3, 3, 13)
DELTA = 1.2 - 0.1 * X**2 + 0.05j * X


def text_of(*columns, head=""):
    rows = ["  ".join(f"{v:.9e}" for v in row) for row in zip(*columns, strict=True)]
    return head + "\n".join(rows)


@pytest.mark.parametrize("unit", sorted(MEV))
def test_a_gap_function_is_read_in_meV(tmp_path, unit):
    path = tmp_path / "gap.dat"
    scale = MEV[unit]
    path.write_text(text_of(X / scale, DELTA.real / scale, DELTA.imag / scale))
    found = read_gap(path, unit)
    np.testing.assert_allclose(found.energy, X, atol=1e-8)
    np.testing.assert_allclose(found.values, DELTA, rtol=1e-7)
    assert found.said and found.unit == unit
    assert not read_gap(path).said


def test_a_spectrum_of_either_sign_of_voltage_has_the_column_that_is_said(tmp_path):
    path = tmp_path / "iv.dat"
    path.write_text(text_of(X, X**2, 1 + X**2, head="bias (mV)  I  dI/dV\n"))
    with pytest.raises(ReadError, match=r"has 3 columns; say by --column which is N \(2 ... 3\)"):
        read_dos(path)
    found = read_dos(path, column=3)
    np.testing.assert_allclose(found.values, 1 + X**2, rtol=1e-8)
    assert found.energy[0] == -3 and found.unit == "meV"


def test_other_numbers_of_columns_are_refused(tmp_path):
    path = tmp_path / "two.dat"
    path.write_text(text_of(X, X))
    with pytest.raises(ReadError, match="has 2 columns; give 3 columns"):
        read_gap(path)
    with pytest.raises(ReadError, match=r"--column must be 2 ... 2"):
        read_dos(path, column=3)
