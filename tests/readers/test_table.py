"""Text tables as people have them: the same numbers whatever the dialect, or a refusal by line."""

import os
import re

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gapworks.factory.errors import DataError
from gapworks.readers.table import ReadError, read_table

VALUES = st.floats(-1e9, 1e9).map(lambda v: float(f"{v:.9e}"))
TABLES = st.integers(1, 6).flatmap(
    lambda columns: st.lists(
        st.lists(VALUES, min_size=columns, max_size=columns), min_size=1, max_size=12
    )
)
WRITTEN = {
    "plain": lambda v: repr(v),
    "exponent": lambda v: f"{v:.9E}",
    "Fortran D": lambda v: f"{v:.9e}".replace("e", "D"),
    "quadruple": lambda v: f"{v:.9e}".replace("e", "q"),
    "sign": lambda v: f"{v:+.9e}",
    "no leading zero": lambda v: re.sub(r"^(-?)0\.(\d)", r"\1.\2", repr(v)),
    "typeset minus": lambda v: repr(v).replace("-", "\N{MINUS SIGN}"),
}
SEPARATORS = [",", ", ", " , ", ";", "; ", "\t", " ", "    ", " \t "]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom", "latin-1"]
HEADERS = {
    "none": [],
    "words": ["energy gap"],
    "several words": ["made at home", "", "energy (meV)  Re Delta  Im Delta"],
    "comments": ["# 3 columns", "% 1 2 3", "! 4 5 6"],
    "Latin letters": ["# Temperatur 1 K, Fläche 3 µm²"],
    "words with a number": [" w[meV] a2f and integrated 2*a2f/w for    1 smearing values"],
    "a line": ["energy  gap", "------  ---"],
    "quoted": ['"energy","Re Delta"'],
}


def encoded(text, encoding):
    if encoding == "utf-16-be-bom":
        return b"\xfe\xff" + text.encode("utf-16-be")
    return text.encode(encoding)


@st.composite
def dialects(draw):
    return {
        "write": WRITTEN[draw(st.sampled_from(sorted(WRITTEN)))],
        "separator": draw(st.sampled_from(SEPARATORS)),
        "comma": draw(st.booleans()),
        "quote": draw(st.sampled_from(["", "", '"', "'"])),
        "trailing": draw(st.booleans()),
        "end": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "encoding": draw(st.sampled_from(ENCODINGS)),
        "header": HEADERS[draw(st.sampled_from(sorted(HEADERS)))],
        "indent": draw(st.sampled_from(["", "  "])),
        "last end": draw(st.booleans()),
    }


def text_of(rows, dialect):
    """The rows as a program of that dialect writes them."""
    lines = list(dialect["header"])
    for row in rows:
        cells = [dialect["write"](v) for v in row]
        if dialect["comma"]:
            cells = [cell.replace(".", ",") for cell in cells]
        cells = [f"{dialect['quote']}{cell}{dialect['quote']}" for cell in cells]
        line = dialect["indent"] + dialect["separator"].join(cells)
        lines.append(line + dialect["separator"].strip(" ") * dialect["trailing"])
    return dialect["end"].join(lines) + dialect["end"] * dialect["last end"]


