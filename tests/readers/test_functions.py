"""Functions of energy from files."""

import numpy as np
import pytest

from gapworks.readers import ReadError, read_a2f, read_dos, read_gap

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


def test_a_sweep_from_high_to_low_voltages_is_read_from_its_end(tmp_path):
    path = tmp_path / "didv.csv"
    rows = "\n".join(f"{x},{1 + 0.1 * x * x}" for x in (3.0, 1.0, -1.0, -3.0))
    path.write_text(f"V (mV),dI/dV\n{rows}\n")
    found = read_dos(path)
    assert found.energy.tolist() == [-3.0, -1.0, 1.0, 3.0]
    assert found.values == pytest.approx([1.9, 1.1, 1.1, 1.9])
    assert found.lines.tolist() == [5, 4, 3, 2]
    assert any("from the last row on" in note for note in found.notes)


@pytest.mark.parametrize("columns", [[(3, 0), (2, 1), (1, 2)], [(3, 0), (1, 1), (2, 0)]])
def test_columns_that_may_be_swapped_and_sweeps_forth_and_back_are_not_turned(tmp_path, columns):
    path = tmp_path / "didv.csv"
    path.write_text("V (mV),dI/dV\n" + "\n".join(f"{a:.1f},{b:.1f}" for a, b in columns))
    with pytest.raises(ReadError, match="swapped|do not increase"):
        read_dos(path)


def test_settings_above_a_spectrum_of_nanonis_are_left_out_and_said(tmp_path):
    path = tmp_path / "Bias-Spectroscopy001.dat"
    settings = "Experiment\tbias spectroscopy\t\nDate\t01.02.2024 11:12:13\t\nX (m)\t1.5E-9\t\n"
    columns = "Bias calc (V)\tCurrent (A)\tLI Demod 1 X (A)"
    rows = "\n".join(f"{x * 1e-3:.6E}\t{x * 1e-12:.6E}\t{x * x * 1e-12:.6E}" for x in ENERGY)
    path.write_text(f"{settings}\n[DATA]\n{columns}\n{rows}\n")
    found = read_dos(path, column=3)
    assert found.energy == pytest.approx(ENERGY) and found.values == pytest.approx(
        ENERGY**2 * 1e-12
    )
    assert found.lines.tolist() == [7, 8, 9, 10] and found.said
    assert any("down to line 5" in note for note in found.notes)


@pytest.mark.parametrize("read", [read_a2f, read_dos, read_gap])
@pytest.mark.parametrize("rows", ["1\n2\n3\n", "1\n3\n2\n"])
def test_one_column_is_told_what_is_missing_whatever_its_order(tmp_path, read, rows):
    path = tmp_path / "one.dat"
    path.write_text(rows)
    with pytest.raises(ReadError, match="has 1 column; give"):
        read(path)
