"""Tables for their readers: numbers together with what they are known to, parts by quantity."""

import math

import pandas as pd
import pytest

from gapworks.plotting.table import parts, save, with_error

MIXED = pd.DataFrame(
    {
        "quantity": ["hits [%]", "hits [%]", "samples", "samples"],
        "class": ["A", "B", "A", "B"],
        "ours": [91.23, 8.0, 50, 60],
        "ours, standard error": [1.51, math.nan, math.nan, math.nan],
        "theirs [meV]": [math.nan, math.nan, 0.5, 2.0],
        "theirs, lower [meV]": [math.nan, math.nan, 0.25, math.nan],
        "theirs, upper [meV]": [math.nan, math.nan, 0.75, math.nan],
    }
)


def test_a_part_has_what_says_something_of_its_quantity():
    (hits, shares), (samples, counts) = parts(MIXED)
    assert (hits, samples) == ("hits [%]", "samples")
    assert list(shares) == ["class", "ours"]
    assert list(counts) == ["class", "ours", "theirs [meV]"]


def test_a_number_stands_with_its_error_or_the_ends_of_its_interval():
    (_, shares), (_, counts) = parts(MIXED)
    assert list(shares["ours"]) == ["91.2 ± 1.5", "8"]
    assert list(counts["ours"]) == ["50", "60"]
    assert list(counts["theirs [meV]"]) == ["0.5 (0.25 to 0.75)", "2"]


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.25, 0.0, "0.25"),
        (0.25, 7e-18, "0.25"),
        (0.0, 0.0, "0"),
        (0.0, 0.5, "0.00 ± 0.50"),
        (-0.25, math.inf, "-0.25"),
    ],
)
def test_an_error_decides_the_digits(value, error, text):
    assert with_error(value, error) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234567, "1,234,567"), (0.000123456, "0.0001235"), (12.0, "12"), (math.nan, ""), ("a", "a")],
)
def test_a_cell_is_text_of_few_digits(value, text):
    ((_, table),) = parts(pd.DataFrame({"x": [value]}))
    assert list(table["x"]) == [text]


def test_tex_has_a_tabular_a_quantity_and_csv_has_all_columns(tmp_path):
    save(MIXED.rename(columns={"ours": "ours [t^2]"}), [tmp_path / "t.csv", tmp_path / "t.tex"])
    assert list(pd.read_csv(tmp_path / "t.csv"))[:3] == ["quantity", "class", "ours [t^2]"]
    tex = (tmp_path / "t.tex").read_text()
    assert tex.count(r"\toprule") == 2 and "% hits [%]" in tex
    assert "ours [t$^2$]" in tex


def test_tex_writes_the_error_in_mathematics(tmp_path):
    save(MIXED, [tmp_path / "t.tex"])
    assert r"91.2 $\pm$ 1.5" in (tmp_path / "t.tex").read_text()