@given(rows=TABLES, dialect=dialects())
def test_the_numbers_are_the_same_in_every_dialect_that_is_beyond_doubt(
    tmp_path_factory, rows, dialect
):
    if dialect["comma"]:
        # One unquoted column, or commas for both: the next tests.
        assume(dialect["quote"] or "," not in dialect["separator"])
        assume(dialect["quote"] or len(rows[0]) > 1)
        bare = dialect["write"] is WRITTEN["no leading zero"]
        assume(dialect["quote"] or not bare or ";" in dialect["separator"])
    text = text_of(rows, dialect)
    if dialect["encoding"] == "latin-1":
        assume("\N{MINUS SIGN}" not in text)
    path = tmp_path_factory.getbasetemp() / "dialect.txt"
    path.write_bytes(encoded(text, dialect["encoding"]))
    try:
        table = read_table(path)
    except ReadError as error:
        # 1,234 in every cell: by such a file nobody can tell.
        assert dialect["comma"] and "a decimal comma, or one between thousands" in str(error)
        cells = [dialect["write"](v).replace("\N{MINUS SIGN}", "-") for row in rows for v in row]
        assert all(re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", cell) for cell in cells)
        return
    np.testing.assert_array_equal(table.values, rows)
    above = len(dialect["header"])
    np.testing.assert_array_equal(table.lines, np.arange(above + 1, above + 1 + len(rows)))
    assert len(table.header) == len([line for line in dialect["header"] if line])
    assert ("decimal commas" in table.notes) == dialect["comma"]


@given(rows=TABLES, separator=st.sampled_from([",", ", "]), trailing=st.booleans())
def test_commas_for_decimals_and_between_columns_are_never_read_as_other_numbers(
    tmp_path_factory, rows, separator, trailing
):
    dialect = {
        **{"write": WRITTEN["plain"], "separator": separator, "comma": True, "quote": ""},
        **{"trailing": trailing, "end": "\n", "header": [], "indent": "", "last end": True},
    }
    path = tmp_path_factory.getbasetemp() / "commas.csv"
    path.write_text(text_of(rows, dialect))
    try:
        found = read_table(path).values
    except ReadError:
        return
    np.testing.assert_array_equal(found, rows)


AMBIGUOUS = {
    "one column": ["0,25\n0,5\n", "1,234\n", "1,5\n2\n3,25\n", "-0,5\n-0,25\n"],
    "thousands": ["1,234;5,678\n", '"1,234","5,678"\n', "1,234\t5,678\n-9,999\t1,000\n"],
    "both": ["0,02,0,5\n0,04,0,75\n", "0,5,-0,25,0,125,0,5\n", "1,5,2,5\n", "0,5,1,0E-3\n"],
    "points and commas": ["1.234,5;0,3\n", "0.5;0,5\n", "1,234.5;0.3\n", "1.234,5 2.345,5\n"],
    "thousands apart": ["1 234,5;0,3\n", "1'234.5 0.3\n", "1\u00a0234.5;0.3\n"],
}


@pytest.mark.parametrize("text", [text for texts in AMBIGUOUS.values() for text in texts])
def test_numbers_that_can_be_read_in_two_ways_are_refused(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(ReadError) as told:
        read_table(path)
    assert str(told.value).startswith(f"{path}: ")
    assert "\n" not in str(told.value)


def test_one_column_of_decimals_is_no_header_and_loses_no_row(tmp_path):
    path = tmp_path / "column.txt"
    path.write_text("0.25\n-0.5\n1\n")
    np.testing.assert_array_equal(read_table(path).values, [[0.25], [-0.5], [1]])


SPOILED = {
    "letter": "O.5 0.3",
    "letters": "O.5 l.3",
    "exponents alone": "E-03 E-04",
    "half": "omega 0.5",
    "unit": "0.5meV 0.3",
    "points": "0.5.1 0.3",
    "run together": "0.0200000-0.1234567",
    "exponent cut": "0.5e 0.3",
    "blank in an exponent": "0.5E 03 0.3",
    "not a number": "nan 0.3",
    "all nan": "nan NaN",
    "infinite": "0.3 -inf",
    "too large": "0.3 1e999",
    "overflow": "0.3 *******",
    "pairs": "(0.1,0.3) (0.2,0.4)",
    "complex": "0.5 1+2j",
    "hexadecimal": "0x1F 0.3",
    "underscore": "1_000 0.3",
    "percent": "50% 30%",
    "date": "2026-11-29 12:40",
    "list": "[0.1, 0.3]",
    "missing": "0.3 --",
    "no exponent's letter, two digits": "0.3 0.12-04",
}


@pytest.mark.parametrize("where", ["first", "last"])
@pytest.mark.parametrize("line", SPOILED.values(), ids=SPOILED)
def test_numbers_that_cannot_be_read_are_no_header_and_no_footer(tmp_path, where, line):
    lines = ["0.1 0.2", "0.2 0.3", "0.3 0.4"]
    lines.insert(0 if where == "first" else 3, line)
    path = tmp_path / "table.dat"
    path.write_text("# energy gap\n\n" + "\n".join(lines) + "\n")
    with pytest.raises(ReadError, match=f"^{re.escape(str(path))}: line {3 + lines.index(line)}: "):
        read_table(path)


@given(row=st.integers(0, 19), column=st.integers(0, 2), spoil=st.text(max_size=6))
def test_a_spoiled_cell_never_loses_its_line(tmp_path_factory, row, column, spoil):
    """Whatever is typed into a cell: all rows are there, or the file is refused."""
    assume(not set(spoil) & set("\n\r,;#!%"))
    cells = [[f"{0.1 + 0.25 * r + c}" for c in range(3)] for r in range(20)]
    cells[row][column] += spoil
    path = tmp_path_factory.getbasetemp() / "spoiled.txt"
    path.write_text("\n".join(" ".join(line) for line in cells) + "\n", encoding="utf-8")
    try:
        table = read_table(path)
    except ReadError:
        return
    assert table.values.shape == (20, 3)
    true = 0.1 + 0.25 * np.arange(20)[:, None] + np.arange(3)
    true[row, column] = table.values[row, column]
    np.testing.assert_allclose(table.values, true)


REFUSED = {
    "columns": ("1.5 2 3\n1.5 2\n", "line 2: has 2 columns, line 1 has 3"),
    "empty cell": ("1.5,2,3\n1.5,,3\n", "line 2: an empty cell"),
    "empty first cell": (",0,1\n0,1.5,3.5\n", "line 1: an empty cell"),
    "words between": ("1.5 2\nfoo bar\n1.5 2\n", "line 2: words below numbers: foo bar"),
    "words below": ("1.5 2\nend of file\n", "line 2: words below numbers: end of file"),
    "a second table": ("1.5 2\n lambda = 1.2\n1.5 2\n", "line 3: numbers below the footer of"),
    "words below a footer": ("1.5 2\n lambda = 1.2\nand so on\n", "line 3: words below numbers"),
    "numbers of columns": ("0,1,2\n0.5,0.25,0.5\n", "line 1: 0 ... 2: numbers of the columns, or"),
    "those from one": ("1 2\n0.5 0.25\n", "line 1: 1 ... 2: numbers of the columns, or data?"),
    "nothing": ("", "is empty"),
    "only comments": ("# nothing\n", "holds no numbers"),
    "only words": ("omega a2F\nfoo bar\n", "holds no numbers"),
    "blanks": (" \n\n", "holds no numbers"),
    "binary": ("0.5 0.3\n\0\0\0", "is a binary file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_is_refused_by_its_line(tmp_path, case):
    text, said = REFUSED[case]
    path = tmp_path / "table.txt"
    path.write_text(text)
    with pytest.raises(ReadError, match=re.escape(f"{path}: {said}")):
        read_table(path)


def test_binary_files_are_no_text(tmp_path):
    for name, content in {
        "a.npy": b"\x93NUMPY\x01\x00v\x00{'descr'}",
        "a.h5": b"\x89HDF\r\n\x1a\n\0\0",
        "a.xlsx": b"PK\x03\x04\x14\x00\x06\x00",
        "a.gz": b"\x1f\x8b\x08\x00abc",
        "utf-16 without a mark": "0.5 0.3\n".encode("utf-16-le"),
        "half a letter": b"\xff\xfe0\x00.",
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ReadError, match=r"binary|UTF-16"):
            read_table(tmp_path / name)


def test_no_pipe_is_waited_for_and_no_folder_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    with pytest.raises(ReadError, match="pipe: is a pipe or device; give a text file"):
        read_table(tmp_path / "pipe")
    with pytest.raises(ReadError, match="link: is a pipe or device"):
        read_table(tmp_path / "link")
    with pytest.raises(ReadError, match="null: is a pipe or device"):
        read_table("/dev/null")
    with pytest.raises(ReadError, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(ReadError, match=r"none: cannot be read: No such file .*\(ENOENT\)"):
        read_table(tmp_path / "none")
    (tmp_path / "large").write_text("0.5 0.5\n" * 100)
    with pytest.raises(ReadError, match="is larger than"):
        read_table(tmp_path / "large", largest=700)
    assert issubclass(ReadError, DataError) and issubclass(ReadError, ValueError)


def test_exponents_without_their_letter_are_read_and_said(tmp_path):
    path = tmp_path / "fortran.dat"
    path.write_text("  0.02  0.1234567-104\n  0.04 -0.5000000+100\n")
    table = read_table(path)
    np.testing.assert_array_equal(table.values, [[0.02, 0.1234567e-104], [0.04, -0.5e100]])
    assert table.notes == ("exponents without a letter: 0.1234567-104 in line 1 is 0.1234567e-104",)


FOOTERS = {
    "Quantum ESPRESSO": " lambda =  1.2   Delta =   1.5E-06\n",
    "EPW": " Integrated el-ph coupling\n  #     1.19\n Phonon smearing (meV)\n  #  0.05\n"
    " Electron smearing (eV)  0.1\n Fermi window (eV)  1.0\n Summed el-ph coupling  1.2\n",
}


@pytest.mark.parametrize("program", FOOTERS)
def test_known_footers_are_left_out_and_said(tmp_path, program):
    path = tmp_path / "a2f"
    path.write_text("# w [THz]\n 0.5 0.25\n 1.0 0.5\n" + FOOTERS[program])
    table = read_table(path)
    np.testing.assert_array_equal(table.values, [[0.5, 0.25], [1, 0.5]])
    assert table.header == ("w [THz]",)
    (note,) = table.notes
    assert note.startswith("left out from line 4, a footer: ")


def test_comments_below_the_numbers_are_kept_too(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("0.5 0.25 # first\n1.0 0.5\n# energies in THz\n")
    assert read_table(path).header == ("first", "energies in THz")


@given(content=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_any_bytes_are_a_finite_table_or_a_refusal(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except ReadError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert np.isfinite(table.values).all()
    assert len(table.lines) == len(table.values) > 0


@given(text=st.text(alphabet="0123456789.,;+-\t 'ns\n", max_size=40))
@example(text="s0s\n0")
def test_no_line_of_digits_is_lost(tmp_path_factory, text):
    assume("'" not in text or not re.search(r"[ns]", text))
    path = tmp_path_factory.getbasetemp() / "like.txt"
    path.write_text(re.sub("[ns]", "nan", text))
    try:
        table = read_table(path)
    except ReadError:
        return
    lines = [line for line in text.splitlines() if any(letter.isdigit() for letter in line)]
    named = any(letter.isdigit() for letter in "".join(table.header or ()))  # such as a2F
    assert len(table.values) + named == len(lines)
